"""Sign-ins that are on their way: kept by the browser that began them, in a signed cookie."""

from collections.abc import Callable
from dataclasses import astuple

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from spark_vision_api.auth.oidc_sign_in import AuthorizationState
from spark_vision_api.http.error_handlers import SignInFailedError, SignInTrouble
from spark_vision_api.web.session import set_cookie

COOKIE = "sv_begun"
PATH = "/sign-in/provider"
# Time to find a password and a second factor.
_SECONDS = 15 * 60


def write(
    request: Request, response: Response, secret: Callable[[], bytes], begun: AuthorizationState
) -> None:
    """Give it to the browser; of two that it begins, the later one is kept."""
    set_cookie(request, response, COOKIE, str(_signer(secret).dumps(astuple(begun))), _SECONDS, PATH)


def read(request: Request, secret: Callable[[], bytes]) -> AuthorizationState:
    """What the browser brings back; raises SignInFailedError where it has none, or an old one."""
    try:
        return AuthorizationState(*_signer(secret).loads(request.cookies.get(COOKIE, ""), max_age=_SECONDS))
    except (BadSignature, ValueError, TypeError) as error:
        raise SignInFailedError(SignInTrouble.STATE) from error


def drop(response: Response) -> None:
    """It has ended: an answer is good once."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")


def _signer(secret: Callable[[], bytes]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret(), salt="spark-vision.begun")
