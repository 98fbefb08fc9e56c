"""Every error that Spark Vision raises on purpose.

Each class has a `code`: a stable slug that the API turns into a problem `type` and that `--json` shows.
A message is one sentence that names the file, row or field, followed by what to do. No HTTP status in
here: which status an error becomes is the API's business.
"""

from json import JSONDecodeError
from typing import ClassVar


class SparkVisionError(Exception):
    """Base of all errors that are part of the product; its text is meant for the user."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(SparkVisionError):
    """A value that the user gave (an option, a field, a box) is not usable."""

    code = "invalid-input"


class SettingsError(SparkVisionError):
    """A setting is not what it should be, or the file that holds them cannot be read."""

    code = "settings"


class PictureError(SparkVisionError):
    """A picture cannot be used; subclasses say why."""

    code = "picture"


class PictureNotFoundError(PictureError):
    """There is no picture where one was named."""

    code = "picture-not-found"


class PictureUnreachableError(PictureNotFoundError):
    """A picture's host did not send it.

    Attributes:
        transient: Whether the host is at fault for now (5xx, 429, no answer), so that it may send it later.
    """

    code = "picture-unreachable"

    def __init__(self, message: str, *, transient: bool) -> None:
        super().__init__(message)
        self.transient = transient


class PictureTooLargeError(PictureError):
    """A picture exceeds a bound: bytes, pixels or length of a side."""

    code = "picture-too-large"


class PictureFormatError(PictureError):
    """The bytes are of no picture format that is read here."""

    code = "picture-format"


class PictureDamagedError(PictureError):
    """The bytes are of a known format, but cannot be decoded to the end."""

    code = "picture-damaged"


class CatalogueError(SparkVisionError):
    """A feed as a whole cannot be read (a bad row alone never raises)."""

    code = "catalogue"


class DatasetError(SparkVisionError):
    """A dataset folder cannot be used for evaluation."""

    code = "dataset"


class RunError(SparkVisionError):
    """The folder of an evaluation run cannot be read or written."""

    code = "run"


class MissingExtraError(SparkVisionError):
    """Something was asked for that needs a package which is not installed."""

    code = "missing-extra"


class ModelError(SparkVisionError):
    """A model cannot be loaded."""

    code = "model"


class ModelNotFoundError(ModelError):
    """The name of a model is misspelt, or its files are not where they were said to be."""

    code = "model-not-found"


class ModelUnavailableError(ModelError):
    """The model exists, but its weights cannot be had here and now."""

    code = "model-unavailable"


class IndexVersionError(SparkVisionError):
    """An index version cannot be used."""

    code = "index"


class IndexNotFoundError(IndexVersionError):
    """There is no such version, or no live version yet."""

    code = "index-not-found"


class IndexDamagedError(IndexVersionError):
    """A file of a version is missing, or is not what the manifest says."""

    code = "index-damaged"


class IndexMismatchError(IndexVersionError):
    """An index version and an encoder do not belong together."""

    code = "index-mismatch"


class IndexBusyError(IndexVersionError):
    """Another build holds the index folder."""

    code = "index-busy"


class IndexRecallError(IndexVersionError):
    """An approximate index finds too little of what exact search finds; it is not published."""

    code = "index-recall"


class StoreError(SparkVisionError):
    """The tagging store cannot do what was asked."""

    code = "store"


class NotFoundError(StoreError):
    """There is no such thing, or it is not to be seen by who asks."""

    code = "not-found"


class ConflictError(StoreError):
    """What is there does not allow it."""

    code = "conflict"


class TooManyImportsError(ConflictError):
    """As many imports as there may be are not finished yet."""

    code = "too-many-imports"


class StoreUnavailableError(StoreError):
    """The database does not answer, is busy for too long, or is damaged; what was asked for was not done."""

    code = "store-unavailable"


class StoreAddressError(StoreError):
    """What was given as the address of the database or the photos is of none that is known here."""

    code = "store-address"


class NameTakenError(ConflictError):
    """Another account has this name."""

    code = "name-taken"


class BelowThresholdError(ConflictError):
    """A balance is too small to be paid out."""

    code = "below-threshold"


class VersionConflictError(StoreError):
    """It was changed since who asks has seen it."""

    code = "stale"


class TooManyTagsError(ConflictError):
    """The post has as many tags as it may."""

    code = "too-many-tags"


class IdempotencyKeyReusedError(StoreError):
    """An idempotency key came again with something else to do."""

    code = "key-reused"


class RequestInProgressError(ConflictError):
    """The call with this idempotency key is still being worked on."""

    code = "in-flight"


class PhotoMissingError(StoreError):
    """The file of a photo is gone."""

    code = "photo-missing"


class PermissionDeniedError(StoreError):
    """Who asks is known, but may not do this."""

    code = "not-allowed"


class AuthenticationRequiredError(StoreError):
    """Only accounts may do it, and no valid key was given."""

    code = "key-needed"


class CalibrationError(SparkVisionError):
    """A calibration cannot be read, or there is too little to fit one on."""

    code = "calibration"


def reason_of(error: Exception) -> str:
    """Why a file of ours cannot be read, in words for a user rather than as Python writes it."""
    match error:
        case OSError():
            return error.strerror or str(error)
        case JSONDecodeError():
            return f"it is no JSON from line {error.lineno}, column {error.colno} on"
        case UnicodeDecodeError():
            return "it is no UTF-8 text"
        case KeyError():
            return f"it has no {error.args[0]}"
        case TypeError() | AttributeError():
            return "what it holds is of another shape"
        case _:
            return str(error)
