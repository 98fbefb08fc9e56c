"""Write the towers of a model folder as ONNX graphs; the weights stay in its safetensors file.

The exporter names the weights of a graph as the model does, so that the session can hand them over by
name. So the graphs are small, and there is one copy of the weights, in the precision that they have.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import open_clip
import torch
from numpy.typing import NDArray

from spark_vision.core.embedding import unit_length
from spark_vision.core.errors import ModelError, reason_of
from spark_vision.embedding.bundled import CONFIG
from spark_vision.embedding.clip_tokenizer import byte_pair_tokenizer, is_byte_pair
from spark_vision.embedding.hf_tokenizer import HuggingFaceTokenizer, save_tokenizer
from spark_vision.embedding.model_name import LOCAL, LocalModel
from spark_vision.embedding.onnx_files import (
    IMAGE_GRAPH,
    RECORD,
    TEXT_GRAPH,
    TOKENIZER,
    WEIGHTS,
    Export,
    Graphs,
    read_weights,
    write_record,
)
from spark_vision.embedding.onnx_graph import ImageTower, image_graph, leave_out_weights, text_graph
from spark_vision.embedding.onnx_session import OnnxSession
from spark_vision.embedding.open_clip_loader import open_clip_errors
from spark_vision.embedding.session import Tokenizer

_LEAST_COSINE = 0.99999
_PROBE_PICTURES = 3
_PROBES = (
    "red shoes for men",
    "",
    "Ein blauer Stuhl, 椅子",
    "word " * 100,
    "it's &amp; 5",
    "sale!% Red  bowl\n",
    "SALE_50% off: Café-Stühle & l’été",
)


def export_onnx(folder: Path) -> Export:
    """Write `image.onnx`, `text.onnx` and their record into a model folder, replacing older ones.

    A graph is kept only if it reproduces the model: equal tokens, and a cosine of at least .99999 with
    open_clip's features of probe pictures and texts. Where the text tower or the tokenizer cannot be
    reproduced, the image tower is exported alone, and PyTorch runs the texts.

    Raises:
        ModelError: The folder has no open_clip model with weights in safetensors, or the image graph gives
            other features.
        MissingExtraError: The model has a text tower or tokenizer of Hugging Face, and `transformers` is not
            installed.
    """
    _remove_graphs(folder)
    model = _load(folder)
    weights = frozenset(read_weights(folder))
    used = _write(folder, IMAGE_GRAPH, image_graph(model.image_tower, model.size), weights)
    write_record(folder, weights - used)
    _check_images(model)
    try:
        model.write_tokenizer()
        used |= _write(folder, TEXT_GRAPH, text_graph(model.clip, model.context_length), weights)
        write_record(folder, weights - used)
        _check_texts(model)
    except ModelError as error:
        for name in (TEXT_GRAPH, TOKENIZER):
            (folder / name).unlink(missing_ok=True)
        write_record(folder, weights - used)
        return Export(text=False, reason=reason_of(error))
    return Export(text=True)


def _remove_graphs(folder: Path) -> None:
    for name in (RECORD, IMAGE_GRAPH, TEXT_GRAPH, TOKENIZER):  # graphs without a record are not used
        (folder / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class _Model:
    """A loaded model folder."""

    folder: Path
    clip: Any
    config: dict[str, Any]
    tokenizer: Any

    @property
    def text_cfg(self) -> dict[str, Any]:
        text_cfg: dict[str, Any] = self.config["model_cfg"]["text_cfg"]
        return text_cfg

    @property
    def size(self) -> tuple[int, int]:
        size = self.config["preprocess_cfg"].get("size", self.config["model_cfg"]["vision_cfg"]["image_size"])
        return (size[0], size[1]) if isinstance(size, list) else (size, size)

    @property
    def image_tower(self) -> ImageTower:
        prepared = self.config["preprocess_cfg"]
        return ImageTower(self.clip, prepared["mean"], prepared["std"])

    @property
    def context_length(self) -> int:
        return int(self.tokenizer.context_length)

    def write_tokenizer(self) -> None:
        if not is_byte_pair(self.text_cfg):
            save_tokenizer(self.tokenizer, self.folder / TOKENIZER)

    def tokenizer_without_torch(self) -> Tokenizer:
        if is_byte_pair(self.text_cfg):
            return byte_pair_tokenizer(self.text_cfg)
        return HuggingFaceTokenizer(self.folder / TOKENIZER, self.text_cfg)


def _load(folder: Path) -> _Model:
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"{folder} has no {WEIGHTS}; ONNX graphs are made beside safetensors alone.")
    config: dict[str, Any] = json.loads((folder / CONFIG).read_text("utf-8"))
    name = f"{LOCAL}{folder}"
    with open_clip_errors(LocalModel(name, folder)):
        clip = open_clip.create_model(name, weights_only=True, require_pretrained=True).eval()
        return _Model(folder, clip, config, open_clip.get_tokenizer(name))


def _write(folder: Path, name: str, graph: onnx.ModelProto, weights: frozenset[str]) -> set[str]:
    used = leave_out_weights(graph, weights)
    beside = folder / f"{name}.part"
    beside.write_bytes(graph.SerializeToString(deterministic=True))
    beside.replace(folder / name)
    return used


def _check_images(model: _Model) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (_PROBE_PICTURES, *model.size, 3), dtype=np.uint8)
    with torch.inference_mode():
        expected = model.image_tower.eval()(torch.from_numpy(noise)).numpy()
    try:
        _check_cosine(model.folder, "image", expected, OnnxSession(Graphs(model.folder)).run_images(noise))
    except ModelError:
        _remove_graphs(model.folder)
        raise


def _check_texts(model: _Model) -> None:
    tokens = model.tokenizer(list(_PROBES))
    if not np.array_equal(model.tokenizer_without_torch()(list(_PROBES)), tokens.numpy()):
        raise ModelError(f"{model.folder}: its tokenizer gives other tokens without PyTorch.")
    with torch.inference_mode():
        expected = model.clip.encode_text(tokens).numpy()
    found = OnnxSession(Graphs(model.folder)).run_texts(tokens.numpy())
    _check_cosine(model.folder, "text", expected, found)


def _check_cosine(
    folder: Path, tower: str, expected: NDArray[np.float32], found: NDArray[np.float32]
) -> None:
    """Raise ModelError where a graph's features are not those of open_clip."""
    cosine = float((unit_length(expected) * unit_length(found)).sum(axis=1).min())
    if not cosine >= _LEAST_COSINE:
        raise ModelError(
            f"{folder}: the {tower} graph gives other features than open_clip (cosine {cosine:.6f}, at"
            f" least {_LEAST_COSINE} is needed). PyTorch runs the model."
        )
