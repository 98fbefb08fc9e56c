"""Product to product: one picture of a product finds its other pictures among all others.

What is ranked are pictures, not products, as is usual for Stanford Online Products and others: recall@k
is the share of pictures with another picture of the same product among the first k.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from spark_vision.evaluation.datasets import Query

SPLIT = "views"


def picture_ids(owners: Sequence[str]) -> list[str]:
    """A name for each of a gallery's pictures: its product's id and its number among those, from 1.

    >>> picture_ids(["mug", "mug", "vase"])
    ['mug#1', 'mug#2', 'vase#1']
    """
    seen: Counter[str] = Counter()
    names = []
    for owner in owners:
        seen[owner] += 1
        names.append(f"{owner}#{seen[owner]}")
    return names


def product_of_picture(picture_id: str) -> str:
    """The product that `picture_ids` named a picture of.

    >>> product_of_picture("mug#1")
    'mug'
    """
    return picture_id.rpartition("#")[0]


def view_queries(owners: Sequence[str], images: Sequence[str], folder: Path) -> list[Query | None]:
    """A query for each picture of a gallery, in its order; None where a product has no other picture.

    owners: the product of each picture; images: their paths, relative to the folder. A query's right
    answers are the other pictures of its product; the picture itself does not count. A product's pictures are
    each other's questions and answers, so they are a group.
    """
    names = picture_ids(owners)
    of_product: dict[str, set[str]] = {}
    for owner, name in zip(owners, names, strict=True):
        of_product.setdefault(owner, set()).add(name)
    return [
        Query(
            photo=folder / image,
            box=None,
            relevant=frozenset(of_product[owner] - {name}),
            split=SPLIT,
            line=number,
            excluded=frozenset({name}),
            group=owner,
        )
        if len(of_product[owner]) > 1
        else None
        for number, (owner, image, name) in enumerate(zip(owners, images, names, strict=True), start=1)
    ]
