"""One request for a page: who asks, in which language, and whether a change came from a page of ours."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from spark_vision.core.account import Actor, Role
from spark_vision.core.errors import AuthenticationRequiredError, PermissionDeniedError
from spark_vision_api.auth.access import SAFE_METHODS, signed_in
from spark_vision_api.http.error_handlers import ForeignRequestError
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.web.formats import day, minor, money
from spark_vision_api.web.language import LANGUAGES, Words, language_of, words
from spark_vision_api.web.session import TOKEN_HEADER, Session, cookie_name, is_own
from spark_vision_api.web.templates import render

TOKEN_FIELD = "token"  # noqa: S105
_MAX_FIELDS = 40


@dataclass(frozen=True)
class PageContext:
    """What a page knows of its visitor. fields: of the form that was sent; empty for a GET.

    stale: the browser has a session's cookie that is of no use any more; a page takes it away.
    """

    request: Request
    services: Services
    actor: Actor
    session: Session | None
    words: Words
    fields: Mapping[str, str]
    stale: bool = False

    def page(self, name: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """A template with what all of them need."""
        language = self.words.language
        answer = render(
            name,
            status,
            t=self.words,
            language=language,
            languages=LANGUAGES,
            actor=self.actor,
            is_team=self.actor.has(Role.CATALOGUE, Role.ADMIN),
            token="" if self.session is None else self.services.sessions.token(self.session),
            path=self.request.url.path,
            place=place_of(self.request),
            partial="HX-Request" in self.request.headers,
            money=partial(money, language),
            minor=partial(minor, language),
            day=lambda moment: day(language, moment),
            **values,
        )
        if self.stale:
            self.services.sessions.close(self.request, answer)
        return answer

    def go(self, path: str) -> RedirectResponse:
        """Send the browser to a page with a GET."""
        return RedirectResponse(path, 303)

    @property
    def now(self) -> datetime:
        """The moment of the request."""
        return datetime.now(UTC)


async def _visit(request: Request, services: ServicesDep) -> PageContext:
    session, actor = await signed_in(request, services)
    fields = {} if request.method in SAFE_METHODS else await _fields(request, services, session)
    stale = session is None and cookie_name(request) in request.cookies
    return PageContext(request, services, actor, session, words(language_of(request)), fields, stale)


async def _fields(request: Request, services: Services, session: Session | None) -> dict[str, str]:
    """The form's fields; raises ForeignRequestError where another site's page may have sent it."""
    async with request.form(max_files=0, max_fields=_MAX_FIELDS) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    token = request.headers.get(TOKEN_HEADER) or fields.get(TOKEN_FIELD, "")
    if not is_own(request) or (session and not services.sessions.is_token(session, token)):
        raise ForeignRequestError("This form did not come from one of our pages; load the page again.")
    return fields


async def _browse(visit: "Visitor") -> PageContext:
    if visit.actor.account is None and not visit.services.settings.anonymous_browsing:
        raise AuthenticationRequiredError("One may look around here after signing in only.")
    return visit


def _only(*roles: Role) -> Callable[[PageContext], Awaitable[PageContext]]:
    async def check(visit: "Visitor") -> PageContext:
        if visit.actor.account is None:
            raise AuthenticationRequiredError("This page is for those who are signed in.")
        if not visit.actor.has(*roles):
            raise PermissionDeniedError(f"This page is for the role {' or '.join(roles)}.")
        return visit

    return check


# Everybody; whoever may look around; whoever is signed in; the catalogue team.
Visitor = Annotated[PageContext, Depends(_visit)]
Browser = Annotated[PageContext, Depends(_browse)]
Member = Annotated[PageContext, Depends(_only(*Role))]
Team = Annotated[PageContext, Depends(_only(Role.CATALOGUE, Role.ADMIN))]


def place_of(request: Request) -> str:
    """The path and query of a request, to come back to."""
    path, query = quote(request.scope["path"]), request.url.query
    return f"{path}?{query}" if query else path


def inner_path(text: str) -> str:
    """A path of ours to go on to; the feed where the text might lead elsewhere."""
    safe = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if safe else "/"
