import json
from dataclasses import replace

import numpy as np
import pytest

from spark_vision.core.errors import CalibrationError
from spark_vision.core.geometry import Box
from spark_vision.search.calibration import Calibration
from spark_vision.search.features import FEATURES, candidate_features

FIT = Calibration(
    encoder="e",
    features=FEATURES,
    means=(0.5, 0.05, 0.0, 0.0, 0.1, -1.0, 0.5),
    weights=(2.0, 10.0, -9.0, -1.0, 1.0, 0.1, -1.0),
    bias=-2.0,
    thresholds=((0.5, 0.3), (0.9, 0.7)),
    likely=0.1,
    fitted_on="numbers",
    figures={"ece": 0.01},
)


def test_a_calibration_is_read_as_it_was_written():
    assert Calibration.from_dict(json.loads(json.dumps(FIT.as_dict()))) == FIT


@pytest.mark.parametrize(
    "change", [{"format": 99}, {"features": ["x"]}, {"weights": None}, {"thresholds": [1]}, {"unknown": 1}]
)
def test_what_is_no_calibration_is_refused(change):
    with pytest.raises(CalibrationError):
        Calibration.from_dict({**FIT.as_dict(), **change})


def test_a_lead_makes_surer_and_products_exclude_each_other():
    close, ahead = (
        FIT.probabilities(candidate_features(held, None, found=False)) for held in ([0.9, 0.89], [0.9, 0.4])
    )
    assert ahead[0] > close[0]
    sure = replace(FIT, bias=10.0).probabilities(candidate_features([0.9, 0.9, 0.9], None, found=False))
    assert sure.sum() == pytest.approx(1, abs=1e-4)
    assert sure.sum() < 1


def test_no_candidates_have_no_probabilities():
    assert FIT.probabilities(candidate_features([], None, found=True)).shape == (0,)


def test_evidence_is_what_it_is_said_to_be():
    rows = candidate_features([0.8, 0.6], Box(0, 0, 0.5, 0.5), found=True)
    np.testing.assert_allclose(rows[:, 0], [0.8, 0.6])
    np.testing.assert_allclose(rows[:, 1], [0.2, 0])
    np.testing.assert_allclose(rows[:, 2], [0, 0.2])
    np.testing.assert_allclose(rows[:, 3], [0, 1])
    np.testing.assert_allclose(rows[:, 4], [0.1, -0.1], atol=1e-9)
    np.testing.assert_allclose(rows[:, 5], np.log(0.25))
    np.testing.assert_allclose(rows[:, 6], 1)


def test_reasons_add_up_to_the_odds():
    row = candidate_features([0.9, 0.4], None, found=False)[0]
    effects = {reason.code: reason.effect for reason in FIT.reasons(row)}
    assert effects["well_ahead"] == pytest.approx(10 * (0.5 - 0.05))
    assert list(effects.values()) == sorted(effects.values(), key=abs, reverse=True)


def test_thresholds_between_known_targets_are_between():
    assert FIT.threshold(0.7) == pytest.approx(0.5)
    assert FIT.threshold(0.95) == 0.7
