from __future__ import annotations

import pytest
import torch
from torch.nn.functional import normalize

from spark_vision.training.architecture import Architecture
from spark_vision.training.failure import TrainingError
from spark_vision.training.settling import settle_projection

SMALL = Architecture(
    embed_dim=16, image_size=32, context_length=8, text_width=16, text_heads=2, text_layers=1
)


def features_and_model() -> tuple[torch.Tensor, torch.nn.Module]:
    torch.manual_seed(3)
    # Few directions, as the features of a trunk: what lies in others cannot be kept.
    features = torch.randn(1500, 40) @ torch.randn(40, 1280) + torch.randn(1280)
    return features, SMALL.build().eval()


def similarities(model: torch.nn.Module, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    tokens = SMALL.tokenizer()([f"shoe number {number}" for number in range(12)])
    with torch.no_grad():
        pictures = normalize(model.visual.head.proj(features), dim=-1)
        said = normalize(model.encode_text(tokens), dim=-1)
    return pictures[:200] @ pictures[200:400].T, said @ pictures[:200].T


def test_without_features_only_the_axes_change() -> None:
    features, model = features_and_model()
    before = similarities(model, features)
    axes = model.visual.head.proj.weight.detach().clone()

    settle_projection(model, features, share=0.0)

    for now, then in zip(similarities(model, features), before, strict=True):
        torch.testing.assert_close(now, then, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(model.visual.head.proj.weight, axes)


def test_features_come_into_what_pictures_have_in_common() -> None:
    features, model = features_and_model()
    alike, said = similarities(model, features)
    centred = normalize(features - features.mean(0), dim=-1)
    wanted = (centred[:200] @ centred[200:400].T).flatten()

    settle_projection(model, features, share=2.0)

    alike_now, said_now = similarities(model, features)
    closer = [torch.corrcoef(torch.stack([each.flatten(), wanted]))[0, 1] for each in (alike, alike_now)]
    assert closer[1] > closer[0] + 0.03
    # What texts find stays much the same.
    assert torch.corrcoef(torch.stack([said.flatten(), said_now.flatten()]))[0, 1] > 0.7


def test_too_few_views_are_refused_before_anything_changes() -> None:
    features, model = features_and_model()
    before = model.visual.head.proj.weight.detach().clone()

    with pytest.raises(TrainingError, match="at least 16 pictures"):
        settle_projection(model, features[:15], share=0.5)

    torch.testing.assert_close(model.visual.head.proj.weight, before)
