"""Values of JSON as texts, addresses, lists and objects, whatever they are written as."""

from typing import Any


def as_list(value: Any) -> list[Any]:
    """Return a list's elements, or the value alone; nothing for None."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_dict(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """Return a value as text: the name of a named thing, the first of several."""
    if isinstance(value, list):
        return text(value[0]) if value else ""
    if isinstance(value, dict):
        return text(value.get("name") or value.get("@value") or value.get("@id"))
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def url(value: Any) -> str:
    """Return an address, also that of an ImageObject."""
    if isinstance(value, list):
        return url(value[0]) if value else ""
    if isinstance(value, dict):
        value = value.get("contentUrl") or value.get("url") or value.get("@value") or value.get("@id")
        return url(value)
    return text(value)
