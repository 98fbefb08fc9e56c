"""Similarities to probabilities, by a fit that was made elsewhere: arithmetic alone, no scikit-learn."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.evidence import FEATURES, words_for
from spark_vision.domain.suggestion import Reason
from spark_vision.errors import CalibrationError

FORMAT = 1
_REASONS = 3
_TELLING = 0.15  # log-odds below which a feature moved nothing worth saying

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A logistic regression from evidence to P(this product is in this region).

    encoder: fingerprint of the encoder whose similarities it was fitted on; means: of the features, from
    which effects are told; thresholds: the least probability of a first suggestion at which a target
    precision was reached, by the target; likely: below this best probability a region has nothing of the
    shop; figures: how good it was on photos that it was not fitted on (cross-fitted).
    """

    encoder: str
    features: tuple[str, ...]
    means: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    thresholds: tuple[tuple[float, float], ...]
    likely: float
    fitted_on: str
    figures: dict[str, float]

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "Calibration":
        """Read what `as_dict` gives; raises CalibrationError where it is something else."""
        try:
            value = dict(value)
            made = value.pop("format")
            lists = {name: tuple(value[name]) for name in ("features", "means", "weights")}
            pairs = tuple((float(target), float(least)) for target, least in value["thresholds"])
            fit = cls(**{**value, **lists, "thresholds": pairs})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CalibrationError(f"This is no calibration that can be read ({error!r}).") from error
        if made != FORMAT or fit.features != FEATURES or len(fit.weights) != len(FEATURES):
            raise CalibrationError(
                "The calibration is of another program version; run `spark-vision calibrate`."
            )
        return fit

    def as_dict(self) -> dict[str, Any]:
        """A JSON value."""
        return {"format": FORMAT, **asdict(self)}

    def probabilities(self, evidence: NDArray[np.float64]) -> Probabilities:
        """P of each candidate of one region, (n,): products exclude each other, so they sum to 1 at most."""
        odds = np.clip(evidence @ np.array(self.weights) + self.bias, -30, 30)
        found = 1 / (1 + np.exp(-odds))
        likely: Probabilities = found / max(float(found.sum()), 1.0)
        return likely

    def reasons(self, evidence: NDArray[np.float64]) -> tuple[Reason, ...]:
        """What moved one candidate's probability, (len(features),): strongest first."""
        effects = np.array(self.weights) * (evidence - np.array(self.means))
        order = np.argsort(-np.abs(effects), kind="stable")[:_REASONS]
        return tuple(
            Reason(words_for(self.features[each], float(effects[each])), float(effects[each]))
            for each in order
            if abs(effects[each]) >= _TELLING
        )

    def threshold(self, precision: float) -> float:
        """The probability that a first suggestion must have for this precision, between those known."""
        targets, least = zip(*self.thresholds, strict=True)
        return float(np.interp(precision, targets, least))
