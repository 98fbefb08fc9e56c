"""The MODEL forms, and what one is told where a model cannot be had."""

import os
import subprocess
import sys
from pathlib import Path

import open_clip
import pytest

from spark_vision.core.errors import ModelError, ModelNotFoundError
from spark_vision.embedding.bundled import bundled_model, bundled_models
from spark_vision.embedding.load import load_encoder
from spark_vision.embedding.model_name import HubModel, LocalModel, TaggedModel, parse_model
from spark_vision.embedding.weights import file_digest, state_digest
from tests.unit.embedding.tiny_models import ARCHITECTURE, write_model


def test_forms_are_told_apart(tmp_path):
    folder = write_model(tmp_path / "model", weights=False)
    assert parse_model("ViT-B-32/laion2b_s34b_b79k") == TaggedModel(
        "ViT-B-32/laion2b_s34b_b79k", "ViT-B-32", "laion2b_s34b_b79k"
    )
    assert parse_model("hf-hub:org/name") == HubModel("hf-hub:org/name")
    assert parse_model(f"local-dir:{folder}") == LocalModel(f"local-dir:{folder}", folder)


def test_folder_is_named_absolutely_so_that_it_is_found_from_anywhere(tmp_path, monkeypatch):
    write_model(tmp_path / "model", weights=False)
    monkeypatch.chdir(tmp_path)
    assert parse_model("local-dir:model").name == f"local-dir:{tmp_path / 'model'}"


def test_bundled_models_are_known_by_name():
    for model in bundled_models():
        assert parse_model(model.name) == LocalModel(model.name, model.path)
        assert bundled_model(model.name) == model


@pytest.mark.parametrize("name", ["spark-mimi", "", "ViT-B-32", "/tag", "ViT-B-32/", "clip"])
def test_misspelt_name_is_answered_with_the_forms(name):
    with pytest.raises(
        ModelNotFoundError, match=r"ARCHITECTURE/TAG.*hf-hub:ORG/NAME.*local-dir:PATH"
    ) as caught:
        load_encoder(name)
    assert repr(name) in caught.value.message


def test_misspelt_architecture_is_answered_with_close_ones():
    with pytest.raises(ModelNotFoundError, match=r"no architecture 'ViT-B32'; did you mean .*ViT-B-32"):
        load_encoder("ViT-B32/laion2b_s34b_b79k")


def test_wrong_tag_is_answered_with_the_tags_there_are():
    with pytest.raises(
        ModelNotFoundError, match=r"ViT-B-32 has no weights tagged 'laion'.*laion2b_s34b_b79k"
    ):
        load_encoder("ViT-B-32/laion")


@pytest.mark.parametrize("place", ["absent", "."])
def test_folder_that_is_no_model_is_refused(tmp_path, place):
    with pytest.raises(ModelNotFoundError, match=r"has no open_clip_config\.json"):
        load_encoder(f"local-dir:{tmp_path / place}")


def test_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(ModelError, match="weights"):
        load_encoder(f"local-dir:{write_model(tmp_path, weights=False)}")


@pytest.mark.parametrize("data", [b"", b"junk" * 1000])
def test_damaged_weights_are_refused_with_the_folder(tmp_path, data):
    folder = write_model(tmp_path)
    (folder / "open_clip_model.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=str(folder)):
        load_encoder(f"local-dir:{folder}")


def test_cut_off_weights_are_refused(tmp_path):
    folder = write_model(tmp_path)
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(f"local-dir:{folder}")


@pytest.mark.parametrize("config", ["{", "[]", "{}", '{"model_cfg": {}}'])
def test_damaged_configuration_is_refused(tmp_path, config):
    folder = write_model(tmp_path)
    (folder / "open_clip_config.json").write_text(config)
    with pytest.raises(ModelError):
        load_encoder(f"local-dir:{folder}")


@pytest.mark.parametrize("device", ["cuda:99", "xpu:99"])
def test_a_device_that_the_machine_has_not_is_named(tmp_path, device):
    folder = write_model(tmp_path / "model")
    with pytest.raises(ModelError, match=f"^SPARK_VISION_DEVICE is {device}: PyTorch finds no such device"):
        load_encoder(f"local-dir:{folder}", device)


def test_digest_of_a_folder_changes_with_its_weights_alone(tmp_path):
    one, same, other = (write_model(tmp_path / str(number), seed) for number, seed in enumerate((0, 0, 1)))
    (same / "README.md").write_text("a card")
    assert file_digest(one) == file_digest(same) != file_digest(other)


def test_digest_of_a_model_in_memory_is_that_of_all_its_weights():
    model = open_clip.CLIP(**ARCHITECTURE)
    before = state_digest(model)
    assert state_digest(model) == before
    model.logit_scale.data += 1
    assert state_digest(model) != before


def test_other_activation_is_another_encoder(tmp_path):
    one = load_encoder(f"local-dir:{write_model(tmp_path / 'one')}", "cpu")
    folder = write_model(tmp_path / "two")
    config = folder / "open_clip_config.json"
    config.write_text(config.read_text().replace('"embed_dim"', '"quick_gelu": true, "embed_dim"'))
    two = load_encoder(f"local-dir:{folder}", "cpu")
    assert one.spec.fingerprint != two.spec.fingerprint


OFFLINE = """
import sys
from spark_vision.embedding.load import load_encoder
from spark_vision.core.errors import ModelUnavailableError
for name in sys.argv[1:]:
    try:
        load_encoder(name)
    except ModelUnavailableError as error:
        print(error.message)
"""


def test_models_that_cannot_be_fetched_are_answered_with_what_to_do(tmp_path: Path):
    names = ["hf-hub:nobody-of-note/no-such-model", "ViT-B-32/laion2b_s34b_b79k"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-c", OFFLINE, *names]
    child = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr[-2000:]
    for name, line in zip(names, child.stdout.splitlines(), strict=True):
        assert line.startswith(f"{name}: its weights cannot be fetched")
        assert "name it local-dir:PATH, or use spark-mini" in line
