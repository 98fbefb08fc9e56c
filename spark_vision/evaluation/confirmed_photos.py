"""The shop's own confirmed tags as a dataset: split by time and by poster, so that nothing leaks.

A poster's photos resemble each other in more than the products: the same table, the same light. And what was
confirmed later must not help with what was asked before. So the tags that are judged are of other posters
than those that are learned from, of other photos, and later.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from spark_vision.core.decision import Decision, DecisionKind
from spark_vision.core.errors import DatasetError
from spark_vision.core.geometry import Box
from spark_vision.evaluation.datasets import Dataset, Query

LEARNED, JUDGED = "learned", "judged"
TAGGED = frozenset({DecisionKind.CONFIRMED, DecisionKind.BY_HAND})
"""The decisions that make a tag."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What is known of a post: who posted it, its photo's digest, and where its file is."""

    poster: str
    photo: str
    file: Path


PostedOf = Callable[[str], Posted | None]
"""From a post's id; None where the post or its photo is gone."""


@dataclass(frozen=True, slots=True)
class ConfirmedTag:
    """A tag that stands. box: where a suggestion was shown, None for the whole photo."""

    decision_id: str
    post_id: str
    poster: str
    product_id: str
    box: Box | None
    at: datetime
    photo: str
    file: Path


@dataclass(frozen=True)
class TagSplit:
    """learned: may be learned from; judged: look-ups to judge with; left_out: tags in neither."""

    learned: tuple[ConfirmedTag, ...]
    judged: tuple[ConfirmedTag, ...]
    left_out: int


def standing_decisions(
    decisions: Iterable[Decision], kinds: frozenset[DecisionKind] = TAGGED
) -> list[Decision]:
    """The decisions of some kinds that still hold, tags at their last place.

    decisions: in the order of the log, which also tells apart what has the same time.
    """
    held: dict[str, Decision] = {}
    of_tag: dict[tuple[str, str], str] = {}
    for decision in decisions:
        tag = (decision.post_id, decision.product_id)
        if decision.kind in kinds:
            held[decision.id] = decision
            if decision.kind in TAGGED:
                of_tag[tag] = decision.id
        elif decision.kind is DecisionKind.WITHDRAWN and decision.withdraws is not None:
            held.pop(decision.withdraws, None)
        elif decision.kind is DecisionKind.MOVED and of_tag.get(tag) in held:
            earlier = held[of_tag[tag]]
            held[earlier.id] = replace(earlier, box=decision.box, point=decision.point)
    return list(held.values())


def confirmed_tags(decisions: Iterable[Decision], posted: PostedOf) -> list[ConfirmedTag]:
    """The standing tags of posts whose photos are there; decisions: in the order of the log."""
    tags = []
    for decision in standing_decisions(decisions):
        if (found := posted(decision.post_id)) is not None:
            tags.append(
                ConfirmedTag(
                    decision_id=decision.id,
                    post_id=decision.post_id,
                    poster=found.poster,
                    product_id=decision.product_id,
                    box=decision.region,
                    at=decision.at,
                    photo=found.photo,
                    file=found.file,
                )
            )
    return tags


def split_tags(tags: Sequence[ConfirmedTag], share: float = 0.5, seed: int = 0) -> TagSplit:
    """Split by poster and by time: posters are drawn, then cut at the time that half of the tags precede.

    share: of the posters whose tags are judged. Raises DatasetError where there are fewer than two posters.
    """
    posters = sorted({tag.poster for tag in tags})
    if len(posters) < 2:
        raise DatasetError(
            f"Confirmed tags are of {len(posters)} poster(s); at least two are needed, so that the tags that "
            "are judged are of other posters than those that are learned from."
        )
    count = min(max(round(share * len(posters)), 1), len(posters) - 1)
    drawn = set(np.random.default_rng(seed).permutation(posters)[:count].tolist())
    moment = sorted(tag.at for tag in tags)[len(tags) // 2]
    judged = tuple(tag for tag in tags if tag.poster in drawn and tag.at >= moment)
    photos = {tag.photo for tag in judged}
    learned = tuple(
        tag for tag in tags if tag.poster not in drawn and tag.at < moment and tag.photo not in photos
    )
    return TagSplit(learned, judged, len(tags) - len(learned) - len(judged))


def tags_dataset(split: TagSplit, folder: Path, product_ids: frozenset[str]) -> Dataset:
    """Both sides as queries of the splits `learned` and `judged`, on the catalogue of a folder.

    Several tags of one region are one query with several right products. Tags of products that the
    catalogue no longer has are left out. Raises DatasetError where none is left.
    """
    queries = [
        query
        for name, tags in ((LEARNED, split.learned), (JUDGED, split.judged))
        for query in _queries(tags, name, product_ids)
    ]
    if not queries:
        raise DatasetError(f"{folder}: of no confirmed tag is the product in the catalogue.")
    return Dataset(folder, product_ids, tuple(queries), protocol="confirmed region to product")


def _queries(tags: Sequence[ConfirmedTag], split: str, product_ids: frozenset[str]) -> list[Query]:
    regions: dict[tuple[Path, Box | None], set[str]] = {}
    for tag in tags:
        if tag.product_id in product_ids:
            regions.setdefault((tag.file, tag.box), set()).add(tag.product_id)
    return [
        Query(file, box, frozenset(right), split, number)
        for number, ((file, box), right) in enumerate(regions.items(), start=1)
    ]
