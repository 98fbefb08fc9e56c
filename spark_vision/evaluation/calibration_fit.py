"""Fitting probabilities on regions of which one knows what they show, and how good the fit is.

All figures are cross-fitted: each photo's probabilities come from a fit that did not see the photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from spark_vision.core.errors import CalibrationError
from spark_vision.core.geometry import Box
from spark_vision.evaluation import metrics
from spark_vision.evaluation.conditional_logit import fit_choice
from spark_vision.evaluation.confidence import risk_coverage
from spark_vision.evaluation.results import QueryResult
from spark_vision.search.calibration import Calibration
from spark_vision.search.features import FEATURES, candidate_features

CANDIDATES = 20
"""Products of a region that are learnt from: as many as a look-up ranks."""

LEAST_REGIONS = 40
_FOLDS = 5
_DEEP = 60
_TARGETS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
_FEW = 0.01
_MOST_LIKELY = 0.15
_LEAST_LIKELY = 1e-6
_SHOWN = 5
Values = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledRegion:
    """A region's ranked products, and what is right. similarities: (n,) descending; product_ids: (n,).

    relevant: the right products; empty where the shop has none. found: whether nobody drew the box.
    weight: how much is learnt from it; figures are of regions of weight 1.
    """

    photo: str
    box: Box | None
    found: bool
    product_ids: tuple[str, ...]
    similarities: tuple[float, ...]
    relevant: frozenset[str]
    weight: float = 1.0

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
        return candidate_features(self.similarities, self.box, found=self.found)[:CANDIDATES]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which of the first candidates are right."""
        return np.array([each in self.relevant for each in self.product_ids[:CANDIDATES]], dtype=np.bool_)


@dataclass(frozen=True)
class CalibrationSample:
    """First suggestions with their probabilities, (n,) each. known: whether the shop has the product;
    anything: P(anything of the shop is there).
    """

    probability: Values
    right: NDArray[np.bool_]
    known: NDArray[np.bool_]
    anything: Values

    def figures(self, precision: float = 0.9) -> dict[str, float]:
        """ECE, open-set AUROC and the coverage at a precision; what does not apply is left out."""
        curve = risk_coverage(self.probability, self.right)
        found = {
            "regions": float(len(self.right)),
            "right": float(self.right.mean()),
            "ece": metrics.ece(self.probability, self.right),
            "open_set_auroc": metrics.auroc(self.known, self.anything),
            "open_set_auroc_of_the_first": metrics.auroc(self.known, self.probability),
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
    held = _held_out(regions)
    seen = [place for place, region in enumerate(regions) if region.weight == 1]
    judged = judge([regions[place] for place in seen], [held[place] for place in seen])
    answered = np.array([regions[place].right[:_SHOWN].any() for place in seen])
    return replace(
        _fitted(regions, encoder, fitted_on),
        thresholds=_thresholds(judged),
        likely=_likely(judged.anything, answered),
        figures={**judged.figures(), "log_loss": log_loss(regions, held)},
    )


def log_loss(regions: Sequence[LabelledRegion], probabilities: Sequence[Values]) -> float:
    """Mean of -log P(what is true of a region), in nats: one of its right products, or that none is there.

    Smaller is better; regions that weigh less do not count. A proper score: nothing is won by being too sure.
    """
    losses = []
    for region, likely in zip(regions, probabilities, strict=True):
        if region.weight == 1:
            right = region.right
            true = likely[right].sum() if right.any() else 1 - likely.sum()
            losses.append(-np.log(max(float(true), _LEAST_LIKELY)))
    return round(float(np.mean(losses)), 4)


def log_loss_of(calibration: Calibration, regions: Sequence[LabelledRegion]) -> float:
    """The same of a calibration that was fitted on other photos."""
    ranked = [region for region in regions if region.product_ids]
    return log_loss(ranked, [calibration.probabilities(region.rows) for region in ranked])


def cross_fitted(results: Sequence[QueryResult]) -> list[QueryResult]:
    """The same answers with P(the first is right), each from a fit as of `fit` on other photos.

    Answers without products keep none. Raises CalibrationError as `fit` does.
    """
    answered = [place for place, result in enumerate(results) if result.product_ids]
    regions = [_region(results[place]) for place in answered]
    _check(regions)
    told = list(results)
    for place, probability in zip(answered, _held_out(regions), strict=True):
        told[place] = replace(results[place], probability=float(probability[0]))
    return told


def _region(result: QueryResult) -> LabelledRegion:
    """A query's answer as a region that somebody drew."""
    query, similarities = result.query, tuple(result.similarities[:_DEEP].tolist())
    return LabelledRegion(
        str(query.photo), query.box, False, result.product_ids[:_DEEP], similarities, query.relevant
    )


def _check(everything: Sequence[LabelledRegion]) -> None:
    # Those that weigh less are copies of the others, as they would be in another shop.
    regions = [region for region in everything if region.weight == 1]
    photos = {region.photo for region in regions}
    rights = np.concatenate([region.right for region in regions]) if regions else np.array([])
    if len(regions) < LEAST_REGIONS or len(photos) < _FOLDS or rights.all() or not rights.any():
        raise CalibrationError(
            f"There are {len(regions)} regions in {len(photos)} photos, {int(rights.sum())} right"
            f" products in them; a fit wants {LEAST_REGIONS} regions in {_FOLDS} photos, some right."
        )


def _held_out(regions: Sequence[LabelledRegion]) -> list[Values]:
    """The candidates' probabilities of each region, from a fit on other photos."""
    photos = np.array([region.photo for region in regions])
    found: list[Values] = [np.zeros(0)] * len(regions)
    for train, test in GroupKFold(_FOLDS).split(regions, groups=photos):
        part = _fitted([regions[row] for row in train], "", "")
        for row in test:
            found[row] = part.probabilities(regions[row].rows)
    return found


def judge(regions: Sequence[LabelledRegion], probabilities: Sequence[Values]) -> CalibrationSample:
    """The candidates' probabilities of each region, with what is true of the first one."""
    return CalibrationSample(
        np.array([each[0] for each in probabilities]),
        np.array([region.right[0] for region in regions], np.bool_),
        np.array([bool(region.relevant) for region in regions], np.bool_),
        np.array([each.sum() for each in probabilities]),
    )


def _fitted(regions: Sequence[LabelledRegion], encoder: str, fitted_on: str) -> Calibration:
    weights, bias = fit_choice(
        [region.rows for region in regions],
        [region.right for region in regions],
        np.array([region.weight for region in regions]),
    )
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


def _thresholds(judged: CalibrationSample) -> tuple[tuple[float, float], ...]:
    """The least probability for each target precision; where none reaches it, the highest there was."""
    curve = risk_coverage(judged.probability, judged.right)
    pairs: list[tuple[float, float]] = []
    for target in _TARGETS:
        good = curve.threshold[1 - curve.risk >= target]
        least = float(good.min()) if len(good) else 1.0
        pairs.append((target, round(max(least, pairs[-1][1] if pairs else 0.0), 4)))
    return tuple(pairs)


def _likely(probabilities: Values, right: NDArray[np.bool_]) -> float:
    """P(anything of the shop) below which few of the regions lie that have a right product among theirs.

    Never a high one: what is unsure is marked as a guess, and only what is hopeless is not shown at all.
    """
    if not right.any():
        return 0.0
    return round(min(float(np.quantile(probabilities[right], _FEW)), _MOST_LIKELY), 4)
