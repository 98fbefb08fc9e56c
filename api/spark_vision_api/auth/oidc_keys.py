"""What an identity provider publishes: read with bounds, remembered, and read again when that is due."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from spark_vision.core.errors import AuthenticationRequiredError

_log = logging.getLogger(__name__)
# Public keys alone: with HS256 in here, the public key would be a secret that everybody has.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# Providers change their keys; a token with an unknown one makes us look again, but not each time.
_LOOK_AGAIN_SECONDS = 60.0
FETCH_SECONDS = 5.0
_MOST_BYTES = 1024 * 1024

Fetch = Callable[[str], bytes]


class ProviderKeys:
    """The provider's public keys, read when first needed and again when a token has another key.

    place: a file, or an address.
    """

    def __init__(self, place: str, fetch: Fetch, clock: Callable[[], float] = monotonic) -> None:
        self._place = place
        self._clock = clock
        self._fetch = fetch
        self._lock = Lock()
        self._held: KeySet | None = None
        self._read_at: float | None = None

    def signed(self, token: str) -> jwt.Token:
        """A token whose signature is right; raises JoseError, ValueError, or AuthenticationRequiredError
        without keys."""
        try:
            return jwt.decode(token, self.current(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            renewed = self.renewed()
            if renewed is None:
                raise
            return jwt.decode(token, renewed, algorithms=ALGORITHMS)

    def current(self) -> KeySet:
        """The keys that are known; raises AuthenticationRequiredError where none can be had."""
        if self._held is None:
            self.renewed()
        held = self._held  # Perhaps by another thread.
        if held is None:
            raise AuthenticationRequiredError(
                "The provider's keys cannot be had now, so that no token can be checked."
            )
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


def fetch(place: str) -> bytes:
    """A file's bytes, or those at an address; raises OSError, HTTPError, ValueError (too many)."""
    if not place.startswith(("http://", "https://")):
        return Path(place).read_bytes()
    with httpx2.stream("GET", place, timeout=FETCH_SECONDS) as answer:
        answer.raise_for_status()
        data = b""
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > _MOST_BYTES:
                raise ValueError(f"{place} has more than {_MOST_BYTES:,} bytes")
    return data


def claim(claims: dict[str, Any], path: str) -> Any:
    """The value of a claim; dots lead into objects. None where there is none.

    >>> claim({"realm_access": {"roles": ["poster"]}}, "realm_access.roles")
    ['poster']
    """
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
