"""A further part of the recipe, if wanted: the last stages, the heads and the text tower learn on at length.

What lies below stays as refining left it, so that its output is kept (``kept_views``) and a picture costs a
fifth of the time; on a graphics processor nearly all may learn. Views are as large as the encoder's pictures,
as the last epochs should be (Touvron et al., *Fixing the train-test resolution discrepancy*, NeurIPS 2019).
"""

from __future__ import annotations

from dataclasses import replace

from spark_vision.training.batches import BatchPlan
from spark_vision.training.cached_views import KeptPlan
from spark_vision.training.corpus import CorpusSize
from spark_vision.training.image_tower import FROZEN_STAGES
from spark_vision.training.plans import LossWeights
from spark_vision.training.refining import RefinePlan
from spark_vision.training.views import ViewPlan


def finish_plan() -> RefinePlan:
    """How a model of ``spark-mini``'s shape is finished, as version 0.4 was (``docs/training.md``)."""
    kept = KeptPlan()
    image = replace(
        RefinePlan().image,
        epochs=5,
        tail_rate=1.5e-4,
        warmup_steps=60,
        average_decay=0.99,
        losses=LossWeights(picture_scale=16.0, keep_every=4),
        phrases=96,
        save_every=50,
        seed=19,
    )
    return RefinePlan(
        batches=BatchPlan(size=128, views=1, repeats=(1, 4, 3, 3), seed=19),
        views=kept.look,
        image=image,
        corpus=CorpusSize(phrases=40_000, repeat_single_words=6),
        frozen_stages=FROZEN_STAGES,
        kept=kept,
        refined_share=0.85,
    )


def thorough_plan(device: str, workers: int) -> RefinePlan:
    """How a model is finished at length, from fresh views and with all but the first stages learning.

    Version 0.5 had two such runs, of which this is the second (``docs/training.md``).
    It shows several times as many views as ``finish_plan``, which takes a graphics processor. Colours change
    less than elsewhere: a product in another colour is another product. Clothing photos and categories
    count less, since they are learnt by heart long before the rest is learnt.

    Args:
        device: what computes, as PyTorch names it.
        workers: processes that prepare views.
    """
    image = replace(
        RefinePlan().image,
        epochs=11,
        tail_rate=1.2e-4,
        head_rate=3e-4,
        text_rate=1.5e-4,
        warmup_steps=60,
        average_decay=0.998,
        losses=LossWeights(picture_scale=16.0, keep_every=2, categories=0.5),
        remembered_pictures=8192,
        remembered_texts=8192,
        phrases=256,
        save_every=1000,
        measure_every=6,
        workers=workers,
        device=device,
        seed=31,
    )
    return RefinePlan(
        batches=BatchPlan(size=256, views=2, repeats=(1, 4, 1, 4), iconic=0.4, sibling=0.3, seed=31),
        views=ViewPlan(side=160, whole=0.4, saturation=0.15, brightness=0.2, tint=0.04),
        image=image,
        corpus=CorpusSize(phrases=40_000, repeat_single_words=6, plain_words=1),
        wide_filters=True,
        packed_side=208,
        refined_share=0.8,
    )
