"""Where creating calls are kept with their answers, so that one that is repeated has one effect."""

from datetime import datetime
from typing import Protocol

from spark_vision.domain.call import Answer, Call, KnownCall


class Calls(Protocol):
    """The calls of one transaction."""

    def begin(self, call: Call, token: str, now: datetime) -> bool:
        """Note that a call is being worked on; false where its key is known."""

    def known(self, call: Call) -> KnownCall | None:
        """What is known of the call's key; nobody else changes it before this transaction ends."""

    def take_over(self, call: Call, token: str, now: datetime) -> None:
        """Work on a known call anew, for whoever had it is gone."""

    def finish(self, call: Call, token: str, answer: Answer) -> bool:
        """Keep the answer; false where the call is no longer worked on under this token."""

    def drop(self, call: Call, token: str) -> None:
        """Forget a call that came to nothing, so that its key can be used again."""

    def forget_before(self, moment: datetime) -> None:
        """Forget the calls that began before a moment."""
