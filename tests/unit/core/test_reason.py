from pathlib import Path

import pytest

from spark_vision.core.reason import DESCRIPTIONS, Reason
from spark_vision.search.features import FEATURES, reason_for

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "suggestions.md"


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_speaks_for_and_against_in_words_of_its_own(feature: str) -> None:
    good, bad = reason_for(feature, 0.5), reason_for(feature, -0.5)
    assert (good.effect, bad.effect) == (0.5, -0.5)
    assert good.code != bad.code
    assert {good.words, bad.words} <= set(DESCRIPTIONS.values())


def test_a_reason_says_in_english_what_its_code_means() -> None:
    assert Reason("another_closer", -1.0).words == "another product is closer"
    assert len(set(DESCRIPTIONS.values())) == len(DESCRIPTIONS)


def test_the_guide_names_every_code() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for code, words in DESCRIPTIONS.items():
        assert f"| `{code}` | {words} |" in guide
