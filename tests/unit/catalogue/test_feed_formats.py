"""Each feed format: what it gives, how it is recognised, and what is said of its mistakes."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from spark_vision.catalogue.detect import Format, detect
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.read import Source, open_source
from spark_vision.catalogue.shop import Shop
from spark_vision.core.errors import CatalogueError, InvalidInputError
from spark_vision.core.product import Availability, FeedIssue, Price, Product

RSS = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item>
  <g:id>s1</g:id><title>plain</title><g:title>Red &amp; blue</g:title>
  <g:image_link>a.jpg</g:image_link>
  <g:additional_image_link>b,1.jpg</g:additional_image_link>
  <g:additional_image_link>c.jpg</g:additional_image_link>
  <g:price>15.00 USD</g:price><g:availability>out of stock</g:availability>
  <g:shipping><g:price>3 USD</g:price></g:shipping>
</item>
<item><g:id>s2</g:id></item>
</channel></rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Shop</title><link href="https://shop.example"/>
<entry><g:id>a1</g:id><title>Cup</title><link href="https://shop.example/cup"/>
<g:image_link>cup.jpg</g:image_link></entry></feed>"""
OLD_SHOPIFY = """Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Option2 Name,\
Option2 Value,Variant SKU,Variant Price,Variant Barcode,Image Src,Image Position,Variant Image,Status
tee,Tee,<p>Soft &amp; <b>warm</b></p>,Acme,Shirts,true,Size,S,Colour,Red,tee-s,10.00,4006381333931,\
https://cdn/2.jpg,2,,active
tee,,,,,,,M,,Blue,,11.00,123,https://cdn/1.jpg,1,https://cdn/m.jpg,
tee,,,,,,,,,,,,,https://cdn/3.jpg,3,,
draft,Draft,,Acme,Shirts,true,Title,Default Title,,,d1,1.00,,https://cdn/d.jpg,1,,draft
"""
NEW_SHOPIFY = """Title,URL handle,Description,Vendor,Product category,Published on online store,Status,SKU,\
Barcode,Option1 name,Option1 value,Price,Product image URL,Image position,Inventory tracker,Inventory quantity
Mug,mug,Plain,Acme,Home > Mugs,TRUE,Active,m1,,Title,Default Title,9.50,https://cdn/mug.jpg,1,shopify,0
"""


def write(folder: Path, text: str, name: str = "feed", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(source: Source) -> tuple[list[Product], list[FeedIssue]]:
    rows = list(source.rows())
    issues = [row for row in rows if isinstance(row, FeedIssue)]
    return [row.product for row in rows if not isinstance(row, FeedIssue)], issues


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RSS, Format.GOOGLE_XML),
        (ATOM, Format.GOOGLE_XML),
        (OLD_SHOPIFY, Format.SHOPIFY_CSV),
        (NEW_SHOPIFY, Format.SHOPIFY_CSV),
        ("id\ttitle\timage_link\n", Format.GOOGLE_CSV),
        ('{"@type": "Product"}', Format.JSON_LD),
        ("<!DOCTYPE html><title>x</title>", Format.HTML),
    ],
)
def test_the_content_says_the_format_whatever_the_name(tmp_path: Path, text: str, expected: Format) -> None:
    assert detect(FeedFile(write(tmp_path, text, "feed.txt"))) is expected
    assert detect(FeedFile(write(tmp_path, text, "feed.xml", "utf-8-sig"))) is expected


def test_a_damaged_archive_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(CatalogueError, match="damaged"):
        detect(FeedFile(tmp_path / "feed.csv"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_rss_gives_googles_attributes_and_lines(tmp_path: Path, encoding: str) -> None:
    products, issues = read(open_source(write(tmp_path, RSS, encoding=encoding)))
    (product,) = products
    assert product.title == "Red & blue"
    assert product.images == ("a.jpg", "b,1.jpg", "c.jpg")
    assert product.price == Price(Decimal("15.00"), "USD")
    assert product.availability is Availability.OUT_OF_STOCK
    assert [(issue.line, issue.product_id) for issue in issues] == [(11, "s2")]


def test_atom_takes_links_from_their_attribute(tmp_path: Path) -> None:
    (product,), _ = read(open_source(write(tmp_path, ATOM)))
    assert (product.id, product.link) == ("a1", "https://shop.example/cup")


def test_half_an_xml_feed_is_no_feed(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"well-formed XML \(line 1"):
        read(open_source(write(tmp_path, RSS[:-40])))


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><item><id>&b;</id></item></rss>'
    with pytest.raises(CatalogueError, match="entities"):
        read(open_source(write(tmp_path, bomb)))


@pytest.mark.parametrize(
    "long",
    [
        "<g:additional_image_link>abcdefgh</g:additional_image_link>" * 40_000,
        f"<g:description>{'&amp;' * 300_000}</g:description>",
        f'<link href="{"x" * 300_000}"/>',
    ],
)
def test_an_item_of_more_text_than_items_have_is_refused_by_its_line(tmp_path: Path, long: str) -> None:
    item = "<item><g:id>s3</g:id><g:title>T</g:title><g:image_link>d.jpg</g:image_link></item>"
    feed = RSS.replace("<g:price>15", f"{long}<g:price>15").replace("</channel>", f"{item}</channel>")
    (product,), issues = read(open_source(write(tmp_path, feed)))
    assert product.id == "s3"
    assert [(issue.line, issue.product_id) for issue in issues] == [(3, "s1"), (11, "s2")]
    assert issues[0].reason == "the item has more than 262,144 characters"


def test_an_item_may_have_many_pictures(tmp_path: Path) -> None:
    links = "".join(f"<g:additional_image_link>{n},x.jpg</g:additional_image_link>" for n in range(10_000))
    (product,), _ = read(open_source(write(tmp_path, RSS.replace("<g:price>15", f"{links}<g:price>15"))))
    assert product.images == ("a.jpg", "b,1.jpg", "c.jpg", *(f"{n},x.jpg" for n in range(10_000)))


def test_shopifys_old_header_groups_variants(tmp_path: Path) -> None:
    source = open_source(write(tmp_path, OLD_SHOPIFY), shop=Shop("EUR", "https://shop.example/"))
    (small, medium), issues = read(source)
    assert (small.id, medium.id) == ("tee-s", "tee-m-blue")
    assert small.title == medium.title == "Tee"
    assert small.item_group_id == medium.item_group_id == "tee"
    assert small.description == "Soft & warm"
    assert (small.size, small.color, medium.color) == ("S", "Red", "Blue")
    assert small.images == ("https://cdn/1.jpg", "https://cdn/2.jpg", "https://cdn/3.jpg")
    assert medium.images[0] == "https://cdn/m.jpg"
    assert small.price == Price(Decimal("10.00"), "EUR")
    assert (small.gtin, medium.gtin) == ("4006381333931", "")
    assert medium.link == "https://shop.example/products/tee"
    assert [(issue.line, issue.product_id) for issue in issues] == [(3, "tee-m-blue"), (5, "draft")]


def test_shopifys_new_header_says_the_same(tmp_path: Path) -> None:
    (mug,), issues = read(open_source(write(tmp_path, NEW_SHOPIFY)))
    assert (mug.id, mug.item_group_id, mug.images) == ("m1", "mug", ("https://cdn/mug.jpg",))
    assert mug.product_type == "Home > Mugs"
    assert mug.availability is Availability.OUT_OF_STOCK
    assert mug.price is None
    assert "SPARK_VISION_SHOP_CURRENCY" in issues[0].reason


@pytest.mark.parametrize(
    ("counted", "left", "policy", "sold_out"),
    [
        ("shopify", "0", "deny", True),
        ("shopify", "-2", "deny", True),  # more was sold than there was
        ("shopify", "-2", "continue", False),
        ("shopify", "3", "deny", False),
        ("shopify", "", "deny", False),
        ("", "0", "deny", False),
    ],
)
def test_shopifys_stock(tmp_path: Path, counted: str, left: str, policy: str, sold_out: bool) -> None:
    header, row = NEW_SHOPIFY.splitlines()
    row = row.removesuffix("shopify,0") + f"{counted},{left},{policy}"
    text = f"{header},Continue selling when out of stock\n{row}\n"
    (mug,), _ = read(open_source(write(tmp_path, text)))
    assert (mug.availability is Availability.OUT_OF_STOCK) == sold_out


LAMP = {
    "@type": "Product",
    "sku": "l1",
    "name": "Lamp",
    "image": [{"@type": "ImageObject", "url": "l.jpg"}, "m,n.jpg"],
    "brand": {"@type": "Brand", "name": "Acme"},
    "gtin13": "4006381333931",
    "offers": {"price": 19.5, "priceCurrency": "EUR", "availability": "https://schema.org/OutOfStock"},
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(LAMP),
        json.dumps([LAMP]),
        json.dumps({"@context": "https://schema.org", "@graph": [LAMP]}, indent=2),
        json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": LAMP}]}),
        f"<!DOCTYPE html><script type='application/ld+json'>{json.dumps(LAMP)}</script>",
    ],
)
def test_json_ld_in_all_its_wrappings(tmp_path: Path, text: str) -> None:
    (lamp,), issues = read(open_source(write(tmp_path, text)))
    assert not issues
    assert (lamp.id, lamp.title, lamp.brand, lamp.gtin) == ("l1", "Lamp", "Acme", "4006381333931")
    assert lamp.images == ("l.jpg", "m,n.jpg")
    assert lamp.price == Price(Decimal("19.5"), "EUR")
    assert lamp.availability is Availability.OUT_OF_STOCK


def test_json_lines_cost_one_line_a_mistake(tmp_path: Path) -> None:
    lines = [json.dumps({**LAMP, "sku": "1"}), json.dumps({**LAMP, "sku": "2"}), "{broken", "{}"]
    products, issues = read(open_source(write(tmp_path, "\n".join(lines))))
    assert [product.id for product in products] == ["1", "2"]
    assert [issue.line for issue in issues] == [3]


def test_a_product_groups_variants_take_over_what_it_says(tmp_path: Path) -> None:
    group = {
        "@type": "ProductGroup",
        "productGroupID": "g",
        "name": "Chair",
        "image": "chair.jpg",
        "hasVariant": [
            {"@type": "Product", "sku": "c1", "color": "red"},
            {"@type": "Product", "sku": "c2", "color": "blue", "image": "blue.jpg"},
        ],
    }
    (one, two), _ = read(open_source(write(tmp_path, json.dumps(group))))
    assert (one.item_group_id, two.item_group_id) == ("g", "g")
    assert (one.title, one.color, one.images) == ("Chair", "red", ("chair.jpg",))
    assert two.images == ("blue.jpg",)


def test_large_json_arrays_are_read_element_by_element_with_their_lines(tmp_path: Path) -> None:
    many = ",\n".join(json.dumps({**LAMP, "sku": str(n), "description": "x" * 999}) for n in range(1500))
    rows = list(open_source(write(tmp_path, f"[\n{many}\n]")).rows())
    assert [(row.line, row.product.id) for row in rows] == [(n + 2, str(n)) for n in range(1500)]  # type: ignore[union-attr]
    with pytest.raises(CatalogueError, match=r"from line 1501|in the middle"):
        list(open_source(write(tmp_path, f"[\n{many[:-20]}")).rows())


def test_a_false_gtin_is_told_and_dropped(tmp_path: Path) -> None:
    feed = "id,title,image_link,gtin\n1,A,a.jpg,4006381333932\n2,B,b.jpg,4006381-333931\n"
    (one, two), (issue,) = read(open_source(write(tmp_path, feed)))
    assert (one.gtin, two.gtin) == ("", "4006381333931")
    assert (issue.line, issue.severity) == (2, "warning")
    assert "check digit" in issue.reason


def test_an_option_forces_the_format(tmp_path: Path) -> None:
    both = "Handle,id,title,image_link\nh,1,A,a.jpg\n"
    assert read(open_source(write(tmp_path, both), "google-csv"))[0][0].id == "1"
    with pytest.raises(CatalogueError, match="no well-formed XML"):
        read(open_source(write(tmp_path, both), "google-xml"))
    with pytest.raises(InvalidInputError, match="google-xml"):
        open_source(write(tmp_path, both), "gogle")


def test_shopify_strikes_the_compare_at_price_through(tmp_path: Path) -> None:
    header = "Handle,Title,Variant Price,Variant Compare At Price,Image Src"
    rows = [
        "a,A,9.00,12.00,https://cdn/a.jpg",
        "b,B,9.00,8.00,https://cdn/b.jpg",
        "c,C,9.00,,https://cdn/c.jpg",
    ]
    products, _ = read(Source(write(tmp_path, "\n".join([header, *rows])), shop=Shop("EUR")))
    assert [str(product.price) for product in products] == ["9.00 EUR"] * 3
    assert [product.regular_price for product in products] == [Price(Decimal("12.00"), "EUR"), None, None]


@pytest.mark.parametrize("own_price", [True, False])
def test_a_list_price_of_schema_org_is_the_regular_one(tmp_path: Path, own_price: bool) -> None:
    told = [{"priceType": "https://schema.org/ListPrice", "price": 12}, {"price": "9.00"}]
    offer = {"priceSpecification": told[:1] if own_price else told, "priceCurrency": "EUR"}
    product = {
        "@type": "Product",
        "sku": "a",
        "name": "A",
        "image": "a.jpg",
        "offers": {**offer, **({"price": "9.00"} if own_price else {})},
    }
    (found,), issues = read(Source(write(tmp_path, json.dumps(product))))
    assert (str(found.price), str(found.regular_price), issues) == ("9.00 EUR", "12 EUR", [])


def test_halves_of_characters_in_json_are_replaced(tmp_path: Path) -> None:
    product = {"@type": "Product", "sku": "a\ud800", "name": "A\udfff", "image": "0\ud800.jpg"}
    (found,), _ = read(Source(write(tmp_path, json.dumps(product))))
    assert (found.id, found.title, found.images) == ("a\ufffd", "A\ufffd", ("0\ufffd.jpg",))
