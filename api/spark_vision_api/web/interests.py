"""What one may be interested in: the categories of the live index, one step below what all share."""

from dataclasses import dataclass
from functools import lru_cache

from spark_vision.core.product import category_steps
from spark_vision.core.product_filter import EVERYTHING
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.search.loaded_index import LoadedIndex

_MOST = 12
_READ = 5_000


@dataclass(frozen=True, slots=True)
class CategoryFilter:
    """A category: how it is called, and what the feed is asked for."""

    name: str
    value: str


def interests(shop: LoadedIndex | None) -> tuple[CategoryFilter, ...]:
    """The largest categories of a shop, by name; from its first products where there are very many."""
    return () if shop is None else _of(shop.gallery)


@lru_cache(maxsize=2)
def _of(gallery: FaissGallery) -> tuple[CategoryFilter, ...]:
    ids = gallery.product_ids(EVERYTHING)[:_READ]
    paths = [steps for each in ids if (steps := category_steps(gallery.product(each).product_type))]
    depth = _shared(paths)
    counts: dict[tuple[str, ...], int] = {}
    for steps in paths:
        if len(steps) > depth:
            counts[steps[: depth + 1]] = counts.get(steps[: depth + 1], 0) + 1
    largest = sorted(counts, key=lambda steps: (-counts[steps], steps))[:_MOST]
    return tuple(CategoryFilter(steps[-1].capitalize(), " > ".join(steps)) for steps in sorted(largest))


def _shared(paths: list[tuple[str, ...]]) -> int:
    """How many steps all paths begin with together."""
    depth, longest = 0, min(map(len, paths), default=0) - 1
    while depth < longest and len({steps[: depth + 1] for steps in paths}) == 1:
        depth += 1
    return depth
