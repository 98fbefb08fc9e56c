"""A model's ONNX graphs beside its weights: which files they are, and whether they belong together.

The graphs hold no weights but name those of the model's safetensors file, so that a folder holds each
number once. `onnx.json` says which weights they were made for, and what they are.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from spark_vision.core.errors import ModelError

WEIGHTS = "open_clip_model.safetensors"
IMAGE_GRAPH = "image.onnx"
TEXT_GRAPH = "text.onnx"
TOKENIZER = "onnx_tokenizer.json"
RECORD = "onnx.json"
GRAPH_PREFIX = "clip."  # before the model's name of a weight stands this in a graph
_IMAGE_PREFIX = "visual."
_NOT_RUN = ("logit_scale", "logit_bias")
_OPTIONAL = (TEXT_GRAPH, TOKENIZER)
_UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Export:
    """Which towers ONNX Runtime runs after an export.

    Attributes:
        text: Whether the text tower is among them.
        reason: Why it is not; empty if it is.
    """

    text: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Graphs:
    """A folder whose graphs were checked: they are whole, and made for the weights beside them."""

    folder: Path
    has_text: bool = True


def find_graphs(folder: Path, weights: str) -> Graphs | None:
    """The graphs of a model folder; None where it has none.

    weights: SHA-256 of the folder's weights as they are now.
    Raises ModelError where a graph was changed, is missing, or belongs to other weights.
    """
    record = folder / RECORD
    if not record.is_file():
        return None
    digests = _read(record)
    if digests.get(WEIGHTS) != weights:
        raise ModelError(f"{folder}: its ONNX graphs were made for other weights; {_REMEDY}")
    for name in (IMAGE_GRAPH, *(name for name in _OPTIONAL if name in digests)):
        if not (folder / name).is_file() or digests.get(name) != digest_of(folder / name):
            raise ModelError(f"{folder / name} is not the file that {RECORD} tells of; {_REMEDY}")
    return Graphs(folder, has_text=TEXT_GRAPH in digests)


def read_weights(folder: Path, graph: str | None = None) -> dict[str, NDArray[np.float32]]:
    """Return a model's floating-point weights by name, widened to float32.

    Args:
        folder: The model folder.
        graph: IMAGE_GRAPH or TEXT_GRAPH for the weights of that tower; None for all.

    Raises:
        ModelError: The file of the weights cannot be read.
    """
    try:
        with safe_open(folder / WEIGHTS, framework="np") as file:
            names = [name for name in file.keys() if name not in _NOT_RUN]  # noqa: SIM118 - no mapping
            wanted = names if graph is None else weights_of(graph, set(names) - _unused(folder))
            tensors = {name: file.get_tensor(name) for name in wanted}
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{folder / WEIGHTS} cannot be read ({error}).") from error
    return {
        name: np.ascontiguousarray(tensor, dtype=np.float32)
        for name, tensor in tensors.items()
        if np.issubdtype(tensor.dtype, np.floating)
    }


def _unused(folder: Path) -> set[str]:
    names = _read(folder / RECORD).get(_UNUSED) if (folder / RECORD).is_file() else None
    return {str(name) for name in names} if isinstance(names, list) else set()


def weights_of(graph: str, names: Iterable[str]) -> list[str]:
    """Which of a model's weights are in the graph of this name."""
    return [name for name in names if name.startswith(_IMAGE_PREFIX) == (graph == IMAGE_GRAPH)]


def write_record(folder: Path, unused: Iterable[str] = ()) -> None:
    """Note the digests of the weights and of the graphs, replacing the record as a whole.

    Args:
        folder: The model folder.
        unused: The names of the weights that no graph uses, such as those of CoCa's decoder.
    """
    files = (WEIGHTS, IMAGE_GRAPH, *(name for name in _OPTIONAL if (folder / name).is_file()))
    record: dict[str, object] = {name: digest_of(folder / name) for name in files}
    if names := sorted(unused):
        record[_UNUSED] = names
    beside = folder / f"{RECORD}.part"
    beside.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    beside.replace(folder / RECORD)


def digest_of(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


_REMEDY = "make them anew with `spark-vision models export-onnx`, or set SPARK_VISION_RUNTIME=torch."


def _read(record: Path) -> dict[str, object]:
    try:
        digests = json.loads(record.read_text("utf-8"))
    except ValueError as error:
        raise ModelError(f"{record} cannot be read ({error}); {_REMEDY}") from error
    if not isinstance(digests, dict):
        raise ModelError(f"{record} is no JSON object; {_REMEDY}")
    return digests
