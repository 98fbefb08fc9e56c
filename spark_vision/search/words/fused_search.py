"""Search by words and by picture in one ranking."""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.suggestion import Match
from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.search.words.word_index import FIELDS, WordIndex, WordMatch

PICTURE_WEIGHT = 0.5
"""What a similarity of 1 counts beside a word score of 1; see docs/adr and scripts/measure_word_search.py."""

PICTURE_DEPTH = 100
_CANDIDATES = 150


@dataclass(frozen=True)
class FoundMatch:
    """A match of a search by text. found_by: the product's fields that matched, and `picture`."""

    match: Match
    found_by: tuple[str, ...]


class ProductWords:
    """The words of a gallery's products; indexed when the first search needs them."""

    def __init__(self, gallery: FaissGallery) -> None:
        self._gallery = gallery
        self._lock = Lock()
        self._index: WordIndex | None = None
        self._ids: list[str] = []

    def fuse(
        self,
        text: str,
        query: NDArray[np.float32],
        pictured: list[Match],
        top: int,
        wanted: ProductFilter,
        weight: float = PICTURE_WEIGHT,
    ) -> list[FoundMatch]:
        """Merge what words find with what the picture search found, best first.

        An exact id, GTIN or title comes first. All others are ordered by the sum of the word score (0..1)
        and the weighted similarity. query: the text's embedding (dimension,).
        """
        index = self._built()
        known = {match.product_id: match for match in pictured}
        worded = self._allowed(index.find(text), known, wanted)
        scored: list[tuple[tuple[float, ...], str, FoundMatch]] = []
        shown = {match.product_id for match in pictured[:top]}
        for product_id in {**dict.fromkeys(worded), **known}:
            word = worded.get(product_id)
            match = known.get(product_id) or self._match(product_id, query)
            found_by = _found_by(word, product_id in shown)
            exact, score = (word.exact, word.score) if word else (len(FIELDS), 0.0)
            order = (min(exact, 3), -(score + weight * match.similarity))
            scored.append((order, product_id, FoundMatch(match, found_by or ("picture",))))
        return [found for _, _, found in sorted(scored, key=lambda one: one[:2])[:top]]

    def _built(self) -> WordIndex:
        with self._lock:
            if self._index is None:
                self._ids, texts = self._gallery.texts()
                self._index = WordIndex(texts)
            return self._index

    def _allowed(
        self, found: list[WordMatch], known: dict[str, Match], wanted: ProductFilter
    ) -> dict[str, WordMatch]:
        """The best matches that a filter allows; of equal ones those that the picture search knows."""
        allowed = None if wanted.is_empty else set(self._gallery.product_ids(wanted))
        named = [(self._ids[match.row], match) for match in found]
        if allowed is not None:
            named = [(product_id, match) for product_id, match in named if product_id in allowed]
        named.sort(key=lambda one: (one[1].exact, -one[1].score, one[0] not in known))
        return dict(named[:_CANDIDATES])

    def _match(self, product_id: str, query: NDArray[np.float32]) -> Match:
        rows = self._gallery.rows_of(product_id)
        similarities = self._gallery.vectors(rows) @ query
        best = int(np.argmax(similarities))
        ((_, image),) = self._gallery.references(rows[best : best + 1])
        return Match(int(rows[best]), product_id, image, float(similarities[best]))


def _found_by(word: WordMatch | None, pictured: bool) -> tuple[str, ...]:
    fields = tuple(name for name in FIELDS if word and name in word.fields)
    return (*fields, "picture") if pictured else fields
