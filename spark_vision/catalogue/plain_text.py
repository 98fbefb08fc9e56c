"""Texts of feeds as plain text: entities resolved, markup and control characters removed."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

_ROUNDS = 2  # exports escape twice: `&amp;eacute;`
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PROTECTED = re.compile("[ \u00a0]*\u00a0[ \u00a0]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLOCKS = "address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|section|table|tbody|td|th|thead|tr|ul"
_INLINE = (
    "a|abbr|b|body|center|code|em|font|html|i|img|input|label|meta|pre|s|small|span|strong|sub|sup|u|video"
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# What a browser does not show. Its end must be found as a parser finds it.
_HIDDEN = re.compile(r"<(?:script|style|template|iframe)\b|<!--", re.IGNORECASE)
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
    elif "&" not in text and "<" not in text:
        return text
    for _ in range(_ROUNDS):
        if "&" not in text and "<" not in text:
            break
        text = _without_tags(text)
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return _PROTECTED.sub(" ", _without_tags(text)).strip()


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    if _HIDDEN.search(text) is None:
        plain = _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", text))
        return text if plain == text else " ".join(plain.split())
    page = LexborHTMLParser(_BLOCK.sub(" ", text))
    for hidden in page.css("script, style, template, iframe"):
        hidden.decompose()
    body = page.body
    return "" if body is None else " ".join(body.text(separator="").split())
