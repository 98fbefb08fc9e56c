"""Who learns from decisions."""

from typing import Protocol

from spark_vision.core.decision import Decision
from spark_vision.database.store import UnitOfWork


class DecisionObserver(Protocol):
    """Told of each decision within the transaction that keeps it: both are kept, or neither."""

    def decided(self, work: UnitOfWork, decision: Decision) -> None:
        """A suggestion was confirmed or rejected, or a product tagged by hand."""

    def moved(self, work: UnitOfWork, decision: Decision, first: str) -> None:
        """A tag was moved: it is now about `decision.box`. first: the decision that made the tag."""

    def withdrawn(self, work: UnitOfWork, decision: Decision) -> None:
        """An earlier decision (`decision.withdraws`) no longer holds."""

    def shown(self, work: UnitOfWork, post_id: str) -> None:
        """A post was published, hidden, removed by a moderator or reinstated."""

    def forgotten(self, work: UnitOfWork, post_id: str) -> None:
        """A post is removed, and with it all that its photo taught."""
