"""The body of an upload: a form with a photo and a caption."""

from dataclasses import dataclass
from typing import Any

from spark_vision.core.ids import content_digest
from spark_vision_api.http.error_handlers import FormError, MediaTypeError
from spark_vision_api.http.forms import read_form

_FORM = "multipart/form-data"
_FIELDS = ("photo", "caption")


@dataclass(frozen=True)
class Upload:
    """What was sent; a form of its own each time, whatever its boundary is."""

    photo: bytes
    caption: str

    def identity(self) -> Any:
        """A JSON value that is the same for the same upload."""
        return [content_digest(self.photo), self.caption]


def check_form_type(content_type: str) -> None:
    """Raise MediaTypeError where a body is no form, before any of it is read."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != _FORM:
        raise MediaTypeError(
            f"A body of type {kind!r} is not read; send {_FORM} with the fields `photo` and `caption`."
        )


def read_upload(content_type: str, body: bytes) -> Upload:
    """The fields of the form; raises FormError."""
    form = read_form(content_type, body)
    if unknown := [name for name in form if name not in _FIELDS]:
        raise FormError(f"The form has a field {unknown[0]!r}; there are {', '.join(_FIELDS)}.")
    if "photo" not in form:
        raise FormError("The form has no field `photo`.")
    caption = form["caption"].text() if "caption" in form else ""
    return Upload(bytes(form["photo"].data), caption)


def upload_body() -> dict[str, Any]:
    """The request body of an upload, for the OpenAPI file."""
    form = {
        "type": "object",
        "required": ["photo"],
        "additionalProperties": False,
        "properties": {
            "photo": {"type": "string", "format": "binary", "description": "The picture, 20 MB at most."},
            "caption": {"type": "string", "maxLength": 2200, "description": "May be left out."},
        },
    }
    return {"requestBody": {"required": True, "content": {_FORM: {"schema": form}}}}
