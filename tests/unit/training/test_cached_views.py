from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from spark_vision.training import cached_views
from spark_vision.training.batches import BatchPlan, Examples, collect_examples, view_of
from spark_vision.training.cached_views import (
    MAPS,
    RECORD,
    KeptBatches,
    KeptPlan,
    KeptViews,
    digest_of,
    keep_views,
)
from spark_vision.training.image_tower import (
    ImageLearner,
    frozen_stem,
    pictures_to_input,
    stem_features,
)
from spark_vision.training.image_training import ImageRun
from spark_vision.training.packing import Pack, open_pack
from spark_vision.training.splits import SplitPlan, make_split
from spark_vision.training.training_texts import TrainingTexts
from spark_vision.training.views import ViewPlan
from tests.unit.training.test_image_training import PLAN, SMALL, run_files, weights

KEPT = KeptPlan(views=(2, 3, 1, 1), look=ViewPlan(side=32, flip=0.0))


@pytest.fixture
def examples_and_pack(data: Path, tmp_path: Path) -> tuple[Examples, Pack]:
    split = make_split(data, SplitPlan(fashion_left_out=0))
    pack = open_pack(split.material.paths(), tmp_path)
    return collect_examples(split.material, pack), pack


def stem() -> torch.nn.Module:
    torch.manual_seed(0)
    return frozen_stem(SMALL.build().eval(), 5)


def keep(examples_and_pack: tuple[Examples, Pack], folder: Path) -> KeptViews:
    return keep_views(stem(), *examples_and_pack, KEPT, folder, lambda line: None)


def test_each_example_has_its_own_views(examples_and_pack: tuple[Examples, Pack], tmp_path: Path) -> None:
    kept = keep(examples_and_pack, tmp_path / "kept")
    examples, pack = examples_and_pack

    counts = [KEPT.views[item.domain] for item in examples.items]
    assert np.diff(kept.first).tolist() == counts
    last = len(examples.items) - 1
    view = int(kept.first[last])
    picture = view_of(
        examples.items[last].row, examples, pack, KEPT.look, np.random.default_rng([KEPT.seed, view])
    )
    with torch.inference_mode():
        alone = stem_features(stem(), pictures_to_input(torch.from_numpy(picture[None])))[0].numpy()
    np.testing.assert_allclose(kept.maps[view], alone, rtol=2e-3, atol=2e-3)
    drawn = kept.draw(last, np.random.default_rng(0))
    assert any(np.array_equal(drawn, each) for each in (kept.maps[view], kept.maps[view][:, :, ::-1]))


def test_keeping_goes_on_where_it_was_stopped(
    examples_and_pack: tuple[Examples, Pack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_views, "AT_ONCE", 4)
    whole = keep(examples_and_pack, tmp_path / "whole")
    keep(examples_and_pack, tmp_path / "stopped")
    maps = np.load(tmp_path / "stopped" / MAPS, mmap_mode="r+")
    maps[8:] = 0
    maps.flush()
    (tmp_path / "stopped" / RECORD).write_text(json.dumps({"made": 8}), encoding="utf-8")

    resumed = keep(examples_and_pack, tmp_path / "stopped")

    assert len(whole.maps) > 12
    np.testing.assert_array_equal(resumed.maps, whole.maps)
    assert json.loads((tmp_path / "stopped" / RECORD).read_text())["made"] == len(whole.maps)


def test_other_weights_or_views_are_told_apart(examples_and_pack: tuple[Examples, Pack]) -> None:
    examples, _ = examples_and_pack
    torch.manual_seed(1)
    other = frozen_stem(SMALL.build().eval(), 5)
    digests = {
        digest_of(stem(), examples, KEPT),
        digest_of(other, examples, KEPT),
        digest_of(stem(), examples, replace(KEPT, seed=KEPT.seed + 1)),
    }
    assert len(digests) == 3
    assert digest_of(stem(), examples, KEPT) in digests


def test_a_run_learns_from_kept_maps(examples_and_pack: tuple[Examples, Pack], tmp_path: Path) -> None:
    kept = keep(examples_and_pack, tmp_path / "kept")
    torch.manual_seed(0)
    model = SMALL.build()
    learner = ImageLearner(model)
    before = {name: value.clone() for name, value in learner.state_dict().items()}
    batches = KeptBatches(*examples_and_pack, BatchPlan(size=6, views=1), KEPT.look, kept)
    batch = batches[0]
    sentences = torch.randn(64, 384, generator=torch.Generator().manual_seed(1))
    run = ImageRun(model, learner, batches, TrainingTexts(sentences), PLAN)

    run.train(run_files(tmp_path / "run"), lambda line: None)

    assert batch.views.dtype == torch.float16
    assert batch.views.shape == (6, *kept.maps.shape[1:])
    after = weights(run)
    moved = [name for name in before if not torch.equal(before[name], after[f"learner.{name}"])]
    assert any(name.startswith("tail") for name in moved)
    assert all(value.isfinite().all() for value in after.values())
