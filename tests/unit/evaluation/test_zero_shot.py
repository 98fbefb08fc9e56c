import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.evaluation.zero_shot import zero_shot
from tests.fakes import BLUE, GREEN, RED, plain

ENCODER = FakeEncoder()
COLOURS = {"Red": RED, "Green": GREEN, "Blue": BLUE}


def embedded(names: list[str]) -> np.ndarray:
    pictures = np.stack([ENCODER.prepare(plain(COLOURS[name])) for name in names])
    return ENCODER.finish(ENCODER.forward(pictures))


def test_categories_are_told_by_their_prompts() -> None:
    names = ["Red", "Green", "Blue", "Red"]
    found = zero_shot(ENCODER, embedded(names), names)
    assert (found.categories, found.weighted_f1.value, found.accuracy.value) == (3, 1, 1)
    assert found.accuracy.interval == (1, 1)


def test_figures_are_scikit_learns() -> None:
    seen = ["Red", "Red", "Green", "Blue", "Blue", "Green"]
    labels = ["Red", "Green", "Green", "Blue", "Red", "Green"]
    found = zero_shot(ENCODER, embedded(seen), labels)
    assert found.accuracy.value == pytest.approx(accuracy_score(labels, seen))
    assert found.weighted_f1.value == pytest.approx(f1_score(labels, seen, average="weighted"))
    assert found.accuracy.interval is not None
    assert found.accuracy.interval[0] < found.accuracy.value < found.accuracy.interval[1]
    assert zero_shot(ENCODER, embedded(seen), labels) == found
