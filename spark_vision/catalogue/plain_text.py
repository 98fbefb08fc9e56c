"""Texts of feeds as plain text: entities resolved, markup and control characters removed."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

_ROUNDS = 2  # exports escape twice: `&amp;eacute;`
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PROTECTED = re.compile("[ \u00a0]*\u00a0[ \u00a0]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLOCKS = "address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|section|table|tbody|td|th|thead|tr|ul"
_TAG = re.compile(
    rf"</?(?:{_BLOCKS}|a|abbr|b|body|center|code|em|font|html|i|iframe|img|input|label|meta|pre|s|script|small"
    r"|span|strong|style|sub|sup|u|video)(?:\s[^<>]*)?/?>|<!--",
    re.IGNORECASE,
)
_BLOCK = re.compile(rf"(?=</?(?:{_BLOCKS})\b)", re.IGNORECASE)


def plain_text(text: str) -> str:
    """Return a text without markup, entities and control characters; a sign that is no markup stays.

    >>> plain_text("Salt &amp; Pepper &#8211; Caf&eacute; <b>fine</b>")
    'Salt & Pepper – Café fine'
    >>> plain_text("A < B & C")
    'A < B & C'
    """
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    for _ in range(_ROUNDS):
        if "&" not in text and "<" not in text:
            break
        text = _without_tags(text)
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return _PROTECTED.sub(" ", _without_tags(text)).strip()


def _without_tags(text: str) -> str:
    if "<" not in text or _TAG.search(text) is None:
        return text
    page = LexborHTMLParser(_BLOCK.sub(" ", text))
    for hidden in page.css("script, style, template, iframe"):
        hidden.decompose()
    body = page.body
    return "" if body is None else " ".join(body.text(separator="").split())
