"""A model folder with ONNX graphs to a loaded encoder, without importing PyTorch."""

import json
from pathlib import Path
from typing import Any

from spark_vision.core.embedding import EncoderSpec, Preprocessing
from spark_vision.core.errors import ModelError, reason_of
from spark_vision.embedding.bundled import CONFIG
from spark_vision.embedding.clip_encoder import ClipEncoder
from spark_vision.embedding.clip_tokenizer import byte_pair_tokenizer, is_byte_pair
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.hf_tokenizer import HuggingFaceTokenizer
from spark_vision.embedding.model_name import LocalModel
from spark_vision.embedding.onnx_files import RECORD, TOKENIZER, Graphs, find_graphs
from spark_vision.embedding.onnx_session import OnnxSession
from spark_vision.embedding.preprocess import Preparer
from spark_vision.embedding.session import Tokenizer
from spark_vision.embedding.torch_text import TorchTextEncoder
from spark_vision.embedding.weights import file_digest, weights_identity


def has_graphs(folder: Path) -> bool:
    """Whether a model folder says that it has ONNX graphs."""
    return (folder / RECORD).is_file()


def load_onnx(model: LocalModel) -> Encoder:
    """Load the graphs, preprocessing and tokenizer of a model folder.

    The spec equals that of the same folder loaded by open_clip: an index serves both.
    Raises ModelError where there are no graphs, or they do not belong to the weights.
    """
    weights = file_digest(model.path)
    graphs = find_graphs(model.path, weights)
    if graphs is None:
        raise ModelError(
            f"{model.name}: {model.path} has no ONNX graphs; make them with "
            "`spark-vision models export-onnx`, or set SPARK_VISION_RUNTIME=auto."
        )
    try:
        return _assemble(model, graphs, weights)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{model.name}: {model.path / CONFIG} is not complete ({reason_of(error)})."
        ) from error


def _assemble(model: LocalModel, graphs: Graphs, weights: str) -> Encoder:
    config: dict[str, Any] = json.loads((model.path / CONFIG).read_text("utf-8"))
    architecture = config["model_cfg"]
    preprocessing = _preprocessing(config["preprocess_cfg"], architecture["vision_cfg"]["image_size"])
    spec = EncoderSpec(
        model=model.name,
        weights=weights_identity(weights, architecture, quick_gelu=False),
        dimension=int(architecture["embed_dim"]),
        preprocessing=preprocessing,
    )
    session, preparer = OnnxSession(graphs), Preparer(preprocessing)
    if not graphs.has_text:
        return TorchTextEncoder(spec, session, preparer, model)
    return ClipEncoder(spec, session, preparer, _tokenizer(model, architecture["text_cfg"]))


def _tokenizer(model: LocalModel, text_cfg: dict[str, Any]) -> Tokenizer:
    if is_byte_pair(text_cfg):
        return byte_pair_tokenizer(text_cfg)
    if not (model.path / TOKENIZER).is_file():
        raise ModelError(
            f"{model.name}: {model.path} has ONNX graphs of an earlier version, which ran them with another"
            " tokenizer than the model's. Run `spark-vision models export-onnx` on the folder."
        )
    return HuggingFaceTokenizer(model.path / TOKENIZER, text_cfg)


def _preprocessing(cfg: dict[str, Any], image_size: Any) -> Preprocessing:
    """open_clip's `preprocess_cfg`, with its defaults for what is left out."""
    size = cfg.get("size", image_size)
    height, width = size if isinstance(size, list) else (size, size)
    red, green, blue = (float(value) for value in cfg["mean"])
    scales = tuple(float(value) for value in cfg["std"])
    return Preprocessing(
        height=int(height),
        width=int(width),
        mean=(red, green, blue),
        std=(scales[0], scales[1], scales[2]),
        interpolation=str(cfg.get("interpolation", "bicubic")),
        resize_mode=str(cfg.get("resize_mode", "shortest")),
        fill=int(cfg.get("fill_color", 0)),
    )
