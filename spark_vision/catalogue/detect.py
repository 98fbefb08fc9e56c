"""Which format a feed is in, by its first characters: a file's name says little."""

from enum import StrEnum

from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.shopify import is_shopify
from spark_vision.catalogue.table import open_table
from spark_vision.catalogue.text import open_text
from spark_vision.core.errors import CatalogueError

_HEAD = 4096


class Format(StrEnum):
    """The formats that are read; the words of `--format`."""

    GOOGLE_CSV = "google-csv"
    GOOGLE_XML = "google-xml"
    SHOPIFY_CSV = "shopify-csv"
    JSON_LD = "json-ld"
    HTML = "html"
    FOLDER = "folder"


DELIMITED = frozenset({Format.GOOGLE_CSV, Format.SHOPIFY_CSV})


def detect(feed: FeedFile) -> Format:
    """Return a feed's format by its content; text that is neither XML, a page nor JSON is delimited.

    Raises:
        CatalogueError: If the file is no text, or empty.
    """
    if feed.path.is_dir():
        return Format.FOLDER
    with open_text(feed) as file:
        head = file.read(_HEAD).lstrip("\ufeff\0 \t\r\n")
    if head.count("\0") > len(head) // 10:  # a stray one is its row's mistake
        raise CatalogueError(f"{feed}: this is no text, so it is no feed.")
    if head.startswith("<"):
        start = head[:512].lower()
        return Format.HTML if "<!doctype html" in start or "<html" in start else Format.GOOGLE_XML
    if head.startswith(("{", "[")):
        return Format.JSON_LD
    with open_table(feed) as table:
        return Format.SHOPIFY_CSV if is_shopify(table.columns) else Format.GOOGLE_CSV
