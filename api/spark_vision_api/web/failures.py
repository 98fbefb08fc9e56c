"""Problems as pages, for people who went somewhere and found something wrong."""

from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from spark_vision.domain.account import NOBODY
from spark_vision_api.auth import SAFE_METHODS
from spark_vision_api.problems import Problem
from spark_vision_api.web.language import language_of, words
from spark_vision_api.web.visit import Visit, place_of


def page(request: Request, problem: Problem) -> Response:
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
    services = request.app.state.services
    visit = Visit(request, services, NOBODY, services.sessions.read(request), said, {})
    return visit.page("error.html", problem.status, title=title, detail=detail)


def _then(request: Request) -> str:
    """Where to go on after signing in. What a form asked for stands in no address."""
    return place_of(request) if request.method in SAFE_METHODS else request.url.path
