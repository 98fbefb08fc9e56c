"""What differs between a catalogue and the version before it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.product import Product
from spark_vision.index.existing_products import ExistingProduct
from spark_vision.index.spooled_list import SpooledList
from spark_vision.index.staging import StagedProduct

PICTURED = 24

Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """A product that is not as it was. fields: which of its fields differ; `pictures` by their bytes."""

    product_id: str
    kind: Kind
    fields: tuple[str, ...] = ()


@dataclass
class Changes:
    """All changes, by product id, and how many products are as they were.

    first_images: the main picture of the first 24 products that were added, and that were changed.
    """

    changes: SpooledList[Change]
    unchanged: int = 0
    catalogue_digest: str = ""
    first_images: dict[str, str] = field(default_factory=dict)
    _kinds: Counter[str] = field(default_factory=Counter)
    _fresh: bytearray = field(default_factory=bytearray)

    @classmethod
    def none(cls, folder: Path | None = None) -> "Changes":
        """No changes yet; folder: where long lists are kept."""
        return cls(SpooledList(Change, folder))

    def counts(self) -> dict[str, int]:
        """How many products of each kind there are."""
        kinds: tuple[Kind, ...] = ("added", "changed", "removed")
        return {**{kind: self._kinds[kind] for kind in kinds}, "unchanged": self.unchanged}

    @property
    def kept_share(self) -> float:
        """0..1: of all products that are or were there, those that were and are."""
        kept = self.unchanged + self._kinds["changed"]
        return kept / max(kept + self._kinds["added"] + self._kinds["removed"], 1)

    def fresh(self) -> NDArray[np.bool_]:
        """Which products of the catalogue, in the order of their ids, have new or other pictures."""
        return np.frombuffer(bytes(self._fresh), dtype=np.bool_)

    def put(self, change: Change, staged: StagedProduct | None = None) -> None:
        """Add a change; staged: the product as it is now."""
        if staged is not None and self._kinds[change.kind] < PICTURED:
            self.first_images[staged.id] = staged.images[0]
        self._kinds[change.kind] += 1
        self.changes.append(change)
        if staged is not None:
            self._fresh.append(change.kind == "added" or "pictures" in change.fields)

    def keep(self) -> None:
        """Count a product that is as it was."""
        self.unchanged += 1
        self._fresh.append(False)


def compare(staged: Iterable[StagedProduct], before: Iterator[ExistingProduct], folder: Path) -> Changes:
    """Compare products with those of a version; both in the order of their ids, so that neither is held."""
    found, catalogue = Changes.none(folder), sha256()
    held = next(before, None)
    for product in staged:
        while held is not None and held.id < product.id:
            found.put(Change(held.id, "removed"))
            held = next(before, None)
        digest = product.digest
        catalogue.update(digest)
        if held is None or held.id != product.id:
            found.put(Change(product.id, "added"), product)
            continue
        if held.digest == digest:
            found.keep()
        else:
            found.put(Change(product.id, "changed", _fields(product, held)), product)
        held = next(before, None)
    while held is not None:
        found.put(Change(held.id, "removed"))
        held = next(before, None)
    found.catalogue_digest = catalogue.hexdigest()
    return found


def _fields(staged: StagedProduct, held: ExistingProduct) -> tuple[str, ...]:
    now, then = staged.product, held.product
    names = [
        known.name
        for known in fields(Product)
        if known.name != "images" and getattr(now, known.name) != getattr(then, known.name)
    ]
    pictures = list(zip(staged.images, staged.digests, strict=True)) != held.pictures
    return (*names, "pictures") if pictures else tuple(names)
