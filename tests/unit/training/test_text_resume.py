from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from scripts.spark_mini.text_distillation import DistillationPlan, distil_text
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.corpus import Corpus
from spark_vision.training.text_tower import set_text_projection
from tests.small_model import SMALL


def test_resuming_the_text_tower_leaves_the_image_tower_alone(tmp_path: Path) -> None:
    """A checkpoint of one tower must not bring along the other one as it was then."""
    corpus = Corpus(("red apple",), np.ones((1, 384), dtype=np.float16))
    files = RunFiles(tmp_path / "text.pt", tmp_path / "text.jsonl")
    plan = DistillationPlan(steps=1, batch_size=2)
    first, second = SMALL.build(), SMALL.build()
    for model in (first, second):
        set_text_projection(model, torch.randn(16, 384))
    trained = second.visual.head.proj.weight.clone()

    distil_text(first, corpus, plan, files, lambda line: None)
    distil_text(second, corpus, plan, files, lambda line: None)

    torch.testing.assert_close(second.visual.head.proj.weight, trained)
    torch.testing.assert_close(second.token_embedding.weight, first.token_embedding.weight)
