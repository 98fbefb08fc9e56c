"""Delimited feeds as people make them: hints, names, ids, encodings, quotes and addresses."""

from pathlib import Path

import pytest

from spark_vision.core.errors import CatalogueError
from tests.unit.catalogue.feeds import read_text

HEADER = "id,title,image_link"


@pytest.mark.parametrize(
    "above",
    [
        "# Required | An id,# Required | A title,# Required | A picture\n",
        "Product feed of my shop\n\nmade on Monday,,\n",
        "TemplateType=fptcustom,Version=2021\n# hint,# hint,# hint\n",
        '"Hints, with commas",x,y\n',
        "\ufeff# hint\n",
        "\n\n\n",
        "sep=,\n",
        "\ufeffsep=,\r\n",
        '"sep=,"\n# hint\n',
    ],
)
def test_lines_above_the_header_are_skipped_and_counted(tmp_path: Path, above: str) -> None:
    products, (issue,) = read_text(tmp_path, f"{above}{HEADER}\na,A,a.jpg\n,B,b.jpg\n")
    assert list(products) == ["a"]
    assert issue.line == above.count("\n") + 3


@pytest.mark.parametrize(
    ("line", "delimiter"), [("sep=;", ";"), ("sep=\t", "\t"), ("sep=\\t", "\t"), ("SEP=|", "|")]
)
def test_a_sep_line_decides(tmp_path: Path, line: str, delimiter: str) -> None:
    row = delimiter.join(["a", "A,B,C,D", "a.jpg"])
    products, _ = read_text(tmp_path, f"{line}\r\n{HEADER.replace(',', delimiter)}\r\n{row}\r\n")
    assert products["a"].title == "A,B,C,D"


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("image_link,image_link,image_link", "1.jpg,2.jpg,3.jpg"),
        ("image_link,additional_image_link,additional_image_link", "1.jpg,2.jpg,3.jpg"),
        ("image_link,Additional Image Link,additional_image_link", "1.jpg,2.jpg,3.jpg"),
        ("image_1,image_2,image_3", "1.jpg,2.jpg,3.jpg"),
        ("image_url,image_url_2,image_url_3", "1.jpg,2.jpg,3.jpg"),
        ("image[0].url,image[1].url,image[2].url", "1.jpg,2.jpg,3.jpg"),
        ("images,mood,note", '"1.jpg, 2.jpg,3.jpg",,'),
        ("image_link,additional_image_link,additional_image_link", '1.jpg,"2.jpg,3.jpg",'),
    ],
)
def test_pictures_of_several_columns_are_all_read(tmp_path: Path, columns: str, cells: str) -> None:
    products, _ = read_text(tmp_path, f"id,title,{columns}\na,A,{cells}\n")
    assert products["a"].images == ("1.jpg", "2.jpg", "3.jpg")


@pytest.mark.parametrize("column", ["image", "image_url", "image_link", "images"])
def test_a_comma_within_an_address_stays(tmp_path: Path, column: str) -> None:
    address = "https://cdn.example/w_100,h_100/a.jpg"
    products, _ = read_text(tmp_path, f'id,title,{column}\na,A,"{address}"\n')
    assert products["a"].images == (address,)


def test_of_other_repeated_columns_the_first_with_a_value_counts(tmp_path: Path) -> None:
    products, _ = read_text(tmp_path, f"{HEADER},brand,brand,title\na,,a.jpg,,Acme,Cup\n")
    assert (products["a"].title, products["a"].brand) == ("Cup", "Acme")


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("gtin", "4006381333931", "4006381333931"),
        ("EAN", "4006381-333931", "4006381333931"),
        ("mpn", "M-1", "M-1"),
        ("link", "https://shop.example/a", "link-"),
        ("id,mpn", ",M-1", "M-1"),
        ("gtin,mpn", "123,M-1", "M-1"),
        ("sku", "S-1", "S-1"),
    ],
)
def test_a_row_is_known_by_its_gtin_mpn_or_link_alone(
    tmp_path: Path, columns: str, cells: str, expected: str
) -> None:
    feed = f"title,image_link,{columns}\nA,a.jpg,{cells}\n"
    (product_id,), _ = read_text(tmp_path, feed)
    assert product_id.startswith(expected)
    assert list(read_text(tmp_path, feed)[0]) == [product_id]


def test_links_that_differ_are_products_that_differ(tmp_path: Path) -> None:
    feed = "title,image_link,link\nA,a.jpg,https://x.example/a\nB,b.jpg,https://x.example/b\n"
    assert len(read_text(tmp_path, feed)[0]) == 2


def test_the_columns_that_were_found_are_told(tmp_path: Path) -> None:
    with pytest.raises(
        CatalogueError, match=r"no column id, image_link; it has 'title', 'preis', 'bildchen'"
    ):
        read_text(tmp_path, "Title,Preis,Bildchen\nA,1,a.jpg\n")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    products, _ = read_text(tmp_path, f"{HEADER}\na,Müller Öl,a.jpg\n".encode(encoding))
    assert products["a"].title == "Müller Öl"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("//cdn.example:8080/a.jpg", "https://cdn.example:8080/a.jpg"),
        ("https://cdn.example/a.jpg?w=1&amp;h=2", "https://cdn.example/a.jpg?w=1&h=2"),
        ("pics/a&amp;b.jpg", "pics/a&amp;b.jpg"),
        ("/srv/pics/a.jpg", "/srv/pics/a.jpg"),
    ],
)
def test_addresses_without_a_scheme_are_addresses(tmp_path: Path, address: str, expected: str) -> None:
    products, _ = read_text(tmp_path, f"{HEADER},additional_image_link\na,A,{address},{address}2\n")
    assert products["a"].images == (expected, f"{expected}2")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<p>Hello <b>you</b></p>", "Hello you"),
        ("&lt;p&gt;Hello&lt;/p&gt;", "Hello"),
        ("A &amp;amp; B", "A & B"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("AT&T <3", "AT&T <3"),
        ("One<br>two<li>three", "One two three"),
        ("H<sub>2</sub>O", "H2O"),
        ("<script>alert(1)</script>text", "text"),
        ("<style>p{color:red}</style>text", "text"),
        ("Soft&nbsp;towel\x07", "Soft towel"),
    ],
)
def test_markup_and_entities_are_gone_from_texts(tmp_path: Path, cell: str, expected: str) -> None:
    products, _ = read_text(tmp_path, f"{HEADER},description,brand\na,{cell},a.jpg,{cell},{cell}\n")
    product = products["a"]
    assert (product.title, product.description, product.brand) == (expected,) * 3


def test_empty_cells_beyond_the_header_are_ignored(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, f"{HEADER}\na,A,a.jpg,,,\nb,B,b.jpg\n")
    assert (list(products), issues) == (["a", "b"], [])


def test_quotes_escaped_by_backslashes_are_read(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, f'{HEADER}\na,"5\\" pipe, red",a.jpg\nb,B,b.jpg\n')
    assert (products["a"].title, list(products), issues) == ('5" pipe, red', ["a", "b"], [])


def test_a_default_currency_completes_prices_without_one(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, f"{HEADER},price\na,A,a.jpg,15.00\nb,B,b.jpg,15 USD\n")
    assert (str(products["a"].price), str(products["b"].price), issues) == ("15.00 EUR", "15 USD", [])


def test_a_computed_price_is_rounded_with_a_warning(tmp_path: Path) -> None:
    products, (issue,) = read_text(tmp_path, f"{HEADER},price\na,A,a.jpg,10.830000000000002 USD\n")
    assert str(products["a"].price) == "10.83 USD"
    assert "too many decimals" in issue.reason
