"""Settings to how regions are found and matches judged."""

from dataclasses import replace
from pathlib import Path

from spark_vision.app.settings import Settings
from spark_vision.core.embedding import EncoderSpec
from spark_vision.core.errors import InvalidInputError
from spark_vision.embedding.bundled import bundled_models
from spark_vision.extras import extra_for
from spark_vision.index.calibrations import read_calibration
from spark_vision.search.calibration import Calibration
from spark_vision.search.query import SuggestionPolicy
from spark_vision.search.regions.objectness import ObjectProposer, SeenObjectness
from spark_vision.search.regions.proposer import RegionProposer


def load_policy(settings: Settings, version: Path, encoder: EncoderSpec) -> SuggestionPolicy:
    """With the version's own calibration, or the one that came with its model; raises CalibrationError."""
    calibration, own = _calibration(version, encoder)
    return SuggestionPolicy(
        proposer=region_proposer(settings, encoder),
        calibration=calibration,
        own=own,
        most=settings.regions_most,
        precision=settings.target_precision,
        find=settings.regions != "off",
    )


def reload_calibration(judgement: SuggestionPolicy, version: Path, encoder: EncoderSpec) -> SuggestionPolicy:
    """The same with the calibration that the version has now; raises CalibrationError."""
    calibration, own = _calibration(version, encoder)
    return replace(judgement, calibration=calibration, own=own)


def region_proposer(settings: Settings, encoder: EncoderSpec) -> RegionProposer:
    """What finds regions; raises InvalidInputError and ModelError where a detector cannot be had."""
    objects = ObjectProposer(seen=_bundled_regions(encoder))
    if settings.regions != "detector":
        return objects
    if settings.detector_weights is None:
        raise InvalidInputError(
            "SPARK_VISION_REGIONS=detector wants SPARK_VISION_DETECTOR_WEIGHTS, a safetensors file."
        )
    # Importing torch takes seconds.
    with extra_for("SPARK_VISION_REGIONS=detector"):
        from spark_vision.embedding.torch_session import best_device
        from spark_vision.search.regions.detector import load_detector

    device = best_device(settings.device)
    return load_detector(settings.detector, settings.detector_weights, device, objects)


def bundled_calibration(encoder: EncoderSpec) -> Calibration | None:
    """The fit that came with a model; None where none came that was made for just this encoder."""
    fits = (_fitted(model.path, encoder) for model in bundled_models())
    return next((fit for fit in fits if fit is not None), None)


def _bundled_regions(encoder: EncoderSpec) -> SeenObjectness | None:
    """How things are found by the maps of just this encoder, where that came with the program."""
    known = (model.regions for model in bundled_models())
    held = (value for value in known if value and value.get("encoder") == encoder.fingerprint)
    return next((SeenObjectness.from_dict(value) for value in held), None)


def _calibration(version: Path, encoder: EncoderSpec) -> tuple[Calibration | None, bool]:
    """What probabilities come from, and whether that was fitted for the version."""
    own = _fitted(version, encoder)
    return own or bundled_calibration(encoder), own is not None


def _fitted(folder: Path, encoder: EncoderSpec) -> Calibration | None:
    value = read_calibration(folder)
    if value is None or value.get("encoder") != encoder.fingerprint:
        return None
    return Calibration.from_dict(value)
