"""Which probabilities are in force for a version."""

from dataclasses import replace

import pytest

from spark_vision.app import suggestion_policy
from spark_vision.app.settings import Settings
from spark_vision.core.errors import InvalidInputError, ModelError
from spark_vision.embedding.bundled import BundledModel
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.calibrations import keep_calibration
from tests.unit.search.test_calibration import FIT

SPEC = FakeEncoder().spec
SETTINGS = Settings()


@pytest.fixture
def version(tmp_path, monkeypatch):
    """A version's folder beside a bundled model with a fit for the version's encoder."""
    model, folder = tmp_path / "model", tmp_path / "version"
    model.mkdir()
    folder.mkdir()
    keep_calibration(model, replace(FIT, encoder=SPEC.fingerprint, fitted_on="another shop").as_dict())
    monkeypatch.setattr(suggestion_policy, "bundled_models", lambda: [BundledModel("some", model)])
    return folder


def test_the_models_own_fit_is_taken_and_not_called_the_versions(version):
    found = suggestion_policy.load_policy(SETTINGS, version, SPEC)
    assert found.calibration.fitted_on == "another shop"
    assert not found.own


def test_a_versions_fit_comes_first(version):
    keep_calibration(version, replace(FIT, encoder=SPEC.fingerprint, fitted_on="this shop").as_dict())
    found = suggestion_policy.load_policy(SETTINGS, version, SPEC)
    assert found.calibration.fitted_on == "this shop"
    assert found.own


def test_a_fit_for_another_encoder_is_none(version):
    keep_calibration(version, replace(FIT, encoder="of before").as_dict())
    assert (
        suggestion_policy.load_policy(SETTINGS, version, replace(SPEC, weights="other")).calibration is None
    )


def test_a_detector_wants_its_weights(version, tmp_path):
    with pytest.raises(InvalidInputError, match="SPARK_VISION_DETECTOR_WEIGHTS"):
        suggestion_policy.load_policy(Settings(regions="detector"), version, SPEC)
    named = Settings(regions="detector", detector_weights=tmp_path / "none.safetensors")
    with pytest.raises(ModelError, match=r"none\.safetensors"):
        suggestion_policy.load_policy(named, version, SPEC)
