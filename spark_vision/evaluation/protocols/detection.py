"""Item detection: boxes that were proposed against boxes that are true, by overlap (IoU)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.geometry import Box, iou

IOU = 0.5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A region that was proposed. score: bigger is surer; product_ids: what was suggested for it."""

    box: Box
    score: float
    product_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """A region with a product in it; relevant: its right products."""

    box: Box
    relevant: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DetectionFigures:
    """recall: share of true boxes that were found; precision: share of proposals that found one;
    average_precision: area under the precision-recall curve; found_product: share of true boxes found by
    a proposal whose first five suggestions hold a right product. None where there is nothing to count.
    """

    recall: float | None
    precision: float | None
    average_precision: float | None
    found_product: float | None
    truths: int
    proposals: int


def matches(proposals: Sequence[Proposal], truths: Sequence[Truth], least: float = IOU) -> dict[int, int]:
    """The true box that each proposal found, by their numbers; each is found once.

    As PASCAL VOC does (Everingham et al. 2010): the surest proposal first takes the true box that it
    overlaps most; one that is taken already counts as false.
    """
    found: dict[int, int] = {}
    for number in sorted(range(len(proposals)), key=lambda each: (-proposals[each].score, each)):
        overlaps = [iou(proposals[number].box, truth.box) for truth in truths]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if best >= 0 and overlaps[best] >= least and best not in found.values():
            found[number] = best
    return found


def detection_figures(
    proposed: Mapping[str, Sequence[Proposal]], true: Mapping[str, Sequence[Truth]], least: float = IOU
) -> DetectionFigures:
    """Figures over photos, by their names; a photo without true boxes may have none proposed."""
    scores: list[float] = []
    hits: list[bool] = []
    right = 0
    for photo in {**true, **proposed}:
        proposals, truths = proposed.get(photo, ()), true.get(photo, ())
        found = matches(proposals, truths, least)
        scores += [proposal.score for proposal in proposals]
        hits += [number in found for number in range(len(proposals))]
        right += sum(
            not truths[held].relevant.isdisjoint(proposals[number].product_ids[:5])
            for number, held in found.items()
        )
    total = sum(len(truths) for truths in true.values())
    hit = np.array(hits, dtype=np.bool_)
    return DetectionFigures(
        recall=int(hit.sum()) / total if total else None,
        precision=float(hit.mean()) if len(hit) else None,
        average_precision=average_precision(np.array(scores), hit, total) if total else None,
        found_product=right / total if total else None,
        truths=total,
        proposals=len(hit),
    )


def average_precision(scores: NDArray[np.float64], hit: NDArray[np.bool_], truths: int) -> float:
    """Area under the interpolated precision-recall curve, over all its points (VOC from 2010 on).

    scores, hit: (n,); precision at a recall is the best at that recall or beyond.

    >>> average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), truths=2)
    0.8333333333333333
    """
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hit[order])
    precision = found / np.arange(1, len(order) + 1)
    best_beyond = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(found, prepend=0) / truths
    return float((best_beyond * steps).sum())
