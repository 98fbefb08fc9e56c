"""Problems as pages, for people who went somewhere and found something wrong."""

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from spark_vision.core.account import ANONYMOUS
from spark_vision.core.errors import SparkVisionError
from spark_vision_api.auth.access import SAFE_METHODS, signed_in
from spark_vision_api.http.problems import Problem
from spark_vision_api.services import services_of
from spark_vision_api.web.language import language_of, words
from spark_vision_api.web.page_context import PageContext, place_of


async def page(request: Request, problem: Problem) -> Response:
    """The problem in the visitor's language where we have words for its status, else in its own.

    Who has to be signed in is asked to.
    """
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse(f"/sign-in?{urlencode({'then': _then(request)})}", 303)
    said = words(language_of(request))
    key = f"error.{problem.status}"
    title, detail = problem.title, problem.detail
    if key in said.words:
        title, detail = said(key), said(f"{key}.detail")
    visit = await _visit(request, problem)
    return visit.page("error.html", problem.status, title=title, detail=detail)


def _then(request: Request) -> str:
    """Where to go on after signing in. What a form asked for stands in no address."""
    return place_of(request) if request.method in SAFE_METHODS else request.url.path


async def _visit(request: Request, problem: Problem) -> PageContext:
    """As who is signed in; not where we failed, since to ask might well fail again, or have refused at once,
    since that must cost nothing.
    """
    services, said = services_of(request), words(language_of(request))
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and problem.status != HTTPStatus.TOO_MANY_REQUESTS:
        with suppress(SparkVisionError):
            session, actor = await signed_in(request, services)
            return PageContext(request, services, actor, session, said, {})
    return PageContext(request, services, ANONYMOUS, services.sessions.read(request), said, {})
