"""Errors that only the service knows: what a request asked for, and how much of it there may be."""

from enum import StrEnum

from spark_vision.core.errors import InvalidInputError, PermissionDeniedError, SparkVisionError


class ProductNotFoundError(SparkVisionError):
    """The live version has no such product."""

    code = "product-not-found"


class MediaTypeError(SparkVisionError):
    """The body's Content-Type is none that the operation reads."""

    code = "media-type"


class FormError(InvalidInputError):
    """A multipart body cannot be read, or holds what it should not."""

    code = "malformed-form"


class OverloadedError(SparkVisionError):
    """As many requests are at work and waiting as the service takes."""

    code = "overloaded"


class VersionNeededError(SparkVisionError):
    """A change does not say which version it builds on."""

    code = "version-needed"


class ShopUnavailableError(SparkVisionError):
    """The live version could not be loaded for a reason that nobody foresaw."""

    code = "shop-unavailable"


class CursorError(InvalidInputError):
    """A cursor was not made by this service, or for another list."""

    code = "cursor"


class TooManyRequestsError(SparkVisionError):
    """A key or an address has made as many requests as it may for now."""

    code = "too-many-requests"


class ForeignRequestError(PermissionDeniedError):
    """A change came with a session's cookie, but not from one of our pages."""

    code = "foreign-request"


class SignInTrouble(StrEnum):
    """Why signing in at an identity provider did not work.

    DOWN: it does not answer; STATE: begun too long ago, or in another browser; REFUSED: it let nobody in;
    CLOCK: its clock and ours differ; ANSWER: what it answers cannot be trusted; ROLE: no role here.
    """

    DOWN = "down"
    STATE = "state"
    REFUSED = "refused"
    CLOCK = "clock"
    ANSWER = "answer"
    ROLE = "role"


class SignInFailedError(SparkVisionError):
    """Somebody could not sign in at the identity provider."""

    code = "sign-in-failed"

    def __init__(self, trouble: SignInTrouble) -> None:
        super().__init__(f"Signing in at the identity provider did not work: {trouble}.")
        self.trouble = trouble
