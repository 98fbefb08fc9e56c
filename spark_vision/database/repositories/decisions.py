"""Suggestions, tags, rejections and the log, in the database."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from spark_vision.core.decision import Decision, DecisionKind, SuggestionSnapshot
from spark_vision.core.geometry import Point
from spark_vision.core.suggestion_set import SuggestionSet
from spark_vision.core.tag import Rejection, Tag
from spark_vision.database.box_columns import box_of, numbers_of
from spark_vision.database.tables.decisions import DecisionRow, RejectionRow, SuggestionSetRow, TagRow


class SuggestionRepository:
    """Suggestions of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, held: SuggestionSet) -> None:
        """Keep a set in place of the post's last one."""
        row = SuggestionSetRow(
            post_id=held.post_id,
            index_version=held.index_version,
            model=held.model,
            boxes_digest=held.boxes_digest,
            items=list(held.items),
            computed_at=held.computed_at,
        )
        self._session.merge(row)
        self._session.flush()

    def of(self, post_id: str) -> SuggestionSet | None:
        """The post's set."""
        row = self._session.get(SuggestionSetRow, post_id)
        if row is None:
            return None
        return SuggestionSet(
            row.post_id, row.index_version, row.model, row.boxes_digest, tuple(row.items), row.computed_at
        )


class TagRepository:
    """Tags and rejections of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, tag: Tag) -> None:
        """Keep a tag; one of the same post and product is replaced."""
        row = TagRow(
            id=tag.id,
            post_id=tag.post_id,
            product_id=tag.product_id,
            x=tag.point.x,
            y=tag.point.y,
            box=numbers_of(tag.box),
            suggestion_id=tag.suggestion_id,
            decision_id=tag.decision_id,
            tagged_at=tag.tagged_at,
        )
        self._session.merge(row)
        self._session.flush()

    def remove(self, tag: Tag) -> None:
        """Take a tag away."""
        self._session.execute(delete(TagRow).where(TagRow.id == tag.id))

    def get(self, tag_id: str) -> Tag | None:
        """The tag with this id."""
        row = None if "\0" in tag_id else self._session.get(TagRow, tag_id)
        return None if row is None else tag_of(row)

    def of(self, post_id: str) -> list[Tag]:
        """The post's tags, in the order in which they were made."""
        return self.of_many([post_id])[post_id]

    def of_many(self, post_ids: Sequence[str]) -> dict[str, list[Tag]]:
        """The tags of several posts, by post; every post is there."""
        found: dict[str, list[Tag]] = {post_id: [] for post_id in post_ids}
        wanted = select(TagRow).where(TagRow.post_id.in_(post_ids)).order_by(TagRow.tagged_at, TagRow.id)
        for row in self._session.scalars(wanted):
            found[row.post_id].append(tag_of(row))
        return found

    def reject(self, rejection: Rejection) -> None:
        """Keep a rejection; there is none of the same post and product."""
        row = RejectionRow(
            post_id=rejection.post_id,
            product_id=rejection.product_id,
            suggestion_id=rejection.suggestion_id,
            reason=rejection.reason,
            decision_id=rejection.decision_id,
            rejected_at=rejection.rejected_at,
        )
        self._session.add(row)
        self._session.flush()

    def unreject(self, rejection: Rejection) -> None:
        """Take a rejection away."""
        same = (RejectionRow.post_id == rejection.post_id, RejectionRow.product_id == rejection.product_id)
        self._session.execute(delete(RejectionRow).where(*same))

    def rejections(self, post_id: str) -> list[Rejection]:
        """The post's rejections."""
        rows = self._session.scalars(select(RejectionRow).where(RejectionRow.post_id == post_id))
        return [
            Rejection(
                row.post_id,
                row.product_id,
                row.suggestion_id,
                row.reason,
                row.decision_id,
                row.rejected_at,
            )
            for row in rows
        ]


class DecisionRepository:
    """The log of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, decision: Decision) -> None:
        """Write one line."""
        evidence, point = decision.evidence, decision.point
        row = DecisionRow(
            id=decision.id,
            at=decision.at,
            account_id=decision.account_id,
            post_id=decision.post_id,
            product_id=decision.product_id,
            kind=decision.kind.value,
            x=None if point is None else point.x,
            y=None if point is None else point.y,
            box=numbers_of(decision.box),
            reason=decision.reason,
            withdraws=decision.withdraws,
        )
        if evidence is not None:
            row.suggestion_id = evidence.suggestion_id
            row.probability, row.similarity = evidence.probability, evidence.similarity
            row.index_version, row.model = evidence.index_version, evidence.model
            row.region = numbers_of(evidence.box)
        self._session.add(row)
        self._session.flush()

    def of(self, post_id: str) -> list[Decision]:
        """All that was decided of a post, oldest first; also after the post was removed."""
        wanted = select(DecisionRow).where(DecisionRow.post_id == post_id).order_by(DecisionRow.seq)
        return [_decision(row) for row in self._session.scalars(wanted)]

    def after(self, place: int, count: int) -> list[tuple[int, Decision]]:
        """The next `count` decisions behind a place in the log (0: its start), each with its own place."""
        wanted = select(DecisionRow).where(DecisionRow.seq > place).order_by(DecisionRow.seq).limit(count)
        return [(row.seq, _decision(row)) for row in self._session.scalars(wanted)]


def tag_of(row: TagRow) -> Tag:
    """A row as a value."""
    return Tag(
        row.id,
        row.post_id,
        row.product_id,
        Point(row.x, row.y),
        box_of(row.box),
        row.suggestion_id,
        row.decision_id,
        row.tagged_at,
    )


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        id=row.id,
        at=row.at,
        account_id=row.account_id,
        post_id=row.post_id,
        product_id=row.product_id,
        kind=DecisionKind(row.kind),
        evidence=_evidence(row),
        point=None if row.x is None or row.y is None else Point(row.x, row.y),
        box=box_of(row.box),
        reason=row.reason,
        withdraws=row.withdraws,
    )


def _evidence(row: DecisionRow) -> SuggestionSnapshot | None:
    if row.suggestion_id is None or row.similarity is None:
        return None
    version, model = row.index_version or "", row.model or ""
    return SuggestionSnapshot(
        row.suggestion_id, row.probability, row.similarity, version, model, box_of(row.region)
    )
