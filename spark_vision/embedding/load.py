"""A MODEL to an encoder; PyTorch is imported only where it runs the model."""

from typing import Literal

from spark_vision.core.errors import ModelError
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.embedding.hub import go_offline_if_unreachable
from spark_vision.embedding.model_name import LocalModel, ModelName, parse_model
from spark_vision.embedding.onnx_loader import has_graphs, load_onnx
from spark_vision.extras import extra_for

FAKE = "fake"
Runtime = Literal["auto", "torch", "onnx"]


def load_encoder(model: str, device: str = "auto", runtime: Runtime = "auto") -> Encoder:
    """Load a model by any MODEL form; `fake` is the encoder for tests.

    runtime: `onnx` needs a model folder with ONNX graphs, and the CPU; `auto` takes it where it can.
    Raises ModelError or one of its children, which say what to do, and MissingExtraError for a model that
    PyTorch runs where PyTorch is not installed.
    """
    if model == FAKE:
        return FakeEncoder()
    name = parse_model(model)
    if runtime == "onnx":
        return load_onnx(_supports_onnx(name, device))
    if runtime == "auto" and isinstance(name, LocalModel) and _is_cpu(device) and has_graphs(name.path):
        return load_onnx(name)
    if not isinstance(name, LocalModel):
        go_offline_if_unreachable()
    with extra_for(f"Model {model!r}"):
        from spark_vision.embedding.open_clip_loader import load_open_clip

    return load_open_clip(name, device)


def _supports_onnx(name: ModelName, device: str) -> LocalModel:
    if not isinstance(name, LocalModel):
        raise ModelError(
            f"{name.name}: ONNX Runtime runs model folders alone; set SPARK_VISION_RUNTIME=auto."
        )
    if not _is_cpu(device):
        raise ModelError(f"ONNX Runtime runs on the CPU here; set SPARK_VISION_RUNTIME=torch for {device}.")
    return name


def _is_cpu(device: str) -> bool:
    return device in ("auto", "cpu")
