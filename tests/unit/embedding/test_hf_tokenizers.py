"""Models whose tokenizer or text tower is Hugging Face's: never run as if it were CLIP's."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from spark_vision.core.errors import MissingExtraError, ModelError, ModelNotFoundError
from spark_vision.embedding.load import load_encoder
from spark_vision.embedding.model_name import parse_model
from spark_vision.embedding.onnx_export import export_onnx
from spark_vision.embedding.onnx_files import RECORD
from tests.unit.embedding.tiny_models import write_model

NAMES = {"hf_tokenizer_name": "org/tokenizer"}
TOWER = NAMES | {"hf_model_name": "org/text", "hf_proj_type": "mlp", "hf_pooler_type": "mean_pooler"}
SIGLIP = NAMES | {"tokenizer_kwargs": {"clean": "canonicalize"}}


def with_text(folder: Path, **changed: object) -> Path:
    config = folder / "open_clip_config.json"
    value = json.loads(config.read_text())
    value["model_cfg"]["text_cfg"] |= changed
    config.write_text(json.dumps(value))
    return folder


@pytest.mark.parametrize("changed", [NAMES, TOWER, SIGLIP])
def test_export_refuses_a_tokenizer_that_is_not_there(tmp_path: Path, changed: dict[str, object]) -> None:
    folder = with_text(write_model(tmp_path), **changed)
    with pytest.raises(ModelError, match="cannot be loaded"):
        export_onnx(folder)
    assert not (folder / RECORD).exists()


def test_graphs_that_an_earlier_version_exported_wrongly_are_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    export_onnx(folder)
    wrong = with_text(shutil.copytree(folder, tmp_path / "wrong"), **NAMES)
    with pytest.raises(ModelError, match=r"graphs of an earlier version.*models export-onnx"):
        load_encoder(f"local-dir:{wrong}", "cpu", "onnx")


@pytest.mark.skipif(find_spec("transformers") is not None, reason="transformers is installed")
@pytest.mark.parametrize("changed", [NAMES, TOWER])
def test_a_missing_tokenizer_library_is_named_and_not_the_network(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    folder = with_text(write_model(tmp_path), **changed)
    with pytest.raises(MissingExtraError, match=r'pip install "spark-vision\[hf-tokenizers\]"'):
        load_encoder(f"local-dir:{folder}", "cpu")


def test_a_folder_in_the_format_of_transformers_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "siglip"}')
    with pytest.raises(ModelNotFoundError, match=r"transformers library alone.*open_clip's format"):
        parse_model(f"local-dir:{tmp_path}")
