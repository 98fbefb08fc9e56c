"""Both towers of a model folder as ONNX graphs without weights, which stay in its safetensors file.

The exporter names the weights of a graph as the model does, so that the session can hand them over by
name. So the graphs are small, and there is one copy of the weights, in half precision.
"""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import open_clip
import torch

from spark_vision.core.embedding import unit_length
from spark_vision.core.errors import ModelError
from spark_vision.embedding.bundled import CONFIG
from spark_vision.embedding.clip_tokenizer import BytePairTokenizer, is_byte_pair
from spark_vision.embedding.onnx_files import (
    GRAPH_PREFIX,
    IMAGE_GRAPH,
    RECORD,
    TEXT_GRAPH,
    WEIGHTS,
    Graphs,
    read_weights,
    weights_of,
    write_record,
)
from spark_vision.embedding.onnx_session import FEATURES, MAPS, PICTURES, TOKENS, OnnxSession

_FLOAT = onnx.TensorProto.FLOAT
_LEAST_COSINE = 0.99999
_PROBE_PICTURES = 3
_PROBES = (
    "red shoes for men",
    "",
    "Ein blauer Stuhl, 椅子",
    "word " * 100,
    "it's &amp; 5",
    "sale!% Red  bowl\n",
)
_MAP_STRIDE = 16  # pixels a place: coarser ones know more of what a thing is, finer ones where it ends


class _ImageTower(torch.nn.Module):
    """Bytes (n, height, width, 3) to features, with the model's own mean and scale."""

    def __init__(self, clip: Any, mean: list[float], std: list[float]) -> None:
        super().__init__()
        self.clip = clip
        self._scale = (1 / (torch.tensor(std) * 255)).view(1, 3, 1, 1)
        self._shift = (-torch.tensor(mean) / torch.tensor(std)).view(1, 3, 1, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        pixels = pictures.permute(0, 3, 1, 2).float() * self._scale + self._shift
        features: torch.Tensor = self.clip.encode_image(pixels)
        return features


class _TextTower(torch.nn.Module):
    """Tokens (n, length) to features, for any length up to the model's own."""

    def __init__(self, clip: Any) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        clip, length = self.clip, tokens.shape[1]
        hidden = clip.token_embedding(tokens) + clip.positional_embedding[:length]
        hidden = clip.transformer(hidden, attn_mask=clip.attn_mask[:length, :length])
        # The end token has the largest number of all.
        last = hidden[torch.arange(tokens.shape[0]), tokens.argmax(dim=-1)]
        features: torch.Tensor = clip.ln_final(last) @ clip.text_projection
        return features


def export_onnx(folder: Path) -> None:
    """Write `image.onnx`, `text.onnx` and their record into a model folder, replacing older ones.

    The graphs are kept only if they reproduce the model: equal tokens, and a cosine of at least .99999 with
    open_clip's features of probe pictures and texts.

    Raises ModelError where the folder is no CLIP model of open_clip with its own text tower and
    tokenizer and weights in safetensors, or where the graphs give other features.
    """
    clip, config = _model(folder)
    weights = frozenset(read_weights(folder))
    prepared = config["preprocess_cfg"]
    size = prepared.get("size", config["model_cfg"]["vision_cfg"]["image_size"])
    height, width = size if isinstance(size, list) else (size, size)
    pictures = torch.zeros(2, height, width, 3, dtype=torch.uint8)
    tokens = torch.zeros(2, 7, dtype=torch.int64)
    some, length = torch.export.Dim("n"), torch.export.Dim("length", min=2, max=clip.context_length)
    image = _graph(_ImageTower(clip, prepared["mean"], prepared["std"]), (PICTURES, pictures), {0: some})
    text = _graph(_TextTower(clip), (TOKENS, tokens), {0: some, 1: length})
    _give_maps(image.graph, height // _MAP_STRIDE, width // _MAP_STRIDE)
    for name, graph in ((IMAGE_GRAPH, image), (TEXT_GRAPH, text)):
        _leave_out_weights(graph, frozenset(weights_of(name, weights)))
        beside = folder / f"{name}.part"
        beside.write_bytes(graph.SerializeToString(deterministic=True))
        beside.replace(folder / name)
    try:
        _check(folder, clip, prepared, (height, width))
    except ModelError:
        (folder / RECORD).unlink(missing_ok=True)  # graphs without a record are not used
        raise
    write_record(folder)


def _check(folder: Path, clip: Any, prepared: dict[str, Any], size: tuple[int, int]) -> None:
    """Compare both graphs with open_clip; raises ModelError where they differ."""
    tokens = open_clip.get_tokenizer(f"local-dir:{folder}")(list(_PROBES))
    if not np.array_equal(BytePairTokenizer(clip.context_length)(list(_PROBES)), tokens.numpy()):
        raise ModelError(f"{folder}: its tokenizer is not CLIP's byte pairs. PyTorch runs the model.")
    noise = np.random.default_rng(0).integers(0, 256, (_PROBE_PICTURES, *size, 3), dtype=np.uint8)
    session, tower = OnnxSession(Graphs(folder)), _ImageTower(clip, prepared["mean"], prepared["std"])
    with torch.inference_mode():
        expected = {
            "image": tower.eval()(torch.from_numpy(noise)).numpy(),
            "text": clip.encode_text(tokens).numpy(),
        }
    found = {"image": session.run_images(noise), "text": session.run_texts(tokens.numpy())}
    for name, features in expected.items():
        cosine = float((unit_length(features) * unit_length(found[name])).sum(axis=1).min())
        if not cosine >= _LEAST_COSINE:
            raise ModelError(
                f"{folder}: the {name} graph gives other features than open_clip (cosine {cosine:.6f}, at"
                f" least {_LEAST_COSINE} is needed). PyTorch runs the model."
            )


def _model(folder: Path) -> tuple[Any, dict[str, Any]]:
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"{folder} has no {WEIGHTS}; ONNX graphs are made beside safetensors alone.")
    config: dict[str, Any] = json.loads((folder / CONFIG).read_text("utf-8"))
    # Before the weights are loaded: a text tower of Hugging Face would ask for transformers.
    clip = None
    if is_byte_pair(config["model_cfg"]["text_cfg"]):
        clip = open_clip.create_model(f"local-dir:{folder}").eval()
    if not isinstance(clip, open_clip.CLIP) or clip.text_pool_type != "argmax":
        raise ModelError(f"{folder} has another text tower than open_clip's own; it stays with PyTorch.")
    return clip, config


def _graph(tower: torch.nn.Module, given: tuple[str, torch.Tensor], free: dict[int, Any]) -> onnx.ModelProto:
    name, example = given
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own, about its own future
        program = torch.onnx.export(
            tower.eval(),
            (example,),
            dynamo=True,
            input_names=[name],
            output_names=[FEATURES],
            dynamic_shapes=(free,),
            optimize=False,
            verbose=False,
        )
    if program is None:
        raise ModelError("PyTorch did not export a graph.")
    graph: onnx.ModelProto = program.model_proto
    _tidy(graph.graph)
    return graph


def _tidy(graph: onnx.GraphProto) -> None:
    """Drop what keeps ONNX Runtime from fusing, and where in Python each node came from.

    A float32 constant needs no cast to the type of a float32 value; with the casts gone all constants are
    known when the graph is loaded, and batch norms and activations go into the convolutions. The exporter
    could fuse them itself, but then the graph's weights would no longer be the model's.
    """
    floats = {value.name for value in graph.value_info if value.type.tensor_type.elem_type == _FLOAT}
    for node in graph.node:
        if node.op_type == "Constant" and _is_float(node.attribute[0]):
            floats.add(node.output[0])
        if node.op_type == "CastLike" and floats.issuperset(node.input):
            node.op_type = "Identity"
            del node.input[1:]
    for part in (*graph.node, *graph.value_info, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""


def _give_maps(graph: onnx.GraphProto, rows: int, columns: int) -> None:
    """Give out what the last residual block of this many places came to, so that things can be found by it.

    A graph without such a block, as that of a vision transformer, stays as it is.
    """
    shapes = {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in graph.value_info
    }
    sums = [node for node in graph.node if node.op_type == "Add"]
    held = [node for node in sums if shapes.get(node.output[0], [])[2:] == [rows, columns]]
    if not held:
        return
    channels = shapes[held[-1].output[0]][1]
    graph.node.add(op_type="Identity", name=MAPS, input=[held[-1].output[0]], output=[MAPS])
    graph.output.append(onnx.helper.make_tensor_value_info(MAPS, _FLOAT, ["n", channels, rows, columns]))


def _is_float(constant: onnx.AttributeProto) -> bool:
    return constant.name == "value_float" or constant.t.data_type == _FLOAT


def _leave_out_weights(model: onnx.ModelProto, known: frozenset[str]) -> None:
    """Let the graph only name its weights; the session hands them over when it loads.

    Raises ModelError where the graph has other weights than those that the session will hand over.
    """
    named = set()
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix(GRAPH_PREFIX)
        if name in known:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=WEIGHTS)
            named.add(name)
    if named != known:
        raise ModelError(f"the exported graph lacks {', '.join(sorted(known - named))}.")
