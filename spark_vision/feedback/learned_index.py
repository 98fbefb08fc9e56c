"""From learned views to lessons on one gallery: which views count, for everybody and for their own poster."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, similarities
from spark_vision.core.geometry import Box
from spark_vision.core.learned_view import LearnedView, LearningLimits, Polarity, within_quota
from spark_vision.feedback.adjustments import AdjustmentTable, ProductAdjustment
from spark_vision.feedback.view_weighting import (
    EmbeddedView,
    domain_shift,
    prototypes,
    trusted_views,
    view_weights,
)
from spark_vision.index.gallery import InspectableGallery

_BATCH = 256
Where = tuple[str, Box | None]
"""A view's id, and the region that it was of: a view may be moved."""
Place = tuple[bool, float]
"""Whether the catalogue alone ranks a view's product high there, and its closest picture's similarity."""


class LearnedIndex:
    """What the views teach on one gallery; never changes once it is made.

    views: with their vectors, by the gallery's encoder; places: what was found out of views before, on the
    same gallery. Views of products that the gallery has not teach nothing.
    """

    def __init__(
        self,
        gallery: InspectableGallery,
        views: Sequence[tuple[LearnedView, NDArray[np.float32]]],
        limits: LearningLimits,
        places: Mapping[Where, Place] | None = None,
    ) -> None:
        self.gallery, self.limits = gallery, limits
        vectors = {view.id: vector for view, vector in views if view.stands}
        by_id = {view.id: view for view, _ in views}
        chosen = within_quota((by_id[view_id] for view_id in vectors), limits)
        self._rows = {
            product_id: rows
            for product_id in _products(chosen)
            if (rows := self._find(product_id)) is not None
        }
        chosen = [view for view in chosen if view.product_id in self._rows]
        self.places = self._placed(chosen, vectors, places or {})
        self._looks: dict[str, list[EmbeddedView]] = defaultdict(list)
        for view in chosen:
            self._looks[view.product_id].append(
                EmbeddedView(view, vectors[view.id], *self.places[_where(view)])
            )
        self._shared = {product_id: self._counting(looks) for product_id, looks in self._looks.items()}
        self.gap = self._gap()
        self.lessons = self._lessons(self._shared)

    def own(self, poster_id: str | None) -> AdjustmentTable:
        """The lessons of products on which one poster's views say more than those of everybody."""
        more: dict[str, list[EmbeddedView]] = {}
        for product_id, looks in self._looks.items() if poster_id is not None else ():
            counted = {look.view.id for look in self._shared[product_id]}
            mine = [look for look in looks if look.view.poster_id == poster_id]
            if any(look.view.id not in counted for look in mine):
                more[product_id] = [
                    look for look in looks if look.view.id in counted or look.view.poster_id == poster_id
                ]
        return self._lessons(more, poster_id)

    def _find(self, product_id: str) -> NDArray[np.int64] | None:
        try:
            return self.gallery.rows_of(product_id)
        except KeyError:
            return None

    def _placed(
        self,
        views: Sequence[LearnedView],
        vectors: dict[str, NDArray[np.float32]],
        known: Mapping[Where, Place],
    ) -> dict[Where, Place]:
        fresh = [view for view in views if _where(view) not in known]
        places = {_where(view): known[_where(view)] for view in views if _where(view) in known}
        for start in range(0, len(fresh), _BATCH):
            part = fresh[start : start + _BATCH]
            queries = np.stack([vectors[view.id] for view in part])
            ranked = self.gallery.search_products(queries, max(self.limits.within, 1))
            for view, matches in zip(part, ranked, strict=True):
                pictures = self.gallery.vectors(self._rows[view.product_id])
                own = float(similarities(pictures, vectors[view.id]).max())
                high = self.limits.within > 0 and own >= matches[-1].similarity
                places[_where(view)] = (high, matches[0].similarity)
        return places

    def _counting(self, looks: Sequence[EmbeddedView]) -> list[EmbeddedView]:
        return [
            look
            for stance in Polarity
            for look in trusted_views(
                [held for held in looks if held.view.stance is stance], self.limits.same_look
            )
        ]

    def _gap(self) -> NDArray[np.float64]:
        differences = []
        for product_id, looks in self._shared.items():
            known = [look for look in looks if look.view.established]
            photos = _vectors(known, Polarity.CONFIRMED, self.gallery.encoder.dimension)
            if len(photos):
                pictures = self.gallery.vectors(self._rows[product_id]).astype(np.float64)
                differences.append(photos.astype(np.float64).mean(axis=0) - pictures.mean(axis=0))
        return domain_shift(differences, self.gallery.encoder.dimension)

    def _lessons(
        self, taught: dict[str, list[EmbeddedView]], poster_id: str | None = None
    ) -> AdjustmentTable:
        made = [self._lesson(product_id, looks, poster_id) for product_id, looks in taught.items() if looks]
        return AdjustmentTable(made, self.gallery.encoder.dimension, self.limits.same_look)

    def _lesson(
        self, product_id: str, looks: Sequence[EmbeddedView], poster_id: str | None
    ) -> ProductAdjustment:
        rows, dimension = self._rows[product_id], self.gallery.encoder.dimension
        pictures = self.gallery.vectors(rows)
        confirmed = _vectors(looks, Polarity.CONFIRMED, dimension)
        agreed = [look for look in looks if look.view.stance is Polarity.CONFIRMED]
        return ProductAdjustment(
            product_id,
            rows,
            tuple(image for _, image in self.gallery.references(rows)),
            pictures,
            prototypes(pictures, confirmed, self.gap, view_weights(agreed, poster_id)),
            confirmed,
            _vectors(looks, Polarity.REJECTED, dimension),
        )


def _where(view: LearnedView) -> Where:
    return view.id, view.box


def _products(views: Iterable[LearnedView]) -> set[str]:
    return {view.product_id for view in views}


def _vectors(looks: Iterable[EmbeddedView], stance: Polarity, dimension: int) -> Embeddings:
    held = [look.vector for look in looks if look.view.stance is stance]
    return np.stack(held) if held else np.zeros((0, dimension), np.float32)
