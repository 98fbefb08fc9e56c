"""What the OpenAPI file says beyond signatures: problems for errors, and bodies read by hand."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from spark_vision.core.errors import AuthenticationRequiredError, SparkVisionError
from spark_vision_api.http.error_handlers import OverloadedError, TooManyRequestsError
from spark_vision_api.http.problem_schema import ProblemOut
from spark_vision_api.http.problems import API, MEDIA_TYPE, ProblemType, kind_of
from spark_vision_api.v1.catalogue.schemas import ImportIn, ImportOptions
from spark_vision_api.v1.search.filters import FilterIn
from spark_vision_api.v1.search.schemas import BoxIn, PointIn

DESCRIPTION = (
    "A photo goes in, the shop's products that are in it come out. Every error is a problem document"
    " (RFC 9457, `application/problem+json`) whose `type` is stable."
)
TAGS = [
    {"name": "search", "description": "Looking things up: by a photo, by words."},
    {"name": "products", "description": "Products of the version that is served."},
    {"name": "posts", "description": "Photos with their suggestions, decisions and tags."},
    {"name": "feed", "description": "What is published, who wore what, smiles, the way to the shop."},
    {"name": "earnings", "description": "Orders, refunds and payouts, and what posters earn."},
    {"name": "catalogue", "description": "For the catalogue team: imports of feeds, and single products."},
    {"name": "index", "description": "The index version that is served, and the others."},
    {"name": "account", "description": "What is your own: sessions."},
    {"name": "health", "description": "For whoever runs the service."},
]
Responses = dict[int | str, dict[str, Any]]
_REF = "#/components/schemas/{model}"
_SCHEMA = {"$ref": _REF.format(model="ProblemOut")}
_EXTRA_MODELS = (ProblemOut, BoxIn, PointIn, FilterIn, ImportIn)
# Every operation that reads a query or a body may refuse it like this.
_INVALID = (
    "invalid-request",
    ProblemType(422, "The request is not valid", "These are not as they should be: query.top."),
)
BAD_REQUEST = (
    "bad-request",
    ProblemType(400, "The request cannot be read", "It is not formed as HTTP or JSON wants it."),
)
BODY_TOO_LARGE = (
    "body-too-large",
    ProblemType(413, "The body is too large", "The body has more than … bytes."),
)
TOO_SLOW = (
    "request-timeout",
    ProblemType(408, "The request took too long", "The body took more than … seconds to arrive."),
)


class SparkVisionApp(FastAPI):
    """An application whose OpenAPI file knows the models that no signature names."""

    def openapi(self) -> dict[str, Any]:
        """Made once; FastAPI keeps it."""
        if self.openapi_schema is None:
            document = super().openapi()
            components = document.setdefault("components", {}).setdefault("schemas", {})
            for model in _EXTRA_MODELS:
                schema = model.model_json_schema(ref_template=_REF)
                components.update(schema.pop("$defs", {}))
                components[model.__name__] = schema
            _add_common_problems(document)
        return super().openapi()


def problems(*errors: type[SparkVisionError], more: tuple[tuple[str, ProblemType], ...] = ()) -> Responses:
    """The documented responses of an operation that may end in these errors, an example each."""
    kinds = [(error.code, kind_of(error)) for error in errors]
    by_status: dict[int, dict[str, Any]] = defaultdict(dict)
    for code, kind in [*kinds, _INVALID, *more]:
        by_status[kind.status][code] = {"summary": kind.title, "value": _example(code, kind)}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": examples}},
        }
        for status, examples in sorted(by_status.items())
    }


def _add_common_problems(document: dict[str, Any]) -> None:
    """What any operation under /v1 may answer: it cannot be read, or who asks is unknown or asks too much;
    and its body is too long, too slow, or more than there is room for, where it takes one.
    """
    for path, operations in document["paths"].items():
        for operation in operations.values() if path.startswith(API) else ():
            common = problems(AuthenticationRequiredError, TooManyRequestsError, more=(BAD_REQUEST,))
            if "requestBody" in operation:
                common |= problems(OverloadedError, more=(BODY_TOO_LARGE, TOO_SLOW))
            for status, response in common.items():
                if status != _INVALID[1].status:
                    operation["responses"].setdefault(str(status), response)
            operation["responses"] = dict(sorted(operation["responses"].items()))


def _example(code: str, kind: ProblemType) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or "One sentence that says what was wrong with this very request.",
        "instance": "/v1/…",
        "request_id": "8d0f7f0c8c0f4c9a9f6f3c8f5b7a1e2d",
    }
    if code == _INVALID[0]:
        example["errors"] = [{"field": "query.top", "message": "Input should be less than or equal to 100"}]
    return example


def photo_body() -> dict[str, Any]:
    """The request body of a photo look-up."""
    picture = {"schema": {"type": "string", "format": "binary"}}
    form = {
        "type": "object",
        "required": ["photo"],
        "additionalProperties": False,
        "properties": {
            "photo": {"type": "string", "format": "binary", "description": "The picture."},
            "boxes": {
                "type": "array",
                "items": {"$ref": _REF.format(model="BoxIn")},
                "description": "Regions to look at, as JSON; after those of the query.",
                "example": [{"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5}],
            },
            "points": {
                "type": "array",
                "items": {"$ref": _REF.format(model="PointIn")},
                "description": "Where somebody tapped, as JSON; after those of the query.",
                "example": [{"x": 0.25, "y": 0.5}],
            },
            "words": {"type": "string", "maxLength": 200, "description": "In place of the query's."},
            "find": {"type": "boolean", "description": "In place of the query's."},
            "top": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "description": "In place of the query's.",
            },
            "filter": {
                "$ref": _REF.format(model="FilterIn"),
                "description": "Which products may be suggested; in place of the query's conditions.",
            },
        },
    }
    content = {
        "image/*": picture,
        "application/octet-stream": picture,
        "multipart/form-data": {
            "schema": form,
            "encoding": {name: {"contentType": "application/json"} for name in ("boxes", "points", "filter")},
        },
    }
    return {"requestBody": {"required": True, "content": content}}


def feed_body() -> dict[str, Any]:
    """The request body of an order for an import."""
    form = {
        "type": "object",
        "required": ["feed"],
        "additionalProperties": False,
        "properties": {
            "feed": {"type": "string", "format": "binary", "description": "The feed, as a file."},
            **ImportOptions.model_json_schema(ref_template=_REF)["properties"],
        },
    }
    content = {
        "multipart/form-data": {"schema": form},
        "application/json": {"schema": {"$ref": _REF.format(model="ImportIn")}},
    }
    return {"requestBody": {"required": True, "content": content}}
