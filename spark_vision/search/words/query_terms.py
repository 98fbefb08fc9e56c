"""From a text to search terms: folded words, and what the word lists say of them."""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAX_TERMS = 16
_MAX_TOKEN = 40
_LONGEST = 4  # words of a phrase in the word lists
_WORD = re.compile(r"[^\W_]+")
_STOPWORDS = frozenset(
    "a an and at by for from in is of on or the to with photo picture image"
    " un uno una il lo la i gli le e di da del della dei delle per con su in foto immagine".split()
)


@dataclass(frozen=True)
class Term:
    """One word or phrase of a query. phrase: as written, folded; others: what the word lists hold equal."""

    phrase: str
    others: tuple[str, ...] = ()


def fold(text: str) -> tuple[str, ...]:
    """Split a text into words without accents, case or punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(word[:_MAX_TOKEN] for word in _WORD.findall(plain))


def query_terms(text: str) -> list[Term]:
    """Split a query into terms: the longest phrases of the word lists, else single words.

    Stopwords are left out, and terms after the first sixteen.
    """
    words, terms, start = fold(text), list[Term](), 0
    while start < len(words) and len(terms) < MAX_TERMS:
        length = _phrase_length(words, start)
        phrase = " ".join(words[start : start + length])
        if phrase not in _STOPWORDS:
            terms.append(Term(phrase, word_list().get(phrase, ())))
        start += length
    return terms


def _phrase_length(words: Sequence[str], start: int) -> int:
    for length in range(min(_LONGEST, len(words) - start), 1, -1):
        if " ".join(words[start : start + length]) in word_list():
            return length
    return 1


@cache
def word_list() -> dict[str, tuple[str, ...]]:
    """Return the phrases that mean the same as each phrase of the word lists, folded.

    An English word means its Italian forms and its synonyms. A synonym or an Italian form means the English
    word alone, since two synonyms may be far from each other.
    """
    meanings: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for english, synonyms, italian in word_list_rows():
        for other in (*synonyms, *italian):
            meanings[other].setdefault(english)
        for other in (*italian, *synonyms):
            meanings[english].setdefault(other)
    return {phrase: tuple(name for name in others if name != phrase) for phrase, others in meanings.items()}


def word_list_rows() -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each concept as an English word, its synonyms and its Italian forms, folded."""
    folder = resources.files("spark_vision.search.words")
    for name in ("things.csv", "qualities.csv"):
        with (folder / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield _folded(row["english"])[0], _folded(row["synonyms"]), _folded(row["italian"])


def _folded(cell: str) -> list[str]:
    return [phrase for phrase in (" ".join(fold(part)) for part in cell.split("|")) if phrase]
