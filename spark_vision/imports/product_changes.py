"""Products put into the live index or deleted from it, without a feed: one call makes one version."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from spark_vision.app.container import BuildOptions, rules_of, version_store
from spark_vision.app.settings import Settings
from spark_vision.catalogue.http import is_url
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError, PictureError
from spark_vision.core.product import FeedIssue, FeedRow, Product
from spark_vision.index.build import BuildInput, BuildReport, update_version
from spark_vision.index.changes import Kind
from spark_vision.index.existing_products import ExistingProduct, iter_existing_products, remember_embeddings
from spark_vision.index.guard import GuardPolicy
from spark_vision.index.manifest import Manifest, SingleChange
from spark_vision.index.single_changes import merged
from spark_vision.index.versions import VersionStore
from spark_vision.media.decode import decode
from spark_vision.search.loaded_index import LoadedIndex

_READERS = 8

Outcome = Literal["added", "changed", "removed", "unchanged", "refused"]


@dataclass(frozen=True)
class ProductChange:
    """A product to put, or to delete. product: None deletes; without images it keeps those it has."""

    product_id: str
    product: Product | None


@dataclass(frozen=True)
class BatchReport:
    """What became of a batch. refused: why, by product id; changed: what was done to the others, by id."""

    version: str
    refused: Mapping[str, str]
    changed: Mapping[str, Kind] = field(default_factory=dict)

    def outcome(self, product_id: str) -> Outcome:
        """Return what became of one product."""
        return "refused" if product_id in self.refused else self.changed.get(product_id, "unchanged")


def put_product(settings: Settings, shop: LoadedIndex, product: Product) -> BuildReport:
    """Add a product to the live index, or change it, as a new version; without images it keeps those it has.

    Raises:
        InvalidInputError: A picture cannot be used.
        ConflictError: Another version became live meanwhile.
        IndexDamagedError: The live version is damaged.
        IndexVersionError: As `update_version` raises it.
    """
    change = ProductChange(product.id, product)
    if reason := _refusal(settings, shop, change):
        raise InvalidInputError(reason)
    return _update(settings, shop, {product.id: change})


def remove_product(settings: Settings, shop: LoadedIndex, product_id: str) -> BuildReport:
    """Delete a product from the live index, as a new version.

    Raises:
        NotFoundError: The live version has no such product.
        ConflictError: It is the only product, or another version became live meanwhile.
        IndexDamagedError: The live version is damaged.
    """
    if _existing(shop, product_id) is None:
        raise NotFoundError(f"The live version has no product {product_id[:100]!r}.")
    return _update(settings, shop, {product_id: ProductChange(product_id, None)})


def change_products(
    settings: Settings, shop: LoadedIndex, changes: Sequence[ProductChange], *, accept_removals: bool = False
) -> BatchReport:
    """Put and delete many products as one new version; a product that cannot be used is left as it is.

    Args:
        settings: The settings.
        shop: The live version.
        changes: At most one for each product.
        accept_removals: Whether more than the guard's share of the live products may be deleted.

    Raises:
        ConflictError: The batch deletes too much, or another version became live meanwhile.
        IndexDamagedError: The live version is damaged.
    """
    with ThreadPoolExecutor(_READERS) as readers:
        reasons = readers.map(lambda change: _refusal(settings, shop, change), changes)
        refused = {
            change.product_id: reason for change, reason in zip(changes, reasons, strict=True) if reason
        }
    usable = {change.product_id: change for change in changes if change.product_id not in refused}
    deleted = sum(
        change.product is None and _existing(shop, product_id) is not None
        for product_id, change in usable.items()
    )
    if not accept_removals:
        _check_deletions(settings, shop, deleted)
    if not usable:
        return BatchReport(shop.gallery.version, refused)
    report = _update(settings, shop, usable)
    changed = {change.product_id: change.kind for change in report.changes.changes}
    return BatchReport(report.manifest.version, refused, changed)


def _check_deletions(settings: Settings, shop: LoadedIndex, deleted: int) -> None:
    products = shop.gallery.manifest.content.products
    counts = {"removed": deleted, "changed": 0, "unchanged": products - deleted}
    if hold := GuardPolicy(settings.max_removed_share).check(counts, cut_off=False):
        raise ConflictError(f"{hold.reason} Set `accept_removals` to delete them all the same.")


def _existing(shop: LoadedIndex, product_id: str) -> Product | None:
    try:
        return shop.gallery.product(product_id)
    except KeyError:
        return None


def _refusal(settings: Settings, shop: LoadedIndex, change: ProductChange) -> str:
    """Return why a product cannot be put, or an empty text."""
    product, existing = change.product, _existing(shop, change.product_id)
    if product is None:
        return ""
    if not product.images and existing is None:
        return "image_links: a new product needs a picture."
    new = [image for image in product.images if existing is None or image not in existing.images]
    return next(filter(None, (_picture_refusal(settings, shop, image) for image in new)), "")


def _picture_refusal(settings: Settings, shop: LoadedIndex, image: str) -> str:
    if not is_url(image):
        return f"image_links: {image[:200]!r} is no http(s) address."
    try:
        decode(shop.pictures.read(image), settings.picture_limits)
    except PictureError as error:
        return f"image_links: {error.message}"
    return ""


def _update(settings: Settings, shop: LoadedIndex, changes: Mapping[str, ProductChange]) -> BuildReport:
    """Make a version of the live one with some changes. The live one is verified: its vectors are reused."""
    store, manifest = version_store(settings), shop.gallery.manifest
    if not _keeps_any(shop, changes):
        raise ConflictError("An index is never empty, so its last product cannot be deleted.")
    store.verify(manifest.version)
    remember_embeddings(store.folder(manifest.version), manifest, store.cache)
    given = BuildInput(
        source=manifest.source,
        rows=_rows(store, manifest.version, changes),
        pictures=shop.pictures,
        encoder=shop.suggester.encoder,
        limits=settings.picture_limits,
        feed_digest=manifest.feed_digest,
        rules=rules_of(settings, BuildOptions(kind=manifest.content.index_kind, accept_removals=True)),
        single_changes=_noted(manifest, changes),
    )
    return update_version(store, given)


def _keeps_any(shop: LoadedIndex, changes: Mapping[str, ProductChange]) -> bool:
    if any(change.product is not None for change in changes.values()):
        return True
    deleted = sum(_existing(shop, product_id) is not None for product_id in changes)
    return deleted < shop.gallery.manifest.content.products


def _noted(manifest: Manifest, changes: Mapping[str, ProductChange]) -> tuple[SingleChange, ...]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = (
        SingleChange(change.product_id, "delete" if change.product is None else "put", now)
        for change in changes.values()
    )
    return merged(manifest.single_changes, new)


def _rows(
    store: VersionStore, version: str, changes: Mapping[str, ProductChange]
) -> Iterator[FeedRow | FeedIssue]:
    """Yield what the version was made of, with the changes; read while the build keeps others away."""
    if store.live() != version:
        raise ConflictError("Another version has just become live; try again in a moment.")
    yield from _issues(store, version, changes)
    left = dict(changes)
    for existing in iter_existing_products(store.folder(version)):
        change = left.pop(existing.id, None)
        if change is None:
            digests = tuple(digest for _, digest in existing.pictures)
            yield FeedRow(None, existing.product, digests)
        elif change.product is not None:
            yield _changed(change.product, existing)
    for change in left.values():
        if change.product is not None:
            yield FeedRow(None, change.product)


def _issues(store: VersionStore, version: str, changes: Mapping[str, ProductChange]) -> Iterator[FeedIssue]:
    """Yield the issues of the version's feed, but for those of the changed products."""
    issues: list[dict[str, Any]] = store.report(version)["issues"]
    yield from (FeedIssue(**issue) for issue in issues if issue["product_id"] not in changes)


def _changed(product: Product, existing: ExistingProduct) -> FeedRow:
    pictures = dict(existing.pictures)
    product = replace(product, images=product.images or tuple(pictures))
    return FeedRow(None, product, tuple(pictures.get(image) for image in product.images))
