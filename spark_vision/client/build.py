"""JSON values to dataclasses, by the types of their fields."""

import types
from dataclasses import MISSING, Field, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def build(kind: type[T], value: Any) -> T:
    """A dataclass from a JSON object; fields that it does not have are left out. Raises TypeError."""
    if not isinstance(value, dict):
        raise TypeError(f"no {kind.__name__}: {str(value)[:100]}")
    made: dict[str, Any] = {}
    hashable: Any = kind
    for name, hint, needed in _fields(hashable):
        if name in value:
            made[name] = _value(hint, value[name])
        elif needed:
            raise TypeError(f"a {kind.__name__} without {name}")
    return kind(**made)


@cache
def _fields(kind: type[Any]) -> list[tuple[str, Any, bool]]:
    hints = get_type_hints(kind)
    return [(field.name, hints[field.name], _is_needed(field)) for field in fields(kind)]


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _value(hint: Any, value: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        return None if value is None else _value(inner[0], value)
    if origin is list:
        return [_value(inner[0], one) for one in value]
    if origin is dict:
        return {key: _value(inner[1], one) for key, one in value.items()}
    if hint is datetime:
        return datetime.fromisoformat(value)
    return build(hint, value) if hasattr(hint, "__dataclass_fields__") else value
