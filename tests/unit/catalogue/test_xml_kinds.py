"""XML feeds as shops write them: repaired, in other encodings, and with other roots."""

from pathlib import Path

import pytest

from spark_vision.catalogue import google_xml
from spark_vision.catalogue.feed_map import parse_map
from spark_vision.core.errors import CatalogueError
from spark_vision.core.product import Availability
from tests.unit.catalogue.feeds import read, read_text

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
TAIL = "</channel></rss>"


def rss(description: str, head: str = HEAD) -> str:
    item = "<g:id>a</g:id><g:title>A</g:title><g:image_link>a.jpg</g:image_link>"
    return f"{head}<item>{item}<g:description>{description}</g:description></item>\n{TAIL}"


REPAIRS = {
    "Soft&nbsp;towel": "Soft towel",
    "Caf&eacute; &euro;5 &trade;": "Café €5 ™",
    "Salt & pepper & more": "Salt & pepper & more",
    "R&D; A&B;": "R&D; A&B;",
    "a?x=1&y=2&copy": "a?x=1&y=2&copy",
    "5 < 6": "5 < 6",
    "a\x0bb\x01c\x00d": "abcd",
    "a&#0;b&#x1F;c&#xFFFF;d": "abcd",
    "&#8364; &#x20AC; &#X20AC;": "€ € €",
    "&#99999999999999999999;x": "x",
    "<![CDATA[Salt & pepper &nbsp;now < then]]>": "Salt & pepper now < then",
    "<!-- a & b -->text & more": "text & more",
    "<b>Bold</b> &amp; <i>soft</i><br/>towel": "Bold & soft towel",
    "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;": "One two",
}


@pytest.mark.parametrize("block", [1, 3, 7, 1 << 16])
@pytest.mark.parametrize("text", REPAIRS)
def test_a_text_is_repaired_wherever_a_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, block: int
) -> None:
    monkeypatch.setattr(google_xml, "_BLOCK", block)
    products, issues = read_text(tmp_path, rss(text))
    assert products["a"].description == REPAIRS[text]
    assert all((issue.severity, issue.line) == ("warning", 3) for issue in issues)


def test_a_repair_is_told_once_a_line_and_reason(tmp_path: Path) -> None:
    _, issues = read_text(tmp_path, rss("a & b & c\n& d"))
    assert [(issue.line, issue.reason) for issue in issues] == [
        (3, "a bare & is no entity"),
        (4, "a bare & is no entity"),
    ]


@pytest.mark.parametrize("blank", ["\n", "\r\n", "\ufeff", "  ", "\n\n\t", "\ufeff\n"])
def test_blanks_before_the_declaration_keep_the_lines(tmp_path: Path, blank: str) -> None:
    _, issues = read_text(tmp_path, blank + rss("a & b"))
    assert issues[-1].line == 3 + blank.count("\n")


@pytest.mark.parametrize("cut", [1, 10, 30, 60])
def test_half_a_feed_is_refused_however_it_is_repaired(tmp_path: Path, cut: int) -> None:
    with pytest.raises(CatalogueError, match="no well-formed XML"):
        read_text(tmp_path, rss("a & b")[:-cut])


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "cp1252"),
        ("UTF-8", "latin-1"),
        ("UTF-8", "utf-16"),
        ("UTF-8", "utf-16-le"),
        ("UTF-16", "utf-8"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-be"),
        ("ISO-8859-1", "utf-8"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "utf-8-sig"),
        ("nonsense", "utf-8"),
        ("windows-1250", "cp1250"),
        ("windows-1250", "utf-8"),
        ("ISO-8859-15", "iso8859-15"),
        ("unicode_escape", "utf-8"),
    ],
)
def test_an_encoding_that_is_declared_wrongly_does_no_harm(
    tmp_path: Path, declared: str, written: str
) -> None:
    head = HEAD.replace("UTF-8", declared)
    products, _ = read_text(tmp_path, rss("Müller für Öl", head).encode(written))
    assert products["a"].description == "Müller für Öl"


def test_other_alphabets_are_read_as_declared(tmp_path: Path) -> None:
    feed = rss("Красная чашка", HEAD.replace("UTF-8", "windows-1251")).encode("cp1251")
    assert read_text(tmp_path, feed)[0]["a"].description == "Красная чашка"


IMAGE = "<image>a.jpg</image>"
LISTS = {
    f"<products><product><id>a</id><name>A</name>{IMAGE}<price>9 EUR</price></product></products>": "",
    "<Products><Product><SKU>a</SKU><Title>A</Title><ImageURL>a.jpg</ImageURL></Product></Products>": "",
    "<shop><items><item id='a'><title>A</title><picture>a.jpg</picture></item></items></shop>": "",
    "<SHOP><SHOPITEM><ITEM_ID>a</ITEM_ID><PRODUCT>A</PRODUCT><IMGURL>a.jpg</IMGURL></SHOPITEM></SHOP>": "",
    "<feed><entry><g:id>a</g:id><g:title>A</g:title><g:image_link>a.jpg</g:image_link></entry></feed>": "",
    f"<channel><item><id>a</id><title>A</title><images>{IMAGE}</images></item></channel>": "",
    f"<feed><product><id>a</id><title>A</title>{IMAGE}</product></feed>": "",
    "<teile><teil><id>a</id><title>A</title><image_link>a.jpg</image_link></teil></teile>": "teil",
}


@pytest.mark.parametrize("text", LISTS)
def test_other_roots_and_names_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(text)
    products, issues = read(path, feed_map=parse_map(f"item = '{LISTS[text]}'", "map"))
    assert (products["a"].title, products["a"].images, issues) == ("A", ("a.jpg",), [])


def test_a_yandex_offer_has_its_attributes(tmp_path: Path) -> None:
    text = (
        "<yml_catalog><shop><offers><offer id='a' available='false'><url>https://shop.example/a</url>"
        "<price>1620</price><currencyId>RUB</currencyId><picture>https://x.example/1.jpg</picture>"
        "<picture>https://x.example/2.jpg</picture><name>A</name><vendor>Acme</vendor></offer></offers></shop>"
        "</yml_catalog>"
    )
    products, issues = read_text(tmp_path, text)
    offer = products["a"]
    assert (offer.images, offer.brand) == (("https://x.example/1.jpg", "https://x.example/2.jpg"), "Acme")
    assert (str(offer.price), offer.availability) == ("1620 RUB", Availability.OUT_OF_STOCK)
    assert not issues


def test_several_pictures_of_a_container_are_all_read(tmp_path: Path) -> None:
    text = (
        "<products><product><id>a</id><name>A</name><images><image>1,x.jpg</image><image>2.jpg</image></images>"
        "<price currency='CHF'>9</price><categories><category>Home</category>"
        "<category>Cups</category></categories>"
        "</product></products>"
    )
    products, _ = read_text(tmp_path, text)
    assert products["a"].images == ("1,x.jpg", "2.jpg")
    assert (str(products["a"].price), products["a"].product_type) == ("9 CHF", "Home")


def test_a_feed_without_products_is_told_which_elements_it_has(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"<teile>, <teil>, <nummer>.*--map"):
        read_text(tmp_path, "<teile><teil><nummer>1</nummer></teil></teile>")


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE x [<!ENTITY nbsp "&#160;">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
    ],
)
def test_entities_that_a_feed_declares_are_refused(tmp_path: Path, dtd: str) -> None:
    with pytest.raises(CatalogueError, match=r"entities|well-formed"):
        read_text(tmp_path, f"{dtd}<products><product><id>&nbsp;</id></product></products>")


@pytest.mark.parametrize(
    "doctype", ['<!DOCTYPE x SYSTEM "shops.dtd">', '<!DOCTYPE x\nPUBLIC "a&b" "http://x.example/x">']
)
def test_a_doctype_that_only_names_a_file_is_left_out(tmp_path: Path, doctype: str) -> None:
    product = "<product><id>a</id><name>A</name><image url='a.jpg?x=1&y=2'/></product>"
    products, (issue,) = read_text(
        tmp_path, f"<?xml version='1.0'?>\n{doctype}\n<products>{product}</products>"
    )
    assert products["a"].images == ("a.jpg?x=1&y=2",)
    assert issue.line == 3 + doctype.count("\n")


def test_deep_and_long_items_are_refused_by_their_line(tmp_path: Path) -> None:
    deep = "<x>" * 100_000 + "</x>" * 100_000
    text = f"<products>\n<product><id>a</id>{deep}</product></products>"
    products, (issue,) = read_text(tmp_path, text)
    assert not products
    assert (issue.line, issue.product_id) == (2, "a")
