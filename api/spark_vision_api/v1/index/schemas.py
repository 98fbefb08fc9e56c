"""The index that is served, its versions, and whether the service can do its work."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from spark_vision.index.manifest import Manifest
from spark_vision_api.v1 import examples


class ShopProblem(BaseModel):
    """A version that should be live and is not."""

    version: str = Field(description="Empty where the pointer itself is the trouble.")
    type: str
    detail: str


class IndexOut(BaseModel):
    """The version that is served, by its manifest."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.INDEX))

    version: str
    model: str
    dimension: int
    metric: str
    dtype: str
    index_kind: str
    products: int
    pictures: int
    catalogue_digest: str
    encoder_fingerprint: str
    program_version: str
    started: str
    finished: str
    failure: ShopProblem | None = Field(description="A newer version that could not be loaded.")


class VersionOut(BaseModel):
    """One version of the index folder; what is null cannot be read."""

    version: str
    live: bool = Field(description="Whether the pointer names it.")
    served: bool = Field(description="Whether this process answers from it.")
    model: str | None = None
    products: int | None = None
    pictures: int | None = None
    finished: str | None = None


class VersionsOut(BaseModel):
    """All versions, oldest first."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.VERSIONS))

    versions: list[VersionOut]


class VerifiedOut(BaseModel):
    """Whether a version's files are as they were made."""

    version: str
    ok: bool
    files: int | None = Field(description="How many were checked; null where one is damaged.")
    detail: str | None = Field(description="What is wrong, by the file's name.")


class LivenessOut(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.ALIVE))

    status: Literal["ok"] = "ok"
    program_version: str


class Ready(BaseModel):
    """A version is loaded and served."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.READY))

    status: Literal["ready"] = "ready"
    index_version: str
    model: str
    failure: ShopProblem | None = Field(description="A newer version that could not be loaded.")


def manifest_facts(manifest: Manifest) -> dict[str, Any]:
    """An IndexOut's fields but `failure`; places on this machine's disk are left out on purpose."""
    content = manifest.content
    return {
        "version": manifest.version,
        "model": content.encoder.model,
        "dimension": content.encoder.dimension,
        "metric": content.metric,
        "dtype": content.dtype,
        "index_kind": content.index_kind,
        "products": content.products,
        "pictures": content.pictures,
        "catalogue_digest": content.catalogue_digest,
        "encoder_fingerprint": content.encoder.fingerprint,
        "program_version": manifest.program_version,
        "started": manifest.started,
        "finished": manifest.finished,
    }
