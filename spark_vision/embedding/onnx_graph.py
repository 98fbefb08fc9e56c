"""A tower of an open_clip model as an ONNX graph that names its weights and holds none of them."""

import warnings
from collections.abc import Collection
from typing import Any

import onnx
import open_clip
import torch

from spark_vision.core.errors import ModelError
from spark_vision.embedding.onnx_files import GRAPH_PREFIX, WEIGHTS
from spark_vision.embedding.onnx_session import FEATURES, MAPS, PICTURES, TOKENS

_FLOAT = onnx.TensorProto.FLOAT
_MAP_STRIDE = 16  # pixels a place: coarser ones know more of what a thing is, finer ones where it ends


class ImageTower(torch.nn.Module):
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


class CausalTextTower(torch.nn.Module):
    """CLIP's own text tower: tokens (n, length) to features, for any length up to the model's."""

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


class FixedTextTower(torch.nn.Module):
    """Any text tower: tokens (n, context length) to features."""

    def __init__(self, clip: Any) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.clip.encode_text(tokens)
        return features


def image_graph(tower: ImageTower, size: tuple[int, int]) -> onnx.ModelProto:
    """Return the graph of an image tower for pictures of a height and width, with maps where it has them.

    Raises:
        ModelError: PyTorch cannot export the tower.
    """
    height, width = size
    pictures = torch.zeros(2, height, width, 3, dtype=torch.uint8)
    graph = _graph(tower, (PICTURES, pictures), {0: torch.export.Dim("n")})
    _give_maps(graph.graph, height // _MAP_STRIDE, width // _MAP_STRIDE)
    return graph


def text_graph(clip: Any, context_length: int) -> onnx.ModelProto:
    """Return the graph of a text tower: for any length where attention is CLIP's own, else for one.

    Raises:
        ModelError: PyTorch cannot export the tower.
    """
    free: dict[int, Any] = {0: torch.export.Dim("n")}
    if not _is_causal(clip):
        tokens = torch.zeros(2, context_length, dtype=torch.int64)
        return _graph(FixedTextTower(clip), (TOKENS, tokens), free)
    free[1] = torch.export.Dim("length", min=2, max=context_length)
    return _graph(CausalTextTower(clip), (TOKENS, torch.zeros(2, 7, dtype=torch.int64)), free)


def leave_out_weights(model: onnx.ModelProto, known: Collection[str]) -> set[str]:
    """Let the graph only name its weights; the session hands them over when it loads.

    Args:
        model: The graph, which is changed.
        known: The names of the model's weights.

    Returns:
        The names of the weights that the graph uses.
    """
    named = set()
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix(GRAPH_PREFIX)
        if name in known:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=WEIGHTS)
            named.add(name)
    return named


def _is_causal(clip: Any) -> bool:
    """Return whether what follows a text's end changes nothing, so that padding can be left out."""
    return isinstance(clip, open_clip.CLIP) and clip.attn_mask is not None and clip.text_pool_type == "argmax"


def _graph(tower: torch.nn.Module, given: tuple[str, torch.Tensor], free: dict[int, Any]) -> onnx.ModelProto:
    name, example = given
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own, about its own future
        try:
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
        except torch.onnx.OnnxExporterError as error:
            raise ModelError(f"PyTorch cannot export the model ({type(error).__name__}).") from error
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
