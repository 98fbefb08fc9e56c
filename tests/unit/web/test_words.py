"""Both languages say the same things, and what templates and scripts say is known."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import spark_vision_api
from spark_vision.core.errors import SparkVisionError
from spark_vision.core.reason import DESCRIPTIONS
from spark_vision_api.http.problems import _REFUSED, internal_problem
from spark_vision_api.web.language import LANGUAGES, best_language, words

WEB = Path(spark_vision_api.__file__).parent / "web"
# Keys that are put together: `t("sure." ~ word)`, t(`sure.${word}`), words(f"sure.{word}").
_CALL = re.compile(r"""(?:\bt(?:\.known)?|\.words)\(\s*f?["'`]([a-z_.0-9]+)(\$?\{|["'`]\s*(?:~|\)|,))""")
COUNTED = (".one", ".other")


def said() -> list[tuple[str, str, bool]]:
    """File, key and whether the key goes on, for each call in templates, scripts and pages."""
    files = [*WEB.rglob("*.html"), *(WEB / "static" / "js").glob("*.js"), *WEB.rglob("*.py")]
    return [
        (path.name, match[1], match[2].endswith("{") or match[2].endswith("~"))
        for path in files
        for match in _CALL.finditer(path.read_text(encoding="utf-8"))
    ]


def test_both_languages_have_the_same_keys_and_places() -> None:
    english, italian = (words(language).words for language in LANGUAGES)
    assert english.keys() == italian.keys()
    for key, text in english.items():
        places = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert places == {name for _, name, _, _ in Formatter().parse(italian[key]) if name}, key


def test_templates_and_scripts_use_known_keys_only() -> None:
    known = words("en").words
    calls = said()
    assert len(calls) > 50
    for file, key, goes_on in calls:
        if goes_on:
            assert any(word.startswith(key) for word in known), (file, key)
        else:
            assert key in known or all(key + end in known for end in COUNTED), (file, key)


def test_no_words_are_left_over() -> None:
    """A key is used as a whole, or by a call or a constant that begins like it."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in WEB.rglob("*")
        if path.suffix in (".html", ".js", ".py") and "vendor" not in path.parts
    )
    open_ended = [key for _, key, goes_on in said() if goes_on]
    for key in words("en").words:
        base = key.removesuffix(".one").removesuffix(".other")
        used = f'"{base}"' in text or f"'{base}'" in text or f"`{base}`" in text
        assert used or key.startswith("error.") or any(key.startswith(start) for start in open_ended), key


def test_every_reason_is_known_by_its_code() -> None:
    assert {key for key in words("en").words if key.startswith("reason.")} == {
        f"reason.{code}" for code in DESCRIPTIONS
    }


def test_problems_have_words_by_codes_that_there_are() -> None:
    codes = {kind.code for kind in _all_kinds(SparkVisionError)}
    codes |= {code for code, _ in _REFUSED.values()} | {internal_problem().code}
    assert {key.removeprefix("problem.") for key in words("en").words if key.startswith("problem.")} <= codes


def _all_kinds(kind: type[SparkVisionError]) -> Iterator[type[SparkVisionError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _all_kinds(child)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("it-IT,it;q=0.9,en;q=0.8", "it"),
        ("en;q=0.4, it;q=0.6", "it"),
        ("de, fr", "en"),
        ("it;q=0", "en"),
        ("it;q=nan, en", "en"),
        (",;q=,it;q=x" * 1000, "en"),
    ],
)
def test_the_browser_chooses(header: str, language: str) -> None:
    assert best_language(header) == language


def test_counted_words() -> None:
    t = words("en")
    with pytest.raises(KeyError):
        t("no.such.key")
