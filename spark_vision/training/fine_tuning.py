"""Fine-tuning for one shop: a model of spark-mini's shape learns on with the shop's own pictures and tags.

The same learning as in ``refining``, shorter and gentler: a shop has few pictures, and the model must not
forget how to see all others. What it knew stays readable from its embeddings, the shop's words are mixed with
those of the word lists, and in the end the weights go a part of the way back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from spark_vision.training.architecture import Architecture
from spark_vision.training.batches import BatchPlan
from spark_vision.training.continued_training import TrainingContext, continue_training
from spark_vision.training.corpus import CorpusSize
from spark_vision.training.export import export_model
from spark_vision.training.plans import ImagePlan, LossWeights
from spark_vision.training.refining import RefinePlan, load_model
from spark_vision.training.splits import Material

USUAL_STEPS = 160
MOST_EPOCHS = 20
MOST_THREADS = 4
VIEW_SHARE = 0.8  # of a side of the encoder's pictures, in whole strides of its trunk
STRIDE = 32


@dataclass(frozen=True)
class ShopPlan:
    """How long a shop's model learns; epochs None: the number of its pictures decides."""

    epochs: int | None = None
    batch_size: int = 24
    phrases: int = 6_000
    share: float = 0.7
    seed: int = 17


def refine_plan(plan: ShopPlan, pictures: int, image_size: int = Architecture.image_size) -> RefinePlan:
    """The run for so many pictures: each is shown beside another of its product.

    Args:
        plan: for how long.
        pictures: that there are.
        image_size: side of the model's pictures in pixels; views have four fifths of it (``ViewPlan``).

    >>> [refine_plan(ShopPlan(), pictures).image.epochs for pictures in (30, 600, 50_000)]
    [20, 6, 1]
    >>> [refine_plan(ShopPlan(), 600, image_size).views.side for image_size in (160, 192)]
    [128, 160]
    """
    steps = max(1, pictures // plan.batch_size)
    epochs = plan.epochs or min(MOST_EPOCHS, max(1, USUAL_STEPS // steps))
    base = RefinePlan()
    image = replace(
        base.image,
        epochs=epochs,
        tail_rate=1.5e-4,
        head_rate=3e-4,
        text_rate=1e-4,
        warmup_steps=min(20, max(1, steps * epochs // 5)),
        average_decay=0.95,
        losses=LossWeights(picture_scale=16.0, keep_every=4),
        save_every=min(10, max(2, steps * epochs // 4)),
        threads=max(1, min(MOST_THREADS, torch.get_num_threads())),
        seed=plan.seed,
    )
    batches = BatchPlan(size=plan.batch_size, views=2, iconic=0.5, sibling=0.3, seed=plan.seed)
    corpus = CorpusSize(phrases=plan.phrases, repeat_single_words=1)
    views = replace(base.views, side=max(1, round(image_size * VIEW_SHARE / STRIDE)) * STRIDE)
    return replace(base, batches=batches, views=views, image=image, corpus=corpus, refined_share=plan.share)


def fine_tune(
    start: Path, material: Material, plan: RefinePlan, desk: TrainingContext, out: Path
) -> ImagePlan:
    """Write the model that ``start`` becomes by learning on with ``material`` into the folder ``out``.

    Args:
        start: a model folder; it is not changed.
        material: the shop's products and confirmed photos.
        plan: from ``refine_plan``.
        desk: with a checkpoint in its folder, the run goes on from there.
        out: made if needed.

    Returns:
        What the run did.

    Raises:
        TrainingError: the model has another shape, a picture cannot be read, a checkpoint does not fit.
    """
    torch.manual_seed(plan.image.seed)
    model = load_model(start, desk.architecture)
    continue_training(model, material, plan, desk)
    export_model(model, desk.architecture, out)
    return plan.image
