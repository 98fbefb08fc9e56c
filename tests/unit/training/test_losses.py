from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import normalize

from spark_vision.training.losses import (
    contrastive_loss,
    keep_features_loss,
    picture_picture_loss,
)


def test_contrastive_loss_of_two_queries_by_hand() -> None:
    queries = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    keys = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    positives = torch.tensor([[True, False, True], [False, True, False]])
    scale = 2.0

    first = math.log(math.exp(2.0) + math.exp(0.0) + math.exp(1.2))
    second = math.log(math.exp(0.0) + math.exp(2.0) + math.exp(1.6))
    by_hand = ((first - 2.0 + first - 1.2) / 2 + (second - 2.0)) / 2

    assert contrastive_loss(queries, keys, positives, scale).item() == pytest.approx(by_hand, abs=1e-6)


def test_queries_without_a_positive_do_not_count() -> None:
    rows = normalize(torch.randn(3, 4, generator=torch.Generator().manual_seed(0)), dim=1)
    positives = torch.eye(3, dtype=torch.bool)
    positives[2, 2] = False

    alone = contrastive_loss(rows[:2], rows, positives[:2], 5.0)

    assert contrastive_loss(rows, rows, positives, 5.0).item() == pytest.approx(alone.item())


def test_the_loss_is_near_zero_where_all_match() -> None:
    rows = torch.eye(4)

    loss = contrastive_loss(rows, rows, torch.eye(4, dtype=torch.bool), torch.tensor(100.0))

    assert loss.item() == pytest.approx(0.0, abs=1e-6)


def test_a_picture_is_not_its_own_positive() -> None:
    pictures = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    groups = torch.tensor([0, 0, 1, 1])

    by_hand = math.log(math.exp(3.0) + 2) - 3.0

    assert picture_picture_loss(pictures, groups, 3.0).item() == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize(("factor", "loss"), [(3.0, 0.0), (-1.0, 2.0)])
def test_keep_features_loss_measures_direction_only(factor: float, loss: float) -> None:
    features = torch.tensor([[1.0, 2.0], [3.0, -1.0]])

    assert keep_features_loss(features * factor, features).item() == pytest.approx(loss, abs=1e-6)
