"""What an index version says of itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from spark_vision.core.embedding import EncoderSpec
from spark_vision.core.errors import IndexDamagedError, reason_of
from spark_vision.core.ids import value_digest

MANIFEST = "manifest.json"
# What the run that made a version did, for people; not among the files that are verified.
RUN = "run.json"
RUN_PAGE = "run.html"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a version: its length in bytes and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that depends on the feed and the model alone: the same feed and model give the same content.

    metric: `inner_product` of unit vectors, which is cosine similarity; dtype: of the stored vectors;
    catalogue_digest: SHA-256 over the product records and the digests of their pictures.
    """

    encoder: EncoderSpec
    index_kind: str
    products: int
    pictures: int
    catalogue_digest: str
    files: dict[str, FileEntry]
    metric: str = "inner_product"
    dtype: str = "float32"

    @property
    def digest(self) -> str:
        """SHA-256 of the content; its first digits are part of the version's name."""
        return value_digest(asdict(self))


@dataclass(frozen=True, slots=True)
class Approximation:
    """How an approximate index proposes candidates, and how well; not part of the content's digest.

    What proposes is built by several threads, so that its bytes differ from run to run.
    search: parameters that go with each call; recall: at 10 against exact search, of pictures and texts.
    """

    files: dict[str, FileEntry]
    search: dict[str, int]
    recall: dict[str, float]


@dataclass(frozen=True, slots=True)
class SingleChange:
    """A product that was put or deleted by itself since the last feed. at: UTC, ISO 8601."""

    product_id: str
    action: Literal["put", "delete"]
    at: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of a version, and where and when it was made.

    source: the feed or folder, as an absolute path; started, finished: UTC, ISO 8601;
    seconds: of each step; feed_digest: SHA-256 of the feed as it was read;
    approximation: None where search is exact; single_changes: those since the last feed, one a product.
    """

    version: str
    content: Content
    source: str
    program_version: str
    started: str
    finished: str
    seconds: dict[str, float]
    feed_digest: str = ""
    approximation: Approximation | None = None
    single_changes: tuple[SingleChange, ...] = ()

    @property
    def files(self) -> dict[str, FileEntry]:
        """All files of the version but the manifest."""
        return {**self.content.files, **(self.approximation.files if self.approximation else {})}

    def as_dict(self) -> dict[str, Any]:
        """The manifest as a JSON value, with a digest over all of it."""
        value = asdict(self)
        value["format"] = FORMAT
        value["content_digest"] = self.content.digest
        value["content"]["dimension"] = self.content.encoder.dimension
        value["content"]["encoder"]["fingerprint"] = self.content.encoder.fingerprint
        value["digest"] = value_digest(value)
        return value

    def to_bytes(self) -> bytes:
        """The manifest as the file's bytes."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False).encode() + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """Read and check a version's manifest; raises IndexDamagedError, which names the file."""
    path = folder / MANIFEST
    try:
        value = json.loads(path.read_bytes())
        held = value["format"]
        manifest = _from_dict(value) if held == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamagedError(
            f"{path}: this is no manifest that can be read ({reason_of(error)})."
        ) from error
    if manifest is None:
        raise IndexDamagedError(
            f"{path}: the manifest is of format {held}, this program reads {FORMAT}; build again."
        )
    if manifest.version != folder.name:
        raise IndexDamagedError(f"{path}: is the manifest of version {manifest.version!r}.")
    digest = value.pop("digest", None)
    if digest != value_digest(value) or value.get("content_digest") != manifest.content.digest:
        raise IndexDamagedError(f"{path}: the manifest was changed.")
    return manifest


def _from_dict(value: dict[str, Any]) -> Manifest:
    content = dict(value["content"])
    encoder = {key: entry for key, entry in content.pop("encoder").items() if key != "fingerprint"}
    content.pop("dimension")
    files = _files(content.pop("files"))
    known = Manifest.__dataclass_fields__.keys() - {"content", "approximation", "single_changes"}
    return Manifest(
        content=Content(encoder=EncoderSpec.from_dict(encoder), files=files, **content),
        approximation=_approximation(value["approximation"]),
        # Versions of before 0.7 have none.
        single_changes=tuple(SingleChange(**change) for change in value.get("single_changes", ())),
        **{key: value[key] for key in known},
    )


def _approximation(value: dict[str, Any] | None) -> Approximation | None:
    return None if value is None else Approximation(**{**value, "files": _files(value["files"])})


def _files(value: dict[str, Any]) -> dict[str, FileEntry]:
    return {name: FileEntry(**entry) for name, entry in value.items()}
