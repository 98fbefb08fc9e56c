"""Products by the words of their texts, in an FTS5 table in memory."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log
from threading import Lock

from spark_vision.search.words.query_terms import Term, fold, query_terms

FIELDS = ("title", "category", "brand", "color", "id", "gtin", "description")
_WEIGHTS = dict(zip(FIELDS, (1.0, 1.0, 0.8, 0.8, 0.8, 0.8, 0.3), strict=True))
_SECOND_FIELD = 0.05  # for each further field that matches
_KIND = 0.5  # where the query names the last step of the category
_BY_LIST = 0.8  # of what a word itself counts
_EXACT = ("id", "gtin", "title")
_SHORTEST_MISSPELT = 4
_MOST_CORRECTIONS = 5


@dataclass
class WordMatch:
    """A product that a text found. score: about 0..1, the share of the query's terms
    found, rare terms and further fields counting more;
    exact: 0 where the text is its id, 1 its GTIN, 2 its title, else 3; fields: which texts matched.
    """

    row: int
    score: float = 0.0
    exact: int = len(_EXACT)
    fields: set[str] = field(default_factory=set)


class WordIndex:
    """A full-text index of products; safe to use from several threads."""

    def __init__(self, products: Iterable[tuple[str, ...]]) -> None:
        """Index products, each a tuple of texts in the order of FIELDS; their rows count from 0."""
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._exact: tuple[defaultdict[str, list[int]], ...] = tuple(defaultdict(list) for _ in _EXACT)
        self._rows = 0
        self._kinds: defaultdict[str, list[int]] = defaultdict(list)
        self._words: Counter[str] = Counter()
        columns = ", ".join(FIELDS)
        self._database.execute(
            f"CREATE VIRTUAL TABLE texts USING fts5({columns}, content='', tokenize='porter unicode61')"
        )
        marks = ", ".join("?" * len(FIELDS))
        self._database.executemany(
            f"INSERT INTO texts(rowid, {columns}) VALUES (?, {marks})",  # noqa: S608
            self._records(products),
        )
        self._spellings = _deletions(self._words)
        self._words.clear()

    def _records(self, products: Iterable[tuple[str, ...]]) -> Iterable[tuple[int | str, ...]]:
        for row, texts in enumerate(products):
            folded = [fold(text) for text in texts]
            for number, name in enumerate(_EXACT):
                if key := "".join(folded[FIELDS.index(name)]):
                    self._exact[number][key].append(row)
            self._kinds[_kind(texts[1].rpartition(">")[2])].append(row)
            self._rows = row + 1
            self._words.update(word for words in folded[: len(FIELDS) - 1] for word in words)
            yield (row, *(" ".join(words) for words in folded))

    def find(self, text: str) -> list[WordMatch]:
        """Return all products that a text finds: exact ones first, then by score, then by row."""
        matches: dict[int, WordMatch] = {}
        with self._lock:
            terms = query_terms(text)
            self._score(terms, matches)
        self._prefer_kind(terms, matches)
        key = "".join(fold(text))
        for number, name in reversed(list(enumerate(_EXACT))):
            for row in self._exact[number].get(key, ()):
                match = matches.setdefault(row, WordMatch(row))
                match.exact, match.score = number, 1.0
                match.fields.add(name)
        return sorted(matches.values(), key=lambda match: (match.exact, -match.score, match.row))

    def _prefer_kind(self, terms: list[Term], matches: dict[int, WordMatch]) -> None:
        """Raise products of the kind that the whole query names."""
        names = [" ".join(term.phrase for term in terms)]
        if len(terms) == 1:
            names.extend(terms[0].others)
        for kind in {_kind(name) for name in names} - {""}:
            for row in self._kinds.get(kind, ()):
                match = matches.setdefault(row, WordMatch(row))
                match.score += _KIND
                match.fields.add("category")

    def _score(self, terms: list[Term], matches: dict[int, WordMatch]) -> None:
        found = [self._term(term) for term in terms]
        rarity = [log(1 + self._rows / (1 + len(rows))) for rows in found]
        whole = sum(rarity)
        for rows, weight in zip(found, rarity, strict=True):
            for row, (score, fields) in rows.items():
                match = matches.setdefault(row, WordMatch(row))
                match.score += score * weight / whole
                match.fields |= fields

    def _term(self, term: Term) -> dict[int, tuple[float, set[str]]]:
        """Return the rows that a term finds, each with its score and the fields that matched."""
        rows: dict[int, tuple[float, set[str]]] = {}
        self._collect([term.phrase], 1.0, rows)
        if term.others:
            self._collect(term.others, _BY_LIST, rows)
        if not rows and (corrected := self._corrections(term.phrase)):
            self._collect(corrected, _BY_LIST, rows)
        return rows

    def _collect(self, phrases: Iterable[str], share: float, rows: dict[int, tuple[float, set[str]]]) -> None:
        asked = " OR ".join(f'"{phrase}"' for phrase in phrases)
        for name, weight in _WEIGHTS.items():
            query = f"{name} : ({asked})"
            for (row,) in self._database.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (query,)):
                best, fields = rows.get(row, (0.0, set()))
                bonus = _SECOND_FIELD if best else 0.0
                rows[row] = (max(best, weight * share) + bonus, fields | {name})

    def _corrections(self, phrase: str) -> list[str]:
        """Return words of the vocabulary that differ from a word by one letter or two swapped ones."""
        if len(phrase) < _SHORTEST_MISSPELT or not phrase.isalpha():
            return []
        stems = (phrase, phrase.removesuffix("s"))
        found = [
            word
            for stem in dict.fromkeys(stems)
            for spelling in _spellings(stem)
            for word in self._spellings.get(spelling, ())
        ]
        return list(dict.fromkeys(found))[:_MOST_CORRECTIONS]


def _deletions(words: Counter[str]) -> dict[str, list[str]]:
    """Return words by what is left of each without one of its letters, frequent ones first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words, key=lambda one: (-words[one], one)):
        if len(word) >= _SHORTEST_MISSPELT - 1 and word.isalpha():
            for spelling in _spellings(word):
                found[spelling].append(word)
    return found


def _kind(name: str) -> str:
    return "".join(fold(name)).removesuffix("s")


def _spellings(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]
