"""What posters said of the regions of their photos: labels that come with use.

A region counts where somebody said something of it. What was tagged there is right. Where a poster said no
and tagged nothing, the shop is taken to have nothing of it: the other suggestions were in sight as well. No
is no only where it speaks of the match: one who does not want a tag, or misses a variant, has not said that
it is wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from spark_vision.core.decision import Decision, DecisionKind, RejectReason
from spark_vision.core.geometry import Box, iou
from spark_vision.core.post import Post
from spark_vision.evaluation.confirmed_photos import TAGGED, standing_decisions
from spark_vision.evaluation.protocols.items import OVERLAP

_NOT_THERE = frozenset({RejectReason.NOT_IN_PHOTO, RejectReason.OTHER})

PostOf = Callable[[str], Post | None]
"""From a post's id; None where the post is gone or not to be used."""


@dataclass(frozen=True, slots=True)
class DecidedRegion:
    """A region of which something was said. box: None for the whole photo; found: whether the poster did not
    draw it; relevant: the products tagged there, none where all that was said is no.
    """

    box: Box | None
    found: bool
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class DecidedPost:
    """A post with the regions that its poster decided about."""

    post: Post
    regions: tuple[DecidedRegion, ...]


def decided_posts(decisions: Iterable[Decision], post_of: PostOf) -> Iterator[DecidedPost]:
    """The posts of which something stands, by their first decision; decisions: in the order of the log."""
    held: dict[str, list[Decision]] = defaultdict(list)
    for decision in standing_decisions(decisions, TAGGED | {DecisionKind.REJECTED}):
        held[decision.post_id].append(decision)
    for post_id, standing in held.items():
        post = post_of(post_id)
        if post is not None and (regions := tuple(_regions(post, standing))):
            yield DecidedPost(post, regions)


def _regions(post: Post, standing: list[Decision]) -> Iterator[DecidedRegion]:
    tags = [decision for decision in standing if decision.kind in TAGGED]
    noes = [decision for decision in standing if decision.reason in _NOT_THERE]
    # The whole photo shows whatever was tagged in it.
    whole = [None] if tags else []
    for box in dict.fromkeys([*(decision.region for decision in (*tags, *noes)), *whole]):
        relevant = frozenset(tag.product_id for tag in tags if _is_about(box, tag))
        yield DecidedRegion(box, box is not None and box not in post.boxes, relevant)


def _is_about(box: Box | None, tag: Decision) -> bool:
    """Whether a tag says what a region shows: its box lies there, or its point where it has no box."""
    if box is None:
        return True
    if tag.region is not None:
        return iou(tag.region, box) >= OVERLAP
    return tag.point is not None and box.holds(tag.point.x, tag.point.y)
