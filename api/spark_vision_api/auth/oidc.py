"""Bearer tokens of an OpenID Connect provider: signature, issuer, audience, times, role."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from authlib.oauth2.claims import JWTClaims
from joserfc.errors import JoseError

from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.core.errors import AuthenticationRequiredError, InvalidInputError, PermissionDeniedError
from spark_vision_api.auth.oidc_keys import Fetch, ProviderKeys, claim, fetch

LEEWAY_SECONDS = 60
_LONGEST_TOKEN = 16_384
_ROLE_PRECEDENCE = (Role.POSTER, Role.MODERATOR, Role.CATALOGUE, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Who a token is for. subject: the provider's word for them; name: may be empty."""

    issuer: str
    subject: str
    name: str
    role: Role


class TokenVerifier:
    """Reads the tokens of one provider; may be shared between threads."""

    def __init__(
        self,
        settings: Settings,
        read: Fetch | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if not (settings.oidc_audience and settings.oidc_jwks):
            raise InvalidInputError(
                "SPARK_VISION_OIDC_ISSUER is set: SPARK_VISION_OIDC_AUDIENCE and _OIDC_JWKS must be, too,"
                " or _OIDC_CLIENT_ID for signing in with a browser."
            )
        self._settings = settings
        self._keys = ProviderKeys(settings.oidc_jwks, read or fetch, clock)

    def read(self, token: str) -> ExternalIdentity:
        """Whose token it is; raises AuthenticationRequiredError (not to be trusted), PermissionDeniedError
        (without a role)."""
        return person_of(self._settings, self._verified(token))

    def _verified(self, token: str) -> dict[str, Any]:
        if len(token) > _LONGEST_TOKEN:
            raise AuthenticationRequiredError("The token is too long to be one.")
        try:
            claims: dict[str, Any] = self._keys.signed(token).claims
            self._checked(claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise AuthenticationRequiredError(
                "The token is not valid here: its signature, issuer, audience or time is wrong."
            ) from error
        return claims

    def _checked(self, claims: dict[str, Any]) -> None:
        options = {
            "iss": {"essential": True, "value": self._settings.oidc_issuer},
            "aud": {"essential": True, "value": self._settings.oidc_audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        JWTClaims(claims, {}, options).validate(leeway=LEEWAY_SECONDS)


def person_of(settings: Settings, claims: dict[str, Any]) -> ExternalIdentity:
    """Who verified claims are about; raises AuthenticationRequiredError where they name nobody,
    PermissionDeniedError where
    they have no role.
    """
    name, subject = claim(claims, settings.oidc_name_claim), claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise AuthenticationRequiredError("The token names nobody (`sub`).")
    shown = name if isinstance(name, str) and name.isprintable() else ""
    return ExternalIdentity(settings.oidc_issuer, subject, shown, _role(settings, claims))


def _role(settings: Settings, claims: dict[str, Any]) -> Role:
    value = claim(claims, settings.oidc_role_claim)
    words = value if isinstance(value, list) else [value]
    known = settings.oidc_roles
    roles = [known[word] for word in words if isinstance(word, str) and word in known]
    role = max(roles, key=_ROLE_PRECEDENCE.index, default=settings.oidc_default_role)
    if role is None:
        raise PermissionDeniedError(
            f"Your token has no role of this service in `{settings.oidc_role_claim}`."
        )
    return role
