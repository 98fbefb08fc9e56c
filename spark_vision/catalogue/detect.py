"""Which format a feed is in, by its first characters: a file's name says little."""

import re
from enum import StrEnum

from spark_vision.catalogue.bigcommerce import is_bigcommerce
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.magento import is_magento
from spark_vision.catalogue.prestashop import is_prestashop
from spark_vision.catalogue.shopify import is_shopify
from spark_vision.catalogue.table import open_table
from spark_vision.catalogue.text import open_text
from spark_vision.catalogue.woocommerce import is_woocommerce
from spark_vision.core.errors import CatalogueError

_HEAD = 1 << 16


class Format(StrEnum):
    """The formats that are read; the words of `--format`."""

    GOOGLE_CSV = "google-csv"
    GOOGLE_XML = "google-xml"
    SHOPIFY_CSV = "shopify-csv"
    SHOPIFY_JSON = "shopify-json"
    WOOCOMMERCE_CSV = "woocommerce-csv"
    MAGENTO_CSV = "magento-csv"
    PRESTASHOP_CSV = "prestashop-csv"
    BIGCOMMERCE_CSV = "bigcommerce-csv"
    JSON_LD = "json-ld"
    HTML = "html"
    FOLDER = "folder"


_HEADERS = {
    Format.SHOPIFY_CSV: is_shopify,
    Format.WOOCOMMERCE_CSV: is_woocommerce,
    Format.MAGENTO_CSV: is_magento,
    Format.PRESTASHOP_CSV: is_prestashop,
    Format.BIGCOMMERCE_CSV: is_bigcommerce,
}
DELIMITED = frozenset({Format.GOOGLE_CSV, *_HEADERS})
_SHOPIFY_JSON = re.compile(r'\{\s*"products?"\s*:\s*[\[{]')


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
        is_shopifys = _SHOPIFY_JSON.match(head) and '"variants"' in head and '"@type"' not in head
        return Format.SHOPIFY_JSON if is_shopifys else Format.JSON_LD
    with open_table(feed) as table:
        if {"id", "title", "image_link"} <= set(table.columns):  # Google's own names go before a shop's
            return Format.GOOGLE_CSV
        found = (name for name, is_header in _HEADERS.items() if is_header(table.columns))
        return next(found, Format.GOOGLE_CSV)
