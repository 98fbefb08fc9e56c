"""Who goes to the shop, without knowing who: a digest of an account's id or of a random cookie."""

import hmac
import re
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from spark_vision.core.account import Actor

COOKIE = "spark_visitor"
_RANDOM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """digest: 64 hexadecimal digits, kept with clicks; cookie: to be set, empty where there is nothing to."""

    digest: str
    cookie: str = ""


def visitor_of(request: Request, actor: Actor, secret: bytes) -> Visitor:
    """An account by its id, anybody else by their cookie, which is made where there is none."""
    if actor.account is not None:
        return Visitor(digest_of(secret, f"account {actor.account.id}"))
    given = request.cookies.get(COOKIE, "")
    if _RANDOM.fullmatch(given):
        return Visitor(digest_of(secret, f"cookie {given}"))
    made = secrets.token_hex(16)
    return Visitor(digest_of(secret, f"cookie {made}"), made)


def digest_of(secret: bytes, who: str) -> str:
    """HMAC-SHA-256: without the secret nobody finds out whose digest it is."""
    return hmac.digest(secret, who.encode(), "sha256").hex()


def remember(response: Response, visitor: Visitor, request: Request, days: int) -> None:
    """Set the visitor's cookie for as long as a click counts: this site's alone, out of scripts' reach."""
    if visitor.cookie:
        response.set_cookie(
            COOKIE,
            visitor.cookie,
            max_age=days * 86_400,
            path="/v1/shop/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
