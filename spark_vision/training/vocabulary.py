"""The words of shops, and texts made of them with what each one should mean.

The two word lists in ``spark_vision/search/words`` hold one concept a row: an English word, its synonyms,
and its Italian forms. From them come pairs *(text, meaning)*: the student reads the text, and must land where
the teacher, which is English only, puts the meaning. A synonym of a thing means that thing, and for a third
itself; one of a quality means itself first, since sage and forest green are not the same green to a shopper.
An Italian phrase means its English counterpart.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

ENGLISH_FRAMES = (
    "{}",
    "{}",
    "{}",
    "a {}",
    "a photo of {}",
    "a photo of a {}",
    "a picture of {}",
    "{} on a white background",
    "a photo of {} in a shop",
)
ITALIAN_FRAMES = ("{}", "{}", "{}", "una foto di {}", "{} su sfondo bianco", "{} in un negozio")
ENGLISH_OF_ITALIAN = {
    "{}": "{}",
    "una foto di {}": "a photo of {}",
    "{} su sfondo bianco": "{} on a white background",
    "{} in un negozio": "{} in a shop",
}
FOR_PEOPLE = frozenset({"apparel", "footwear", "accessory", "beauty", "toy", "sport", "baby"})
WORN = frozenset({"apparel", "footwear", "accessory"})
QUALITIES = frozenset({"colour", "material", "pattern", "style", "person", "use", "detail"})
MADE_OF_SOMETHING = frozenset({"apparel", "footwear", "accessory", "home", "toy", "office"})


@dataclass(frozen=True)
class Concept:
    """One row of a word list: what kind of word it is, and how it is said."""

    kind: str
    english: str
    synonyms: tuple[str, ...]
    italian: tuple[str, ...]


@dataclass(frozen=True)
class TextPair:
    """A text for the student, and the English texts whose mean teacher embedding is its target."""

    text: str
    meanings: tuple[str, ...]


@dataclass(frozen=True)
class Phrase:
    """One way to say something, in either language, and what it means in the teacher's English."""

    said: str
    meant: str
    italian: bool


def load_concepts(name: str) -> tuple[Concept, ...]:
    """Read the word list ``things`` or ``qualities``, in file order."""
    file = resources.files("spark_vision.search.words").joinpath(f"{name}.csv")
    with file.open(encoding="utf-8") as lines:
        return tuple(
            Concept(row["kind"], row["english"], _split(row["synonyms"]), _split(row["italian"]))
            for row in csv.DictReader(lines)
        )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def plural(noun: str) -> str:
    """The regular English plural; a noun that ends in s is taken for one already."""
    if noun.endswith(("s", "wear", "linen", "ware", "clothing", "underwear")):
        return noun
    if noun.endswith(("x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def single_words() -> list[TextPair]:
    """Every concept by itself: its name, plural, synonyms and Italian forms."""
    pairs = []
    for concept in (*load_concepts("things"), *load_concepts("qualities")):
        pairs.append(TextPair(concept.english, (concept.english,)))
        if concept.kind not in QUALITIES:
            pairs.append(TextPair(plural(concept.english), (plural(concept.english),)))
        for word in concept.synonyms:
            twice = word if concept.kind in QUALITIES else concept.english
            pairs.append(TextPair(word, (word, concept.english, twice)))
        pairs += [TextPair(word, (concept.english,)) for word in concept.italian]
    return pairs


class PhraseMaker:
    """Draws phrases such as "red leather shoes for women" or "scarpe rosse da donna", seeded."""

    def __init__(self, seed: int) -> None:
        """Draws depend on ``seed`` alone."""
        self._random = random.Random(seed)  # noqa: S311 - reproducible draws, no secret
        self._things = load_concepts("things")
        self._qualities: dict[str, list[Concept]] = {}
        for concept in load_concepts("qualities"):
            self._qualities.setdefault(concept.kind, []).append(concept)

    def draw(self, count: int, italian_share: float) -> Iterator[TextPair]:
        """Yield ``count`` pairs, about ``italian_share`` (0..1) of them in Italian."""
        for _ in range(count):
            italian = self._random.random() < italian_share
            phrase = self._phrase(self._random.choice(self._things), italian)
            yield self._framed(phrase)

    def titles(self, count: int, names: Sequence[str]) -> Iterator[TextPair]:
        """Yield ``count`` titles as shops write them, such as "Alba stoneware mug, sage and brass".

        Each means itself. ``names``: words to take for makers' and lines' names.
        """
        for _ in range(count):
            name, thing = self._random.choice(names), self._random.choice(self._things)
            kinds = ("material", "colour", *(("colour",) if self._random.random() < 0.5 else ()))
            made_of, *colours = (
                self._word(self._random.choice(self._qualities[kind]), False) for kind in kinds
            )
            title = f"{name.capitalize()} {made_of} {self._word(thing, False)}, {' and '.join(colours)}"
            yield TextPair(title, (title,))

    def _phrase(self, thing: Concept, italian: bool) -> Phrase:
        phrase = self._noun(thing, italian)
        if thing.kind in MADE_OF_SOMETHING and self._random.random() < 0.25:
            phrase = self._with(phrase, "material", self._random.choice(("di {}", "in {}")))
        worn = (("use", 0.12), ("detail", 0.12)) if thing.kind in WORN else ()
        for kind, chance in (*worn, ("pattern", 0.12), ("style", 0.15), ("colour", 0.55)):
            if self._random.random() < chance:
                phrase = self._with(phrase, kind, "{}")
        if thing.kind in FOR_PEOPLE and self._random.random() < 0.35:
            person = self._random.choice(self._qualities["person"])
            said = self._word(person, italian)
            joined = f"{phrase.said} da {said}" if italian else f"{phrase.said} for {said}"
            phrase = Phrase(joined, f"{phrase.meant} for {person.english}", italian)
        return phrase

    def _noun(self, thing: Concept, italian: bool) -> Phrase:
        said = self._word(thing, italian)
        if italian:
            return Phrase(said, thing.english, italian)
        if self._random.random() < 0.3:
            return Phrase(plural(said), plural(self._meant(thing, said)), italian)
        return Phrase(said, self._meant(thing, said), italian)

    def _meant(self, thing: Concept, said: str) -> str:
        # A third of the synonyms keep their own meaning, as they do by themselves.
        return said if self._random.random() < 1 / 3 else thing.english

    def _with(self, phrase: Phrase, kind: str, italian_form: str) -> Phrase:
        quality = self._random.choice(self._qualities[kind])
        word = self._word(quality, phrase.italian)
        italian = f"{phrase.said} {italian_form.format(word)}"
        said = italian if phrase.italian else f"{word} {phrase.said}"
        meant = quality.english if phrase.italian else word
        return Phrase(said, f"{meant} {phrase.meant}", phrase.italian)

    def _word(self, concept: Concept, italian: bool) -> str:
        if italian:
            return self._random.choice(concept.italian)
        return self._random.choice((concept.english, concept.english, *concept.synonyms))

    def _framed(self, phrase: Phrase) -> TextPair:
        frame = self._random.choice(ITALIAN_FRAMES if phrase.italian else ENGLISH_FRAMES)
        meaning = ENGLISH_OF_ITALIAN.get(frame, frame)
        return TextPair(frame.format(phrase.said), (meaning.format(phrase.meant),))
