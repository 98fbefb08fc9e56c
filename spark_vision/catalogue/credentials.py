"""What a host asks for before it hands out a feed: kept apart from the address, and shown nowhere."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from spark_vision.core.errors import InvalidInputError

_HEADER_TEXT = re.compile(r"[\x21-\x7e]+")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with a password (basic), or a token (bearer).

    Raises:
        InvalidInputError: Neither is whole, or a token has characters that no header can carry.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if bool(self.user) == bool(self.token) or ":" in self.user:
            raise InvalidInputError("Credentials are a user and a password, or a token.")
        if self.token and not _HEADER_TEXT.fullmatch(self.token):
            raise InvalidInputError("A token has printable ASCII characters without spaces only.")

    def header(self) -> str:
        """Return the value of the header `Authorization` (RFC 7617, RFC 6750)."""
        if self.token:
            return f"Bearer {self.token}"
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()


def parse_credentials(text: str) -> Credentials:
    """Return the credentials of a setting: `basic USER:PASSWORD` or `bearer TOKEN`.

    Raises:
        InvalidInputError: The text is neither; the message does not repeat it.
    """
    scheme, _, rest = text.strip().partition(" ")
    user, colon, password = rest.partition(":")
    match scheme.lower():
        case "basic" if colon:
            return Credentials(user, password)
        case "bearer" if rest:
            return Credentials(token=rest.strip())
    raise InvalidInputError("Credentials should be `basic USER:PASSWORD` or `bearer TOKEN`.")


def credentials_by_origin(setting: Mapping[str, str]) -> dict[str, Credentials]:
    """Return the credentials of the settings by the origin (`https://host:port`) that they are sent to.

    Raises:
        InvalidInputError: A key is no address, or a value is neither basic nor bearer.
    """
    found = {}
    for address, text in setting.items():
        origin = origin_of(address)
        if not origin:
            raise InvalidInputError(
                "Credentials are named by an address, such as https://feeds.shop.example."
            )
        found[origin] = parse_credentials(text)
    return found


def origin_of(address: str) -> str:
    """Return the origin of an address, or an empty text where it is none.

    >>> origin_of("HTTPS://Shop.Example/feed.xml"), origin_of("http://a:8080"), origin_of("feed.csv")
    ('https://shop.example:443', 'http://a:8080', '')
    """
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname and port else ""
