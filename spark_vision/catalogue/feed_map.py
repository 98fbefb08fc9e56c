"""Maps for feeds with names of their own: column to attribute, fixed values, patterns, currency.

A map is a TOML file:

    currency = "EUR"
    [columns]
    "Art.-Nr." = "id"
    "Bild" = "image_link"
    [fixed]
    brand = "Acme"
    [patterns]
    size = '(\\d+) cm'
    color = { from = "description", pattern = 'Colour: (\\w+)' }
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import regex

from spark_vision.catalogue.attributes import (
    ATTRIBUTES,
    MORE_PICTURES,
    PICTURES,
    Row,
    base_name,
    split_pictures,
)
from spark_vision.catalogue.header import column_name
from spark_vision.core.errors import CatalogueError, InvalidInputError
from spark_vision.core.money import CURRENCIES

_MAX_BYTES = 1 << 18
_MAX_PATTERN = 500
_MAX_TEXT = 2_000
_SECONDS = 0.2
_KEYS = ("currency", "encoding", "format", "item", "columns", "fixed", "patterns")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression whose first group, or whole match, is the value of an attribute.

    Attributes:
        source: The attribute or column that is searched.
        expression: The expression.
    """

    source: str
    expression: "regex.Pattern[str]"

    def value(self, row: Row, attribute: str) -> str:
        """Return the value in a row, or an empty text.

        Only the first 2,000 characters are searched.

        Raises:
            CatalogueError: If the search takes longer than 0.2 s.
        """
        try:
            found = self.expression.search(row.get(self.source, "")[:_MAX_TEXT], timeout=_SECONDS)
        except TimeoutError:
            raise CatalogueError(
                f"The map's pattern of {attribute} takes more than {_SECONDS} s on one text; simplify"
                f" {self.expression.pattern!r}, which repeats a repetition."
            ) from None
        if found is None:
            return ""
        return str((found[1] if found.re.groups else found[0]) or "")


@dataclass(frozen=True, slots=True)
class FeedMap:
    """What a feed's names mean.

    Attributes:
        columns: Attributes by column name.
        fixed: Values that every product has, by attribute.
        patterns: Expressions by attribute.
        currency: ISO 4217 code for prices without one, or empty.
        encoding: Encoding of the feed, or empty.
        format: Name of the feed's format, or empty.
        item: Name of the XML element of a product, or empty.
    """

    columns: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    patterns: dict[str, Pattern] = field(default_factory=dict)
    currency: str = ""
    encoding: str = ""
    format: str = ""
    item: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The names of the columns that are mapped."""
        return frozenset(self.columns)

    def column_of(self, attribute: str) -> str:
        """Return the first column that is mapped to an attribute, else the attribute's own name."""
        return next((name for name, meant in self.columns.items() if meant == attribute), attribute)

    def attributes(self, columns: Iterable[str]) -> set[str]:
        """Return the attributes that a feed with these columns has by the map."""
        mapped = {self.columns[name] for name in map(base_name, columns) if name in self.columns}
        return mapped.union(self.fixed, self.patterns)

    def apply(self, row: Row) -> Row:
        """Return a row with the map's attributes; other names stay."""
        if not (self.columns or self.fixed or self.patterns):
            return row
        found: dict[str, list[str]] = {}
        result: Row = {}
        for name, value in row.items():
            attribute = self.columns.get(base_name(name))
            if attribute is None:
                result[name] = value
            elif value:
                found.setdefault(attribute, []).append(value)
        if pictures := [*found.pop(PICTURES, []), *found.pop(MORE_PICTURES, [])]:
            several = [picture for text in pictures for picture in split_pictures(text)]
            result[PICTURES] = several[0]
            result[MORE_PICTURES] = ",".join(picture.replace(",", "%2C") for picture in several[1:])
        result.update({attribute: values[0] for attribute, values in found.items()})
        result.update(self.fixed)
        searched = {**row, **result}
        result.update({name: pattern.value(searched, name) for name, pattern in self.patterns.items()})
        return result


NO_MAP = FeedMap()


def read_map(path: Path) -> FeedMap:
    """Read a map.

    Raises:
        InvalidInputError: If the file cannot be read, or names an unknown key, attribute or currency, or an
            expression that is none.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES + 1)
        if len(text) > _MAX_BYTES:
            raise InvalidInputError(f"{path}: the map has more than {_MAX_BYTES:,} bytes.")
        return parse_map(text.decode("utf-8-sig"), str(path))
    except OSError as error:
        raise InvalidInputError(f"{path}: the map cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path}: the map is no UTF-8 text.") from error


def parse_map(text: str, name: str) -> FeedMap:
    """Parse a map's text (see `read_map`).

    Args:
        text: TOML.
        name: What error messages call the map.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInputError(f"{name}: the map is no TOML ({error}).") from None
    for key in found:
        if key not in _KEYS:
            raise InvalidInputError(f"{name}: {key!r} is no key of a map; there is {', '.join(_KEYS)}.")
    columns, fixed = _texts(found, "columns", name), _texts(found, "fixed", name)
    for key, attribute in [*((f"columns.{key}", value) for key, value in columns.items())]:
        _check_attribute(attribute, key, name)
    for attribute in fixed:
        _check_attribute(attribute, "fixed", name)
    return FeedMap(
        {column_name(column): attribute for column, attribute in columns.items()},
        fixed,
        _patterns(found.get("patterns", {}), name),
        _currency(_text(found, "currency", name), name),
        _encoding(_text(found, "encoding", name), name),
        _text(found, "format", name),
        _text(found, "item", name).lower(),
    )


def _text(found: dict[str, Any], key: str, name: str) -> str:
    value = found.get(key, "")
    if not isinstance(value, str):
        raise InvalidInputError(f"{name}: {key} must be a text, got {value!r}.")
    return value.strip()


def _texts(found: dict[str, Any], key: str, name: str) -> dict[str, str]:
    table = found.get(key, {})
    if not isinstance(table, dict):
        raise InvalidInputError(f"{name}: {key} must be a table, such as [{key}].")
    return {entry: _text(table, entry, f"{name}: {key}") for entry in table}


def _currency(text: str, name: str) -> str:
    code = text.upper()
    if code and code not in CURRENCIES:
        raise InvalidInputError(f"{name}: currency {text!r} is no code of ISO 4217, such as EUR.")
    return code


def _encoding(text: str, name: str) -> str:
    try:
        b"a".decode(text or "utf-8")
    except (LookupError, ValueError):
        raise InvalidInputError(f"{name}: {text!r} is no encoding, such as cp1250.") from None
    return text


def _check_attribute(attribute: str, where: str, name: str) -> None:
    if attribute in ATTRIBUTES:
        return
    near = get_close_matches(attribute, ATTRIBUTES, 1)
    meant = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(sorted(ATTRIBUTES))}."
    raise InvalidInputError(f"{name}: {where}: {attribute!r} is no attribute; {meant}")


def _patterns(table: Any, name: str) -> dict[str, Pattern]:
    if not isinstance(table, dict):
        raise InvalidInputError(f"{name}: patterns must be a table, such as [patterns].")
    patterns = {}
    for attribute, entry in table.items():
        _check_attribute(attribute, "patterns", name)
        where = f"{name}: patterns.{attribute}"
        given = {"pattern": entry} if isinstance(entry, str) else entry
        if not isinstance(given, dict) or not {"pattern"} <= set(given) <= {"pattern", "from"}:
            raise InvalidInputError(f"{where} must be a text, or a table of 'pattern' and 'from'.")
        source = column_name(_text(given, "from", where)) or attribute
        patterns[attribute] = Pattern(source, _expression(_text(given, "pattern", where), where))
    return patterns


def _expression(text: str, where: str) -> "regex.Pattern[str]":
    if not text or len(text) > _MAX_PATTERN:
        raise InvalidInputError(f"{where} must have 1 to {_MAX_PATTERN} characters.")
    try:
        return regex.compile(text)
    except (regex.error, RecursionError, OverflowError) as error:
        raise InvalidInputError(f"{where}: {text!r} is no regular expression ({error}).") from None
