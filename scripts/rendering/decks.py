"""Dealing products to photos, so that each is shown about equally often."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

import numpy as np

from scripts.rendering.kinds import FLOOR_ONLY
from scripts.rendering.kinds.look import Look
from scripts.rendering.products import Product
from scripts.rendering.scenes import fits

Card = tuple[Look, str]


class Deck:
    """The products of a setting, shuffled again whenever all have been dealt.

    On floors, what stands nowhere else comes twice as often.
    """

    def __init__(self, rng: np.random.Generator, products: Sequence[Product], setting: str) -> None:
        self._rng = rng
        self._cards = [(p.look, p.id) for p in products if fits(p.look.kind, setting)]
        if setting == "floor":
            self._cards += [(p.look, p.id) for p in products if p.look.kind in FLOOR_ONLY]
        self._left: deque[Card] = deque()

    def deal(self, count: int) -> list[Card]:
        """`count` different products, fewer when the deck has no more."""
        hand: dict[str, Look] = {}
        wanted = min(count, len({name for _, name in self._cards}))
        while len(hand) < wanted:
            if not self._left:
                self._left.extend(self._cards[i] for i in self._rng.permutation(len(self._cards)))
            look, name = self._left.popleft()
            hand[name] = look
        return [(look, name) for name, look in hand.items()]

    def give_back(self, hand: Sequence[Card], shown: Collection[str]) -> None:
        """Put what found no room to the front of the deck, to be dealt next."""
        self._left.extendleft(card for card in hand if card[1] not in shown)
