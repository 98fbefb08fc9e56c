"""The body of an order for an import: a form with a feed, which goes to a file as it comes, or JSON."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from spark_vision.app.sealed import seal
from spark_vision.app.settings import Settings
from spark_vision.core.catalogue_import import ImportOrder
from spark_vision.core.private_files import make_private_folder, private_opener
from spark_vision_api.http.error_handlers import FormError, MediaTypeError
from spark_vision_api.http.forms import FormStream, Part
from spark_vision_api.http.strict_json import unique_keys
from spark_vision_api.v1.catalogue.schemas import ImportIn, ImportOptions

T = TypeVar("T", bound=BaseModel)
_FORM = "multipart/form-data"
_JSON = "application/json"
_MOST_JSON = 64 * 1024
_NAME = 200


async def read_order(request: Request, target: Path, settings: Settings) -> ImportOrder:
    """Read an order; a feed that is sent is written to `target`, whose folder is made for it.

    Raises MediaTypeError, FormError, or RequestValidationError with the names of what was wrong.
    """
    content_type = request.headers.get("Content-Type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        return await _form(request, content_type, target)
    if kind == _JSON:
        asked = _validated(ImportIn, _value(await _small_body(request)))
        return await run_in_threadpool(_ordered, asked, settings)
    raise MediaTypeError(
        f"A body of type {kind!r} is not read; send {_FORM} with a field `feed`, or {_JSON} with an `address`"
        " or a `path`."
    )


async def _form(request: Request, content_type: str, target: Path) -> ImportOrder:
    make_private_folder(target.parent)
    with open(target, "wb", opener=private_opener) as file:
        form = FormStream(content_type, {"feed": file})
        async for chunk in request.stream():
            await run_in_threadpool(form.feed, chunk)
        parts = form.finish()
        written = file.tell()
    if "feed" not in parts or parts["feed"].filename is None:
        raise FormError("The form has no file in a field `feed`.")
    if not written:
        raise FormError("The feed is empty.")
    name = parts.pop("feed").filename or "feed"
    options = _validated(ImportOptions, {name: _field(part) for name, part in parts.items()})
    return _order(options, "sent", Path(name.replace("\\", "/")).name[:_NAME] or "feed")


def _field(part: Part) -> str | None:
    """A field's value; an empty one is none, as browsers send them."""
    return part.text() or None


async def _small_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_JSON:
            raise FormError(f"The body has more than {_MOST_JSON:,} bytes; feeds are sent as {_FORM}.")
    return body


def _value(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=unique_keys)
    except (ValueError, RecursionError) as error:
        raise FormError(f"The body is not JSON: {error}.") from error


def _ordered(asked: ImportIn, settings: Settings) -> ImportOrder:
    if asked.address is not None and asked.path is None:
        sealed = "" if asked.credentials is None else seal(settings, asked.credentials.credentials())
        return replace(_order(asked, "address", asked.address), credentials=sealed)
    if asked.path is not None and asked.address is None:
        return _order(asked, "folder", asked.path)
    raise FormError("Name the feed by `address` or by `path`: one of the two.")


def _order(options: ImportOptions, origin: Any, source: str) -> ImportOrder:
    feed_format = None if options.format is None else options.format.value
    return ImportOrder(origin, source, options.pictures_base or "", feed_format, options.kind, options.live)


def _validated(model: type[T], value: object) -> T:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        entries = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors()]
        raise RequestValidationError(entries) from error
