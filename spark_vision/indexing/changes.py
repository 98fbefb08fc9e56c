"""What differs between a catalogue and the version before it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Literal

from spark_vision.domain.catalogue import Product
from spark_vision.indexing.records import Records
from spark_vision.indexing.staging import StagedProduct

_PICTURED = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A product that is not as it was. fields: which of its fields differ; `pictures` by their bytes."""

    product_id: str
    kind: Literal["added", "changed", "removed"]
    fields: tuple[str, ...] = ()


@dataclass
class Changes:
    """All changes, by product id, and how many products are as they were.

    first_images: the main picture of the first products that were added or changed.
    """

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    catalogue_digest: str = ""
    first_images: dict[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many products of each kind there are."""
        kinds = ("added", "changed", "removed")
        counted = {kind: sum(change.kind == kind for change in self.changes) for kind in kinds}
        return {**counted, "unchanged": self.unchanged}

    def fresh(self) -> set[str]:
        """Ids of products whose pictures are new or others than before."""
        return {
            change.product_id
            for change in self.changes
            if change.kind == "added" or "pictures" in change.fields
        }


def compare(staged: Iterable[StagedProduct], before: Records | None) -> Changes:
    """Compare products, in the order of their ids, with a version's records (None: there was none)."""
    held = {} if before is None else before.digests()
    found, catalogue = Changes(), sha256()
    for product in staged:
        digest = product.digest
        catalogue.update(digest)
        known = held.pop(product.id, None)
        if known == digest:
            found.unchanged += 1
            continue
        if len(found.first_images) < _PICTURED:
            found.first_images[product.id] = product.images[0]
        if known is None or before is None:
            found.changes.append(Change(product.id, "added"))
        else:
            found.changes.append(Change(product.id, "changed", _fields(product, before)))
    found.changes += [Change(product_id, "removed") for product_id in held]
    found.catalogue_digest = catalogue.hexdigest()
    return found


def _fields(staged: StagedProduct, before: Records) -> tuple[str, ...]:
    now, then = staged.product, before.product(staged.id)
    names = [
        known.name
        for known in fields(Product)
        if known.name != "images" and getattr(now, known.name) != getattr(then, known.name)
    ]
    pictures = list(zip(staged.images, staged.digests, strict=True)) != before.pictures_of(staged.id)
    return (*names, "pictures") if pictures else tuple(names)
