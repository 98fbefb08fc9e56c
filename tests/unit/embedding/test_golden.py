"""Embeddings against open_clip's own path from a picture or a text to features."""

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from spark_vision.embedding.bundled import bundled_models
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import load_encoder
from tests.fakes import noise, smooth
from tests.unit.embedding.tiny_models import write_model

PICTURES = [smooth(90, 40), smooth(33, 71), noise(1, 200, 64), noise(2, 32, 32), noise(3, 5, 9)]
TEXTS = ["a red chair", "Ein blauer Stuhl, 椅子", "", "word " * 100]


def golden(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings of the pictures and of the texts, without any of our code."""
    model, _, transform = open_clip.create_model_and_transforms(name)
    model.eval()
    with torch.no_grad():
        batch = torch.stack([transform(Image.fromarray(picture)) for picture in PICTURES])
        pictures = model.encode_image(batch, normalize=True)
        texts = model.encode_text(open_clip.get_tokenizer(name)(TEXTS), normalize=True)
    return pictures.numpy(), texts.numpy()


def embeddings(encoder: Encoder) -> np.ndarray:
    prepared = np.stack([encoder.prepare(picture) for picture in PICTURES])
    return encoder.finish(encoder.forward(prepared))


@pytest.mark.parametrize("resize_mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pictures_equal_open_clips_own(tmp_path: Path, resize_mode: str, interpolation: str):
    name = f"local-dir:{write_model(tmp_path, resize_mode=resize_mode, interpolation=interpolation)}"
    found = embeddings(load_encoder(name, "cpu"))
    assert found.dtype == np.float32
    assert np.allclose(found, golden(name)[0], atol=1e-5)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"local-dir:{write_model(tmp_path_factory.mktemp('model'))}"


@pytest.fixture(scope="module")
def encoder(tiny: str) -> Encoder:
    return load_encoder(tiny, "cpu")


def test_texts_equal_open_clips_own(tiny, encoder):
    found = encoder.encode_texts(TEXTS)
    assert found.dtype == np.float32
    assert np.allclose(found, golden(tiny)[1], atol=1e-5)


def test_many_texts_are_as_each_alone(encoder):
    texts = [f"chair {number}" for number in range(300)]
    together = encoder.encode_texts(texts)
    assert together.shape == (300, 32)
    assert np.allclose(
        together[[0, 255, 256, 299]], encoder.encode_texts([texts[i] for i in (0, 255, 256, 299)]), atol=1e-6
    )


def test_no_texts_are_no_embeddings(encoder):
    assert encoder.encode_texts([]).shape == (0, 32)


def test_embedding_hardly_depends_on_the_batch(encoder):
    prepared = np.stack([encoder.prepare(picture) for picture in PICTURES])
    alone = [encoder.finish(encoder.forward(row[None]))[0] for row in prepared]
    assert np.allclose(embeddings(encoder), alone, atol=1e-6)


def test_spec_tells_the_models_own_preprocessing(encoder, tiny):
    preprocessing = encoder.spec.preprocessing
    assert (preprocessing.height, preprocessing.width, encoder.spec.dimension) == (32, 32, 32)
    assert preprocessing.mean == (0.48, 0.46, 0.41)
    assert (preprocessing.interpolation, preprocessing.resize_mode) == ("bicubic", "shortest")
    assert encoder.spec.model == tiny


@pytest.mark.parametrize("resize_mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("shape", [(1, 20_000, 3), (20_000, 1, 3), (1, 1, 3)])
def test_thin_pictures_are_prepared(tmp_path, resize_mode, shape):
    encoder = load_encoder(f"local-dir:{write_model(tmp_path, resize_mode=resize_mode)}", "cpu")
    picture = np.full(shape, 200, np.uint8)
    assert encoder.prepare(picture).shape == (32, 32, 3)


def test_preparing_a_thin_picture_keeps_its_middle(encoder):
    thin = np.zeros((10, 5000, 3), np.uint8)
    thin[:, 2480:2520] = 255
    prepared = encoder.prepare(thin)
    assert prepared[:, 2:-2].min() == 255


@pytest.mark.parametrize("model", bundled_models(), ids=lambda model: model.name)
def test_bundled_model_equals_open_clips_own(model):
    name = f"local-dir:{model.path}"
    encoder = load_encoder(model.name, "cpu")
    pictures, texts = golden(name)
    assert np.allclose(embeddings(encoder), pictures, atol=1e-5)
    assert np.allclose(encoder.encode_texts(TEXTS), texts, atol=1e-5)
    assert encoder.spec.model == model.name
