"""What mirrored copies and words would add to the nearest picture: recall of products at 1 and at 5.

    python scripts/measure_fusion.py [--model spark-mini] [--index DIR] DATASET[:SPLIT]...

Without a dataset: the demo shop's splits. Each row is another way to score a product for a region; none of
them is what the program does but the first (docs/suggestions.md says why).
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spark_vision.app.settings import Settings
from spark_vision.core.embedding import Embeddings, Picture, unit_length
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation import metrics
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.encode import encode_queries
from spark_vision.evaluation.evaluator import Evaluator
from spark_vision.evaluation.ranking import ArrayRanker
from spark_vision.media.crop import crop
from spark_vision.media.files import read_picture

WEIGHTS = (0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Way:
    """A way to score: embeddings of the regions, and references with whose they are."""

    name: str
    regions: Embeddings
    references: Embeddings
    owners: Sequence[str]


def main() -> None:
    """Measure and print a table for each dataset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="spark-mini")
    parser.add_argument("--index", type=Path, default=Path("out/fusion"))
    parser.add_argument("datasets", nargs="*", default=[f"{demo_shop()}:demo", f"{demo_shop()}:test"])
    options = parser.parse_args()
    for named in options.datasets:
        folder, _, split = named.partition(":")
        bench = open_bench(
            Settings(index_dir=options.index), Plan(Path(folder), split or None, options.model)
        )
        queries = [query for query in bench.dataset.queries if query.relevant]
        print(f"\n| {Path(folder).name} {split}, {len(queries)} regions | recall@1 | recall@5 |")
        print("|---|---|---|")
        for way in _ways(bench, queries):
            results = list(ArrayRanker(way.references, way.owners).rank(queries, way.regions))
            values = metrics.ranking_values(results)
            print(f"| {way.name} | {values['recall@1'].mean():.3f} | {values['recall@5'].mean():.3f} |")


def _ways(bench: Evaluator, queries: Sequence[Query]) -> Iterator[Way]:
    held = bench.references()
    plain, pictures, owners = bench.encoded(queries).embeddings, held.references, held.owners
    mirrored = _mirrored(bench, queries)
    both = unit_length(plain + mirrored)
    of_pictures = [Query(bench.dataset.folder / image, None, frozenset(), "", 0) for image in held.images]
    both_pictures = unit_length(pictures + _mirrored(bench, of_pictures))
    yield Way("nearest picture", plain, pictures, owners)
    yield Way("region and its mirror image, their mean", both, pictures, owners)
    yield Way("and so for pictures, too", both, both_pictures, owners)
    yield Way("pictures alone", plain, both_pictures, owners)
    yield _better(plain, mirrored, pictures, owners)
    # A product's title counts beside each of its pictures, since r . p + w (r . t) is r . (p + w t).
    titles = _titles(bench, owners)
    for weight in WEIGHTS:
        name = f"and the title's similarity, times {weight}"
        yield Way(name, plain, pictures + np.float32(weight) * titles, owners)


def _better(plain: Embeddings, mirrored: Embeddings, pictures: Embeddings, owners: Sequence[str]) -> Way:
    """Each picture twice, once for the region and once for its mirror image: the nearest of all counts."""
    nothing = np.zeros_like(pictures)
    references = np.block([[pictures, nothing], [nothing, pictures]])
    return Way("the better of both", np.hstack([plain, mirrored]), references, [*owners, *owners])


def _mirrored(bench: Evaluator, queries: Sequence[Query]) -> Embeddings:
    def read(query: Query) -> Picture:
        return np.ascontiguousarray(crop(read_picture(query.photo), query.box)[:, ::-1])

    return encode_queries(bench.catalogue.encoder, queries, read)


def _titles(bench: Evaluator, owners: Sequence[str]) -> Embeddings:
    """The embedding of the title of each reference's product."""
    products = {product.id: row for row, product in enumerate(bench.catalogue.products)}
    said = bench.catalogue.encoder.encode_texts([product.title for product in bench.catalogue.products])
    return said[[products[owner] for owner in owners]]


if __name__ == "__main__":
    main()
