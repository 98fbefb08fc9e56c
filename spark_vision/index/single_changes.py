"""Products that were put or deleted by themselves, until the next feed replaces them."""

from collections.abc import Iterable, Iterator, Sequence

from spark_vision.core.product import FeedIssue
from spark_vision.index.changes import Changes, Kind
from spark_vision.index.manifest import SingleChange

_REPLACED: dict[Kind, str] = {
    "added": "It was deleted by itself on {at}, and the feed brings it back.",
    "changed": "It was changed by itself on {at}, and the feed replaces that change.",
    "removed": "It was put by itself on {at}, and is removed because the feed does not have it.",
}


def merged(before: Sequence[SingleChange], new: Iterable[SingleChange]) -> tuple[SingleChange, ...]:
    """Return the changes since the last feed, in the order of their ids: the newest one of each product."""
    newest = {change.product_id: change for change in (*before, *new)}
    return tuple(newest[product_id] for product_id in sorted(newest))


def replaced_changes(single: Sequence[SingleChange], changes: Changes) -> Iterator[FeedIssue]:
    """Yield a warning for each single change that a feed does not agree with."""
    if not single:
        return
    made = {change.product_id: change for change in single}
    for change in changes.changes:
        if change.product_id in made:
            reason = _REPLACED[change.kind].format(at=made[change.product_id].at)
            yield FeedIssue(reason, change.product_id, severity="warning")
