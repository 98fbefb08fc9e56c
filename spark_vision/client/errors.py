"""What goes wrong between a client and the service."""

from collections.abc import Sequence


class NoAnswerError(Exception):
    """The service did not answer, after as many attempts as the client makes."""


class ApiError(Exception):
    """The service refused a request: a problem document (RFC 9457).

    type: such as `/problems/not-found`, what programs should look at; detail: for people; errors: `field`
    and `message` of each value that was wrong; request_id: finds the request in the service's log.
    """

    def __init__(
        self,
        status: int,
        type: str,  # noqa: A002
        detail: str,
        request_id: str = "",
        errors: Sequence[dict[str, str]] = (),
    ) -> None:
        super().__init__(f"{status} {type}: {detail}")
        self.status = status
        self.type = type
        self.detail = detail
        self.request_id = request_id
        self.errors = tuple(errors)
