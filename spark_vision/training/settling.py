"""The projection's last change: beside what was learnt, the trunk's own features go into the embedding.

Learning leaves out what no text and no product of its data speaks of, and that is what tells apart the
products of another shop. A photo's learnt embedding and its features, half whitened, are laid side by side
and brought to the embedding's dimensions by their own principal directions. All of it is linear, so that it
becomes the projection; texts have no features and are turned along.
"""

from __future__ import annotations

import open_clip
import torch

from spark_vision.training.failure import TrainingError

LEAST_VARIANCE = 1e-4  # of the largest: smaller ones are noise that whitening would blow up


@torch.no_grad()
def settle_projection(model: open_clip.CLIP, features: torch.Tensor, share: float) -> None:
    """Let the features into the model's embeddings, in place.

    Half whitening divides by the fourth root of the variance, as where the projection of the image tower
    starts (``start_projection``); the directions are those of the singular value decomposition of both parts
    together, without taking off their mean, so that angles stay what they are.

    Args:
        model: changed in place: the projections of both towers.
        features: float32 of shape (n, 1280), the trunk's features of training views, n above 1280 or the
            rarer directions are noise.
        share: length of the features' part, the learnt one's being 1; 0 changes nothing but the axes.

    Raises:
        TrainingError: there are fewer views than the embedding has dimensions.
    """
    head = model.visual.head.proj
    if len(features) < head.out_features:
        raise TrainingError(
            f"The projection is settled with at least {head.out_features} pictures to learn from, not"
            f" {len(features)}: give more, or plan without `feature_share`."
        )
    weight, bias = head.weight.double(), head.bias.double()
    seen = features.double()
    mean = seen.mean(0)
    variances, directions = torch.linalg.eigh(torch.cov((seen - mean).T))
    whiten = (directions * variances.clamp_min(variances.max() * LEAST_VARIANCE) ** -0.25).T
    learnt_size = (seen @ weight.T + bias).norm(dim=1).mean()
    feature_size = ((seen - mean) @ whiten.T).norm(dim=1).mean() / share if share else torch.inf
    both = torch.cat([weight / learnt_size, whiten / feature_size])
    offset = torch.cat([bias / learnt_size, -(whiten @ mean) / feature_size])
    _, _, axes = torch.linalg.svd(seen @ both.T + offset, full_matrices=False)
    kept = axes[: head.out_features]
    head.weight.copy_(kept @ both)
    head.bias.copy_(kept @ offset)
    model.text_projection.copy_(model.text_projection.double() @ kept[:, : len(weight)].T)
