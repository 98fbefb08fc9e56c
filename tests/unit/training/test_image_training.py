from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from spark_vision.training.batches import BatchMaker, BatchPlan, collect_examples, truth
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.errors import TrainingError
from spark_vision.training.image_tower import ImageLearner, frozen_stem, stem_features
from spark_vision.training.image_training import ImageRun
from spark_vision.training.packing import open_pack
from spark_vision.training.plans import ImagePlan, LossWeights
from spark_vision.training.splits import SplitPlan, make_split
from spark_vision.training.training_texts import Phrases, TrainingTexts, category_bank
from spark_vision.training.views import ViewPlan
from tests.small_model import SMALL

PLAN = ImagePlan(epochs=4, warmup_steps=2, average_decay=0.5, head_rate=3e-3, workers=0)


def make_batches(data: Path, work: Path, views: int = 2) -> BatchMaker:
    split = make_split(data, SplitPlan(fashion_left_out=0))
    pack = open_pack(split.material.paths(), work)
    examples = collect_examples(split.material, pack)
    return BatchMaker(examples, pack, BatchPlan(size=6, views=views), ViewPlan(side=32))


def make_run(batches: BatchMaker, plan: ImagePlan = PLAN, deep: bool = False) -> ImageRun:
    torch.manual_seed(0)
    model = SMALL.build()
    sentences = torch.randn(64, 384, generator=torch.Generator().manual_seed(1))
    if not deep:
        return ImageRun(model, ImageLearner(model), batches, TrainingTexts(sentences), plan)
    tokens = SMALL.tokenizer()(list(batches.examples.texts))
    learner = ImageLearner(model, frozen_stages=3, with_texts=True)
    bank = category_bank(batches.examples.categories, SMALL, seed=1)
    phrases = Phrases(tokens[:5], sentences[:5])
    return ImageRun(model, learner, batches, TrainingTexts(sentences, tokens, bank, phrases), plan)


def run_files(folder: Path) -> RunFiles:
    folder.mkdir()
    return RunFiles(folder / "image.pt", folder / "image.jsonl")


def weights(run: ImageRun) -> dict[str, torch.Tensor]:
    return dict(run.state.state_dict())


@pytest.mark.parametrize("deep", [False, True])
def test_a_resumed_run_ends_like_an_uninterrupted_one(data: Path, tmp_path: Path, deep: bool) -> None:
    """Deep: with a text tower, categories, phrases, remembered embeddings and one view, as in refining."""
    batches = make_batches(data, tmp_path, views=1 if deep else 2)
    keep = LossWeights(keep_every=2)
    remembering = replace(PLAN, remembered_pictures=10, remembered_texts=8, dropped_tokens=0.2, losses=keep)
    plan = remembering if deep else PLAN
    straight, first, second = (make_run(batches, plan, deep) for _ in range(3))
    files = run_files(tmp_path / "pieces")

    straight.train(run_files(tmp_path / "whole"), lambda line: None)
    first.train(files, lambda line: None, last_step=3)
    second.train(files, lambda line: None)

    assert second.total_steps > 3
    for name, value in weights(straight).items():
        torch.testing.assert_close(value, weights(second)[name], msg=name)


def test_parts_of_a_batch_have_the_gradients_of_the_whole(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spark_vision.training.precision.bfloat16_is_fast", lambda: False)
    batches = make_batches(data, tmp_path)
    found = []
    for threads in (1, 2):
        run = make_run(batches, replace(PLAN, epochs=1, threads=threads), deep=True)
        run.train(run_files(tmp_path / f"in-{threads}"), lambda line: None, last_step=1)
        found.append({name: weight.grad for name, weight in run.learner.named_parameters()})

    whole, parts = found
    assert any(name.startswith("tail.") for name, gradient in whole.items() if gradient is not None)
    for name, gradient in whole.items():
        torch.testing.assert_close(parts[name], gradient, rtol=1e-3, atol=1e-5, msg=name)


def test_a_few_steps_lower_the_loss(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spark_vision.training.image_training.LOG_EVERY", 1)
    files = run_files(tmp_path / "run")

    make_run(make_batches(data, tmp_path), replace(PLAN, epochs=12)).train(files, lambda line: None)

    losses = [json.loads(line)["loss"] for line in files.log.read_text().splitlines()]
    assert sum(losses[-4:]) < 0.9 * sum(losses[:4])


def test_figures_are_taken_after_epochs(data: Path, tmp_path: Path) -> None:
    files = run_files(tmp_path / "run")
    run = make_run(make_batches(data, tmp_path), replace(PLAN, epochs=2, measure_every=1))

    run.train(files, lambda line: None, lambda: {"recall": 0.5})

    notes = [json.loads(line) for line in files.log.read_text().splitlines()]
    assert [note["recall"] for note in notes if "epoch" in note] == [0.5, 0.5]


def test_a_checkpoint_of_another_run_is_refused(data: Path, tmp_path: Path) -> None:
    files = run_files(tmp_path / "run")
    torch.save({"model": {"other": torch.zeros(1)}, "optimizer": {}, "step": 1}, files.checkpoint)

    with pytest.raises(TrainingError, match="does not fit"):
        make_run(make_batches(data, tmp_path)).train(files, lambda line: None)


def test_batches_depend_on_seed_and_step_alone(data: Path, tmp_path: Path) -> None:
    one, other = make_batches(data, tmp_path)[3], make_batches(data, tmp_path)[3]

    torch.testing.assert_close(one.views, other.views)
    torch.testing.assert_close(one.texts, other.texts)


def test_every_text_is_true_of_its_own_picture(data: Path, tmp_path: Path) -> None:
    batch = make_batches(data, tmp_path)[0]

    table = make_batches(data, tmp_path).examples.text_table()
    positives = truth(table, batch.examples, batch.texts)
    assert positives.shape == (12, 6)
    assert positives[:6].diagonal().all()
    assert not positives.all()
    assert batch.groups[:6].tolist() == batch.groups[6:].tolist()


def test_the_folded_stem_equals_the_trunk() -> None:
    model = SMALL.build().eval()
    for name, buffer in model.visual.trunk.named_buffers():
        if buffer.is_floating_point():
            torch.nn.init.uniform_(buffer, 0.5, 1.5), name
    pictures = torch.randn(3, 3, 32, 32)
    learner = ImageLearner(model)

    with torch.no_grad():
        expected = model.visual.trunk(pictures)
        folded = learner.tail(stem_features(frozen_stem(model), pictures))

    torch.testing.assert_close(folded, expected, rtol=1e-4, atol=1e-4)
