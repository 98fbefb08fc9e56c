"""One product put into the live index, or taken out: an update whose feed is the live version, but for it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from spark_vision.app.container import BuildOptions, rules_of, version_store
from spark_vision.app.settings import Settings
from spark_vision.catalogue.http import is_url
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError, PictureError
from spark_vision.core.product import FeedIssue, FeedRow, Product
from spark_vision.index.build import BuildInput, BuildReport, update_version
from spark_vision.index.existing_products import ExistingProduct, iter_existing_products, remember_embeddings
from spark_vision.index.versions import VersionStore
from spark_vision.media.decode import decode
from spark_vision.search.loaded_index import LoadedIndex


@dataclass(frozen=True)
class _Change:
    """product: None where it is to be removed; without images it keeps those that it has."""

    product_id: str
    product: Product | None


def put_product(settings: Settings, shop: LoadedIndex, product: Product) -> BuildReport:
    """Add a product to the live index, or change it, as a new version; without images it keeps those it has.

    Raises InvalidInputError where a picture cannot be used, ConflictError where another version became
    live, and what update_version raises.
    """
    held = _held(shop, product.id)
    if not product.images and held is None:
        raise InvalidInputError("image_links: a new product needs a picture.")
    for image in product.images:
        if held is None or image not in held.images:
            _check_picture(settings, shop, image)
    return _updated(settings, shop, _Change(product.id, product))


def remove_product(settings: Settings, shop: LoadedIndex, product_id: str) -> BuildReport:
    """Take a product out of the live index, as a new version; raises as put_product, and NotFoundError."""
    if _held(shop, product_id) is None:
        raise NotFoundError(f"The live version has no product {product_id[:100]!r}.")
    if shop.gallery.manifest.content.products == 1:
        raise ConflictError("It is the only product of the live version; an index is never empty.")
    return _updated(settings, shop, _Change(product_id, None))


def _held(shop: LoadedIndex, product_id: str) -> Product | None:
    try:
        return shop.gallery.product(product_id)
    except KeyError:
        return None


def _check_picture(settings: Settings, shop: LoadedIndex, image: str) -> None:
    if not is_url(image):
        raise InvalidInputError(f"image_links: {image[:200]!r} is no http(s) address.")
    try:
        decode(shop.pictures.read(image), settings.picture_limits)
    except PictureError as error:
        raise InvalidInputError(f"image_links: {error.message}") from error


def _updated(settings: Settings, shop: LoadedIndex, change: _Change) -> BuildReport:
    store, manifest = version_store(settings), shop.gallery.manifest
    remember_embeddings(store.folder(manifest.version), manifest, store.cache)
    given = BuildInput(
        source=manifest.source,
        rows=_rows(store, manifest.version, change),
        pictures=shop.pictures,
        encoder=shop.suggester.encoder,
        limits=settings.picture_limits,
        feed_digest=manifest.feed_digest,
        rules=rules_of(settings, BuildOptions(kind=manifest.content.index_kind, accept_removals=True)),
    )
    return update_version(store, given)


def _rows(store: VersionStore, version: str, change: _Change) -> Iterator[FeedRow | FeedIssue]:
    """What the version was made of, but for the change; read while the build keeps others away."""
    if store.live() != version:
        raise ConflictError("Another version has just become live; try again in a moment.")
    yield from _issues(store, version, change)
    found = False
    for held in iter_existing_products(store.folder(version)):
        if held.id != change.product_id:
            yield FeedRow(None, held.product, tuple(digest for _, digest in held.pictures))
            continue
        found = True
        if change.product is not None:
            yield _changed(change.product, held)
    if change.product is not None and not found:
        yield FeedRow(None, change.product)


def _issues(store: VersionStore, version: str, change: _Change) -> Iterator[FeedIssue]:
    """What was wrong with the feed still is, but for the product that is put right."""
    issues: list[dict[str, Any]] = store.report(version)["issues"]
    yield from (FeedIssue(**issue) for issue in issues if issue["product_id"] != change.product_id)


def _changed(product: Product, held: ExistingProduct) -> FeedRow:
    pictures = dict(held.pictures)
    product = replace(product, images=product.images or tuple(pictures))
    return FeedRow(None, product, tuple(pictures.get(image) for image in product.images))
