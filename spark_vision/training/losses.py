"""What training minimises. Embeddings are float tensors with rows of unit length."""

from __future__ import annotations

import torch
from torch.nn.functional import cosine_similarity, log_softmax

Remembered = tuple[torch.Tensor, torch.Tensor]


def contrastive_loss(
    queries: torch.Tensor,
    keys: torch.Tensor,
    positives: torch.Tensor,
    scale: torch.Tensor | float,
) -> torch.Tensor:
    """Softmax contrastive loss with several positives a query.

    For a query q with positives P among the keys: ``-mean_{p in P} log softmax_k(scale q.k)[p]``
    (Khosla et al., *Supervised Contrastive Learning*, NeurIPS 2020, outside form; with one positive it
    is InfoNCE). Queries without a positive do not count; where no query has one, the loss is 0.

    Args:
        queries: shape (n, d).
        keys: shape (m, d).
        positives: bool, shape (n, m), at least one true.
        scale: inverse temperature, above 0.

    Returns:
        Scalar, at least 0.
    """
    return _mean_over_positives(scale * queries @ keys.T, positives)


def picture_picture_loss(
    pictures: torch.Tensor, groups: torch.Tensor, scale: float, remembered: Remembered | None = None
) -> torch.Tensor:
    """Contrastive loss among pictures: those of one group are positives, a picture is never its own.

    Args:
        pictures: shape (n, d).
        groups: int64, shape (n,), the same number for views of one product.
        scale: inverse temperature.
        remembered: pictures of earlier steps and their groups, further keys for each query (Wang et al.,
            *Cross-Batch Memory for Embedding Learning*, CVPR 2020).
    """
    keys, key_groups = pictures, groups
    if remembered is not None:
        keys, key_groups = (
            torch.cat([now, before]) for now, before in zip((pictures, groups), remembered, strict=True)
        )
    itself = torch.eye(len(groups), len(keys), dtype=torch.bool, device=keys.device)
    positives = (groups[:, None] == key_groups[None, :]) & ~itself
    logits = (scale * pictures @ keys.T).masked_fill(itself, float("-inf"))
    return _mean_over_positives(logits, positives)


def keep_features_loss(recalled: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """How badly frozen features can be read back from the embeddings: mean of one minus cosine, 0..2.

    It keeps what the pretrained trunk saw and no text speaks of, which is what tells apart products
    that training never showed (feature distillation, Romero et al., *FitNets*, ICLR 2015).

    Args:
        recalled: shape (n, f), predicted from the embeddings.
        features: shape (n, f), of the frozen trunk for the same views.
    """
    return (1 - cosine_similarity(recalled, features, dim=1)).mean()


def _mean_over_positives(logits: torch.Tensor, positives: torch.Tensor) -> torch.Tensor:
    # masked_fill and not a product: the logarithm of an excluded key is minus infinity
    log_shares = log_softmax(logits, dim=1).masked_fill(~positives, 0.0)
    counts = positives.sum(1)
    counted = counts > 0
    return -(log_shares.sum(1)[counted] / counts[counted]).sum() / counted.sum().clamp_min(1)
