from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import open_clip
import torch

from scripts.spark_mini.finishing import thorough_plan
from spark_vision.training.continued_training import TrainingContext, continue_training
from spark_vision.training.corpus import Corpus
from spark_vision.training.refining import RefinePlan
from spark_vision.training.splits import SplitPlan, make_split
from tests.teachers import HashTeacher
from tests.unit.training.test_image_training import SMALL


def small_plan() -> RefinePlan:
    plan = thorough_plan("cpu", workers=0)
    image = replace(plan.image, epochs=2, warmup_steps=1, average_decay=0.5, phrases=4)
    image = replace(image, remembered_pictures=24, remembered_texts=24)
    return replace(
        plan,
        batches=replace(plan.batches, size=6),
        views=replace(plan.views, side=32),
        image=image,
        corpus=replace(plan.corpus, phrases=20),
        packed_side=40,
    )


def wide_filters(model: open_clip.CLIP) -> dict[str, torch.Tensor]:
    named: Any = model.visual.trunk.named_parameters()
    return {name: weight.detach().clone() for name, weight in named if weight.shape[-2:] == (5, 5)}


def test_a_thorough_run_learns_all_but_what_is_frozen(data: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = SMALL.build()
    start, before = copy.deepcopy(model.state_dict()), wide_filters(model)
    work = tmp_path / "work"
    work.mkdir()
    plan = small_plan()
    material = make_split(data, SplitPlan(fashion_left_out=0)).material
    desk = TrainingContext(SMALL, HashTeacher(), work, lambda line: None)

    continue_training(model, material, plan, desk)

    after = model.state_dict()
    frozen = [f"visual.trunk.blocks.{stage}." for stage in range(plan.frozen_stages)]
    for name in start:
        if name.startswith(("visual.trunk.conv_stem.", *frozen)):
            assert torch.equal(start[name], after[name]), name
    changed = {name for name, weight in wide_filters(model).items() if (weight != before[name]).any()}
    assert changed == {name for name in before if int(name.split(".")[1]) >= plan.frozen_stages}
    assert changed
    said = Corpus.load(next(work.glob("phrases-*.npz"))).texts
    assert {"umbrella", "seven"} <= set(said)  # plain words among shop phrases
