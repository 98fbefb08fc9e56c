"""Column and element names of feeds as Google Merchant's attributes, with the usual other names."""

import re
from dataclasses import dataclass
from functools import lru_cache

Row = dict[str, str]
"""Values by column, element or attribute name."""

PICTURES = "image_link"
MORE_PICTURES = "additional_image_link"
ATTRIBUTES = frozenset(
    "id title description link image_link additional_image_link price sale_price sale_price_effective_date"
    " availability brand gtin mpn product_type color material pattern size gender item_group_id".split()
)
_OTHER_NAMES = {
    "id": "sku product_id item_id offer_id article_number articlenumber item_no",
    "title": "name productname product product_name product_title item_title",
    "description": "desc product_description body_html long_description short_description summary",
    "link": "url product_url product_link deeplink",
    "image_link": "image image_url imageurl img imgurl img_url picture picture_url photo photo_url main_image"
    " base_image images image_urls pictures photos image/url image/src image/link",
    "additional_image_link": "additional_image_links additional_images additional_image additional_imageurl"
    " imgurl_alternative gallery images/image images/image/url pictures/picture photos/photo gallery/image",
    "price": "regular_price current_price price_vat",
    "sale_price": "special_price",
    "availability": "stock_status",
    "brand": "manufacturer vendor brand/name",
    "gtin": "ean ean13 upc barcode gtin13 gtin14 gtin12 gtin8 isbn",
    "mpn": "manufacturer_part_number productno part_number",
    "product_type": "category categories category_path categorytext google_product_category"
    " fb_product_category categories/category",
    "color": "colour",
    "item_group_id": "parent_sku group_id parent_id itemgroup_id",
}
_BY_OTHER_NAME = {other: name for name, others in _OTHER_NAMES.items() for other in others.split()}
_RANKS = {
    other: rank for others in _OTHER_NAMES.values() for rank, other in enumerate(others.split(), start=1)
}
# image_2, additional_image_link_3, image_url_4, additional_image_link#2 (a repeated column), image[1].url
_NUMBERED = re.compile(
    r"(?P<more>additional_)?(?:image|img|picture|photo)s?(?:_?(?:link|url|src)s?)?_?"
    r"(?:\[(?P<index>\d+)\]\.url|(?P<number>\d+))"
)
_SEPARATOR = re.compile(r"[,;|\n]")
_BETWEEN_ADDRESSES = re.compile(r"[,;]\s*(?=https?://|//)|[|\n]")
_SUFFIX = re.compile(r"\.\w{2,5}(\?|$)")
_REPEATED = re.compile(r"#\d+$")


def base_name(name: str) -> str:
    """Return a column's name without the mark of its repetition.

    >>> base_name("image#2")
    'image'
    """
    return _REPEATED.sub("", name)


@lru_cache(4096)
def attribute_of(name: str) -> str | None:
    """Return the attribute that a name stands for, or None.

    >>> attribute_of("product_name"), attribute_of("image_url_2"), attribute_of("mood")
    ('title', 'additional_image_link', None)
    """
    plain = base_name(name)
    if plain in ATTRIBUTES:
        return plain
    if plain in _BY_OTHER_NAME:
        return _BY_OTHER_NAME[plain]
    numbered = _NUMBERED.fullmatch(plain)
    if numbered is None:
        return None
    is_first = (
        not numbered["more"] and (numbered["index"] or "0") == "0" and (numbered["number"] or "1") == "1"
    )
    return PICTURES if is_first else MORE_PICTURES


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the attributes of a header come from.

    Attributes:
        renamed: Attributes with the names that may have their values, except those of their own name alone.
        pictures: Names of columns of one picture, or empty if the pictures stand where they should.
        more_pictures: Names of columns of several pictures.
    """

    renamed: tuple[tuple[str, tuple[str, ...]], ...]
    pictures: tuple[str, ...]
    more_pictures: tuple[str, ...]


@lru_cache(256)
def _plan(names: tuple[str, ...]) -> _Plan:
    found: dict[str, list[str]] = {}
    for name in names:
        attribute = attribute_of(name)
        if attribute is not None:
            found.setdefault(attribute, []).append(name)

    def rank(name: str) -> int:
        return _RANKS.get(base_name(name), 0)

    ranked = {attribute: tuple(sorted(listed, key=rank)) for attribute, listed in found.items()}
    pictures, more = ranked.pop(PICTURES, ()), ranked.pop(MORE_PICTURES, ())
    if pictures == (PICTURES,) and more in ((), (MORE_PICTURES,)):
        pictures = more = ()
    return _Plan(tuple(pair for pair in ranked.items() if pair[1] != (pair[0],)), pictures, more)


def by_attribute(row: Row) -> Row:
    """Return a row by Google's attribute names; names without a meaning stay as they are.

    Of several names of one attribute the first with a value counts. Pictures are collected from all.
    """
    plan, result = _plan(tuple(row)), dict(row)
    for attribute, names in plan.renamed:
        result[attribute] = next((row[name] for name in names if row[name]), "")
    if plan.pictures or plan.more_pictures:
        pictures = _pictures(row, plan.pictures, single=True) + _pictures(
            row, plan.more_pictures, single=False
        )
        result[PICTURES] = pictures[0] if pictures else ""
        result[MORE_PICTURES] = ",".join(picture.replace(",", "%2C") for picture in pictures[1:])
    return result


def _pictures(row: Row, names: tuple[str, ...], *, single: bool) -> list[str]:
    """Return the pictures of some columns: one a column (`image_link`), or several separated by commas."""
    found: list[str] = []
    for name in names:
        if single and name.startswith("image_link"):
            found.append(row[name])
        elif single:
            found.extend(split_pictures(row[name]))
        else:
            found.extend(
                part.strip().replace("%2C", ",").replace("%2c", ",") for part in row[name].split(",")
            )
    return [picture for picture in found if picture]


def split_pictures(text: str) -> list[str]:
    """Return the pictures of a text: several if all its parts between commas look like addresses or paths.

    A comma within an address stays: another address must follow a comma that separates.

    >>> split_pictures("a.png, b.png"), split_pictures("big,red.png")
    (['a.png', 'b.png'], ['big,red.png'])
    >>> split_pictures("https://x.example/w_9,h_9/a.png,https://x.example/b.png")
    ['https://x.example/w_9,h_9/a.png', 'https://x.example/b.png']
    """
    if "://" in text:
        return [part.strip() for part in _BETWEEN_ADDRESSES.split(text) if part.strip()] or [text]
    parts = [part.strip() for part in _SEPARATOR.split(text) if part.strip()]
    is_list = len(parts) > 1 and all(_SUFFIX.search(part) for part in parts)
    return parts if is_list else [text]
