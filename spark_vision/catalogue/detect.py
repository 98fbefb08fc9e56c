"""Which format a feed is in, by its first bytes: the name of a file says little."""

from enum import StrEnum
from pathlib import Path

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


def detect(path: Path) -> Format:
    """Tell a feed's format by its content; raises CatalogueError where there is nothing to tell by.

    What is neither XML, a page nor JSON is delimited text.
    """
    if path.is_dir():
        return Format.FOLDER
    with open_text(path) as file:
        head = file.read(_HEAD).lstrip("\ufeff").lstrip()
    _check_text(path, head)
    if head.startswith("<"):
        start = head[:512].lower()
        return Format.HTML if "<!doctype html" in start or "<html" in start else Format.GOOGLE_XML
    if head.startswith(("{", "[")):
        return Format.JSON_LD
    with open_table(path) as table:
        return Format.SHOPIFY_CSV if is_shopify(table.columns) else Format.GOOGLE_CSV


def _check_text(path: Path, head: str) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise CatalogueError(f"{path}: this is a packed file (zip, gzip or xlsx); unpack it first.")
    if head.count("\0") > len(head) // 10:  # a stray one is its row's mistake
        raise CatalogueError(f"{path}: this is no text, so it is no feed.")
