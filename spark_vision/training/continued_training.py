"""A model learns on from where it is: what the bundled model's second half and a shop's fine-tuning share."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import open_clip
import torch

from spark_vision.training.architecture import Architecture
from spark_vision.training.batches import BatchMaker, Examples, collect_examples
from spark_vision.training.cached_views import KeptBatches, digest_of, keep_views
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.image_tower import ImageLearner, frozen_stem
from spark_vision.training.image_training import ImageRun
from spark_vision.training.minilm import MiniLM
from spark_vision.training.packing import Pack, open_pack
from spark_vision.training.refining import RefinePlan, blend, start_heads, view_features
from spark_vision.training.splits import Material
from spark_vision.training.training_texts import category_bank, training_phrases, training_texts

Figures = Callable[[], dict[str, float]]


@dataclass(frozen=True)
class TrainingContext:
    """What a run works with: the model's shape, the text teacher, a folder for files, and two listeners."""

    architecture: Architecture
    teacher: MiniLM
    work: Path
    say: Callable[[str], None]
    progress: Callable[[int, int], None] | None = None
    name: str = "refine"


def continue_training(
    model: open_clip.CLIP,
    material: Material,
    plan: RefinePlan,
    desk: TrainingContext,
    early_figures: Callable[[ImageLearner], Figures] | None = None,
) -> None:
    """Let both towers learn in place, from the checkpoint if there is one.

    In the end the averaged weights go a part of the way back.

    Args:
        model: changed in place.
        material: what to learn from.
        plan: for how long, and how.
        desk: ``work`` keeps the packed pictures, kept views, and by the run's name its checkpoint and log.
        early_figures: of a learner, what to call after epochs for the log.

    Raises:
        TrainingError: a picture cannot be read, or the checkpoint is of another run.
    """
    start = copy.deepcopy(model)
    model.eval().to(plan.image.device)
    with torch.no_grad():
        model.logit_scale.clamp_(min=math.log(plan.least_scale))
    learner = ImageLearner(model, plan.frozen_stages, True, plan.wide_filters).to(plan.image.device)
    pack = open_pack(material.paths(), desk.work, plan.packed_side)
    examples = collect_examples(material, pack)
    seed, rows = plan.batches.seed, [item.row for item in examples.items]
    texts = replace(
        training_texts(examples.texts, desk.architecture, desk.teacher, desk.work),
        bank=category_bank(examples.categories, desk.architecture, seed),
        phrases=training_phrases(plan.corpus, seed, desk.architecture, desk.teacher, desk.work),
    )
    files = RunFiles(desk.work / f"{desk.name}.pt", desk.work / f"{desk.name}.jsonl")
    if not files.checkpoint.exists():
        start_heads(model, learner, texts, view_features(model, learner, pack, rows, plan.views, seed))
    run = ImageRun(model, learner, _batches(model, examples, pack, plan, desk), texts, plan.image)
    figures = None if early_figures is None else early_figures(learner)
    run.train(files, desk.say, figures, progress=desk.progress)
    run.use_average()
    blend(model.cpu(), start, plan.refined_share)


def _batches(
    model: open_clip.CLIP, examples: Examples, pack: Pack, plan: RefinePlan, desk: TrainingContext
) -> BatchMaker:
    if plan.kept is None:
        return BatchMaker(examples, pack, plan.batches, plan.views)
    stem = frozen_stem(model, plan.frozen_stages)
    folder = desk.work / f"views-{digest_of(stem, examples, plan.kept)}"
    kept = keep_views(stem, examples, pack, plan.kept, folder, desk.say)
    return KeptBatches(examples, pack, plan.batches, plan.views, kept)
