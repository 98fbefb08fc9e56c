"""Digests: how content is named."""

import hashlib
import json
from typing import Any

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_digest(data: bytes) -> str:
    """SHA-256 of bytes, as 64 hexadecimal digits (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, so that equal values are equal bytes."""
    return _CANONICAL.encode(value).encode()


def value_digest(value: Any) -> str:
    """SHA-256 of a JSON value's canonical form, as 64 hexadecimal digits."""
    return content_digest(canonical_json(value))
