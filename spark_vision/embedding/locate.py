"""Find the model of an index by the digest of its weights, wherever its folder lies now."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from spark_vision.core.embedding import EncoderSpec
from spark_vision.core.errors import ModelNotFoundError
from spark_vision.embedding.bundled import CONFIG, bundled_model, bundled_models
from spark_vision.embedding.model_name import LOCAL
from spark_vision.embedding.weights import file_digest, weights_identity


def locate_model(spec: EncoderSpec, configured: str, folders: Sequence[Path] = ()) -> str:
    """Return the MODEL that loads an index's encoder on this machine.

    An index that was built with `local-dir:PATH` may have moved to a machine where the model lies
    elsewhere. The folder of the settings' own model, the folders of the search path and the bundled models
    are compared by weights and architecture; the path of the manifest comes last.

    Args:
        spec: The encoder of the index, as its manifest names it.
        configured: The MODEL of the settings.
        folders: Folders to search: a model folder, or a folder of model folders.

    Returns:
        `spec.model` for bundled models and models by name, else a bundled model's name or `local-dir:PATH`.

    Raises:
        ModelNotFoundError: The manifest names a folder that is gone, and no searched folder has the weights.
    """
    if not spec.model.startswith(LOCAL):
        return spec.model
    for model, folder in _candidates(configured, folders):
        if _has_weights_of(folder, spec):
            return model
    named = Path(spec.model.removeprefix(LOCAL))
    if (named / CONFIG).is_file():
        return spec.model
    searched = ", ".join(map(str, folders)) or "no folder"
    raise ModelNotFoundError(
        f"Model '{spec.model}' of this index is not on this machine (searched: {searched}). Copy its folder "
        "here and name the folder that holds it in SPARK_VISION_MODEL_FOLDERS."
    )


def _candidates(configured: str, folders: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield each MODEL with its folder, in the order of precedence."""
    if configured.startswith(LOCAL):
        folder = Path(configured.removeprefix(LOCAL)).expanduser().resolve()
        yield f"{LOCAL}{folder}", folder
    elif (bundled := bundled_model(configured)) is not None:
        yield bundled.name, bundled.path
    for folder in folders:
        place = folder.expanduser().resolve()
        for config in (place / CONFIG, *sorted(place.glob(f"*/{CONFIG}"))):
            yield f"{LOCAL}{config.parent}", config.parent
    for model in bundled_models():
        yield model.name, model.path


def _has_weights_of(folder: Path, spec: EncoderSpec) -> bool:
    """Return whether a folder's weights and architecture are those of a spec; reads only likely ones."""
    try:
        architecture = json.loads((folder / CONFIG).read_text("utf-8"))["model_cfg"]
        if architecture["embed_dim"] != spec.dimension:
            return False
        return weights_identity(file_digest(folder), architecture, quick_gelu=False) == spec.weights
    except (OSError, ValueError, KeyError, TypeError):
        return False
