"""Feeds that people reported, each with its right answer."""

import json
from pathlib import Path

import pytest

from spark_vision.catalogue.shop import UNKNOWN_SHOP
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import Availability
from tests.unit.catalogue.feeds import CASES, read, read_text


def test_columns_of_one_name_are_all_read() -> None:
    products, issues = read(CASES / "c05_dup_columns.csv")
    assert products["d1"].images == ("pics/0.png", "pics/1.png", "pics/2.png")
    assert not issues


def test_metas_template_has_a_line_of_hints_above_the_header() -> None:
    products, issues = read(CASES / "c01_meta_template.csv")
    assert (products["m1"].title, str(products["m1"].price), issues) == ("Mug", "9.00 EUR", [])


def test_excels_sep_line_names_the_delimiter() -> None:
    products, issues = read(CASES / "c03_sep_line.csv")
    assert (products["s1"].title, str(products["s1"].price), issues) == ("Becher", "9.00 EUR", [])


def test_texts_have_no_markup() -> None:
    products, issues = read(CASES / "c15_html_entities.csv")
    assert products["h1"].title == "Salt & Pepper – Café"
    assert products["h1"].description == "Hello you"
    assert not issues


def test_references_within_a_graph_are_followed() -> None:
    products, issues = read(CASES / "j01_yoast_graph.json")
    cup = products["CUP"]
    assert (cup.images, cup.brand, str(cup.price), issues) == (("pics/0.png",), "Acme", "12.00 EUR", [])


def test_prices_of_json_ld() -> None:
    products, issues = read(CASES / "j03_prices.json", UNKNOWN_SHOP)
    prices = {product_id: str(product.price) for product_id, product in products.items()}
    assert prices == {
        "p1": "1299.00 USD",
        "p2": "3999 USD",
        "p3": "45.00 USD",
        "p4": "1299.0 USD",
        "p5": "10.83 USD",
        "p6": "10.00 USD",
        "p7": "10.00 USD",
        "p8": "10 USD",
        "p9": "None",
        "p10": "9.00 EUR",
        "p11": "5.00 USD",
        "p12": "None",
        "13": "None",
    }
    assert str(products["p10"].regular_price) == "12.00 EUR"
    assert products["13"].availability is Availability.BACKORDER
    assert all(issue.severity == "warning" for issue in issues)
    assert {issue.product_id for issue in issues} == {"p1", "p2", "p3", "p5", "p9", "p12", "13"}
    assert all(products[known].availability is Availability.IN_STOCK for known in ("p7", "p8"))


@pytest.mark.parametrize(
    ("name", "words", "description"),
    [
        ("x01_leading_newline.xml", "a blank stands before <?xml", ""),
        ("x02_nbsp_entity.xml", "the entity &nbsp; is HTML's", "Soft towel"),
        ("x03_bare_amp.xml", "a bare & is no entity", "Salt & pepper"),
    ],
)
def test_small_mistakes_of_xml_cost_a_warning_with_the_line(name: str, words: str, description: str) -> None:
    products, (issue,) = read(CASES / name)
    assert list(products) == ["x0", "x1"]
    assert issue.reason.startswith(words)
    assert (issue.severity, issue.line) == ("warning", 1)
    assert products["x1"].description == description


def test_a_gzipped_feed_is_read() -> None:
    products, issues = read(CASES / "z01.xml.gz")
    assert products
    assert not issues


BUILT = {"@type": "Product", "image": "a.jpg", "offers": {"price": "1.00", "priceCurrency": "EUR"}}


def built(sku: str) -> dict[str, object]:
    return {**BUILT, "sku": sku, "name": sku}


def item_list(*skus: str) -> dict[str, object]:
    items = [{"@type": "ListItem", "position": 1, "item": built(sku)} for sku in skus]
    return {"@type": "ItemList", "itemListElement": items}


@pytest.mark.parametrize("as_page", [False, True])
def test_two_lists_on_one_page_are_both_read(tmp_path: Path, as_page: bool) -> None:
    text = json.dumps({"@type": "CollectionPage", "hasPart": [item_list("B1"), item_list("B2")]})
    page = f"<!doctype html><script type='application/ld+json'>{text}</script>"
    products, _ = read_text(tmp_path, page if as_page else text)
    assert list(products) == ["B1", "B2"]


@pytest.mark.parametrize("cut", [1, 2, 20, 60])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "document",
    [
        {"@context": "https://schema.org", "@graph": [built("a"), built("b")]},
        [built("a"), built("b")],
        {"@type": "ItemList", "itemListElement": [built("a"), built("b")], "name": "x"},
        built("a"),
    ],
)
def test_json_that_is_cut_off_is_refused_as_a_whole(
    tmp_path: Path, document: object, indent: int | None, cut: int
) -> None:
    text = json.dumps(document, indent=indent)
    with pytest.raises(CatalogueError, match="ends in the middle"):
        read_text(tmp_path, text[:-cut])


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("lines", [True, False])
def test_a_breadcrumb_hides_nothing(tmp_path: Path, first: bool, lines: bool) -> None:
    crumbs = {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "item": {"@id": "/x"}}]}
    node = {"breadcrumb": crumbs, **built("a")} if first else {**built("a"), "breadcrumb": crumbs}
    products, _ = read_text(tmp_path, json.dumps(node, indent=2 if lines else None))
    assert list(products) == ["a"]
