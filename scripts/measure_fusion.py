"""What mirrored copies and words would add to the nearest picture: recall of products at 1 and at 5.

    python scripts/measure_fusion.py [--model spark-mini] DATASET[:SPLIT]...

Without a dataset: the demo shop's splits. Each row is another way to score a product for a region; none of
them is what the program does but the first (docs/suggestions.md says why).
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spark_vision.bootstrap.demo_shop import demo_shop
from spark_vision.catalogue.read import open_source
from spark_vision.domain.catalogue import FeedRow, Product
from spark_vision.domain.embedding import Embeddings, Picture, unit_length
from spark_vision.encoding.load import load_encoder
from spark_vision.evaluation.datasets import Query, read_dataset
from spark_vision.imaging.crop import crop
from spark_vision.imaging.files import read_picture
from spark_vision.ports import Encoder

AT_ONCE = 32
WEIGHTS = (0.1, 0.2, 0.3, 0.5)
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Looked:
    """Embeddings of regions and of catalogue pictures, plain and mirrored; texts: of the products' titles."""

    regions: Embeddings
    mirrored: Embeddings
    pictures: Embeddings
    pictures_mirrored: Embeddings
    titles: Embeddings
    owners: NDArray[np.int64]

    def nearest(self, regions: Embeddings, pictures: Embeddings) -> Scores:
        """Of each region and product the similarity of the product's nearest picture."""
        similarities = regions @ pictures.T
        products = range(int(self.owners.max()) + 1)
        return np.stack([similarities[:, self.owners == product].max(1) for product in products], 1)


def main() -> None:
    """Measure and print a table for each dataset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="spark-mini")
    parser.add_argument("datasets", nargs="*", default=[f"{demo_shop()}:demo", f"{demo_shop()}:test"])
    options = parser.parse_args()
    encoder = load_encoder(options.model, "cpu")
    for named in options.datasets:
        folder, _, split = named.partition(":")
        queries = [q for q in read_dataset(Path(folder)).only(split or None).queries if q.relevant]
        print(
            f"\n| {Path(folder).name} {split}, {len(queries)} regions | recall@1 | recall@5 |\n|---|---|---|"
        )
        products = _products(Path(folder))
        right = [{row for row, held in enumerate(products) if held.id in q.relevant} for q in queries]
        for name, scores in _ways(_look(encoder, Path(folder), products, queries)):
            order = np.argsort(-scores, axis=1, kind="stable")
            print(f"| {name} | {_recall(order, right, 1):.3f} | {_recall(order, right, 5):.3f} |")


def _ways(looked: Looked) -> Iterator[tuple[str, Scores]]:
    plain = looked.nearest(looked.regions, looked.pictures)
    both = unit_length(looked.regions + looked.mirrored)
    pictures = unit_length(looked.pictures + looked.pictures_mirrored)
    yield "nearest picture", plain
    yield "region and its mirror image, their mean", looked.nearest(both, looked.pictures)
    yield "and so for pictures, too", looked.nearest(both, pictures)
    yield "pictures alone", looked.nearest(looked.regions, pictures)
    yield "the better of both", np.maximum(plain, looked.nearest(looked.mirrored, looked.pictures))
    for weight in WEIGHTS:
        yield f"and the title's similarity, times {weight}", plain + weight * looked.regions @ looked.titles.T


def _look(encoder: Encoder, folder: Path, products: Sequence[Product], queries: Sequence[Query]) -> Looked:
    images = [(row, image) for row, product in enumerate(products) for image in product.images]
    pictures = [read_picture(folder / image) for _, image in images]
    regions = [crop(read_picture(q.photo), q.box) if q.box else read_picture(q.photo) for q in queries]
    return Looked(
        regions=_embedded(encoder, regions),
        mirrored=_embedded(encoder, [_mirrored(region) for region in regions]),
        pictures=_embedded(encoder, pictures),
        pictures_mirrored=_embedded(encoder, [_mirrored(picture) for picture in pictures]),
        titles=encoder.encode_texts([product.title for product in products]),
        owners=np.array([row for row, _ in images], dtype=np.int64),
    )


def _embedded(encoder: Encoder, pictures: Sequence[Picture]) -> Embeddings:
    prepared = [np.stack([encoder.prepare(p) for p in part]) for part in _parts(pictures)]
    return encoder.finish(np.concatenate([encoder.forward(part) for part in prepared]))


def _parts(pictures: Sequence[Picture]) -> Iterator[Sequence[Picture]]:
    for start in range(0, len(pictures), AT_ONCE):
        yield pictures[start : start + AT_ONCE]


def _mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def _products(folder: Path) -> list[Product]:
    rows = open_source(str(folder / "catalogue.csv")).rows()
    return sorted((row.product for row in rows if isinstance(row, FeedRow)), key=lambda held: held.id)


def _recall(order: NDArray[np.int64], right: Sequence[set[int]], first: int) -> float:
    hits = [bool(wanted & set(row[:first].tolist())) for row, wanted in zip(order, right, strict=True)]
    return float(np.mean(hits))


if __name__ == "__main__":
    main()
