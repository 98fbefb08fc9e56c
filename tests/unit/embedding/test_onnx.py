"""ONNX Runtime against PyTorch, which is the reference."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import open_clip
import pytest
import torch

from spark_vision.core.errors import ModelError
from spark_vision.embedding.bundled import bundled_model
from spark_vision.embedding.clip_tokenizer import BytePairTokenizer
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import load_encoder
from spark_vision.embedding.onnx_export import export_onnx
from spark_vision.embedding.onnx_files import (
    GRAPH_PREFIX,
    IMAGE_GRAPH,
    RECORD,
    WEIGHTS,
    read_weights,
    weights_of,
)
from spark_vision.embedding.text_cleaning import CLEANERS
from spark_vision.media.files import read_picture
from spark_vision.media.limits import PictureLimits
from tests.fakes import noise, smooth
from tests.unit.embedding.tiny_models import write_model

TEXTS = [
    "red shoes for men",
    "",
    "scarpe da ginnastica",
    "Ein blauer Stuhl, 椅子",
    "word " * 100,
    "it's &amp; 5",
    "sale!% red bowl",  # within a word "!" is token 0, as padding is
]
DEMO = Path(__file__).parents[3] / "spark_vision" / "demo_shop"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_model(tmp_path_factory.mktemp("model"), resize_mode="longest")
    export_onnx(folder)
    return folder


def copy_of(folder: Path, place: Path) -> Path:
    place.mkdir()
    for file in folder.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    return place


def pictures_of(encoder: Encoder, pictures: list[np.ndarray]) -> np.ndarray:
    prepared = np.stack([encoder.prepare(picture) for picture in pictures])
    return encoder.finish(encoder.forward(prepared))


def least_cosine(ours: np.ndarray, reference: np.ndarray) -> float:
    return float((ours * reference).sum(axis=1).min())


def real_pictures() -> list[np.ndarray]:
    files = sorted(DEMO.rglob("*.jpg"))[:8]
    assert len(files) == 8
    return [read_picture(file, PictureLimits()) for file in files]


@pytest.mark.parametrize("model", ["spark-mini", "tiny"])
def test_both_run_times_agree(model: str, exported: Path):
    name = model if model == "spark-mini" else f"local-dir:{exported}"
    torch, onnx = load_encoder(name, "cpu", "torch"), load_encoder(name, "cpu", "onnx")
    pictures = [*real_pictures(), smooth(90, 40), *(noise(seed, 64, 48) for seed in range(4))]

    assert onnx.spec == torch.spec
    assert least_cosine(pictures_of(onnx, pictures), pictures_of(torch, pictures)) >= 0.9999
    assert least_cosine(onnx.encode_texts(TEXTS), torch.encode_texts(TEXTS)) >= 0.9999


def test_a_text_means_the_same_alone_and_beside_a_longer_one():
    encoder = load_encoder("spark-mini", "cpu", "onnx")
    alone = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
    assert least_cosine(alone, encoder.encode_texts(TEXTS)) >= 0.9999


def test_norms_and_activations_go_into_the_convolutions(tmp_path: Path):
    optimised = tmp_path / "optimised.onnx"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(optimised)
    model = bundled_model("spark-mini")
    assert model is not None
    folder = model.path
    weights = read_weights(folder)
    names = weights_of(IMAGE_GRAPH, weights)
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weights[name]) for name in names]
    options.add_external_initializers([GRAPH_PREFIX + name for name in names], values)
    onnxruntime.InferenceSession(folder / IMAGE_GRAPH, options, providers=["CPUExecutionProvider"])

    kinds = Counter(node.op_type for node in onnx.load(optimised).graph.node)
    assert kinds["Conv"] > 40
    assert not kinds.keys() & {"BatchNormalization", "Clip", "Relu"}


def test_maps_are_those_of_the_models_fifth_stage():
    model = bundled_model("spark-mini")
    onnx, clip = load_encoder("spark-mini", "cpu", "onnx"), open_clip.create_model(f"local-dir:{model.path}")
    seen = []
    clip.eval().visual.trunk.blocks[4].register_forward_hook(lambda *given: seen.append(given[2]))
    prepared = np.stack([onnx.prepare(picture) for picture in real_pictures()[:3]])
    features, maps = onnx.forward_with_maps(prepared)
    with torch.inference_mode():
        clip.encode_image((torch.from_numpy(prepared).permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5)
    np.testing.assert_allclose(maps, seen[0].numpy(), atol=2e-3)
    assert np.array_equal(features, onnx.forward(prepared))


def test_a_model_without_maps_says_so(exported: Path):
    for run_time in ("onnx", "torch"):
        encoder = load_encoder(f"local-dir:{exported}", "cpu", run_time)
        features, maps = encoder.forward_with_maps(np.stack([encoder.prepare(noise(0))]))
        assert maps is None
        assert features.shape == (1, 32)


def test_graphs_are_taken_by_default_and_on_the_cpu_alone(exported: Path):
    name = f"local-dir:{exported}"
    child = [sys.executable, "-c", CHILD, name]
    told = subprocess.run(child, capture_output=True, text=True, timeout=120, env=os.environ)
    assert told.stdout.split() == ["(1,", "32)", "False"], told.stderr[-2000:]
    with pytest.raises(ModelError, match="SPARK_VISION_RUNTIME=torch for cuda"):
        load_encoder(name, "cuda", "onnx")


CHILD = """
import sys
from spark_vision.embedding.load import load_encoder
print(load_encoder(sys.argv[1]).encode_texts(["red"]).shape, "torch" in sys.modules)
"""


def test_bundled_model_has_graphs_and_stays_small():
    model = bundled_model("spark-mini")
    assert model is not None
    assert (model.path / RECORD).is_file()
    assert model.size <= 45_000_000


@pytest.mark.parametrize("cleaner", CLEANERS)
def test_tokens_equal_open_clips_own(cleaner: str):
    theirs = open_clip.SimpleTokenizer(context_length=32, clean=cleaner)(TEXTS).numpy()
    assert np.array_equal(BytePairTokenizer(32, cleaner)(TEXTS), theirs)


@pytest.mark.parametrize("damaged", [IMAGE_GRAPH, RECORD, WEIGHTS])
def test_what_does_not_belong_together_is_refused(tmp_path: Path, exported: Path, damaged: str):
    folder = copy_of(exported, tmp_path / "model")
    (folder / damaged).write_bytes((folder / damaged).read_bytes()[:-3] + b"}}}")
    with pytest.raises(ModelError, match=r"spark-vision models export-onnx.*SPARK_VISION_RUNTIME=torch"):
        load_encoder(f"local-dir:{folder}", "cpu")


def test_folder_without_graphs_stays_with_pytorch(tmp_path: Path):
    name = f"local-dir:{write_model(tmp_path)}"
    assert load_encoder(name, "cpu").encode_texts(["red"]).shape == (1, 32)
    with pytest.raises(ModelError, match="has no ONNX graphs"):
        load_encoder(name, "cpu", "onnx")
