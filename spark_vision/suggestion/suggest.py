"""The look-up: a photo or a text goes in, products come out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from spark_vision.domain.box import Box
from spark_vision.domain.embedding import Embeddings, Picture
from spark_vision.domain.product_filter import EVERYTHING, ProductFilter
from spark_vision.domain.suggestion import Item, Match, NoMatch, Suggestion
from spark_vision.errors import IndexMismatchError, InvalidInputError
from spark_vision.imaging.crop import crop
from spark_vision.ports import Encoder, Gallery

MAX_TOP = 100
MAX_BOXES = 50


@dataclass
class Timings:
    """Seconds of each named stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        start = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


class Suggester:
    """Suggests the products of one gallery; raises IndexMismatchError where its encoder is another."""

    def __init__(self, encoder: Encoder, gallery: Gallery) -> None:
        _check_fit(encoder, gallery)
        self.encoder = encoder
        self.gallery = gallery

    def suggest(
        self,
        photo: Picture,
        boxes: Sequence[Box] = (),
        top: int = 5,
        timings: Timings | None = None,
        wanted: ProductFilter = EVERYTHING,
    ) -> tuple[Item, ...]:
        """An item for each box in their order, and one for the whole photo, which is always there.

        photo: (height, width, 3) uint8; wanted: which products may be suggested. All
        regions go through the model in one batch.

        Raises InvalidInputError where `top` is not in 1..100 or there are over 50 boxes.
        """
        _check_bounds(top, len(boxes))
        timings = timings or Timings()
        regions: list[Box | None] = [*boxes, None]
        with timings.stage("prepare"):
            prepared = np.stack([self.encoder.prepare(crop(photo, box)) for box in regions])
        with timings.stage("forward"):
            queries = self.encoder.finish(self.encoder.forward(prepared))
        with timings.stage("search"):
            found = self._search(queries, top, wanted)
        return tuple(_item(box, held, wanted) for box, held in zip(regions, found, strict=True))

    def search_text(self, text: str, top: int = 10, wanted: ProductFilter = EVERYTHING) -> Item:
        """Products whose pictures fit a text; raises InvalidInputError where the text is empty."""
        _check_bounds(top, 0)
        if not text.strip():
            raise InvalidInputError("The text to search for is empty; write a few words.")
        (found,) = self._search(self.encoder.encode_texts([text]), top, wanted)
        return _item(None, found, wanted)

    def _search(self, queries: Embeddings, top: int, wanted: ProductFilter) -> list[tuple[Suggestion, ...]]:
        gallery = self.gallery if wanted.is_empty else self.gallery.only(wanted)
        ranked = gallery.search_products(queries, top)
        return [tuple(self._suggestion(match) for match in matches) for matches in ranked]

    def _suggestion(self, match: Match) -> Suggestion:
        product = self.gallery.product(match.product_id)
        return Suggestion(product, match.similarity, match.reference_image)


def _item(box: Box | None, suggestions: tuple[Suggestion, ...], wanted: ProductFilter) -> Item:
    empty = NoMatch("index_empty", "There is no product in the index.")
    if not wanted.is_empty:
        empty = NoMatch("filtered_out", "No product in the index is what the filter asks for.")
    return Item(box, suggestions, None if suggestions else empty, "photo" if box is None else "asked")


def _check_fit(encoder: Encoder, gallery: Gallery) -> None:
    made, given = gallery.encoder, encoder.spec
    if made.fingerprint != given.fingerprint:
        raise IndexMismatchError(
            f"Index version {gallery.version} was made with {made.model} (weights {made.weights[:12]}),"
            f" which is not the {given.model} at hand (weights {given.weights[:12]}): build the index"
            " again with `spark-vision index build SOURCE`."
        )


def _check_bounds(top: int, boxes: int) -> None:
    if not 1 <= top <= MAX_TOP:
        raise InvalidInputError(f"top is {top}; it lies in 1..{MAX_TOP}.")
    if boxes > MAX_BOXES:
        raise InvalidInputError(f"There are {boxes} boxes; a photo may have {MAX_BOXES}.")
