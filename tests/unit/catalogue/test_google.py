"""Google Merchant feeds: what is read, what is forgiven and what is reported."""

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.catalogue.detect import Format
from spark_vision.catalogue.read import Source
from spark_vision.core.errors import CatalogueError
from spark_vision.core.money import CURRENCIES
from spark_vision.core.product import Availability, FeedIssue, FeedRow, Price, Product

HEADER = "id,title,image_link"


def read(tmp_path: Path, text: str | bytes) -> list[FeedRow | FeedIssue]:
    path = tmp_path / "feed.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(Source(path, Format.GOOGLE_CSV).rows())


def products(rows: list[FeedRow | FeedIssue]) -> list[Product]:
    return [row.product for row in rows if isinstance(row, FeedRow)]


def issues(rows: list[FeedRow | FeedIssue]) -> list[FeedIssue]:
    return [row for row in rows if isinstance(row, FeedIssue)]


def ids(rows: list[FeedRow | FeedIssue]) -> list[str]:
    return [product.id for product in products(rows)]


def test_every_known_column_is_read(tmp_path):
    plain = "description link brand product_type color material pattern size gender item_group_id".split()
    header = ["id", "title", "image_link", "additional_image_link", "price", "availability", "gtin", *plain]
    cells = [
        "1",
        "Chair",
        "a.jpg",
        '"b.jpg,c.jpg"',
        "15.00 USD",
        "preorder",
        "4006381333931",
        *(f"the {name}" for name in plain),
    ]
    (row,) = read(tmp_path, ",".join(header) + "\n" + ",".join(cells))
    expected = Product(
        id="1",
        title="Chair",
        images=("a.jpg", "b.jpg", "c.jpg"),
        price=Price(Decimal("15.00"), "USD"),
        availability=Availability.PREORDER,
        gtin="4006381333931",
        **{name: f"the {name}" for name in plain},
    )
    assert row == FeedRow(2, expected)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_is_taken_from_the_header(tmp_path, delimiter):
    text = f"{HEADER}\n1,Chair,a.jpg\n".replace(",", delimiter)
    assert products(read(tmp_path, text)) == [Product("1", "Chair", ("a.jpg",))]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_of_all_systems_count_lines(tmp_path, newline):
    rows = read(tmp_path, newline.join([HEADER, "1,A,a.jpg", "", "2,B,", "3,C,c.jpg"]))
    assert (ids(rows), issues(rows)[0].line) == (["1", "3"], 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("title", ["Blåbær №5 椅子", "椅子" * 2000])
def test_unicode_encodings_are_told_apart(tmp_path, encoding, title):
    rows = read(tmp_path, f"{HEADER}\n1,{title},a.jpg\n".encode(encoding))
    assert products(rows) == [Product("1", title, ("a.jpg",))]


def test_utf_16_big_endian_with_its_mark_is_read(tmp_path):
    data = b"\xfe\xff" + f"{HEADER}\n1,Blåbær,a.jpg\n".encode("utf-16-be")
    assert products(read(tmp_path, data))[0].title == "Blåbær"


def test_windows_1252_bytes_are_read_among_utf_8(tmp_path):
    data = f"{HEADER}\n1,".encode() + "Café “5 €”".encode("cp1252") + b",a.jpg\n" + "2,Café,b.jpg\n".encode()
    assert [product.title for product in products(read(tmp_path, data))] == ["Café “5 €”", "Café"]


def test_byte_that_is_in_no_encoding_does_not_stop_the_feed(tmp_path):
    assert ids(read(tmp_path, HEADER.encode() + b"\n1,\x81\x8d,a.jpg\n2,B,b.jpg\n")) == ["1", "2"]


def test_header_is_known_in_any_case_with_prefix_and_spaces(tmp_path):
    assert ids(read(tmp_path, "G:ID, Title ,g:Image Link\n1,A,a.jpg\n")) == ["1"]


def test_unknown_columns_are_passed_over(tmp_path):
    rows = read(tmp_path, "shop,id,title,image_link,mood\nx,1,A,a.jpg,good\n")
    assert rows == [FeedRow(2, Product("1", "A", ("a.jpg",)))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,mood,price\n1,A,3\n", "title, image_link"),
        ("id,title\n", "no column image_link"),
        ("", "empty"),
        ("\n\n", "empty"),
        ("\x89PNG\r\n\x1a\n" + "\0" * 50, "no column id, title, image_link"),
        ('"id,title', "the header.*cannot be read"),
        ("id," * 100_000 + "x", "the header.*cannot be read|no column"),
        ("i" * 200_000, "the header.*cannot be read"),
    ],
)
def test_feed_without_usable_header_is_refused_by_name(tmp_path, text, words):
    with pytest.raises(CatalogueError, match=rf"(?s)feed\.csv.*({words})"):
        read(tmp_path, text)


def test_feed_that_is_a_folder_or_absent_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(CatalogueError, match="cannot be read"):
            list(Source(path, Format.GOOGLE_CSV).rows())


REFUSED = {
    "id is empty": ",A,a.jpg",
    "image_link is empty": "2,A,",
    "the row has 4 cells, the header 3": "2,A,a.jpg,b.jpg",
    "a quote is opened and not closed": '2,"A,a.jpg',
    "the row cannot be read: field larger than field limit (131072)": f"2,{'x' * 10_000_000},a.jpg",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_bad_row_is_reported_with_its_line_and_the_others_live(tmp_path, reason):
    rows = read(tmp_path, f"{HEADER}\n1,A,a.jpg\n{REFUSED[reason]}\n3,C,c.jpg\n")
    (issue,) = issues(rows)
    assert ids(rows) == ["1", "3"]
    assert (issue.reason, issue.line, issue.severity) == (reason, 3, "refused")


@pytest.mark.parametrize("row", ['2,"A,a.jpg', "2,A,", "2,A,a.jpg,b.jpg"])
def test_bad_row_is_reported_with_its_product(tmp_path, row):
    (issue,) = issues(read(tmp_path, f"{HEADER}\n{row}\n"))
    assert issue.product_id == "2"


def test_quote_left_open_does_not_swallow_a_quoted_row(tmp_path):
    rows = read(tmp_path, f'{HEADER}\n1,"Oak chair,a.jpg\n2,"Big, red","b.jpg"\n"3",C,c.jpg\n')
    assert ids(rows) == ["2", "3"]
    assert [(issue.line, issue.product_id) for issue in issues(rows)] == [(2, "1")]


def test_cells_may_span_lines_and_lines_count_on(tmp_path):
    rows = read(tmp_path, f'{HEADER}\n1,"two\nlines",a.jpg\n,B,b.jpg\n')
    assert (products(rows)[0].title, issues(rows)[0].line) == ("two\nlines", 4)


def test_sloppy_quotes_within_a_line_are_forgiven(tmp_path):
    rows = read(tmp_path, f'{HEADER}\n1,"5" pipe,a.jpg\n2,6" pipe,b.jpg\n')
    assert [product.title for product in products(rows)] == ["5 pipe", '6" pipe']


def test_nul_bytes_do_not_stop_the_feed(tmp_path):
    assert ids(read(tmp_path, f"{HEADER}\n1,A\0A,a.jpg\n2,B,b.jpg\n")) == ["1", "2"]


def test_short_row_lacks_its_last_fields(tmp_path):
    rows = read(tmp_path, f"{HEADER},brand\n1,A,a.jpg\n")
    assert rows == [FeedRow(2, Product("1", "A", ("a.jpg",)))]


@pytest.mark.parametrize("price", ["cheap", "15.00", "USD", "15 dollars", "-1 USD", "1e5 USD", "NaN USD"])
def test_price_that_is_none_is_dropped_with_a_warning(tmp_path, price):
    warning, row = read(tmp_path, f"{HEADER},price\n1,A,a.jpg,{price}\n")
    assert isinstance(warning, FeedIssue)
    assert isinstance(row, FeedRow)
    assert (warning.severity, warning.product_id, warning.line) == ("warning", "1", 2)
    assert repr(price) in warning.reason
    assert row.product.price is None


def test_unknown_availability_is_not_offered_as_in_stock_and_warns(tmp_path):
    warning, row = read(tmp_path, f"{HEADER},availability\n1,A,a.jpg,perhaps\n")
    assert isinstance(warning, FeedIssue)
    assert "perhaps" in warning.reason
    assert isinstance(row, FeedRow)
    assert row.product.availability is Availability.OUT_OF_STOCK


def test_id_stands_in_for_an_empty_title(tmp_path):
    warning, row = read(tmp_path, f"{HEADER}\n1,,a.jpg\n")
    assert isinstance(warning, FeedIssue)
    assert warning.severity == "warning"
    assert isinstance(row, FeedRow)
    assert row.product.title == "1"


def test_comma_within_a_picture_address_is_written_as_2c(tmp_path):
    (row,) = products(
        read(tmp_path, f'{HEADER},additional_image_link\n1,A,a.jpg,"b%2C1.jpg, c.jpg,,a.jpg"\n')
    )
    assert row.images == ("a.jpg", "b,1.jpg", "c.jpg")


def test_ids_that_stand_twice_are_left_to_the_build(tmp_path):
    assert ids(read(tmp_path, f"{HEADER}\n1,A,a.jpg\n1,B,b.jpg\n")) == ["1", "1"]


def test_one_bad_row_in_a_hundred_is_reported_exactly(tmp_path):
    kinds = ["{0},A,", ",A,a.jpg", '{0},"A,a.jpg', "{0},A,a.jpg,b.jpg,c.jpg"]
    bad = {number: kinds[number // 100 % 4].format(number) for number in range(50, 2000, 100)}
    lines = [bad.get(number, f'{number},"Chair, {number}",{number}.jpg') for number in range(2000)]
    rows = read(tmp_path, "\n".join([HEADER, *lines]))
    assert [issue.line for issue in issues(rows)] == [number + 2 for number in bad]
    assert ids(rows) == [str(number) for number in range(2000) if number not in bad]


# Markup, entities, control characters and protected blanks are cleaned away.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&\xa0")
TEXT = st.text(LETTERS, max_size=20).map(str.strip)
NAME = TEXT.filter(bool)
IMAGE = NAME.filter(lambda name: "," not in name and "%2" not in name)
PRICE = st.builds(
    Price,
    st.decimals(min_value="0.01", max_value=10**9, places=2),
    st.sampled_from(sorted(CURRENCIES)),
)
PRODUCT = st.builds(
    Product,
    id=NAME,
    title=NAME,
    images=st.lists(IMAGE, min_size=1, max_size=4, unique=True).map(tuple),
    description=TEXT,
    price=st.none() | PRICE,
    availability=st.sampled_from(Availability),
    brand=TEXT,
    color=TEXT,
)


def as_row(product: Product) -> list[str]:
    main, *more = product.images
    price = "" if product.price is None else str(product.price)
    fields = [product.id, product.title, main, ",".join(more), product.description, price]
    return [*fields, product.availability.value, product.brand, product.color]


@given(listed=st.lists(PRODUCT, max_size=6), delimiter=st.sampled_from(",;\t"))
def test_products_written_as_csv_are_read_back_equal(tmp_path_factory, listed, delimiter):
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    header = "id title image_link additional_image_link description price availability brand color"
    writer.writerows([header.split(), *map(as_row, listed)])
    assert products(read(tmp_path_factory.mktemp("feed"), out.getvalue())) == listed


@pytest.mark.parametrize(
    ("price", "sale", "period", "paid", "regular"),
    [
        ("15.00 USD", "9.99 USD", "", "9.99 USD", "15.00 USD"),
        ("15.00 USD", "9.99 USD", "2020-01-01T00:00-0800/2999-01-01T00:00-0800", "9.99 USD", "15.00 USD"),
        ("15.00 USD", "9.99 USD", "2020-01-01/2020-02-01", "15.00 USD", None),
        ("15.00 USD", "9.99 USD", "2999-01-01/2999-02-01", "15.00 USD", None),
        ("15.00 USD", "15.00 USD", "", "15.00 USD", None),
        ("", "9.99 USD", "", "9.99 USD", None),
    ],
)
def test_what_one_pays_is_the_sale_price_while_it_lasts(tmp_path, price, sale, period, paid, regular):
    header = f"{HEADER},price,sale_price,sale_price_effective_date"
    (row,) = read(tmp_path, f"{header}\n1,A,a.jpg,{price},{sale},{period}\n")
    assert str(row.product.price) == paid
    assert row.product.regular_price == (None if regular is None else Price(Decimal("15.00"), "USD"))


@pytest.mark.parametrize(
    ("sale", "period", "words"),
    [
        ("cheap", "", "no amount"),
        ("16.00 USD", "", "no less"),
        ("9.00 EUR", "", "no less"),
        ("9.00 USD", "soon", "no period"),
        ("9.00 USD", "2026-01-01", "no period"),
    ],
)
def test_a_sale_price_that_makes_no_sense_is_passed_over_with_a_warning(tmp_path, sale, period, words):
    header = f"{HEADER},price,sale_price,sale_price_effective_date"
    warning, row = read(tmp_path, f"{header}\n1,A,a.jpg,15.00 USD,{sale},{period}\n")
    assert (warning.severity, words in warning.reason) == ("warning", True)
    assert (str(row.product.price), row.product.regular_price) == ("15.00 USD", None)
