"""Similarities to probabilities, by a fit that was made elsewhere: arithmetic alone, no scikit-learn."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.errors import CalibrationError, reason_of
from spark_vision.core.reason import Reason
from spark_vision.core.suggestion import Fit
from spark_vision.search.features import FEATURES, reason_for

FORMAT = 2
_REASONS = 3
_MIN_EFFECT = 0.15  # log-odds below which a feature moved nothing worth saying

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """From evidence to P(this product is in this region): a choice among the candidates and nothing of the
    shop (a conditional logit with an outside option, McFadden 1974).

    encoder: fingerprint of the encoder whose similarities it was fitted on; means: of the features, from
    which effects are told; thresholds: the least probability of a first suggestion at which a target
    precision was reached, by the target; likely: below this probability of anything of the shop
    a region has nothing of it; figures: how good it was on photos that it was not fitted on (cross-fitted);
    kind: what it was fitted on.
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
    kind: Fit = "labelled"

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
            raise CalibrationError(
                f"This is no calibration that can be read ({reason_of(error)})."
            ) from error
        if made != FORMAT or fit.features != FEATURES or len(fit.weights) != len(FEATURES):
            raise CalibrationError(
                "The calibration is of another program version; run `spark-vision calibrate`."
            )
        return fit

    def as_dict(self) -> dict[str, Any]:
        """A JSON value."""
        return {"format": FORMAT, **asdict(self)}

    def probabilities(self, evidence: NDArray[np.float64]) -> Probabilities:
        """P of each candidate of one region, (n,): products exclude each other, and what is missing to 1 is
        P(nothing of the shop).
        """
        odds = np.exp(np.clip(evidence @ self._weights + self.bias, -30, 30))
        likely: Probabilities = odds / (1 + odds.sum())
        return likely

    def reasons(self, evidence: NDArray[np.float64]) -> tuple[Reason, ...]:
        """What moved one candidate's probability, (len(features),): strongest first."""
        effects = (self._weights * (evidence - self._means)).tolist()
        order = sorted(range(len(effects)), key=lambda each: -abs(effects[each]))[:_REASONS]
        return tuple(
            reason_for(self.features[each], effects[each])
            for each in order
            if abs(effects[each]) >= _MIN_EFFECT
        )

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        return np.array(self.weights)

    @cached_property
    def _means(self) -> NDArray[np.float64]:
        return np.array(self.means)

    def threshold(self, precision: float) -> float:
        """The probability that a first suggestion must have for this precision, between those known."""
        targets, least = zip(*self.thresholds, strict=True)
        return float(np.interp(precision, targets, least))
