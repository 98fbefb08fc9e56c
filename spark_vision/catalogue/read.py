"""SOURCE to products: the one place that knows which reader reads which format."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spark_vision.catalogue.bigcommerce import read_bigcommerce
from spark_vision.catalogue.detect import DELIMITED, Format, detect
from spark_vision.catalogue.feed_file import MAX_UNPACKED_BYTES, FeedFile
from spark_vision.catalogue.feed_map import NO_MAP, FeedMap
from spark_vision.catalogue.folder import read_folder
from spark_vision.catalogue.google import read_google_csv
from spark_vision.catalogue.google_xml import read_google_xml
from spark_vision.catalogue.magento import read_magento
from spark_vision.catalogue.pictures import LocalPictures, folder_of_feed
from spark_vision.catalogue.prestashop import read_prestashop
from spark_vision.catalogue.product_row import parse_row
from spark_vision.catalogue.schema_org import read_html, read_json_ld
from spark_vision.catalogue.shop import UNKNOWN_SHOP, Shop
from spark_vision.catalogue.shopify import read_shopify_csv
from spark_vision.catalogue.shopify_json import read_shopify_json
from spark_vision.catalogue.table import TableRow
from spark_vision.catalogue.woocommerce import read_woocommerce
from spark_vision.core.errors import CatalogueError, InvalidInputError
from spark_vision.core.ids import content_digest
from spark_vision.core.product import FeedIssue, FeedRow
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits

# A folder that brings its own feed is read by that feed, not picture by picture.
_FEEDS_IN_A_FOLDER = tuple(
    f"catalogue.{suffix}{packed}"
    for packed in ("", ".gz")
    for suffix in ("csv", "tsv", "xml", "json", "jsonl")
)


@dataclass(frozen=True)
class Source:
    """A catalogue that can be read.

    Attributes:
        path: A feed file, or a folder of pictures.
        format: The format, or None if the content tells.
        shop: What an export leaves out.
        feed_map: What the feed's own names mean.
        max_unpacked_bytes: Limit on the bytes that a packed feed unpacks to.
    """

    path: Path
    format: Format | None = None
    shop: Shop = UNKNOWN_SHOP
    feed_map: FeedMap = NO_MAP
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES

    @property
    def base(self) -> Path:
        """The folder that the feed's pictures are relative to."""
        return folder_of_feed(self.path)

    @property
    def feed(self) -> FeedFile:
        """The feed's file."""
        return FeedFile(self.path, self.max_unpacked_bytes)

    def digest(self) -> str:
        """Return the SHA-256 of the feed's bytes (as `sha256sum`), or of a folder's names."""
        if self.path.is_dir():
            names = sorted(path.relative_to(self.path).as_posix() for path in self.path.rglob("*"))
            return content_digest("\n".join(names).encode(errors="surrogateescape"))
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CatalogueError(f"{self.path}: the feed cannot be read ({error.strerror}).") from error

    def detected(self) -> Format:
        """Return the format: the one that was asked for, else what the content tells.

        With a map of columns, a delimited feed is read by the map.
        """
        found = self.format or detect(self.feed)
        if self.format is None and self.feed_map.columns and found in DELIMITED:
            return Format.GOOGLE_CSV
        return found

    def rows(self) -> Iterator[FeedRow | FeedIssue]:
        """Stream the products, and what was wrong. Memory does not grow with the feed."""
        found = self.detected()
        if found is Format.FOLDER:
            yield from read_folder(self.path)
            return
        currency = self.feed_map.currency or self.shop.currency
        for row in self._read(found, Shop(currency, self.shop.url)):
            if isinstance(row, FeedIssue):
                yield row
            else:
                yield from parse_row(self.feed_map.apply(row.values), row.line, currency)

    def _read(self, found: Format, shop: Shop) -> Iterator[TableRow | FeedIssue]:
        match found:
            case Format.GOOGLE_XML:
                return read_google_xml(self.feed, self.feed_map)
            case Format.SHOPIFY_CSV:
                return read_shopify_csv(self.feed, shop, self.feed_map)
            case Format.SHOPIFY_JSON:
                return read_shopify_json(self.feed, shop, self.feed_map)
            case Format.WOOCOMMERCE_CSV:
                return read_woocommerce(self.feed, shop, self.feed_map)
            case Format.MAGENTO_CSV:
                return read_magento(self.feed, shop, self.feed_map)
            case Format.PRESTASHOP_CSV:
                return read_prestashop(self.feed, shop, self.feed_map)
            case Format.BIGCOMMERCE_CSV:
                return read_bigcommerce(self.feed, shop, self.feed_map)
            case Format.JSON_LD:
                return read_json_ld(self.feed, self.feed_map)
            case Format.HTML:
                return read_html(self.feed)
            case _:
                return read_google_csv(self.feed, self.feed_map)

    def pictures(self, limits: PictureLimits = DEFAULT_LIMITS) -> LocalPictures:
        """Return where the pictures come from."""
        return LocalPictures(self.base, limits)


def open_source(
    source: str | Path,
    format_name: str | None = None,
    shop: Shop = UNKNOWN_SHOP,
    feed_map: FeedMap = NO_MAP,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> Source:
    """Find a feed or folder.

    Args:
        source: The path.
        format_name: One of Format's words, or None if the content decides.
        shop: What an export leaves out.
        feed_map: What the feed's own names mean.
        max_unpacked_bytes: Limit on the bytes that a packed feed unpacks to.

    Raises:
        CatalogueError: If there is neither a feed nor a folder.
        InvalidInputError: If there is no such format.
    """
    wanted = _format(format_name or feed_map.format or None)
    path, is_folder = _existing(source)
    if is_folder and wanted is not Format.FOLDER:
        path = next((path / name for name in _FEEDS_IN_A_FOLDER if (path / name).is_file()), path)
    if wanted is not None and path.is_dir() != (wanted is Format.FOLDER):
        raise CatalogueError(f"{source}: this cannot be read as {wanted}.")
    return Source(path, wanted, shop, feed_map, max_unpacked_bytes)


def _existing(source: str | Path) -> tuple[Path, bool]:
    """Return the path of a source, and whether it is a folder."""
    try:
        path = Path(source).resolve()
        is_folder = path.is_dir()
        found = is_folder or path.is_file()
    except (ValueError, OSError):  # a NUL byte, or a name that is too long
        raise CatalogueError(f"{str(source)[:200]!r}: this is not a path.") from None
    if not found:
        raise CatalogueError(
            f"{source}: there is no such feed or folder; name a Google Merchant, Shopify or JSON-LD feed,"
            " or a folder of pictures."
        )
    return path, is_folder


def _format(name: str | None) -> Format | None:
    if name is None:
        return None
    try:
        return Format(name)
    except ValueError:
        raise InvalidInputError(f"There is no format {name!r}; there is {', '.join(Format)}.") from None
