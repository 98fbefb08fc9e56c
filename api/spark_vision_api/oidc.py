"""Bearer tokens of an OpenID Connect provider: signature, issuer, audience, times, role."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import httpx2
from authlib.oauth2.claims import JWTClaims
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from spark_vision.domain.account import Role
from spark_vision.errors import InvalidInputError, KeyNeededError, NotAllowedError
from spark_vision.settings import Settings

_log = logging.getLogger(__name__)
# Public keys alone: with HS256 in here, the public key would be a secret that everybody has.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_SECONDS = 60
_LONGEST_TOKEN = 16_384
# Providers change their keys; a token with an unknown one makes us look again, but not each time.
_LOOK_AGAIN_SECONDS = 60.0
_FETCH_SECONDS = 5.0
_MOST_KEY_BYTES = 1024 * 1024
_MIGHT = (Role.POSTER, Role.CATALOGUE, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a token is for. subject: the provider's word for them; name: may be empty."""

    issuer: str
    subject: str
    name: str
    role: Role


class Tokens:
    """Reads the tokens of one provider; may be shared between threads."""

    def __init__(
        self,
        settings: Settings,
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if not (settings.oidc_audience and settings.oidc_jwks):
            raise InvalidInputError(
                "SPARK_VISION_OIDC_ISSUER is set: SPARK_VISION_OIDC_AUDIENCE and _OIDC_JWKS must be, too."
            )
        self._settings = settings
        self._keys = _Keys(settings.oidc_jwks, fetch or _fetch, clock)

    def read(self, token: str) -> Person:
        """Whose token it is; raises KeyNeededError (not to be trusted), NotAllowedError (without a role)."""
        claims = self._verified(token)
        name = claims.get(self._settings.oidc_name_claim, "")
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise KeyNeededError("The token names nobody (`sub`).")
        return Person(
            self._settings.oidc_issuer, subject, name if isinstance(name, str) else "", self._role(claims)
        )

    def _verified(self, token: str) -> dict[str, Any]:
        if len(token) > _LONGEST_TOKEN:
            raise KeyNeededError("The token is too long to be one.")
        try:
            claims = self._signed(token)
            self._checked(claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise KeyNeededError(
                "The token is not valid here: its signature, issuer, audience or time is wrong."
            ) from error
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._keys.current(), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            renewed = self._keys.renewed()
            if renewed is None:
                raise
            return jwt.decode(token, renewed, algorithms=_ALGORITHMS).claims

    def _checked(self, claims: dict[str, Any]) -> None:
        options = {
            "iss": {"essential": True, "value": self._settings.oidc_issuer},
            "aud": {"essential": True, "value": self._settings.oidc_audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        JWTClaims(claims, {}, options).validate(leeway=_LEEWAY_SECONDS)

    def _role(self, claims: dict[str, Any]) -> Role:
        value: Any = claims
        for step in self._settings.oidc_role_claim.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        words = value if isinstance(value, list) else [value]
        known = self._settings.oidc_roles
        roles = [known[word] for word in words if isinstance(word, str) and word in known]
        role = max(roles, key=_MIGHT.index, default=self._settings.oidc_default_role)
        if role is None:
            raise NotAllowedError(
                f"Your token has no role of this service in `{self._settings.oidc_role_claim}`."
            )
        return role


class _Keys:
    """The provider's public keys, read when first needed and again when a token has another key."""

    def __init__(self, place: str, fetch: Callable[[str], bytes], clock: Callable[[], float]) -> None:
        self._place = place
        self._clock = clock
        self._fetch = fetch
        self._lock = Lock()
        self._held: KeySet | None = None
        self._read_at: float | None = None

    def current(self) -> KeySet:
        if self._held is None:
            self.renewed()
        held = self._held  # Perhaps by another thread.
        if held is None:
            raise KeyNeededError("The provider's keys cannot be had now, so that no token can be checked.")
        return held

    def renewed(self) -> KeySet | None:
        """The keys as they are now; None where they were read a moment ago, or cannot be."""
        with self._lock:
            now = self._clock()
            if self._read_at is not None and now - self._read_at < _LOOK_AGAIN_SECONDS:
                return None
            self._read_at = now
            try:
                self._held = KeySet.import_key_set(json.loads(self._fetch(self._place)))
            except (OSError, ValueError, JoseError, httpx2.HTTPError):
                _log.exception("the keys of %s cannot be read", self._place)
                return None
            return self._held


def _fetch(place: str) -> bytes:
    if not place.startswith(("http://", "https://")):
        return Path(place).read_bytes()
    with httpx2.stream("GET", place, timeout=_FETCH_SECONDS) as answer:
        answer.raise_for_status()
        data = b""
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > _MOST_KEY_BYTES:
                raise ValueError(f"{place} has more than {_MOST_KEY_BYTES:,} bytes")
    return data
