"""Digests: how content is named."""

import hashlib
import json
from typing import Any


def content_digest(data: bytes) -> str:
    """SHA-256 of bytes, as 64 hexadecimal digits (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, so that equal values are equal bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def value_digest(value: Any) -> str:
    """SHA-256 of a JSON value's canonical form, as 64 hexadecimal digits."""
    return content_digest(canonical_json(value))
