from __future__ import annotations

from pathlib import Path

import pytest
import torch

from spark_vision.training.architecture import Architecture
from spark_vision.training.errors import TrainingError
from spark_vision.training.export import export_model
from spark_vision.training.image_tower import ImageLearner
from spark_vision.training.refining import blend, load_model, ridge, start_heads
from spark_vision.training.training_texts import TrainingTexts
from tests.small_model import SMALL


def test_blending_goes_a_share_of_the_way() -> None:
    model, start = SMALL.build(), SMALL.build()
    name = "visual.head.proj.weight"
    refined, before = (each.state_dict()[name].clone() for each in (model, start))

    blend(model, start, 0.25)

    torch.testing.assert_close(model.state_dict()[name], 0.25 * refined + 0.75 * before)


def test_ridge_finds_a_linear_map() -> None:
    weights = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    inputs = torch.randn(400, 5, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ridge(inputs, inputs @ weights.T), weights, rtol=0.01, atol=0.01)


def test_heads_start_where_the_towers_are() -> None:
    torch.manual_seed(0)
    model = SMALL.build().eval()
    learner = ImageLearner(model, 3, with_texts=True)
    tokens = SMALL.tokenizer()([f"shoe number {number}" for number in range(60)])
    said = torch.nn.functional.normalize(model.encode_text(tokens), dim=-1).detach()
    sentences = torch.cat([said, torch.zeros(60, 384 - 16)], dim=1)

    start_heads(model, learner, TrainingTexts(sentences, tokens), torch.rand(50, 1280))

    torch.testing.assert_close(learner.embed_sentences(sentences), said, rtol=0.05, atol=0.02)


def test_a_folder_without_a_fitting_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=str(tmp_path)):
        load_model(tmp_path, SMALL)
    export_model(Architecture(embed_dim=8, image_size=32).build(), SMALL, tmp_path)
    with pytest.raises(TrainingError, match="holds no model of this architecture"):
        load_model(tmp_path, SMALL)


def test_a_folder_says_how_large_its_pictures_are(tmp_path: Path) -> None:
    export_model(SMALL.build(), SMALL, tmp_path)
    assert Architecture.of(tmp_path).image_size == SMALL.image_size

    for said in ('{"preprocess_cfg": {"size": [32, 32]}}', '{"preprocess_cfg": {}}', "[]", "no JSON"):
        (tmp_path / "open_clip_config.json").write_text(said)
        with pytest.raises(TrainingError, match=r"open_clip_config\.json"):
            Architecture.of(tmp_path)
