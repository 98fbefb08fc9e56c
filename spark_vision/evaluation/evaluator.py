"""A dataset with its catalogue indexed by one model: what protocols are run on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np

from spark_vision.app.container import version_store
from spark_vision.app.settings import Settings
from spark_vision.core.embedding import Embeddings, Picture
from spark_vision.core.errors import DatasetError
from spark_vision.core.product import Product
from spark_vision.core.progress import Progress, no_progress
from spark_vision.embedding.encoder import Encoder
from spark_vision.evaluation.datasets import Dataset, Query
from spark_vision.evaluation.encode import encode_queries
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, Resampling
from spark_vision.evaluation.latency import latency_rows
from spark_vision.evaluation.protocols.few_shot import Gallery
from spark_vision.evaluation.protocols.texts import title_queries
from spark_vision.evaluation.protocols.views import picture_ids, product_of_picture, view_queries
from spark_vision.evaluation.query_attributes import MeasuredReads, query_facts
from spark_vision.evaluation.ranking import DEPTH, ArrayRanker
from spark_vision.evaluation.records.environment import machine, versions
from spark_vision.evaluation.records.query_cache import Encoded, QueryCache, dataset_digest
from spark_vision.evaluation.records.run import (
    DatasetRecord,
    IndexRecord,
    Record,
    Run,
    Vectors,
    product_types,
)
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.robustness import drop
from spark_vision.evaluation.run import Evaluation, Options, evaluate_embeddings, judge
from spark_vision.media.crop import crop
from spark_vision.media.distort import DISTORTIONS, Distortion
from spark_vision.media.files import read_picture
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.suggester import Timings

_SHOWN = 10  # products of each ranking that reports may name


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """depth: products ranked a query; vectors: whether runs keep embeddings, for maps."""

    depth: int = DEPTH
    resampling: Resampling = DEFAULT_RESAMPLING
    vectors: bool = False


DEFAULT_BENCH = BenchOptions()


@dataclass(frozen=True)
class Catalogue:
    """An indexed catalogue: what answers, the encoder that it was made with, and all its products."""

    shop: LoadedIndex
    encoder: Encoder
    products: tuple[Product, ...]


@dataclass(frozen=True)
class Evaluator:
    """Runs protocols; each returns a Run whose record says all that is needed to get it again."""

    dataset: Dataset
    catalogue: Catalogue
    settings: Settings
    options: BenchOptions = DEFAULT_BENCH
    progress: Progress = no_progress

    @property
    def shop(self) -> LoadedIndex:
        """The shop that is asked."""
        return self.catalogue.shop

    def photos(self, distortion: Distortion | None = None) -> Run:
        """Photo to product, of the dataset's queries; distortion: what is done to their pictures first.

        Raises DatasetError where a picture cannot be used.
        """
        queries = self.dataset.queries
        started = perf_counter()
        encoded = self.encoded(queries) if distortion is None else self._encode(queries, distortion)
        seconds = perf_counter() - started
        evaluation = evaluate_embeddings(self.shop.gallery, queries, encoded.embeddings, self._options)
        evaluation = replace(evaluation, timings={"encode": seconds, **evaluation.timings})
        return self._run(evaluation, encoded, self.dataset.protocol)

    def encoded(self, queries: Sequence[Query]) -> Encoded:
        """Queries with their embeddings, from the cache where they were made before."""
        folder = version_store(self.settings).cache / "queries"
        cache = QueryCache(folder, self.catalogue.encoder.spec.fingerprint)
        found = cache.get(queries)
        if found is None:
            found = self._encode(queries)
            cache.put(queries, found)
        return found

    def views(self) -> Run:
        """Product to product: a picture of a product finds its other pictures.

        Raises DatasetError where no product has two pictures.
        """
        vectors = self.references()
        asked = view_queries(vectors.owners, vectors.images, self.dataset.folder)
        rows = [row for row, query in enumerate(asked) if query is not None]
        queries = [query for query in asked if query is not None]
        if not queries:
            raise DatasetError(
                f"{self.dataset.folder}: no product has two pictures, so that none has another view to find."
            )
        embeddings = vectors.references[rows]
        started = perf_counter()
        ranker = ArrayRanker(vectors.references, picture_ids(vectors.owners), self.options.depth)
        results = tuple(ranker.rank(queries, embeddings))
        seconds = perf_counter() - started
        types = product_types({product.id: product for product in self.catalogue.products}, results)
        evaluation = judge(self.shop.gallery, results, types, self._options)
        evaluation = replace(evaluation, timings={"search": seconds, **evaluation.timings})
        return self._run(evaluation, _unmeasured(embeddings), "product to product, other view")

    def texts(self, products: Iterable[Product] | None = None) -> Run:
        """Text to product: titles find the products that bear them; products: whose titles, None: all."""
        wanted = self.catalogue.products if products is None else products
        queries = title_queries(wanted, self.dataset.folder)
        started = perf_counter()
        embeddings = self.catalogue.encoder.encode_texts([query.text for query in queries])
        seconds = perf_counter() - started
        evaluation = evaluate_embeddings(self.shop.gallery, queries, embeddings, self._options)
        evaluation = replace(evaluation, timings={"encode": seconds, **evaluation.timings})
        return self._run(evaluation, _unmeasured(embeddings), "text to product, titles")

    def with_robustness(self, run: Run) -> Run:
        """The same run, with what becomes of it when its photos are made worse, one way at a time."""
        rows: list[dict[str, object]] = []
        for name, distortion in DISTORTIONS.items():
            worse = self.photos(distortion)
            found = drop(name, worse.results, run.results, self.options.resampling)
            rows += found.as_rows()
        return run.with_extra("robustness", rows)

    def with_latency(self, run: Run, look_ups: int = 50) -> Run:
        """The same run, with the time of single look-ups of its first photos, one after the other."""
        queries = [query for query in self.dataset.queries if not query.text][: look_ups + 1]
        timings = [self._timed(query) for query in queries]
        return run.with_extra("latency", latency_rows(timings[1:] or timings))  # the first one warms up

    def references(self) -> Vectors:
        """The gallery's embeddings with their products and pictures; no queries."""
        gallery = self.shop.gallery
        rows = np.arange(len(gallery))
        owners, images = zip(*gallery.references(rows), strict=True)
        vectors = gallery.vectors(rows)
        return Vectors(np.empty((0, vectors.shape[1]), np.float32), vectors, owners, images)

    def gallery(self) -> Gallery:
        """The gallery as arrays, for few-shot."""
        held = self.references()
        return Gallery(held.references, held.owners)

    def _timed(self, query: Query) -> dict[str, float]:
        timings = Timings()
        with timings.stage("decode"):
            photo = read_picture(query.photo, self.settings.picture_limits)
        boxes = [] if query.box is None else [query.box]
        self.shop.suggester.suggest(photo, boxes, timings=timings)
        return timings.seconds

    @property
    def _options(self) -> Options:
        return Options(self.options.depth, self.options.resampling, progress=self.progress)

    def _encode(self, queries: Sequence[Query], distortion: Distortion | None = None) -> Encoded:
        def read(query: Query) -> Picture:
            picture = crop(read_picture(query.photo, self.settings.picture_limits), query.box)
            return picture if distortion is None else distortion(picture)

        reads = MeasuredReads(read)
        embeddings = encode_queries(self.catalogue.encoder, queries, reads, self.progress)
        return Encoded(embeddings, tuple(reads.of(query) for query in queries))

    def _run(self, evaluation: Evaluation, encoded: Encoded, protocol: str) -> Run:
        products = {product.id: product for product in self.catalogue.products}
        queries = [result.query for result in evaluation.results]
        facts = tuple(query_facts(queries, products, encoded.quality))
        shown = _shown(evaluation.results, products)
        vectors = None
        if self.options.vectors:
            vectors = replace(self.references(), queries=encoded.embeddings)
        return Run(self._record(evaluation, protocol, queries), evaluation, facts, shown, vectors)

    def _record(self, evaluation: Evaluation, protocol: str, queries: Sequence[Query]) -> Record:
        gallery, content = self.shop.gallery, self.shop.gallery.manifest.content
        folder = self.dataset.folder
        index = IndexRecord(
            gallery.version, content.index_kind, content.products, content.pictures, content.digest
        )
        return Record(
            encoder=self.catalogue.encoder.spec,
            index=index,
            dataset=DatasetRecord(str(folder), dataset_digest(queries), evaluation.split, protocol),
            resampling=self.options.resampling,
            settings=self._told_settings(),
            versions=versions(),
            machine=machine(),
            timings=evaluation.timings,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _told_settings(self) -> dict[str, Any]:
        search = self.shop.gallery.manifest.approximation
        return {
            "depth": self.options.depth,
            "device": self.settings.device,
            "search": {} if search is None else dict(search.search),
        }


def _unmeasured(embeddings: Embeddings) -> Encoded:
    """Embeddings that were not made of pictures now, so that no picture was measured."""
    return Encoded(embeddings, ({},) * len(embeddings))


def _shown(results: Iterable[QueryResult], products: Mapping[str, Product]) -> dict[str, Product]:
    """The products that are right, or among the first of a ranking."""
    names = dict.fromkeys(
        each if each in products else product_of_picture(each)
        for result in results
        for each in (*sorted(result.query.relevant), *result.product_ids[:_SHOWN])
    )
    return {name: products[name] for name in names if name in products}
