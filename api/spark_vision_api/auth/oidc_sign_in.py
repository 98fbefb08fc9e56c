"""Signing in with a browser at an identity provider: OpenID Connect's authorization code flow, with PKCE.

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, RFC 7636 and RFC 9207.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc.errors import ClaimError, JoseError

from spark_vision.app.settings import Settings
from spark_vision.core.errors import AuthenticationRequiredError, InvalidInputError, PermissionDeniedError
from spark_vision_api.auth.oidc import LEEWAY_SECONDS, ExternalIdentity, person_of
from spark_vision_api.auth.oidc_keys import FETCH_SECONDS, ProviderKeys, claim, fetch
from spark_vision_api.auth.oidc_provider import DiscoveryCache, ProviderMetadata
from spark_vision_api.http.error_handlers import SignInFailedError, SignInTrouble

_log = logging.getLogger(__name__)
_BYTES = 32
_TIMES = ("exp", "iat", "nbf")


@dataclass(frozen=True, slots=True)
class AuthorizationState:
    """A sign-in that is on its way; the browser keeps it, so that nobody else can end it.

    state: names it; nonce: must be in the token; verifier: PKCE's secret; then: a path of ours to go on to.
    """

    state: str
    nonce: str
    verifier: str
    then: str


class SignIn:
    """One provider, as a client of it; may be shared between threads."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic) -> None:
        if "openid" not in settings.oidc_scopes.split():
            raise InvalidInputError("SPARK_VISION_OIDC_SCOPES must have `openid` among them.")
        self._settings = settings
        self._published = DiscoveryCache(settings.oidc_issuer, clock)
        self._keys: dict[str, ProviderKeys] = {}

    @property
    def name(self) -> str:
        """What the provider is called on the sign-in page."""
        return self._settings.oidc_name or urlsplit(self._settings.oidc_issuer).hostname or ""

    def begin(self, back: str, then: str) -> tuple[str, AuthorizationState]:
        """Where the browser is to go, and what it is to keep; raises SignInFailedError.

        back: the address that the provider sends it back to.
        """
        published = self._published.now()
        begun = AuthorizationState(_random(), _random(), _random(), then)
        with self._client(published, back) as client:
            url, _ = client.create_authorization_url(
                published.authorization_endpoint,
                state=begun.state,
                code_verifier=begun.verifier,
                nonce=begun.nonce,
            )
        return url, begun

    def end(self, back: str, answer: dict[str, str], begun: AuthorizationState) -> ExternalIdentity:
        """Who has signed in. answer: the query that the provider sent the browser back with.

        Raises SignInFailedError.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInFailedError(SignInTrouble.STATE)
        if answer.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:
            raise _untrusted("its answer is another provider's")
        if "error" in answer:
            _log.warning("the identity provider refused a sign-in: %.100r", answer["error"])
            raise SignInFailedError(SignInTrouble.REFUSED)
        published = self._published.now()
        with self._client(published, back) as client:
            token = _redeemed(client, published, answer.get("code", ""), begun.verifier)
            claims = self._completed(client, published, self._claims(published, token, begun.nonce))
        return self._person(claims)

    def _client(self, published: ProviderMetadata, back: str) -> OAuth2Client:
        return OAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret or None,
            token_endpoint_auth_method=published.auth_method if self._settings.oidc_client_secret else "none",
            scope=self._settings.oidc_scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=FETCH_SECONDS,
        )

    def _claims(self, published: ProviderMetadata, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        """What the ID token says, once it is known to be the provider's, for us and for this sign-in."""
        keys = self._keys.setdefault(published.jwks_uri, ProviderKeys(published.jwks_uri, fetch))
        options = {
            "iss": {"essential": True, "value": self._settings.oidc_issuer},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
        }
        given = {
            "nonce": nonce,
            "client_id": self._settings.oidc_client_id,
            "access_token": token.get("access_token"),
        }
        try:
            signed = keys.signed(token["id_token"])
            CodeIDToken(signed.claims, signed.header, options, given).validate(leeway=LEEWAY_SECONDS)
        except AuthenticationRequiredError as error:
            raise SignInFailedError(SignInTrouble.DOWN) from error
        except ClaimError as error:
            raise _untrusted(f"`{error.claim}` of its token is not right", error.claim in _TIMES) from error
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise _untrusted("its token is not one, or not its own") from error
        claims: dict[str, Any] = signed.claims
        return claims

    def _completed(
        self, client: OAuth2Client, published: ProviderMetadata, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """With what the provider tells at its userinfo endpoint, where the token leaves out name or role."""
        wanted = (self._settings.oidc_name_claim, self._settings.oidc_role_claim)
        if not published.userinfo_endpoint or all(claim(claims, path) is not None for path in wanted):
            return claims
        try:
            answer = client.get(published.userinfo_endpoint)
            answer.raise_for_status()
            told = answer.json()
        except (httpx2.HTTPError, OAuthError, ValueError) as error:
            _log.warning("the identity provider's userinfo cannot be had: %r", error)
            raise SignInFailedError(SignInTrouble.DOWN) from error
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise _untrusted("its userinfo is about somebody else")
        return {**told, **claims}

    def _person(self, claims: dict[str, Any]) -> ExternalIdentity:
        try:
            return person_of(self._settings, claims)
        except PermissionDeniedError as error:
            raise SignInFailedError(SignInTrouble.ROLE) from error
        except AuthenticationRequiredError as error:
            raise _untrusted("its token names nobody") from error


def _redeemed(client: OAuth2Client, published: ProviderMetadata, code: str, verifier: str) -> dict[str, Any]:
    """The tokens for a code, which is good once."""
    try:
        token: dict[str, Any] = client.fetch_token(
            published.token_endpoint, code=code, code_verifier=verifier, grant_type="authorization_code"
        )
    except OAuthError as error:
        if error.error == "invalid_grant":
            raise SignInFailedError(SignInTrouble.STATE) from error
        raise _untrusted(f"it refuses this service: {error.error!r:.100}") from error
    except httpx2.HTTPError as error:
        _log.warning("the identity provider's tokens cannot be had: %r", error)
        raise SignInFailedError(SignInTrouble.DOWN) from error
    except (ValueError, TypeError) as error:
        raise _untrusted("its answer has no tokens") from error
    return token


def _random() -> str:
    return secrets.token_urlsafe(_BYTES)


def _untrusted(why: str, clock: bool = False) -> SignInFailedError:
    """why: for the log, since it says how things are set up; nothing in it is about the person."""
    _log.warning("a sign-in at the identity provider failed: %s", why)
    return SignInFailedError(SignInTrouble.CLOCK if clock else SignInTrouble.ANSWER)
