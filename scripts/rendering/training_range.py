"""Made-up products for training: other shapes and colours than any demo shop's."""

from __future__ import annotations

import numpy as np

from scripts.rendering.kinds import SOLD
from scripts.rendering.kinds.look import Look
from scripts.rendering.products import TYPES, Product
from scripts.rendering.styles import random_look


def training_range(count: int, seed: int) -> tuple[Product, ...]:
    """`count` products with random looks; the same seed gives the same products."""
    rng = np.random.default_rng([seed, 1])
    kinds = list(SOLD)
    looks = [random_look(rng, kinds[int(rng.integers(len(kinds)))]) for _ in range(count)]
    prices = rng.uniform(8, 160, count)
    return tuple(
        _product(look, f"TR{seed}-{number:04d}", float(price))
        for number, (look, price) in enumerate(zip(looks, prices, strict=True), start=1)
    )


def _product(look: Look, name: str, price: float) -> Product:
    finish = "" if look.finish == "wood" else f"{look.finish} "
    pattern = "" if look.pattern == "plain" else f" with {look.accent} {look.pattern}"
    title = f"{finish}{look.main} {look.kind}{pattern}"
    return Product(
        id=name,
        title=title.capitalize(),
        description=f"{title.capitalize()}, its details in {look.accent}.",
        price=f"{price:.2f} EUR",
        product_type=TYPES[look.kind],
        colour=look.main,
        material=look.finish,
        pattern=look.pattern,
        group=name,
        in_stock=True,
        views=2,
        look=look,
    )
