"""Which photos a range gets: every product about equally often, and some photos with none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scripts.rendering.decks import Deck
from scripts.rendering.kinds import SOLD
from scripts.rendering.products import Product
from scripts.rendering.rooms import SETTINGS
from scripts.rendering.scenes import Scene, compose, foreign_looks

_SHARES = (0.46, 0.24, 0.3)  # of tables, shelves and floors
_COUNTS = (0.14, 0.26, 0.28, 0.2, 0.12)  # of one to five products in a photo


@dataclass(frozen=True)
class PhotoPlan:
    """A photo to be rendered: its file, its split, its scene."""

    photo: str
    split: str
    scene: Scene


@dataclass(frozen=True)
class PhotoOrder:
    """How many photos, how many of them without products, and the split of each.

    Of the photos, `demo` are of the split 'demo' and the others of the split `other`.
    """

    count: int
    without: int
    demo: int
    other: str
    seed: int


def plan_photos(products: Sequence[Product], order: PhotoOrder) -> list[PhotoPlan]:
    """Scene descriptions in a stable order; a plan depends on the products and the seed only."""
    rng = np.random.default_rng(order.seed)
    decks = {setting: Deck(rng, products, setting) for setting in SETTINGS}
    bare = _spread(range(order.count), order.without, first=3)
    demo = _spread([number for number in range(order.count) if number not in bare], order.demo)
    plans = []
    for number in range(order.count):
        setting = str(rng.choice(SETTINGS, p=_SHARES))
        deck = None if number in bare else decks[setting]
        scene = _scene(rng, products, deck, setting, order.seed * 10_000 + number)
        split = "demo" if number in demo else order.other
        plans.append(PhotoPlan(f"photos/{number + 1:04d}.jpg", split, scene))
    return plans


def _scene(
    rng: np.random.Generator, products: Sequence[Product], deck: Deck | None, setting: str, seed: int
) -> Scene:
    """A scene with products of the deck, or without any when there is no deck."""
    used = {kind: frozenset(p.look.main for p in products if p.look.kind == kind) for kind in SOLD}
    wanted = deck.deal(1 + int(rng.choice(5, p=_COUNTS))) if deck else []
    most = 5 - min(len(wanted), 3) // 2 if wanted else 6
    count = int(rng.integers(1 if wanted else 3, most))
    scene = compose(seed, setting, wanted, foreign_looks(rng, setting, count, used))
    if deck:
        deck.give_back(wanted, {place.product_id for place in scene.placements})
    return scene


def _spread(numbers: Sequence[int], count: int, first: int = 0) -> frozenset[int]:
    """`count` of the numbers, evenly spread from the `first` one on."""
    last = len(numbers) - 1
    chosen = np.linspace(min(first, last), last, min(count, len(numbers))).astype(int)
    return frozenset(numbers[i] for i in chosen)
