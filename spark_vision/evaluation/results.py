"""What was suggested for each query: values that check themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.suggestion import Match
from spark_vision.evaluation.datasets import Query

# The least that an inner product of unit vectors can be: what nothing at all resembles by.
_NO_SIMILARITY = -1.0


@dataclass(frozen=True, slots=True, eq=False)
class QueryResult:
    """The ranked products of one query.

    product_ids: (n,), best first, each once; similarities: (n,) float64, descending, equal ones by
    ascending product id; probability: that the first product is right, None where nothing says so.
    n may be 0. Raises ValueError where any of this does not hold.
    """

    query: Query
    product_ids: tuple[str, ...]
    similarities: NDArray[np.float64]
    probability: float | None = None

    def __post_init__(self) -> None:
        similarities = np.array(self.similarities, dtype=np.float64)
        similarities.flags.writeable = False
        object.__setattr__(self, "similarities", similarities)
        _check_ranking(self.product_ids, similarities)
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(f"a probability is within 0..1, not {self.probability}")

    @classmethod
    def from_matches(
        cls, query: Query, matches: Sequence[Match], probability: float | None = None
    ) -> "QueryResult":
        """From matches that are pooled to one a product already, best first."""
        similarities = np.fromiter((match.similarity for match in matches), np.float64, len(matches))
        return cls(query, tuple(match.product_id for match in matches), similarities, probability)

    @property
    def top_similarity(self) -> float:
        """Similarity of the first product; -1 where nothing was suggested."""
        return float(self.similarities[0]) if len(self.similarities) else _NO_SIMILARITY

    @property
    def correct(self) -> bool:
        """Whether the first product is a right one."""
        return bool(self.product_ids) and self.product_ids[0] in self.query.relevant


def photo_numbers(results: Sequence[QueryResult]) -> NDArray[np.int64]:
    """For each result the number of its photo or, where it has one, its group, (n,): 0 for the first, and
    so on.
    """
    numbers: dict[object, int] = {}
    keys = (result.query.group or result.query.photo for result in results)
    found = (numbers.setdefault(key, len(numbers)) for key in keys)
    return np.fromiter(found, np.int64, len(results))


def _check_ranking(product_ids: tuple[str, ...], similarities: NDArray[np.float64]) -> None:
    if similarities.shape != (len(product_ids),):
        raise ValueError(f"{len(product_ids)} products, similarities of {similarities.shape}")
    if not np.isfinite(similarities).all():
        raise ValueError("a similarity is a finite number")
    if len(set(product_ids)) != len(product_ids):
        raise ValueError("a product is ranked once")
    steps = np.diff(similarities)
    if (steps > 0).any():
        raise ValueError("similarities descend")
    ties = np.flatnonzero(steps == 0)
    if any(product_ids[place] > product_ids[place + 1] for place in ties):
        raise ValueError("products of equal similarity ascend by id")
