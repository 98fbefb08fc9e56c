"""JSON-LD of other shapes: references, groups, offers, prefixes and damage."""

import json
from pathlib import Path

import pytest

from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import Availability
from tests.unit.catalogue.feeds import read_text


def graph(*nodes: dict[str, object]) -> str:
    return json.dumps({"@context": "https://schema.org", "@graph": list(nodes)})


def test_references_in_a_circle_end(tmp_path: Path) -> None:
    products, _ = read_text(
        tmp_path,
        graph(
            {
                "@id": "#p",
                "@type": "Product",
                "sku": "a",
                "name": "A",
                "image": {"@id": "#i"},
                "brand": {"@id": "#b"},
            },
            {"@id": "#i", "@type": "ImageObject", "contentUrl": "a.jpg", "about": {"@id": "#p"}},
            {"@id": "#b", "@type": "Brand", "name": {"@id": "#b"}, "logo": {"@id": "#i"}},
        ),
    )
    assert products["a"].images == ("a.jpg",)


def test_an_offer_of_a_catalogue_has_the_price_of_its_product(tmp_path: Path) -> None:
    product = {"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg"}
    offer = {"@type": "Offer", "price": "3.00", "priceCurrency": "EUR", "itemOffered": product}
    page = {"@type": "Store", "hasOfferCatalog": {"@type": "OfferCatalog", "itemListElement": [offer]}}
    products, _ = read_text(tmp_path, json.dumps(page))
    assert str(products["a"].price) == "3.00 EUR"


def test_many_references_to_each_other_are_bounded(tmp_path: Path) -> None:
    nodes = [
        {"@id": f"#{n}", "@type": "Thing", "isRelatedTo": [{"@id": f"#{m}"} for m in range(30)]}
        for n in range(30)
    ]
    product = {"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg", "isRelatedTo": {"@id": "#0"}}
    products, _ = read_text(tmp_path, graph(product, *nodes))
    assert list(products) == ["a"]


@pytest.mark.parametrize("link", ["variants", "group", "both"])
def test_variants_take_over_what_their_group_says_by_reference(tmp_path: Path, link: str) -> None:
    group: dict[str, object] = {"@id": "#g", "@type": "ProductGroup", "name": "Tee", "productGroupID": "tee"}
    group["brand"] = {"@id": "#b"}
    if link != "variants":
        group["hasVariant"] = [{"@id": "#1"}, {"@id": "#2"}]
    back = {} if link == "group" else {"isVariantOf": {"@id": "#g"}}
    variants = [
        {"@id": f"#{n}", "@type": "Product", "sku": f"t{n}", "color": "red", "image": f"{n}.jpg", **back}
        for n in (1, 2)
    ]
    products, _ = read_text(
        tmp_path, graph(*variants, {"@id": "#b", "@type": "Brand", "name": "Acme"}, group)
    )
    if link == "variants":
        products.pop("tee", None)
    assert {"t1", "t2"} <= set(products)
    for name in ("t1", "t2"):
        product = products[name]
        assert (product.title, product.brand, product.item_group_id) == ("Tee", "Acme", "tee")
        assert product.images == (f"{name[1]}.jpg",)


def test_references_work_within_one_page_of_several_scripts(tmp_path: Path) -> None:
    scripts = [
        {"@type": "Organization", "@id": "#o", "name": "Acme"},
        {"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg", "brand": {"@id": "#o"}},
    ]
    page = "".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in scripts)
    products, _ = read_text(tmp_path, f"<!doctype html><html>{page}</html>")
    assert products["a"].brand == "Acme"


@pytest.mark.parametrize("prefix", ["schema:", "https://schema.org/", "http://schema.org/"])
def test_prefixes_of_schema_org_do_not_matter(tmp_path: Path, prefix: str) -> None:
    node = {"@type": f"{prefix}Product", f"{prefix}sku": "a", f"{prefix}name": "A", f"{prefix}image": "a.jpg"}
    products, _ = read_text(tmp_path, json.dumps(node))
    assert products["a"].title == "A"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"gtin13": "4006381333931"}, "4006381333931"),
        ({"mpn": "M-1"}, "M-1"),
        ({"url": "https://shop.example/a"}, "link-"),
        ({"@id": "#product", "gtin13": "4006381333931"}, "4006381333931"),
        ({"@id": "https://shop.example/a", "gtin13": "4006381333931"}, "https://shop.example/a"),
        ({"offers": {"url": "https://shop.example/a"}}, "link-"),
    ],
)
def test_a_product_is_known_by_its_gtin_mpn_or_link_alone(
    tmp_path: Path, known: dict[str, object], expected: str
) -> None:
    text = json.dumps({"@type": "Product", "name": "A", "image": "a.jpg", **known})
    (product_id,), _ = read_text(tmp_path, text)
    assert product_id.startswith(expected)
    assert list(read_text(tmp_path, text)[0]) == [product_id]


STOCK = {"in": "https://schema.org/InStock", "out": "https://schema.org/OutOfStock", "pre": "PreOrder"}


@pytest.mark.parametrize(
    ("offers", "expected", "availability"),
    [
        ("20 in,10 in,30 in", "10", Availability.IN_STOCK),
        ("20 in,10 out", "20", Availability.IN_STOCK),
        ("20 pre,10 out", "20", Availability.PREORDER),
        ("20 out,10 out", "10", Availability.OUT_OF_STOCK),
        ("x in,10 out", "None", Availability.IN_STOCK),
    ],
)
@pytest.mark.parametrize("as_aggregate", [False, True])
def test_of_several_offers_the_cheapest_in_stock_counts(
    tmp_path: Path, offers: str, expected: str, availability: Availability, as_aggregate: bool
) -> None:
    several: list[dict[str, object]] = []
    for told in offers.split(","):
        price, stock = told.split()
        offer = {"@type": "Offer", "price": price, "availability": STOCK[stock]}
        several.append(offer if as_aggregate else {**offer, "priceCurrency": "USD"})
    value: object = several
    if as_aggregate:
        value = {"@type": "AggregateOffer", "priceCurrency": "USD", "lowPrice": 1, "offers": several}
    node = {"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg", "offers": value}
    products, _ = read_text(tmp_path, json.dumps(node))
    assert str(products["a"].price).split()[0] == expected
    assert products["a"].availability is availability


@pytest.mark.parametrize(
    ("price", "currency", "expected"),
    [
        (1.299, "EUR", "1.30 EUR"),
        (12.5, "KWD", "12.5 KWD"),
        (12.345, "KWD", "12.345 KWD"),
        (1299, "JPY", "1299 JPY"),
        (19.989999999999998, "EUR", "19.99 EUR"),
        ("10.830000000000002", "USD", "10.83 USD"),
        ("45.00 USD", "USD", "45.00 USD"),
        ("1.299,00", "EUR", "1299.00 EUR"),
        (["12.00"], "EUR", "12.00 EUR"),
        (True, "EUR", "None"),
        (None, "EUR", "None"),
        (-3, "EUR", "None"),
    ],
)
def test_numbers_and_texts_as_prices(tmp_path: Path, price: object, currency: str, expected: str) -> None:
    offer = {"price": price, "priceCurrency": currency}
    node = {"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg", "offers": offer}
    products, _ = read_text(tmp_path, json.dumps(node))
    assert str(products["a"].price) == expected


def test_control_characters_within_texts_are_blanks(tmp_path: Path) -> None:
    products, _ = read_text(tmp_path, '{"@type":"Product","sku":"a","name":"A\tB\nC","image":"a.jpg"}')
    assert products["a"].title == "A B C"


@pytest.mark.parametrize("tail", ["}", "x", '{"a":1}', ",1"])
def test_what_stands_behind_the_end_is_no_json(tmp_path: Path, tail: str) -> None:
    text = json.dumps([{"@type": "Product", "sku": "a", "name": "A", "image": "a.jpg"}])
    with pytest.raises(CatalogueError, match="no JSON that can be read"):
        read_text(tmp_path, text + tail)


def test_deep_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="levels"):
        read_text(tmp_path, "[" * 10_000 + "]" * 10_000)


def test_plain_objects_are_read_by_the_names_of_their_keys(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "products": [
                {
                    "id": 7,
                    "name": "Cup",
                    "images": [{"url": "a,1.jpg"}, {"url": "b.jpg"}],
                    "price": "9.00",
                    "currency": "CHF",
                    "brand": {"name": "Acme"},
                }
            ]
        }
    )
    products, issues = read_text(tmp_path, text)
    assert products["7"].brand == "Acme"
    assert products["7"].images == ("a,1.jpg", "b.jpg")
    assert (str(products["7"].price), issues) == ("9.00 CHF", [])
