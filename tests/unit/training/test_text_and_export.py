from __future__ import annotations

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from scripts.spark_mini.text_distillation import DistillationPlan, distil_text
from spark_vision.training.architecture import Architecture
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.corpus import Corpus
from spark_vision.training.export import export_model, project_texts
from spark_vision.training.image_tower import ImageLearner
from spark_vision.training.text_tower import set_text_projection, text_hidden

SMALL = Architecture(
    embed_dim=16, image_size=32, context_length=12, text_width=16, text_heads=2, text_layers=1
)
TEXTS = ("red apple", "blue denim jeans", "mela rossa", "a photo of a wooden chair")


@pytest.fixture(scope="module")
def model() -> open_clip.CLIP:
    torch.manual_seed(0)
    return SMALL.build().eval()


def made_up_corpus() -> Corpus:
    targets = np.random.default_rng(0).normal(size=(len(TEXTS), 384))
    return Corpus(TEXTS, (targets / np.linalg.norm(targets, axis=1, keepdims=True)).astype(np.float16))


def test_trimmed_texts_equal_open_clips_own(model: open_clip.CLIP) -> None:
    tokens = SMALL.tokenizer()(list(TEXTS))

    with torch.no_grad():
        trimmed = text_hidden(model, tokens) @ model.text_projection
        whole = model.encode_text(tokens)

    torch.testing.assert_close(trimmed, whole, rtol=1e-4, atol=1e-5)


def test_distillation_learns_and_resumes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = SMALL.build()
    set_text_projection(model, torch.randn(16, 384) * 0.05)
    files = RunFiles(tmp_path / "text.pt", tmp_path / "text.jsonl")
    plan = DistillationPlan(steps=40, batch_size=8, learning_rate=5e-3, warmup_steps=5)

    learnt = distil_text(model, made_up_corpus(), plan, files, lambda line: None)
    again = distil_text(model, made_up_corpus(), plan, files, lambda line: None)

    assert learnt > 0.3
    assert np.isnan(again)  # all steps were done: nothing was done again


def test_a_corpus_survives_the_disk(tmp_path: Path) -> None:
    corpus = made_up_corpus()
    corpus.save(tmp_path / "corpus.npz")

    loaded = Corpus.load(tmp_path / "corpus.npz")

    assert loaded.texts == corpus.texts
    np.testing.assert_array_equal(loaded.targets, corpus.targets)


def test_the_exported_folder_loads_and_prepares_the_whole_picture_on_white(
    tmp_path: Path, model: open_clip.CLIP
) -> None:
    export_model(model, SMALL, tmp_path)
    name = f"local-dir:{tmp_path}"

    loaded, _, preprocess = open_clip.create_model_and_transforms(name)
    tokens = open_clip.get_tokenizer(name)(["red apple"])
    wide = preprocess(Image.new("RGB", (64, 16), (0, 0, 0)))

    assert tokens.shape == (1, 12)
    with torch.no_grad():
        torch.testing.assert_close(
            loaded.eval().encode_text(tokens), model.encode_text(tokens), rtol=0.02, atol=0.02
        )
        assert loaded.encode_image(wide[None]).shape == (1, 16)
    assert wide[:, 0].min() == 1.0
    assert wide[:, 16].max() == -1.0


def test_texts_are_projected_to_the_pictures_space() -> None:
    model = SMALL.build().eval()
    learner = ImageLearner(model)
    set_text_projection(model, torch.randn(16, 384))
    tokens = SMALL.tokenizer()(list(TEXTS))

    with torch.no_grad():
        expected = learner.embed_sentences(model.encode_text(tokens))
        project_texts(model, learner)
        projected = model.encode_text(tokens, normalize=True)

    torch.testing.assert_close(projected, expected, rtol=1e-4, atol=1e-5)
