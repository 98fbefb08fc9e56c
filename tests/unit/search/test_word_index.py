"""Products by the words of their texts."""

import pytest

from spark_vision.search.words.query_terms import MAX_TERMS, fold, query_terms
from spark_vision.search.words.word_index import WordIndex

# Title, category, brand, color, id, gtin, description.
PRODUCTS = (
    ("Green desk lamp", "Home > Lamp", "Lumo", "green", "SH-083", "", "For reading."),
    ("Red desk lamp", "Home > Lamp", "Lumo", "red", "SH-084", "4006381333931", "For reading."),
    ("Oak table", "Home > Table", "Norda", "brown", "SH-085", "", "Room for a lamp and more."),
    ("Striped t-shirt", "Apparel > T-shirt", "Fili", "blue", "SH-086", "", "Cotton."),
    ("Lamp", "Home > Lamp", "Norda", "white", "SH-087", "", ""),
)


@pytest.fixture(scope="module")
def index() -> WordIndex:
    return WordIndex(PRODUCTS)


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        ("SH-084", 1, "id"),
        ("sh084", 1, "id"),
        ("4006381333931", 1, "gtin"),
        ("lamp", 4, "title"),
        ("  OAK   Table! ", 2, "title"),
        ("green lamp", 0, "color"),
        ("green lamps", 0, "title"),
        ("gren desk lmap", 0, "title"),
        ("lampada da tavolo verde", 0, "title"),
        ("maglietta", 3, "title"),
        ("t shirts", 3, "category"),
        ("norda table", 2, "brand"),
    ],
)
def test_text_finds_its_product_first(index: WordIndex, text: str, row: int, field: str) -> None:
    first = index.find(text)[0]
    assert first.row == row
    assert field in first.fields


def test_exact_texts_are_marked_in_their_order(index: WordIndex) -> None:
    assert [index.find(text)[0].exact for text in ("SH-084", "4006381333931", "Oak table", "oak")] == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        'lamp" OR title:',
        "NEAR(a b)",
        "title : x AND NOT *",
        "^lamp*",
        "a\0lamp",
        "\N{GRINNING FACE}",
        "\ud800 lamp",
        "the of and",
        "-" * 50,
        "lamp " * 2_000,
        "x" * 10_000,
        "\N{COMBINING ACUTE ACCENT}",
        "';DROP TABLE texts;--",
    ],
)
def test_hostile_text_is_only_text(index: WordIndex, text: str) -> None:
    index.find(text)
    assert index.find("oak table")[0].row == 2


def test_only_stopwords_find_nothing(index: WordIndex) -> None:
    assert index.find("the of and") == []


def test_an_empty_shop_finds_nothing() -> None:
    assert WordIndex(()).find("lamp") == []


def test_accents_and_case_do_not_count() -> None:
    assert fold("Élégant CAFÉ, n\N{DEGREE SIGN}5") == ("elegant", "cafe", "n", "5")
    assert WordIndex([("Caff\u00e8", "", "", "", "a", "", "")]).find("CAFFE")[0].exact == 2


def test_terms_of_a_query_are_limited() -> None:
    assert len(query_terms(" ".join(f"word{number}" for number in range(99)))) == MAX_TERMS
