"""The MODEL forms: what a user may write to name a model."""

from dataclasses import dataclass
from pathlib import Path

from spark_vision.core.errors import ModelNotFoundError
from spark_vision.embedding.bundled import CONFIG, BundledModel, bundled_model, bundled_models

LOCAL = "local-dir:"
_HUB = "hf-hub:"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A folder with `open_clip_config.json` and weights; `name` is what the manifest will say."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model on the Hugging Face hub, `hf-hub:org/name`."""

    name: str


@dataclass(frozen=True, slots=True)
class TaggedModel:
    """An open_clip architecture with the tag of its weights, `ViT-B-32/laion2b_s34b_b79k`."""

    name: str
    architecture: str
    tag: str


ModelName = LocalModel | HubModel | TaggedModel


def parse_model(name: str) -> ModelName:
    """Read a MODEL; raises ModelNotFoundError with the forms there are where it is none of them."""
    if name.startswith(LOCAL):
        return _local(name, Path(name.removeprefix(LOCAL)).expanduser().resolve())
    if name.startswith(_HUB):
        return HubModel(name)
    if (bundled := bundled_model(name)) is not None:
        return _from_bundle(bundled)
    architecture, slash, tag = name.partition("/")
    if slash and architecture and tag:
        return TaggedModel(name, architecture, tag)
    known = ", ".join(model.name for model in bundled_models()) or "none"
    raise ModelNotFoundError(
        f"There is no model {name!r}. Bundled: {known}; else write ARCHITECTURE/TAG "
        "(ViT-B-32/laion2b_s34b_b79k), hf-hub:ORG/NAME or local-dir:PATH."
    )


def _from_bundle(model: BundledModel) -> LocalModel:
    return LocalModel(model.name, model.path)


def _local(name: str, path: Path) -> LocalModel:
    if not (path / CONFIG).is_file() and (path / "config.json").is_file():
        raise ModelNotFoundError(
            f"{name}: {path} holds a model in the format of the transformers library alone (config.json). "
            f"Spark Vision reads open_clip's format. Use a repository with {CONFIG}, such as the open_clip "
            "or timm edition of the same model."
        )
    if not (path / CONFIG).is_file():
        raise ModelNotFoundError(
            f"{name}: {path} has no {CONFIG}; local-dir wants a folder in open_clip's form."
        )
    return LocalModel(f"{LOCAL}{path}", path)
