"""English and Italian: which one a visitor reads, and the words of it."""

import json
from functools import cache
from pathlib import Path

from starlette.requests import Request

LANGUAGES = ("en", "it")
COOKIE = "sv_language"
_FOLDER = Path(__file__).resolve().parent / "static" / "locales"


class Words:
    """The words of one language by their keys; `key.one` and `key.other` where they count."""

    def __init__(self, language: str, words: dict[str, str]) -> None:
        self.language = language
        self.words = words

    def __call__(self, key: str, **values: object) -> str:
        """The words with their values put in; raises KeyError where the key is not known."""
        if key not in self.words and "n" in values:
            key = f"{key}.{'one' if values['n'] == 1 else 'other'}"
        return self.words[key].format(**values) if values else self.words[key]

    def known(self, key: str, otherwise: str) -> str:
        """The words for a key that may be new to us."""
        return self.words.get(key, otherwise)


@cache
def words(language: str) -> Words:
    """The words of one of LANGUAGES."""
    return Words(language, json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8")))


def language_of(request: Request) -> str:
    """The language that the visitor chose (a cookie), else the best that the browser asks for."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else best_language(request.headers.get("Accept-Language", ""))


def best_language(header: str) -> str:
    """The one of LANGUAGES that an Accept-Language header (RFC 9110, 12.5.4) likes best; English for none.

    >>> best_language("de-DE,it;q=0.7,en;q=0.3")
    'it'
    """
    ranked: list[tuple[float, int, str]] = []
    for position, entry in enumerate(header[:500].split(",")):
        tag, _, quality = entry.strip().partition(";q=")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and (weight := _weight(quality)) > 0:
            ranked.append((-weight, position, language))
    return min(ranked)[2] if ranked else LANGUAGES[0]


def _weight(quality: str) -> float:
    if not quality:
        return 1.0
    try:
        weight = float(quality)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
