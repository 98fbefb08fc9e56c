"""The body of a photo look-up: a bare picture, or a form with one and with boxes."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from spark_vision.domain.box import Box
from spark_vision.domain.product_filter import ProductFilter
from spark_vision_api.errors import FormError, MediaTypeError
from spark_vision_api.filters import FilterIn
from spark_vision_api.forms import Part, read_form
from spark_vision_api.schemas.search import BoxIn, Top
from spark_vision_api.strict_json import unique_keys

T = TypeVar("T")
_FORM = "multipart/form-data"
_FIELDS = ("photo", "boxes", "top", "filter")
_BOXES = TypeAdapter(list[BoxIn])
_TOP: TypeAdapter[int] = TypeAdapter(Top)
_FILTER = TypeAdapter(FilterIn)


@dataclass(frozen=True)
class Asked:
    """What the query asks for; boxes: X,Y,W,H each."""

    boxes: tuple[str, ...]
    top: int
    wanted: ProductFilter


@dataclass(frozen=True)
class PhotoRequest:
    """A photo's bytes, the boxes to look at, how many suggestions each is to have, and of which products."""

    photo: bytes
    boxes: tuple[Box, ...]
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
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return PhotoRequest(body, boxes, asked.top, asked.wanted)
    form = read_form(content_type, body)
    if unknown := [name for name in form if name not in _FIELDS]:
        raise FormError(f"The form has a field {unknown[0]!r}; there are {', '.join(_FIELDS)}.")
    if "photo" not in form:
        raise FormError("The form has no field `photo`.")
    return PhotoRequest(
        bytes(form["photo"].data),
        boxes + (_boxes(form["boxes"]) if "boxes" in form else ()),
        _validated(_TOP, form["top"].text(), "top") if "top" in form else asked.top,
        _filter(form["filter"]) if "filter" in form else asked.wanted,
    )


def _boxes(part: Part) -> tuple[Box, ...]:
    held = _validated(_BOXES, _json(part), "boxes")
    return tuple(Box(box.x, box.y, box.width, box.height) for box in held)


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
