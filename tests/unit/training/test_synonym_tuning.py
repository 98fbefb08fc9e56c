from __future__ import annotations

from pathlib import Path

import numpy as np
import open_clip
import torch

from scripts.spark_mini.synonym_tuning import OwnMeaning, WordPlan, tune_synonyms
from scripts.spark_mini.text_distillation import DistillationPlan
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.corpus import CorpusSize
from tests.small_model import SMALL

PLAN = WordPlan(
    CorpusSize(phrases=50, repeat_single_words=1),
    DistillationPlan(steps=60, batch_size=64, learning_rate=1e-2, warmup_steps=5, seed=3),
)
TAUGHT = {"scarpe da ginnastica": "sneakers", "zaino": "backpack", "rucksack": "backpack"}


def closeness(model: open_clip.CLIP, before: OwnMeaning) -> float:
    """How near words are to where their concept was before the lesson: a mean cosine."""
    said = OwnMeaning(model, SMALL).encode(list(TAUGHT))
    meant = before.encode(list(TAUGHT.values()))
    return float(np.mean((said * meant).sum(1)))


def test_words_move_to_what_they_mean_and_pictures_stay(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = SMALL.build()
    before = OwnMeaning(model, SMALL)
    pictures = {name: weight.clone() for name, weight in model.visual.state_dict().items()}
    far = closeness(model, before)
    files = RunFiles(tmp_path / "words.pt", tmp_path / "words.jsonl")

    tune_synonyms(model, ["Puma Court"], SMALL, PLAN, files, lambda line: None)

    assert closeness(model, before) > far + 0.1
    for name, weight in model.visual.state_dict().items():
        torch.testing.assert_close(weight, pictures[name])
