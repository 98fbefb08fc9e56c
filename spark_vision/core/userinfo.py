"""Users and passwords in addresses, which no message may repeat."""

import re

_USERINFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/?#\s]*@")


def without_userinfo(text: str) -> str:
    """Return a text whose addresses have no user and password.

    >>> without_userinfo("https://ann:secret@shop.example/a.jpg: the server says 404.")
    'https://shop.example/a.jpg: the server says 404.'
    """
    return _USERINFO.sub(r"\1", text)


def has_userinfo(address: str) -> bool:
    """Return whether an address holds a user or a password."""
    return _USERINFO.match(address) is not None
