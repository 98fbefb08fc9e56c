"""Plain JSON objects, which have no type of schema.org, as rows by the names of their keys."""

from typing import Any

from spark_vision.catalogue.attributes import MORE_PICTURES, PICTURES, Row, attribute_of
from spark_vision.catalogue.json_values import text, url
from spark_vision.catalogue.shop import joined

_MAX_DEPTH = 3


def flat_row(value: dict[str, Any]) -> Row:
    """Return an object's values by name; a nested object's have the path of its keys: `brand/name`.

    Nothing is returned for an object without a picture, which is no product.
    """
    row: Row = {}
    _flatten(value, "", row)
    return row if any(attribute_of(name) == PICTURES for name in row) else {}


def _flatten(value: dict[str, Any], path: str, row: Row) -> None:
    for key, given in value.items():
        name = f"{path}{key.strip().lower().replace(' ', '_')}"
        if isinstance(given, dict):
            if path.count("/") < _MAX_DEPTH:
                _flatten(given, f"{name}/", row)
        elif isinstance(given, list) and attribute_of(name) is not None:
            texts = [url(_picture(each)) if isinstance(each, dict) else text(each) for each in given]
            _keep(name, [each for each in texts if each], row)
        elif (plain := text(given)) and name not in row:
            row[name] = plain


def _keep(name: str, texts: list[str], row: Row) -> None:
    """Keep a list: all of its pictures, or the first of other texts."""
    if attribute_of(name) not in (PICTURES, MORE_PICTURES):
        row.setdefault(name, next(iter(texts), ""))
        return
    if texts and PICTURES not in row:
        row[PICTURES], *texts = texts
    row[MORE_PICTURES] = ",".join(filter(None, [row.get(MORE_PICTURES, ""), joined(texts)]))


def _picture(value: dict[str, Any]) -> Any:
    return next((value[key] for key in ("src", "url", "href", "link", "image") if value.get(key)), value)
