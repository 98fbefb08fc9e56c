"""Signing in and out, the first account, the language."""

import re
from dataclasses import replace

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from spark_vision.core.account import Account
from spark_vision.core.errors import ConflictError
from spark_vision.social.accounts import add_first_account, authenticate, has_accounts, key_digest
from spark_vision_api.web.language import COOKIE, LANGUAGES
from spark_vision_api.web.page_context import PageContext, Visitor, inner_path
from spark_vision_api.web.session import end_session_of, set_cookie

router = APIRouter(include_in_schema=False)
_YEAR = 365 * 24 * 3600
_NAME_LENGTH = 40
_HERE = frozenset({"127.0.0.1", "::1"})
_HERE_BY_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)


@router.get("/sign-in")
async def show_sign_in(visit: Visitor, then: str = "/") -> Response:
    """Where one signs in with a key, or at the identity provider."""
    if visit.services.sign_in is not None or await run_in_threadpool(has_accounts, visit.services.store):
        return _sign_in_page(visit, 200, inner_path(then), "")
    return visit.go("/welcome")


@router.post("/sign-in")
async def sign_in(visit: Visitor) -> Response:
    """A key for a session."""
    key, then = visit.fields.get("key", "").strip(), inner_path(visit.fields.get("then", "/"))
    actor = await run_in_threadpool(authenticate, visit.services.store, key)
    if actor.account is None:
        return _sign_in_page(visit, 401, then, visit.words("sign_in.wrong"))
    answer = visit.go(then)
    await run_in_threadpool(_open, visit, answer, actor.account, key)
    return answer


@router.post("/sign-out")
async def sign_out(visit: Visitor) -> Response:
    """End the session: its cookie is worth nothing from now on."""
    if visit.session is not None:
        await run_in_threadpool(end_session_of, visit.services.store, visit.session)
    answer = visit.go("/")
    visit.services.sessions.close(visit.request, answer)
    return answer


@router.post("/language")
async def choose_language(visit: Visitor) -> Response:
    """Another language than the browser's."""
    answer = visit.go(inner_path(visit.fields.get("then", "/")))
    language = visit.fields.get("language", "")
    if language in LANGUAGES:
        set_cookie(visit.request, answer, COOKIE, language, _YEAR)
    return answer


@router.get("/welcome")
async def show_welcome(visit: Visitor) -> Response:
    """The first run: nobody can sign in yet."""
    if await run_in_threadpool(has_accounts, visit.services.store):
        return visit.go("/")
    return visit.page("welcome.html", here=_is_here(visit), wrong=False, name="")


@router.post("/welcome")
async def make_first_account(visit: Visitor) -> Response:
    """The first account, an admin's, signed in at once; its key is shown this once."""
    name = " ".join(visit.fields.get("name", "").split())
    if not _is_here(visit):
        return visit.page("welcome.html", 403, here=False, wrong=False, name=name)
    if not 0 < len(name) <= _NAME_LENGTH:
        return visit.page(
            "welcome.html", 422, here=True, wrong="welcome.name_wrong", name=name[:_NAME_LENGTH]
        )
    try:
        key = await run_in_threadpool(add_first_account, visit.services.store, name, visit.now)
    except ConflictError:
        return visit.go("/sign-in")
    # Without a session, which opens with this very answer: a page would take an old one's cookie away.
    fresh = replace(visit, session=None, stale=False)
    answer = fresh.page("first_key.html", key=key.secret, name=name)
    await run_in_threadpool(_open, visit, answer, key.account, key.secret)
    return answer


def _open(visit: PageContext, answer: Response, account: Account, key: str) -> None:
    visit.services.sessions.open(visit.request, answer, visit.services.store, account, key_digest(key))


def _sign_in_page(visit: PageContext, status: int, then: str, wrong: str) -> Response:
    provider = visit.services.sign_in
    name = "" if provider is None else provider.name
    return visit.page("sign_in.html", status, then=then, wrong=wrong, provider=name)


def _is_here(visit: PageContext) -> bool:
    """Whoever comes first becomes the admin: only somebody at this machine may.

    By its own name, too: any site may let a name of its own mean this machine, and send its visitors'
    browsers here under it.
    """
    client = visit.request.client
    named = _HERE_BY_NAME.fullmatch(visit.request.headers.get("Host", ""))
    return client is not None and client.host in _HERE and named is not None
