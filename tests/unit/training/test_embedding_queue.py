from __future__ import annotations

import pytest
import torch

from spark_vision.training.embedding_queue import EmbeddingQueue
from spark_vision.training.losses import picture_picture_loss
from spark_vision.training.precision import bfloat16_is_fast

EMPTY = {"numbers": torch.zeros(0, dtype=torch.int64), "points": torch.zeros(0, 2)}


def rows(*numbers: int) -> dict[str, torch.Tensor]:
    return {"numbers": torch.tensor(numbers), "points": torch.tensor(numbers)[:, None].repeat(1, 2).float()}


def test_the_oldest_rows_are_forgotten_in_all_columns_alike() -> None:
    ring = EmbeddingQueue(5, EMPTY)
    ring.add(rows(1, 2, 3))
    assert ring.rows("numbers").tolist() == [1, 2, 3]

    ring.add(rows(4, 5, 6))

    assert sorted(ring.rows("numbers").tolist()) == [2, 3, 4, 5, 6]
    assert ring.rows("points")[:, 0].tolist() == ring.rows("numbers").tolist()


def test_a_ring_without_room_keeps_nothing() -> None:
    ring = EmbeddingQueue(0, EMPTY)
    ring.add(rows(1, 2))
    assert ring.rows("points").shape == (0, 2)


def test_a_ring_goes_through_a_checkpoint() -> None:
    ring, again = EmbeddingQueue(4, EMPTY), EmbeddingQueue(4, EMPTY)
    ring.add(rows(1, 2, 3))
    again.load_state_dict(ring.state_dict())
    for each in (ring, again):
        each.add(rows(7, 8))
    assert again.rows("numbers").tolist() == ring.rows("numbers").tolist()


def test_remembered_pictures_of_a_product_pull_and_others_push() -> None:
    pictures = torch.nn.functional.normalize(torch.randn(4, 3), dim=1)
    groups = torch.tensor([0, 1, 2, 3])

    near = picture_picture_loss(pictures, groups, 5.0, (pictures, groups))
    far = picture_picture_loss(pictures, groups, 5.0, (-pictures, groups))

    assert 0 < near < far
    assert picture_picture_loss(pictures, groups, 5.0) == 0  # no picture has a partner


@pytest.mark.parametrize(
    ("told", "fast"),
    [
        ("flags\t\t: fpu avx512_bf16 sse\n", True),
        ("flags : fpu avx2\n", False),
        ("Features : fp bf16\n", True),
    ],
)
def test_bfloat16_is_used_where_the_processor_has_it(tmp_path, told: str, fast: bool) -> None:
    (tmp_path / "cpuinfo").write_text(told)
    assert bfloat16_is_fast(tmp_path / "cpuinfo") is fast
    assert not bfloat16_is_fast(tmp_path / "absent")
