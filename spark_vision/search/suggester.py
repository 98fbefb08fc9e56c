"""The look-up: a photo or a text goes in, products come out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, Picture, unit_length
from spark_vision.core.errors import IndexMismatchError, InvalidInputError
from spark_vision.core.geometry import Box
from spark_vision.core.product_filter import EVERYTHING, ProductFilter
from spark_vision.core.suggestion import Item, Match
from spark_vision.embedding.encoder import Encoder
from spark_vision.index.gallery import Gallery
from spark_vision.media.crop import crop
from spark_vision.search.doubt import Doubts
from spark_vision.search.items import DEPTH, ItemBuilder, Region, filter_found_items
from spark_vision.search.query import (
    DEFAULT_OPTIONS,
    MAX_BOXES,
    MAX_TOP,
    UNCALIBRATED,
    SearchOptions,
    SuggestionPolicy,
    check_bounds,
)
from spark_vision.search.regions.proposer import RegionProposer
from spark_vision.search.whole_photo import encode_whole_photo
from spark_vision.search.words.fused_search import PICTURE_DEPTH, ProductWords

__all__ = ["MAX_BOXES", "MAX_TOP", "Suggester", "Timings"]

_WHOLE = Region(None, "photo")
# Words narrow, the photo decides; the weight was not fitted on data.
_WORDS_WEIGHT = 0.5
_KNOWN_PRODUCTS = 10_000


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

    def __init__(
        self,
        encoder: Encoder,
        gallery: Gallery,
        judgement: SuggestionPolicy = UNCALIBRATED,
        words: ProductWords | None = None,
    ) -> None:
        _check_fit(encoder, gallery)
        self.encoder = encoder
        self.gallery = gallery
        self.judgement = judgement
        self.words = words
        # A look-up asks for the products behind twenty matches; the same ones come again and again.
        self._product = lru_cache(_KNOWN_PRODUCTS)(gallery.product)

    def on(self, gallery: Gallery) -> "Suggester":
        """The same with another face of the same gallery, such as one that learned."""
        other = copy(self)
        other.gallery = gallery
        return other

    def judging_by(self, judgement: SuggestionPolicy) -> "Suggester":
        """The same with another way to find regions and to judge matches."""
        other = copy(self)
        other.judgement = judgement
        return other

    def suggest(
        self,
        photo: Picture,
        boxes: Sequence[Box] = (),
        top: int = 5,
        timings: Timings | None = None,
        wanted: ProductFilter = EVERYTHING,
        extra: SearchOptions = DEFAULT_OPTIONS,
    ) -> tuple[Item, ...]:
        """An item for each box in their order, then each point; else one for each region that was found,
        surest first; and one for the whole photo, which is always there.

        photo: (height, width, 3) uint8; wanted: which products may be suggested. All regions go through
        the model in one batch; where they are looked for, the whole photo goes first, since what the model
        sees in it tells where things are.

        Raises InvalidInputError where `top` is not in 1..100, there are over 50 boxes and points, or the
        words are too long.
        """
        check_bounds(top, boxes, extra)
        timings = timings or Timings()
        regions, features = self._looked_at(photo, boxes, extra, timings)
        with timings.stage("forward"):
            queries = self.encoder.finish(features)
            if extra.words.strip():
                queries = self._with_words(queries, extra.words)
        with timings.stage("search"):
            found = self._search(queries, max(top, DEPTH), wanted)
        chooser = ItemBuilder(self._product, self.judgement, wanted, top, not extra.words.strip())
        items = [chooser.item(region, matches) for region, matches in zip(regions, found, strict=True)]
        return Doubts(photo, self.judgement.own).applied(_arranged(items))

    def search_text(self, text: str, top: int = 10, wanted: ProductFilter = EVERYTHING) -> Item:
        """Products whose texts or pictures fit a text; raises InvalidInputError where the text is empty.

        Without an index of words the pictures alone decide.
        """
        check_bounds(top, ())
        if not text.strip():
            raise InvalidInputError("The text to search for is empty; write a few words.")
        query = self.encoder.encode_texts([text])
        builder = ItemBuilder(self._product, UNCALIBRATED, wanted, top)
        if self.words is None:
            return builder.item(_WHOLE, self._search(query, top, wanted)[0])
        (pictured,) = self._search(query, max(top, PICTURE_DEPTH), wanted)
        fused = self.words.fuse(text, query[0], pictured, top, wanted)
        item = builder.item(_WHOLE, [found.match for found in fused])
        named = zip(item.suggestions, fused, strict=True)
        suggestions = tuple(replace(suggestion, found_by=found.found_by) for suggestion, found in named)
        return replace(item, suggestions=suggestions)

    def _looked_at(
        self, photo: Picture, boxes: Sequence[Box], extra: SearchOptions, timings: Timings
    ) -> tuple[list[Region], NDArray[np.float32]]:
        """The regions, the whole photo last, and their features as they leave the model."""
        with timings.stage("regions"):
            regions = self._asked(photo, boxes, extra)
        if not regions and (proposer := self._finder(extra)):
            return self._found(photo, proposer, timings)
        prepared = self._prepared(photo, [*regions, _WHOLE], timings)
        with timings.stage("forward"):
            return [*regions, _WHOLE], self.encoder.forward(prepared)

    def _found(
        self, photo: Picture, proposer: RegionProposer, timings: Timings
    ) -> tuple[list[Region], NDArray[np.float32]]:
        whole = self._prepared(photo, [_WHOLE], timings)[0]
        with timings.stage("forward"):
            seen = encode_whole_photo(self.encoder, photo, whole)
        with timings.stage("regions"):
            regions = [Region(box, "found") for box in seen.regions(proposer, self.judgement.most)]
        if not regions:
            return [_WHOLE], seen.features
        prepared = self._prepared(photo, regions, timings)
        with timings.stage("forward"):
            return [*regions, _WHOLE], np.concatenate([self.encoder.forward(prepared), seen.features])

    def _prepared(self, photo: Picture, regions: Sequence[Region], timings: Timings) -> NDArray[np.uint8]:
        with timings.stage("prepare"):
            return np.stack([self.encoder.prepare(crop(photo, region.box)) for region in regions])

    def _finder(self, extra: SearchOptions) -> RegionProposer | None:
        """What looks for regions, where they are to be looked for."""
        find = self.judgement.find if extra.find is None else extra.find
        return self.judgement.proposer if find and self.judgement.most else None

    def _asked(self, photo: Picture, boxes: Sequence[Box], extra: SearchOptions) -> list[Region]:
        proposer, asked = self.judgement.proposer, [Region(box, "asked") for box in boxes]
        if proposer is None:
            if extra.points or extra.find:
                raise InvalidInputError("There is nothing here that finds regions or what a tap means.")
            return asked
        return asked + [Region(proposer.around(photo, point), "asked") for point in extra.points]

    def _with_words(self, queries: Embeddings, words: str) -> Embeddings:
        return unit_length(queries + _WORDS_WEIGHT * self.encoder.encode_texts([words]))

    def _search(self, queries: Embeddings, deep: int, wanted: ProductFilter) -> list[list[Match]]:
        gallery = self.gallery if wanted.is_empty else self.gallery.only(wanted)
        return gallery.search_products(queries, deep)


def _arranged(items: list[Item]) -> tuple[Item, ...]:
    """What was asked for in its order, or what was found and is worth showing; the whole photo last."""
    *others, whole = items
    asked = [item for item in others if item.source == "asked"]
    return (*asked, *filter_found_items([item for item in others if item.source == "found"], whole), whole)


def _check_fit(encoder: Encoder, gallery: Gallery) -> None:
    made, given = gallery.encoder, encoder.spec
    if made.fingerprint != given.fingerprint:
        raise IndexMismatchError(
            f"Index version {gallery.version} was made with {made.model} (weights {made.weights[:12]}),"
            f" which is not the {given.model} at hand (weights {given.weights[:12]}): build the index"
            " again with `spark-vision index build SOURCE`."
        )
