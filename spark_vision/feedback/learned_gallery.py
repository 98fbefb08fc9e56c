"""A gallery that learned: the index's matches and what decisions taught, in one ranking."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec
from spark_vision.core.product import Product
from spark_vision.core.product_filter import EVERYTHING, ProductFilter
from spark_vision.core.suggestion import Match
from spark_vision.feedback.adjustments import AdjustmentTable
from spark_vision.feedback.learned_index import LearnedIndex
from spark_vision.feedback.view_weighting import subtract_shift
from spark_vision.index.gallery import Gallery

_SPARE = 8


class LearnedGallery:
    """A `Gallery` for one poster (None: for nobody in particular).

    Searches are exact in the same sense as the gallery's own: every product that was taught is scored, and of
    the others as many are taken as it needs to be sure of the first k.
    """

    def __init__(
        self,
        room: LearnedIndex,
        poster_id: str | None = None,
        inner: Gallery | None = None,
        wanted: ProductFilter = EVERYTHING,
        own: AdjustmentTable | None = None,
    ) -> None:
        self._room, self._poster_id, self._wanted = room, poster_id, wanted
        self._inner: Gallery = room.gallery if inner is None else inner
        self._own = room.own(poster_id) if own is None else own
        self._taught = {*room.lessons.ids, *self._own.ids}
        self._allows = lru_cache(maxsize=None)(self._allowed)

    @property
    def version(self) -> str:
        """See Gallery."""
        return self._inner.version

    @property
    def encoder(self) -> EncoderSpec:
        """See Gallery."""
        return self._inner.encoder

    def __len__(self) -> int:
        return len(self._inner)

    def product(self, product_id: str) -> Product:
        """See Gallery."""
        return self._inner.product(product_id)

    def only(self, wanted: ProductFilter) -> "LearnedGallery":
        """See Gallery."""
        return LearnedGallery(self._room, self._poster_id, self._inner.only(wanted), wanted, self._own)

    def search(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery; decisions say nothing of single reference images."""
        return self._inner.search(queries, k)

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery."""
        if not self._taught:
            return self._inner.search_products(queries, k)
        asked = subtract_shift(queries, self._room.gap)
        found = self._inner.search_products(asked, k + _SPARE)
        return [
            self._merged(query, self._learned(query, photo, k), matches, k)
            for query, photo, matches in zip(asked, queries, found, strict=True)
        ]

    def _merged(
        self, query: NDArray[np.float32], learned: list[Match], matches: list[Match], k: int
    ) -> list[Match]:
        """The first k of both; deeper into the index while a product beyond `matches` might be among them."""
        wide = k + _SPARE
        while True:
            others = [match for match in matches if match.product_id not in self._taught]
            merged = sorted([*learned, *others], key=lambda match: (-match.similarity, match.product_id))
            merged = self._without_twins(merged)
            ended = len(matches) < wide
            if ended or (len(merged) >= k and merged[k - 1].similarity > matches[-1].similarity):
                return merged[:k]
            wide *= 4
            (matches,) = self._inner.search_products(query[None], wide)

    def _learned(self, query: NDArray[np.float32], photo: NDArray[np.float32], k: int) -> list[Match]:
        return [
            match
            for lessons, but in (
                (self._own, frozenset[str]()),
                (self._room.lessons, frozenset(self._own.ids)),
            )
            for match in self._first(lessons, but, (query, photo), k)
        ]

    def _first(
        self,
        lessons: AdjustmentTable,
        but: frozenset[str],
        asked: tuple[NDArray[np.float32], NDArray[np.float32]],
        k: int,
    ) -> Iterator[Match]:
        """The first k products of some lessons that the filter allows, by similarity, ties by id."""
        query, photo = asked
        scores, given = lessons.scores(query, photo), 0
        for number in np.argsort(-scores, kind="stable").tolist():
            product_id = lessons.ids[number]
            if product_id not in but and self._allows(product_id):
                yield lessons.match(number, query, scores[number])
                given += 1
            # Some more than k, for those that turn out to be twins.
            if given >= k + _SPARE:
                return

    def _allowed(self, product_id: str) -> bool:
        return self._wanted.is_empty or self._wanted.allows(self._inner.product(product_id))

    def _without_twins(self, matches: list[Match]) -> list[Match]:
        """Variants of a group that share a picture (sizes of a shirt) are one suggestion here, too."""
        taught = [match for match in matches if match.product_id in self._taught]
        groups = {self.product(match.product_id).item_group_id for match in taught} - {""}
        if not groups:
            return matches
        seen: set[tuple[str, bytes]] = set()
        kept = []
        for match in matches:
            group = self.product(match.product_id).item_group_id
            picture = (group, self._room.gallery.vectors(np.array([match.row]))[0].tobytes())
            if group not in groups or picture not in seen:
                kept.append(match)
            seen.add(picture)
        return kept
