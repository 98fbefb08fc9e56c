"""Any MODEL form to a loaded encoder, by open_clip."""

import difflib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from open_clip.transform import PreprocessCfg

from spark_vision.core.embedding import EncoderSpec, Preprocessing
from spark_vision.core.errors import MissingExtraError, ModelError, ModelNotFoundError, ModelUnavailableError
from spark_vision.embedding.clip_encoder import ClipEncoder
from spark_vision.embedding.model_name import HubModel, LocalModel, ModelName, TaggedModel
from spark_vision.embedding.preprocess import Preparer
from spark_vision.embedding.torch_session import TorchSession, best_device
from spark_vision.embedding.weights import file_digest, state_digest, weights_identity
from spark_vision.extras import extra_for


@dataclass(frozen=True)
class OpenClipTokenizer:
    """open_clip's tokenizer of a model, speaking NumPy."""

    tokenize: open_clip.SimpleTokenizer

    def __call__(self, texts: list[str]) -> NDArray[np.int64]:
        """See Tokenizer."""
        tokens: NDArray[np.int64] = self.tokenize(texts).numpy()
        return tokens


def load_open_clip(model: ModelName, device: str = "auto") -> ClipEncoder:
    """Load weights, preprocessing and tokenizer of a model.

    Raises ModelNotFoundError for names that do not exist, ModelUnavailableError for weights that
    cannot be fetched here and now, ModelError for files that are no such model, and MissingExtraError for a
    tokenizer or text tower of Hugging Face without `transformers`.
    """
    if isinstance(model, TaggedModel):
        _check_tag(model)
    place = best_device(device)
    with open_clip_errors(model):
        return _assemble(model, place)


@contextmanager
def open_clip_errors(model: ModelName) -> Iterator[None]:
    """Turn what open_clip raises and logs while it loads a model into errors that say what to do.

    Raises:
        ModelError: The model cannot be loaded.
        MissingExtraError: A package that the model needs is not installed.
    """
    try:
        with _quiet(), extra_for(f"Model {model.name!r}"), _named_transformers():
            yield
    except (MissingExtraError, ModelError):
        raise
    except Exception as error:  # open_clip and the hub's client raise a dozen kinds
        raise _explained(model, error) from error


def _assemble(model: ModelName, device: str) -> ClipEncoder:
    name, tag = _open_clip_name(model), model.tag if isinstance(model, TaggedModel) else None
    quick_gelu = _wants_quick_gelu(model)
    module: torch.nn.Module = open_clip.create_model(
        name, pretrained=tag, weights_only=True, require_pretrained=True, force_quick_gelu=quick_gelu
    )
    cfg = PreprocessCfg(**open_clip.get_model_preprocess_cfg(module))
    preprocessing = preprocessing_of(cfg)
    weights = file_digest(model.path) if isinstance(model, LocalModel) else state_digest(module)
    session = TorchSession(module, preprocessing, device)
    blank = np.zeros((1, preprocessing.height, preprocessing.width, 3), dtype=np.uint8)
    spec = EncoderSpec(
        model=model.name,
        weights=weights_identity(weights, open_clip.get_model_config(name), quick_gelu),
        dimension=session.run_images(blank).shape[1],
        preprocessing=preprocessing,
    )
    tokenizer = OpenClipTokenizer(open_clip.get_tokenizer(name))
    return ClipEncoder(spec, session, Preparer(preprocessing), tokenizer, device)


def preprocessing_of(cfg: PreprocessCfg) -> Preprocessing:
    """open_clip's preprocessing configuration in the domain's words."""
    size = cfg.size if isinstance(cfg.size, tuple | list) else (cfg.size, cfg.size)
    return Preprocessing(
        height=int(size[0]),
        width=int(size[1]),
        mean=_three(cfg.mean),
        std=_three(cfg.std),
        interpolation=str(cfg.interpolation),
        resize_mode=str(cfg.resize_mode),
        fill=int(cfg.fill_color),
    )


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third


def _wants_quick_gelu(model: ModelName) -> bool:
    """Whether a tag's weights were trained with QuickGELU, whatever its architecture says."""
    if not isinstance(model, TaggedModel):
        return False
    return bool(open_clip.get_pretrained_cfg(model.architecture, model.tag).get("quick_gelu"))


@contextmanager
def _named_transformers() -> Iterator[None]:
    """Turn open_clip's request for transformers, a RuntimeError, into the failed import that it is."""
    try:
        yield
    except RuntimeError as error:
        if "pip install transformers" not in str(error):
            raise
        raise ModuleNotFoundError(str(error), name="transformers") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what libraries log while they load: what matters comes as an exception."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)


def _open_clip_name(model: ModelName) -> str:
    match model:
        case LocalModel(path=path):
            return f"local-dir:{path}"
        case HubModel(name=name):
            return name
        case TaggedModel(architecture=architecture):
            return architecture


def _check_tag(model: TaggedModel) -> None:
    architectures = open_clip.list_models()
    if model.architecture not in architectures:
        raise ModelNotFoundError(
            f"open_clip has no architecture {model.architecture!r}"
            f"{_perhaps(model.architecture, architectures)}"
        )
    tags = open_clip.list_pretrained_tags_by_model(model.architecture)
    if model.tag not in tags:
        raise ModelNotFoundError(
            f"{model.architecture} has no weights tagged {model.tag!r}; "
            f"it has {', '.join(tags) or 'none at all'}."
        )


def _perhaps(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else "."


def _explained(model: ModelName, error: Exception) -> ModelError:
    reason = str(error).strip().split("\n")[0].split(". ")[0] or type(error).__name__
    if isinstance(model, LocalModel):
        return ModelError(f"{model.name}: the model in {model.path} cannot be loaded ({reason}).")
    return ModelUnavailableError(
        f"{model.name}: its weights cannot be fetched ({reason}). Without a way to the internet, "
        "copy the model to this machine and name it local-dir:PATH, or use spark-mini."
    )
