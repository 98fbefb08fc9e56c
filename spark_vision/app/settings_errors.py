"""Settings that are not as they should be, each by its name: what it is, and what it should be."""

import json
import re

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

_LONGEST_SHOWN = 80


def all_wrong(error: ValidationError, settings: type[BaseSettings]) -> str:
    """A sentence a setting, with what it is and what it should be."""
    return " ".join(
        _wrong(settings, *map(str, entry["loc"]), value=entry["input"], message=entry["msg"])
        for entry in error.errors(include_url=False)
    )


def _wrong(settings: type[BaseSettings], field: str, *within: str, value: object, message: str) -> str:
    # "Input should be a valid integer, unable to parse string as an integer", as the library words it.
    should = re.sub(r"^(Input|String|Value error,) |, unable to .*", "", message)
    if not within and _as_json(settings, field):
        should = f"should be JSON, such as {_as_json(settings, field)}"
    known = settings.model_fields.get(field)
    shown = "" if known is None or not known.repr else f' is "{str(value)[:_LONGEST_SHOWN]}"'
    name = settings.model_config.get("env_prefix", "") + ".".join([field.upper(), *within])
    return f"{name}{shown}: it {should}."


def unread(error: SettingsError, settings: type[BaseSettings]) -> str:
    """What is no JSON is refused before fields are looked at; only the library's words name the field."""
    found = re.search(r'field "(\w+)"', str(error))
    field = found[1] if found else ""
    return _wrong(settings, field, value=getattr(error.__cause__, "doc", ""), message="should be JSON")


def _as_json(settings: type[BaseSettings], field: str) -> str:
    """What a setting that is written as JSON may look like; empty for all others."""
    known = settings.model_fields.get(field)
    if known is None or not isinstance(known.default, dict | tuple):
        return ""
    return json.dumps(known.examples[0] if known.examples else known.default)
