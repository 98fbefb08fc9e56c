"""Fitting probabilities on regions of which one knows what they show, and how good the fit is.

All figures are cross-fitted: each photo's probabilities come from a fit that did not see the photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spark_vision.domain.box import Box
from spark_vision.domain.calibration import Calibration
from spark_vision.domain.evidence import FEATURES, evidence
from spark_vision.errors import CalibrationError
from spark_vision.evaluation import metrics
from spark_vision.evaluation.confidence import risk_coverage
from spark_vision.evaluation.results import QueryResult

CANDIDATES = 5
"""Products of a region that are learnt from: as many as are suggested."""

LEAST_REGIONS = 40
_FOLDS = 5
_DEEP = 60
_TARGETS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
_FEW = 0.02
_STRENGTH = 1.0
_MOST_LIKELY = 0.05
Values = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledRegion:
    """A region's ranked products, and what is right. similarities: (n,) descending; product_ids: (n,).

    relevant: the right products; empty where the shop has none. found: whether nobody drew the box.
    """

    photo: str
    box: Box | None
    found: bool
    product_ids: tuple[str, ...]
    similarities: tuple[float, ...]
    relevant: frozenset[str]

    def without(self, removed: frozenset[str]) -> "LabelledRegion":
        """The region as it would be looked up in a catalogue without some products."""
        kept = [place for place, each in enumerate(self.product_ids) if each not in removed]
        return replace(
            self,
            product_ids=tuple(self.product_ids[place] for place in kept),
            similarities=tuple(self.similarities[place] for place in kept),
            relevant=self.relevant - removed,
        )

    @property
    def rows(self) -> Values:
        """Evidence of the first candidates, (CANDIDATES at most, features)."""
        return evidence(self.similarities, self.box, found=self.found)[:CANDIDATES]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which of the first candidates are right."""
        return np.array([each in self.relevant for each in self.product_ids[:CANDIDATES]], dtype=np.bool_)


@dataclass(frozen=True)
class Judged:
    """First suggestions with their probabilities, (n,) each. known: whether the shop has the product."""

    probability: Values
    right: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def figures(self, precision: float = 0.9) -> dict[str, float]:
        """ECE, open-set AUROC and the coverage at a precision; what does not apply is left out."""
        curve = risk_coverage(self.probability, self.right)
        found = {
            "regions": float(len(self.right)),
            "right": float(self.right.mean()),
            "ece": metrics.ece(self.probability, self.right),
            "open_set_auroc": metrics.auroc(self.known, self.probability),
            f"coverage_at_{precision:g}": curve.coverage_at(precision),
        }
        return {name: round(value, 4) for name, value in found.items() if value is not None}


def fit(regions: Sequence[LabelledRegion], encoder: str, fitted_on: str) -> Calibration:
    """A calibration of all the regions, with cross-fitted thresholds and figures.

    encoder: fingerprint of the encoder; fitted_on: in words. Raises CalibrationError where there are
    fewer than 40 regions, fewer than five photos, or nothing right or nothing wrong among them.
    """
    regions = [region for region in regions if region.product_ids]
    _check(regions)
    judged = judge(regions, _held_out(regions))
    return replace(
        _fitted(regions, encoder, fitted_on),
        thresholds=_thresholds(judged),
        likely=_likely(judged.probability, np.array([region.right.any() for region in regions])),
        figures=judged.figures(),
    )


def cross_fitted(results: Sequence[QueryResult]) -> list[QueryResult]:
    """The same answers with P(the first is right), each from a fit as of `fit` on other photos.

    Answers without products keep none. Raises CalibrationError as `fit` does.
    """
    answered = [place for place, result in enumerate(results) if result.product_ids]
    regions = [_region(results[place]) for place in answered]
    _check(regions)
    told = list(results)
    for place, probability in zip(answered, _held_out(regions), strict=True):
        told[place] = replace(results[place], probability=float(probability))
    return told


def _region(result: QueryResult) -> LabelledRegion:
    """A query's answer as a region that somebody drew."""
    query, similarities = result.query, tuple(result.similarities[:_DEEP].tolist())
    return LabelledRegion(
        str(query.photo), query.box, False, result.product_ids[:_DEEP], similarities, query.relevant
    )


def _check(regions: Sequence[LabelledRegion]) -> None:
    photos = {region.photo for region in regions}
    rights = np.concatenate([region.right for region in regions]) if regions else np.array([])
    if len(regions) < LEAST_REGIONS or len(photos) < _FOLDS or rights.all() or not rights.any():
        raise CalibrationError(
            f"There are {len(regions)} regions in {len(photos)} photos, {int(rights.sum())} right"
            f" products in them; a fit wants {LEAST_REGIONS} regions in {_FOLDS} photos, some right."
        )


def _held_out(regions: Sequence[LabelledRegion]) -> Values:
    """The first candidates' probabilities, (n,), each from a fit on other photos."""
    photos = np.array([region.photo for region in regions])
    found = np.zeros(len(regions))
    for train, test in GroupKFold(_FOLDS).split(regions, groups=photos):
        part = _fitted([regions[row] for row in train], "", "")
        found[test] = [part.probabilities(regions[row].rows)[0] for row in test]
    return found


def judge(regions: Sequence[LabelledRegion], probabilities: Values) -> Judged:
    """Probabilities of the regions' first candidates, (n,), with what is true."""
    first = [bool(region.right[0]) for region in regions]
    known = [bool(region.relevant) for region in regions]
    return Judged(probabilities, np.array(first, np.bool_), np.array(known, np.bool_))


def _fitted(regions: Sequence[LabelledRegion], encoder: str, fitted_on: str) -> Calibration:
    rows = np.concatenate([region.rows for region in regions])
    right = np.concatenate([region.right for region in regions])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH, max_iter=1000))
    model.fit(rows, right)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - weights @ scaler.mean_)
    # Effects are told against a typical first suggestion.
    firsts = np.stack([region.rows[0] for region in regions])
    return Calibration(
        encoder=encoder,
        features=FEATURES,
        means=tuple(firsts.mean(axis=0).round(6).tolist()),
        weights=tuple(weights.round(6).tolist()),
        bias=round(bias, 6),
        thresholds=(),
        likely=0.0,
        fitted_on=fitted_on,
        figures={},
    )


def _thresholds(judged: Judged) -> tuple[tuple[float, float], ...]:
    """The least probability for each target precision; where none reaches it, the highest there was."""
    curve = risk_coverage(judged.probability, judged.right)
    pairs: list[tuple[float, float]] = []
    for target in _TARGETS:
        good = curve.threshold[1 - curve.risk >= target]
        least = float(good.min()) if len(good) else 1.0
        pairs.append((target, round(max(least, pairs[-1][1] if pairs else 0.0), 4)))
    return tuple(pairs)


def _likely(probabilities: Values, right: NDArray[np.bool_]) -> float:
    """The first probability below which few of the regions lie that have a right product among theirs.

    Never a high one: what is unsure is marked as a guess, and only what is hopeless is not shown at all.
    """
    return round(min(float(np.quantile(probabilities[right], _FEW)), _MOST_LIKELY), 4)
