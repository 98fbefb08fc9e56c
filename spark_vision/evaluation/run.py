"""One evaluation, from photos or from embeddings to figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from spark_vision.core.embedding import Embeddings
from spark_vision.core.errors import DatasetError, IndexMismatchError, IndexNotFoundError
from spark_vision.core.progress import Progress, no_progress
from spark_vision.embedding.encoder import ImageEncoder
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.encode import ReadPicture, encode_queries
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, Resampling
from spark_vision.evaluation.metric_table import Metric, compute_figures
from spark_vision.evaluation.ranking import DEPTH, Probability, Ranker, unknown_probability
from spark_vision.evaluation.results import QueryResult
from spark_vision.index.gallery import Gallery


@dataclass(frozen=True, slots=True)
class Options:
    """How to evaluate; the defaults are what figures are published with."""

    depth: int = DEPTH
    resampling: Resampling = DEFAULT_RESAMPLING
    probability: Probability = unknown_probability
    progress: Progress = no_progress


DEFAULT_OPTIONS = Options()


@dataclass(frozen=True)
class Evaluation:
    """What came out: the figures, and the result of each query that they were computed from.

    timings: seconds a stage.
    """

    model: str
    index_version: str
    products: int
    results: tuple[QueryResult, ...]
    figures: dict[str, Metric]
    seed: int
    timings: dict[str, float]

    @property
    def photos(self) -> int:
        """How many photos the queries are of."""
        return len({result.query.photo for result in self.results})

    @property
    def split(self) -> str | None:
        """The split of all queries; None where they are of several."""
        splits = {result.query.split for result in self.results}
        return splits.pop() if len(splits) == 1 else None

    def as_json(self) -> dict[str, Any]:
        """A JSON value; figures that do not apply are None, never NaN."""
        return {
            "model": self.model,
            "index_version": self.index_version,
            "split": self.split,
            "products": self.products,
            "photos": self.photos,
            "queries": len(self.results),
            **{name: figure.value for name, figure in self.figures.items()},
            "confidence_intervals": {
                name: figure.interval and list(figure.interval) for name, figure in self.figures.items()
            },
            "seed": self.seed,
            "timings": dict(self.timings),
        }


def evaluate(
    gallery: Gallery,
    encoder: ImageEncoder,
    queries: Sequence[Query],
    read_picture: ReadPicture,
    options: Options = DEFAULT_OPTIONS,
) -> Evaluation:
    """Encode the queries' pictures, look them up and compute the figures.

    Raises IndexMismatchError where the gallery's embeddings are another encoder's, DatasetError where
    a picture cannot be used, and what `evaluate_embeddings` raises.
    """
    if encoder.spec.fingerprint != gallery.encoder.fingerprint:
        raise IndexMismatchError(
            f"Index {gallery.version} was built with {gallery.encoder.model}, not with "
            f"{encoder.spec.model}; build an index with the model that is to be evaluated."
        )
    started = perf_counter()
    embeddings = encode_queries(encoder, queries, read_picture, options.progress)
    seconds = perf_counter() - started
    evaluation = evaluate_embeddings(gallery, queries, embeddings, options)
    return replace(evaluation, timings={"encode": seconds, **evaluation.timings})


def evaluate_embeddings(
    gallery: Gallery,
    queries: Sequence[Query],
    embeddings: Embeddings,
    options: Options = DEFAULT_OPTIONS,
) -> Evaluation:
    """Look embeddings (n, dimension) up, one a query, and compute the figures.

    Raises DatasetError without queries and IndexNotFoundError where the gallery is empty.
    """
    if not queries:
        raise DatasetError("There are no photos to evaluate; a photos.csv beside the catalogue names them.")
    if not len(gallery):
        raise IndexNotFoundError(f"Index {gallery.version} is empty; build it from a catalogue.")
    started = perf_counter()
    ranker = Ranker(gallery, options.depth, options.probability)
    results = tuple(_told(ranker.rank(queries, embeddings), len(queries), options.progress))
    searched = perf_counter()
    evaluation = judge(gallery, results, _product_types(gallery, results), options)
    return replace(
        evaluation,
        products=_count_products(gallery, embeddings),
        timings={"search": searched - started, **evaluation.timings},
    )


def judge(
    gallery: Gallery,
    results: tuple[QueryResult, ...],
    product_types: Mapping[str, str],
    options: Options = DEFAULT_OPTIONS,
) -> Evaluation:
    """The figures of answers that a gallery's embeddings gave.

    product_types: full category of all that could be answered with.
    """
    started = perf_counter()
    figures = compute_figures(results, product_types, options.resampling)
    return Evaluation(
        model=gallery.encoder.model,
        index_version=gallery.version,
        products=len(product_types),
        results=results,
        figures=figures,
        seed=options.resampling.seed,
        timings={"figures": perf_counter() - started},
    )


def _told(results: Iterable[QueryResult], total: int, progress: Progress) -> Iterable[QueryResult]:
    for done, result in enumerate(results, start=1):
        progress("looking up photos", done, total)
        yield result


def _count_products(gallery: Gallery, embeddings: Embeddings) -> int:
    """A look-up as wide as the gallery names each product once."""
    (every,) = gallery.search_products(np.ascontiguousarray(embeddings[:1]), len(gallery))
    return len(every)


def _product_types(gallery: Gallery, results: Iterable[QueryResult]) -> dict[str, str]:
    wanted: set[str] = set()
    for result in results:
        wanted.update(result.query.relevant, result.product_ids[:1])
    return {product_id: _product_type(gallery, product_id) for product_id in wanted}


def _product_type(gallery: Gallery, product_id: str) -> str:
    try:
        return gallery.product(product_id).product_type
    except KeyError:  # in the catalogue, but none of its pictures could be indexed
        return ""
