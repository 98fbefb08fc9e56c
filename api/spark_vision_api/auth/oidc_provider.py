"""What an identity provider says of itself: its discovery document.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import httpx2

from spark_vision_api.auth.oidc_keys import fetch
from spark_vision_api.http.error_handlers import SignInFailedError, SignInTrouble

_log = logging.getLogger(__name__)
_KEPT_SECONDS = 3600.0
# While a provider is down, those who wait are told so at once, not one after another.
_DOWN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """Where a provider's endpoints are. userinfo_endpoint: may be empty; auth_method: how a client with a
    secret shows it.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    auth_method: str


class DiscoveryCache:
    """The document of an issuer, read when first needed and again after an hour."""

    def __init__(self, issuer: str, clock: Callable[[], float]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._lock = Lock()
        self._held: ProviderMetadata | None = None
        self._good_until = 0.0
        self._down_until = 0.0

    def now(self) -> ProviderMetadata:
        """The document; an old one where the provider has no new one. Raises SignInFailedError."""
        with self._lock:
            now = self._clock()
            if now >= max(self._good_until, self._down_until):
                self._renew(now)
            if self._held is None:
                raise SignInFailedError(SignInTrouble.DOWN)
            return self._held

    def _renew(self, now: float) -> None:
        place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            self._held = _published(self._issuer, json.loads(fetch(place)))
            self._good_until = now + _KEPT_SECONDS
        except (OSError, ValueError, TypeError, httpx2.HTTPError):
            _log.exception("%s cannot be read", place)
            self._down_until = now + _DOWN_SECONDS


def _published(issuer: str, document: dict[str, object]) -> ProviderMetadata:
    if document.get("issuer") != issuer:
        raise ValueError(f"its `issuer` is {document.get('issuer')!r:.200}, not {issuer!r}")
    methods = document.get("token_endpoint_auth_methods_supported")
    # Where both will do: providers disagree on how special characters of a secret are written in `basic`.
    post = isinstance(methods, list) and "client_secret_post" in methods
    return ProviderMetadata(
        _address(document, "authorization_endpoint"),
        _address(document, "token_endpoint"),
        _address(document, "jwks_uri"),
        _address(document, "userinfo_endpoint") if document.get("userinfo_endpoint") else "",
        "client_secret_post" if post else "client_secret_basic",
    )


def _address(document: dict[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise ValueError(f"its `{name}` is no address: {value!r:.200}")
    return value
