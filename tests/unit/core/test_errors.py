"""Reasons as users read them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from spark_vision.core.errors import reason_of


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: Path("/no/such/file").read_bytes(), "No such file or directory"),
        (lambda: json.loads("{\n!"), "it is no JSON from line 2, column 1 on"),
        (lambda: b"\xff".decode(), "it is no UTF-8 text"),
        (lambda: {}["content"], "it has no content"),
        (lambda: json.loads("[]")["content"], "what it holds is of another shape"),
        (lambda: json.loads("[]").items(), "what it holds is of another shape"),
    ],
)
def test_a_reason_is_no_line_of_python(read: Callable[[], object], words: str) -> None:
    with pytest.raises((OSError, ValueError, LookupError, TypeError, AttributeError)) as wrong:
        read()
    assert reason_of(wrong.value) == words
