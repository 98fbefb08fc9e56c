"""Lines of the log of decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from spark_vision.core.decision import Decision, DecisionKind, SuggestionSnapshot
from spark_vision.core.geometry import Box

START = datetime(2026, 1, 1, tzinfo=UTC)
LEFT, RIGHT = Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1)


def decision(
    number: int, kind: DecisionKind = DecisionKind.CONFIRMED, shown: Box | None = LEFT, **fields: object
) -> Decision:
    """Of a mug in one post, by one poster, an hour after the line before; shown: where it was suggested."""
    made = Decision(
        id=f"d{number}",
        at=START + timedelta(hours=number),
        account_id="ann",
        post_id="post",
        product_id="mug",
        kind=kind,
        evidence=SuggestionSnapshot("s", 0.9, 0.8, "v1", "fake", shown),
    )
    return replace(made, **fields)  # type: ignore[arg-type]
