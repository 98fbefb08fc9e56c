"""Text to product: a title finds the products that bear it."""

from collections.abc import Iterable
from pathlib import Path

from spark_vision.core.product import Product
from spark_vision.evaluation.datasets import Query

SPLIT = "titles"


def title_queries(products: Iterable[Product], folder: Path) -> list[Query]:
    """A query for each title, in the order of the products.

    Products that share a title cannot be told apart by it, so each of them is right. The folder is what
    the products' images are relative to.
    """
    bearers: dict[str, list[Product]] = {}
    for product in products:
        if title := product.title.strip():
            bearers.setdefault(title, []).append(product)
    return [
        Query(
            photo=folder / held[0].images[0],
            box=None,
            relevant=frozenset(product.id for product in held),
            split=SPLIT,
            line=number,
            text=title,
        )
        for number, (title, held) in enumerate(bearers.items(), start=1)
    ]
