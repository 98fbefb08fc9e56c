"""The second half of the recipe, and a shop's fine-tuning: a model learns on from where it is.

The trunk learns deeper, views grow, the text tower learns together with the image tower, and every batch
is told apart from thousands of remembered pictures and texts. What the model knew when it began is kept
readable from its embeddings, as ImageNet's features are in the first half.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import open_clip
import torch
from safetensors.torch import load_file

from spark_vision.training.architecture import Architecture
from spark_vision.training.batches import BatchPlan
from spark_vision.training.cached_views import KeptPlan
from spark_vision.training.corpus import CorpusSize
from spark_vision.training.errors import TrainingError
from spark_vision.training.export import WEIGHTS_NAME
from spark_vision.training.image_tower import ImageLearner, frozen_stem, pictures_to_input, stem_features
from spark_vision.training.packing import Pack
from spark_vision.training.plans import ImagePlan, LossWeights
from spark_vision.training.precision import fast_precision
from spark_vision.training.text_tower import embed_texts
from spark_vision.training.training_texts import TrainingTexts
from spark_vision.training.views import ViewPlan, make_view

SAMPLED_PICTURES = 2000
SAMPLED_TEXTS = 8000
RIDGE = 1e-3


@dataclass(frozen=True)
class RefinePlan:
    """How a model learns on; the defaults are ``spark-mini``'s.

    ``frozen_stages`` and ``wide_filters``: see ``ImageLearner``.
    ``refined_share`` (0..1): of the refined weights in the end, the rest being those at the start.
    ``kept``: where set, views are made once and only what the frozen stages make of them is learnt from;
    ``views`` are then those that the heads start from.
    """

    batches: BatchPlan = field(
        default_factory=lambda: BatchPlan(size=64, views=1, repeats=(1, 3, 2, 2), seed=13)
    )
    views: ViewPlan = field(default_factory=ViewPlan)
    image: ImagePlan = field(
        default_factory=lambda: ImagePlan(
            epochs=2,
            tail_rate=3e-4,
            head_rate=6e-4,
            text_rate=3e-4,
            warmup_steps=50,
            average_decay=0.985,
            losses=LossWeights(picture_scale=16.0, keep_every=8, keep_features=0.5),
            dropped_tokens=0.1,
            remembered_pictures=4096,
            remembered_texts=4096,
            save_every=25,
            measure_every=1,
        )
    )
    corpus: CorpusSize = field(default_factory=lambda: CorpusSize(phrases=14_000, repeat_single_words=4))
    refined_share: float = 0.55
    least_scale: float = 40.0  # of pictures and texts at first; learnt in a thousand steps it moves little
    frozen_stages: int = 3
    wide_filters: bool = False
    kept: KeptPlan | None = None
    packed_side: int = 256


def load_model(folder: Path, architecture: Architecture) -> open_clip.CLIP:
    """The model of a folder, ready to learn on.

    Raises:
        TrainingError: there is none, or it has another shape.
    """
    model = architecture.build()
    try:
        model.load_state_dict(load_file(folder / WEIGHTS_NAME))
    except (OSError, RuntimeError) as error:
        raise TrainingError(f"{folder} holds no model of this architecture: {error}") from error
    return model


@torch.no_grad()
def blend(model: open_clip.CLIP, start: open_clip.CLIP, share: float) -> None:
    """Move the model's weights back towards those it started from, in place.

    The mean of both keeps what learning on forgot and nearly all of what it won (Wortsman et al., *Robust
    fine-tuning of zero-shot models*, CVPR 2022).

    Args:
        model: has learnt on.
        start: the model as it was before, of the same architecture.
        share: 0..1, of the model's own weights.
    """
    before = start.state_dict()
    for name, weight in model.state_dict().items():
        if weight.is_floating_point():
            weight.copy_(torch.lerp(before[name], weight, share))


def start_heads(
    model: open_clip.CLIP, learner: ImageLearner, texts: TrainingTexts, features: torch.Tensor
) -> None:
    """Fit the heads that training alone needs to what the model's towers do now, by ridge regression.

    Args:
        model: in evaluation mode.
        learner: made of ``model``; changed in place.
        texts: with tokens.
        features: float32 of shape (n, 1280), the trunk's features of training views.
    """
    if texts.tokens is None:
        raise TrainingError("refining needs the texts' tokens")
    chosen = torch.randperm(len(texts.tokens), generator=torch.Generator().manual_seed(0))[:SAMPLED_TEXTS]
    said = embed_texts(model, texts.tokens[chosen].to(features.device))
    with torch.no_grad():
        learner.feature_mean.copy_(features.mean(0))
        learner.feature_size.copy_(features.std(0).mean())
        learner.from_sentence.weight.copy_(ridge(texts.sentences[chosen].to(said.device), said))
        seen = learner.embed_features(features)
        learner.recall.weight.copy_(ridge(seen, learner.standardised(features)))


def ridge(inputs: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    """Weights (m, d) of the linear map from ``inputs`` (n, d) to ``outputs`` (n, m) without offset."""
    squares = inputs.T @ inputs
    squares += RIDGE * squares.diagonal().mean() * torch.eye(len(squares), device=squares.device)
    solved: torch.Tensor = torch.linalg.solve(squares, inputs.T @ outputs)
    return solved.T


def view_features(
    model: open_clip.CLIP,
    learner: ImageLearner,
    pack: Pack,
    rows: Sequence[int],
    look: ViewPlan,
    seed: int,
) -> torch.Tensor:
    """The trunk's features of one random view of some pictures: float32 (at most 2000, 1280).

    Args:
        model: whose stem is run.
        learner: made of ``model``; its tail is run as it is, in training mode or not.
        pack: the pictures.
        rows: the pack's rows that are drawn from.
        look: what views look like.
        seed: of the draw and the views.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(rows)[:SAMPLED_PICTURES]
    stem = frozen_stem(model, learner.frozen_stages)
    features = []
    for part in np.array_split(chosen, math.ceil(len(chosen) / 64)):
        views = [make_view(pack.picture(row), None, look, rng) for row in part]
        inputs = pictures_to_input(torch.from_numpy(np.stack(views)).to(learner.device))
        with torch.no_grad(), fast_precision(learner.device):
            features.append(learner.tail(stem_features(stem, inputs)).float())
    return torch.cat(features)
