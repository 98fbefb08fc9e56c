"""Every error as a problem document (RFC 9457): one table, one shape, one way out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from spark_vision.core import errors as core
from spark_vision_api.http import error_handlers as own

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "2"}
# Where the API is; all else are pages.
API = "/v1/"


@dataclass(frozen=True)
class ProblemType:
    """What becomes of an error. detail: said instead of the error's own words, which may name files."""

    status: int
    title: str
    detail: str | None = None


@dataclass(frozen=True)
class Problem:
    """One problem on its way to a client; `errors` names the fields that were wrong."""

    code: str
    status: int
    title: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()


_NO_INDEX = "No index version is live; make one with `spark-vision index build SOURCE`."
_BAD_INDEX = "The live index version cannot be used; the log says why. `spark-vision index verify` checks it."
_BUSY = "Another build or import is at work on the index; try again when it has ended."
_NO_MODEL = "The model that the index was made with cannot be loaded; the log says why and what to do."
_NO_STORE = "The store is busy or does not answer; nothing was changed. Try again soon."
INTERNAL = ProblemType(500, "Something went wrong here", "The failure is on our side and was logged.")

KINDS: dict[type[core.SparkVisionError], ProblemType] = {
    core.SparkVisionError: INTERNAL,
    core.InvalidInputError: ProblemType(422, "A value cannot be used"),
    core.PictureError: ProblemType(422, "The picture cannot be used"),
    core.PictureNotFoundError: ProblemType(404, "There is no such picture"),
    core.PictureTooLargeError: ProblemType(413, "The picture is too large"),
    core.PictureFormatError: ProblemType(415, "The format of the picture is not known"),
    core.PictureDamagedError: ProblemType(422, "The picture is damaged"),
    core.ModelError: ProblemType(503, "The model is not available", _NO_MODEL),
    core.CatalogueError: ProblemType(422, "The catalogue cannot be read"),
    core.IndexBusyError: ProblemType(503, "Another build is at work", _BUSY),
    core.IndexVersionError: ProblemType(503, "The index cannot be used", _BAD_INDEX),
    core.IndexNotFoundError: ProblemType(503, "There is no index yet", _NO_INDEX),
    core.StoreError: INTERNAL,
    core.StoreUnavailableError: ProblemType(503, "The store does not answer", _NO_STORE),
    core.NotFoundError: ProblemType(404, "There is no such thing here"),
    core.ConflictError: ProblemType(409, "It is not in a state for this"),
    core.TooManyImportsError: ProblemType(409, "Too many imports are not finished"),
    core.TooManyTagsError: ProblemType(409, "The post is full"),
    core.RequestInProgressError: ProblemType(409, "The same call is being worked on"),
    core.IdempotencyKeyReusedError: ProblemType(422, "The idempotency key was used for something else"),
    core.VersionConflictError: ProblemType(412, "It was changed meanwhile"),
    core.PhotoMissingError: ProblemType(404, "The photo is gone"),
    core.NameTakenError: ProblemType(409, "The name is taken"),
    core.BelowThresholdError: ProblemType(409, "The balance is too small to be paid out"),
    core.PermissionDeniedError: ProblemType(403, "This is not for your account"),
    core.AuthenticationRequiredError: ProblemType(401, "A valid key is needed"),
    own.ForeignRequestError: ProblemType(403, "This did not come from one of our pages"),
    own.ProductNotFoundError: ProblemType(404, "There is no such product"),
    own.MediaTypeError: ProblemType(415, "This kind of body is not read here"),
    own.FormError: ProblemType(400, "The form cannot be read"),
    own.OverloadedError: ProblemType(503, "Too many requests are waiting"),
    own.CursorError: ProblemType(422, "The cursor cannot be used"),
    own.TooManyRequestsError: ProblemType(429, "Too many requests"),
    own.VersionNeededError: ProblemType(428, "The version that was seen is needed"),
    own.ShopUnavailableError: ProblemType(503, "The index cannot be used", _BAD_INDEX),
}

# What the framework itself refuses, by status; it has no words of its own for some.
# HEAD is left out: each GET operation takes it.
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_REFUSED = {
    400: (
        "bad-request",
        ProblemType(400, "The request cannot be read", "It is not formed as HTTP wants it."),
    ),
    404: (
        "not-found",
        ProblemType(404, "There is nothing here", "No operation and no file has this address."),
    ),
    405: (
        "method-not-allowed",
        ProblemType(405, "This method is not for here", "The header Allow names those that are."),
    ),
    408: ("request-timeout", ProblemType(408, "The request took too long")),
    413: ("body-too-large", ProblemType(413, "The body is too large")),
    503: (own.OverloadedError.code, KINDS[own.OverloadedError]),
}


ProblemPage = Callable[[Request, Problem], Awaitable[Response]]


def kind_of(error: type[core.SparkVisionError]) -> ProblemType:
    """The closest entry of the table: a class that is not in it is treated as its parent."""
    return next(KINDS[parent] for parent in error.__mro__ if parent in KINDS)


def problem_of(error: core.SparkVisionError) -> Problem:
    """One of our own errors as a problem."""
    kind = kind_of(type(error))
    return Problem(error.code, kind.status, kind.title, kind.detail or error.message)


def problem_response(
    scope: Scope, problem: Problem, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A problem as the answer to a request."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": scope.get("path", ""),
        "request_id": scope.get("state", {}).get("request_id", ""),
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer", **(headers or {})}
    told = {**_told_of(problem), **(headers or {})}
    return JSONResponse(body, problem.status, headers=told, media_type=MEDIA_TYPE)


def _told_of(problem: Problem) -> dict[str, str]:
    """The headers that a problem has on pages, too."""
    return RETRY_AFTER if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else {}


def internal_problem() -> Problem:
    """A failure of ours; nothing of what failed is told."""
    return Problem("internal", INTERNAL.status, INTERNAL.title, INTERNAL.detail or "")


def register(app: FastAPI, page: ProblemPage) -> None:
    """Let the application answer its errors with problems; page: shows them to people."""
    app.state.problem_page = page
    app.exception_handler(core.SparkVisionError)(_ours)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_refused)


async def _ours(request: Request, error: core.SparkVisionError) -> Response:
    return await answer(request, problem_of(error))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    errors = [
        {"field": ".".join(str(part) for part in entry["loc"]), "message": str(entry["msg"])}
        for entry in error.errors()
    ]
    fields = ", ".join(dict.fromkeys(entry["field"] for entry in errors))
    detail = f"These are not as they should be: {fields}."
    problem = Problem("invalid-request", 422, "The request is not valid", detail, errors)
    return await answer(request, problem)


async def _refused(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    unnamed = (status.name.lower().replace("_", "-"), ProblemType(status.value, status.phrase))
    code, kind = _REFUSED.get(status.value, unnamed)
    own_words = error.detail if error.detail != status.phrase else None
    problem = Problem(code, status.value, kind.title, own_words or kind.detail or status.phrase)
    headers = {**(error.headers or {})}
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed_methods(request))
    return await answer(request, problem, headers)


def _allowed_methods(request: Request) -> list[str]:
    """Return the methods that the routes of a path take together; a router knows those of one route alone."""
    routes = request.app.routes
    allowed = [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *allowed[1:]] if allowed[:1] == ["GET"] else allowed


async def answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A page for a browser that went somewhere, a document for all others."""
    api = request.url.path.startswith(API)
    if api or "text/html" not in request.headers.get("Accept", ""):
        return problem_response(request.scope, problem, headers)
    page: ProblemPage = request.app.state.problem_page
    shown = await page(request, problem)
    shown.headers.update({**_told_of(problem), **(headers or {})})
    return shown
