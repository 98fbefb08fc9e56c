"""The body of a photo look-up: a bare picture, or a form with one and with what is asked of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from spark_vision.core.geometry import Box, Point
from spark_vision.core.product_filter import ProductFilter
from spark_vision.search.query import SearchOptions
from spark_vision_api.http.error_handlers import FormError, MediaTypeError
from spark_vision_api.http.forms import Part, read_form
from spark_vision_api.http.strict_json import unique_keys
from spark_vision_api.v1.search.filters import FilterIn
from spark_vision_api.v1.search.schemas import Boxes, BoxIn, Find, PointIn, Points, Top, Words

T = TypeVar("T")
_FORM = "multipart/form-data"
_FIELDS = ("photo", "boxes", "points", "words", "find", "top", "filter")
_BOXES = TypeAdapter(list[BoxIn])
_POINTS = TypeAdapter(list[PointIn])
_WORDS: TypeAdapter[str] = TypeAdapter(Words)
_FIND: TypeAdapter[bool | None] = TypeAdapter(Find)
_TOP: TypeAdapter[int] = TypeAdapter(Top)
_FILTER = TypeAdapter(FilterIn)


class PhotoQuery(FilterIn):
    """The query of a look-up. One model, since the framework takes twice as long for as many parameters."""

    model_config = ConfigDict(extra="ignore")

    box: Boxes = Field(default=[])
    point: Points = Field(default=[])
    words: Words = ""
    find: Find = None
    top: Top = 5

    def asked(self) -> "Asked":
        """What it asks for; raises InvalidInputError where no price could be in the range."""
        boxes, points = tuple(self.box), tuple(self.point)
        return Asked(boxes, points, self.words, self.find, self.top, self.wanted())


@dataclass(frozen=True)
class Asked:
    """What the query asks for; boxes: X,Y,W,H each; points: X,Y each."""

    boxes: tuple[str, ...]
    points: tuple[str, ...]
    words: str
    find: bool | None
    top: int
    wanted: ProductFilter


@dataclass(frozen=True)
class PhotoRequest:
    """A photo's bytes, where to look and what is meant, how many suggestions an item is to have, and of
    which products.
    """

    photo: bytes
    boxes: tuple[Box, ...]
    extra: SearchOptions
    top: int
    wanted: ProductFilter


def check_media_type(content_type: str) -> None:
    """Raise MediaTypeError where a body of this type is not read, before any of it is."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("", _FORM, "application/octet-stream") and not kind.startswith("image/"):
        raise MediaTypeError(
            f"A body of type {kind!r} is not read; send the picture itself with its image/... type or"
            f" application/octet-stream, or {_FORM} with a field `photo`."
        )


def read_photo_request(content_type: str, body: bytes, asked: Asked) -> PhotoRequest:
    """Bring body and query together.

    Raises FormError, InvalidInputError, or RequestValidationError with the names of what was wrong.
    """
    boxes = tuple(Box.parse(text) for text in asked.boxes)
    extra = SearchOptions(tuple(Point.parse(text) for text in asked.points), asked.words, asked.find)
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return PhotoRequest(body, boxes, extra, asked.top, asked.wanted)
    form = read_form(content_type, body)
    if unknown := [name for name in form if name not in _FIELDS]:
        raise FormError(f"The form has a field {unknown[0]!r}; there are {', '.join(_FIELDS)}.")
    if "photo" not in form:
        raise FormError("The form has no field `photo`.")
    return PhotoRequest(
        bytes(form["photo"].data),
        boxes + (_boxes(form["boxes"]) if "boxes" in form else ()),
        _extra(form, extra),
        _validated(_TOP, form["top"].text(), "top") if "top" in form else asked.top,
        _filter(form["filter"]) if "filter" in form else asked.wanted,
    )


def _boxes(part: Part) -> tuple[Box, ...]:
    held = _validated(_BOXES, _json(part), "boxes")
    return tuple(Box(box.x, box.y, box.width, box.height) for box in held)


def _extra(form: Mapping[str, Part], asked: SearchOptions) -> SearchOptions:
    """The form's points after the query's, its words and its wish to find things in place of them."""
    return SearchOptions(
        asked.points + (_points(form["points"]) if "points" in form else ()),
        _validated(_WORDS, form["words"].text(), "words") if "words" in form else asked.words,
        _validated(_FIND, form["find"].text(), "find") if "find" in form else asked.find,
    )


def _points(part: Part) -> tuple[Point, ...]:
    return tuple(Point(point.x, point.y) for point in _validated(_POINTS, _json(part), "points"))


def _filter(part: Part) -> ProductFilter:
    return _validated(_FILTER, _json(part), "filter").wanted()


def _json(part: Part) -> Any:
    try:
        return json.loads(part.text(), object_pairs_hook=unique_keys)
    except (ValueError, RecursionError) as error:
        raise FormError(f"The field `{part.name}` is not JSON: {error}.") from error


def _validated(adapter: TypeAdapter[T], value: object, name: str) -> T:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        entries = [{**entry, "loc": ("body", name, *entry["loc"])} for entry in error.errors()]
        raise RequestValidationError(entries) from error
