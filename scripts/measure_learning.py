"""What confirmed photos bring to look-ups of other photos, through the gallery that the service uses.

    python scripts/measure_learning.py --data ../shared/data [--model MODEL] [--index DIR] [--seeds 5]

Groceries: photos of the split `train` are confirmed, 0, 1, 2, 5, 10 and all of a product, and the photos
of `val` are looked up whole; then one half of `val` is confirmed and the other half looked up. The demo
shop: at true boxes, one half of the photos is confirmed. Confirmed photos are of ten posters in turn.
Intervals: 95 %, bootstrap over photos, each photo's answers averaged over the draws.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spark_vision.app.settings import Settings
from spark_vision.core.embedding import Embeddings
from spark_vision.core.learned_view import LearnedView, LearningLimits, Polarity
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.evaluator import Evaluator
from spark_vision.evaluation.intervals import DEFAULT_RESAMPLING, bootstrap, mean_of
from spark_vision.feedback.learned_gallery import LearnedGallery
from spark_vision.feedback.learned_index import LearnedIndex

SHOTS = (0, 1, 2, 5, 10, 1000)
POSTERS = 10
_DEPTH = 5
Hits = NDArray[np.float64]
"""(queries, 2): whether a right product is the first, and among the first five."""


@dataclass(frozen=True)
class Part:
    """Queries with their embeddings, (n, dimension)."""

    queries: Sequence[Query]
    embeddings: Embeddings

    def only(self, numbers: Sequence[int]) -> "Part":
        return Part([self.queries[number] for number in numbers], self.embeddings[list(numbers)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", default=None)
    parser.add_argument("--index", type=Path, default=Path("out/learning"))
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    settings = Settings(index_dir=options.index)
    seeds = range(options.seeds)

    print("\n| groceries | recall@1 | recall@5 |\n|---|---|---|", flush=True)
    bench, asked = _opened(settings, options.data / "grocery", "val", options.model)
    _, train = _opened(settings, options.data / "grocery", "train", options.model)
    for shots in SHOTS:
        drawn = seeds if 0 < shots < max(SHOTS) else (0,)
        hits = [_hits(bench, _few(train, shots, seed), asked) for seed in drawn]
        name = "all" if shots == max(SHOTS) else str(shots)
        print(_row(f"{name} of `train` a product, `val` looked up", hits), flush=True)
    _halves(bench, asked, seeds, "half of `val`")

    print("\n| demo shop, at true boxes | recall@1 | recall@5 |\n|---|---|---|", flush=True)
    bench, boxes = _opened(settings, demo_shop(), None, options.model)
    _halves(
        bench,
        boxes.only([n for n, query in enumerate(boxes.queries) if query.box]),
        seeds,
        "half of the photos",
    )


def _opened(settings: Settings, folder: Path, split: str | None, model: str | None) -> tuple[Evaluator, Part]:
    bench = open_bench(settings, Plan(folder, split, model))
    queries = [query for query in bench.dataset.queries if query.relevant]
    return bench, Part(queries, bench.encoded(queries).embeddings)


def _halves(bench: Evaluator, part: Part, seeds: Sequence[int], what: str) -> None:
    """One half teaches, the other is looked up; each photo is looked up in about half of the draws."""
    sides = [_sides(part, seed) for seed in seeds]
    for name, taught in (
        ("0 confirmed", lambda _: part.only([])),
        (f"{what} confirmed, the other half looked up", lambda side: part.only(side[0])),
    ):
        hits = [_scattered(part, side[1], _hits(bench, taught(side), part.only(side[1]))) for side in sides]
        print(_row(name, hits, [str(query.photo) for query in part.queries]), flush=True)


def _sides(part: Part, seed: int) -> tuple[list[int], list[int]]:
    photos = sorted({str(query.photo) for query in part.queries})
    order = np.random.default_rng(seed).permutation(len(photos))
    chosen = {photos[number] for number in order[: len(photos) // 2]}
    sides: tuple[list[int], list[int]] = ([], [])
    for number, query in enumerate(part.queries):
        sides[str(query.photo) not in chosen].append(number)
    return sides


def _scattered(part: Part, numbers: list[int], hits: Hits) -> Hits:
    """Hits at their places among all queries; what was not looked up is not a number."""
    wide = np.full((len(part.queries), 2), np.nan)
    wide[numbers] = hits
    return wide


def _few(part: Part, shots: int, seed: int) -> Part:
    """So many photos of each product, drawn."""
    given: dict[str, int] = {}
    chosen = []
    for number in np.random.default_rng(seed).permutation(len(part.queries)).tolist():
        product_id = min(part.queries[number].relevant)
        if given.get(product_id, 0) < shots:
            given[product_id] = given.get(product_id, 0) + 1
            chosen.append(number)
    return part.only(chosen)


def _hits(bench: Evaluator, taught: Part, asked: Part) -> Hits:
    room = LearnedIndex(bench.shop.gallery, list(_views(taught)), LearningLimits())
    found = LearnedGallery(room).search_products(asked.embeddings, _DEPTH)
    answers = [
        [match.product_id in query.relevant for match in matches]
        for query, matches in zip(asked.queries, found, strict=True)
    ]
    return np.array([[float(right[0]), float(any(right))] for right in answers])


def _views(taught: Part) -> Iterator[tuple[LearnedView, NDArray[np.float32]]]:
    for number, (query, vector) in enumerate(zip(taught.queries, taught.embeddings, strict=True)):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        name, poster = f"view-{number:06}", f"poster-{number % POSTERS}"
        product_id = min(query.relevant)
        yield LearnedView(name, product_id, poster, name, name, query.box, Polarity.CONFIRMED, at), vector


def _row(name: str, hits: Sequence[Hits], photos: Sequence[str] | None = None) -> str:
    seen = ~np.isnan(np.stack(hits))
    with np.errstate(invalid="ignore"):  # a photo that no draw has looked up stays no number
        mean = np.where(seen, np.stack(hits), 0).sum(axis=0) / seen.sum(axis=0)
    groups = np.unique(photos, return_inverse=True)[1] if photos else np.arange(len(mean))
    cells = [_with_interval(mean[:, column], groups) for column in range(2)]
    return f"| {name} | {' | '.join(cells)} |"


def _with_interval(values: NDArray[np.float64], groups: NDArray[np.int64]) -> str:
    photos = int(groups.max()) + 1
    interval = bootstrap({"": mean_of(values, groups, photos)}, photos, DEFAULT_RESAMPLING)[""]
    low, high = interval or (np.nan, np.nan)
    return f"{np.nanmean(values):.3f} ({low:.3f} to {high:.3f})".replace("0.", ".")


if __name__ == "__main__":
    main()
