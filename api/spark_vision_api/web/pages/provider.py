"""Signing in at an identity provider: there, and back again."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from spark_vision.core.errors import NotFoundError
from spark_vision.social.provisioning import account_id_of, provision_account
from spark_vision_api.auth.oidc_sign_in import SignIn
from spark_vision_api.http.error_handlers import SignInFailedError, SignInTrouble
from spark_vision_api.web.oidc_state_cookie import PATH, drop, read, write
from spark_vision_api.web.page_context import PageContext, Visitor, inner_path

router = APIRouter(prefix=PATH, include_in_schema=False)
_STATUSES = {
    SignInTrouble.DOWN: 503,
    SignInTrouble.STATE: 400,
    SignInTrouble.REFUSED: 403,
    SignInTrouble.CLOCK: 502,
    SignInTrouble.ANSWER: 502,
    SignInTrouble.ROLE: 403,
}


@router.get("")
def go_there(visit: Visitor, then: str = "/") -> Response:
    """To the provider. A link, not a form: our policy lets no form lead to another site."""
    then = inner_path(then)
    try:
        url, begun = _provider(visit).begin(_back(visit), then)
    except SignInFailedError as error:
        return failed(visit, error, then)
    answer = RedirectResponse(url, 303)
    write(visit.request, answer, visit.services.secret, begun)
    return answer


@router.get("/back")
def come_back(visit: Visitor) -> Response:
    """From the provider, with a code for a session."""
    provider, then = _provider(visit), "/"
    try:
        begun = read(visit.request, visit.services.secret)
        then = begun.then
        person = provider.end(_back(visit), dict(visit.request.query_params), begun)
    except SignInFailedError as error:
        answer = failed(visit, error, then)
    else:
        account_id = account_id_of(person.issuer, person.subject)
        actor = provision_account(visit.services.store, account_id, person.name, person.role, visit.now)
        answer = visit.go(inner_path(then))
        if actor.account is not None:
            visit.services.sessions.open_for(visit.request, answer, visit.services.store, actor.account)
    drop(answer)
    return answer


def failed(visit: PageContext, error: SignInFailedError, then: str) -> Response:
    """The sign-in page, with what was wrong."""
    wrong = visit.words(f"sign_in.provider.{error.trouble}", name=_provider(visit).name)
    status = _STATUSES[error.trouble]
    return visit.page("sign_in.html", status, then=then, wrong=wrong, provider=_provider(visit).name)


def _provider(visit: PageContext) -> SignIn:
    if visit.services.sign_in is None:
        raise NotFoundError("No identity provider is set up for signing in here.")
    return visit.services.sign_in


def _back(visit: PageContext) -> str:
    """The address that the provider knows for coming back; the same when the code is redeemed."""
    return f"{visit.request.url.replace(path=f'{PATH}/back', query='', fragment='')}"
