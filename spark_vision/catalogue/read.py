"""SOURCE to products: the one place that knows which reader a source wants."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spark_vision.catalogue.detect import Format, detect
from spark_vision.catalogue.folder import read_folder
from spark_vision.catalogue.google import read_google_csv
from spark_vision.catalogue.google_xml import read_google_xml
from spark_vision.catalogue.pictures import LocalPictures, folder_of_feed
from spark_vision.catalogue.schema_org import read_html, read_json_ld
from spark_vision.catalogue.shopify import UNKNOWN_SHOP, Shop, read_shopify_csv
from spark_vision.core.errors import CatalogueError, InvalidInputError
from spark_vision.core.ids import content_digest
from spark_vision.core.product import FeedIssue, FeedRow
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits

# A folder that brings its own feed is read by that feed, not picture by picture.
_FEEDS_IN_A_FOLDER = tuple(f"catalogue.{suffix}" for suffix in ("csv", "tsv", "xml", "json", "jsonl"))


@dataclass(frozen=True)
class Source:
    """A catalogue that can be read: `path` is a feed file, or a folder of pictures.

    format: None where the content tells; shop: what a Shopify export does not say.
    """

    path: Path
    format: Format | None = None
    shop: Shop = UNKNOWN_SHOP

    @property
    def base(self) -> Path:
        """The folder that the feed's pictures are relative to."""
        return folder_of_feed(self.path)

    def digest(self) -> str:
        """SHA-256 of the feed's bytes (what `sha256sum` says); of the pictures' names for a folder."""
        if self.path.is_dir():
            names = sorted(path.relative_to(self.path).as_posix() for path in self.path.rglob("*"))
            return content_digest("\n".join(names).encode(errors="surrogateescape"))
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CatalogueError(f"{self.path}: the feed cannot be read ({error.strerror}).") from error

    def rows(self) -> Iterator[FeedRow | FeedIssue]:
        """Stream the products and what was wrong; memory does not grow with the feed."""
        match self.format or detect(self.path):
            case Format.FOLDER:
                return read_folder(self.path)
            case Format.GOOGLE_XML:
                return read_google_xml(self.path)
            case Format.SHOPIFY_CSV:
                return read_shopify_csv(self.path, self.shop)
            case Format.JSON_LD:
                return read_json_ld(self.path)
            case Format.HTML:
                return read_html(self.path)
            case Format.GOOGLE_CSV:
                return read_google_csv(self.path)

    def pictures(self, limits: PictureLimits = DEFAULT_LIMITS) -> LocalPictures:
        """Where the pictures come from."""
        return LocalPictures(self.base, limits)


def open_source(source: str | Path, format_name: str | None = None, shop: Shop = UNKNOWN_SHOP) -> Source:
    """Find a feed or folder; raises CatalogueError where there is neither.

    format_name: one of Format's words, where the content is not to decide.
    """
    wanted = _format(format_name)
    path, is_folder = _existing(source)
    if is_folder and wanted is not Format.FOLDER:
        path = next((path / name for name in _FEEDS_IN_A_FOLDER if (path / name).is_file()), path)
    if wanted is not None and path.is_dir() != (wanted is Format.FOLDER):
        raise CatalogueError(f"{source}: this cannot be read as {wanted}.")
    return Source(path, wanted, shop)


def _existing(source: str | Path) -> tuple[Path, bool]:
    """The place of a source, and whether it is a folder."""
    try:
        path = Path(source).resolve()
        is_folder = path.is_dir()
        found = is_folder or path.is_file()
    except (ValueError, OSError):  # a NUL byte, or a name that is too long
        raise CatalogueError(f"{str(source)[:200]!r}: this is no path.") from None
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
