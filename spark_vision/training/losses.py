"""What training minimises. Embeddings are float tensors with rows of unit length."""

from __future__ import annotations

import torch
from torch.nn.functional import cosine_similarity, log_softmax


def contrastive_loss(
    queries: torch.Tensor,
    keys: torch.Tensor,
    positives: torch.Tensor,
    scale: torch.Tensor | float,
) -> torch.Tensor:
    """Softmax contrastive loss with several positives a query.

    For a query q with positives P among the keys: ``-mean_{p in P} log softmax_k(scale q.k)[p]``
    (Khosla et al., *Supervised Contrastive Learning*, NeurIPS 2020, outside form; with one positive it
    is InfoNCE). Queries without a positive do not count.

    Args:
        queries: shape (n, d).
        keys: shape (m, d).
        positives: bool, shape (n, m), at least one true.
        scale: inverse temperature, above 0.

    Returns:
        Scalar, at least 0.
    """
    return _mean_over_positives(scale * queries @ keys.T, positives)


def picture_text_loss(
    pictures: torch.Tensor, texts: torch.Tensor, positives: torch.Tensor, scale: torch.Tensor
) -> torch.Tensor:
    """Mean of the contrastive losses picture to text and text to picture (Radford et al., *CLIP*, 2021).

    Args:
        pictures: shape (n, d).
        texts: shape (m, d).
        positives: bool, shape (n, m): whether the text is true of the picture.
        scale: scalar, inverse temperature.
    """
    forth = contrastive_loss(pictures, texts, positives, scale)
    back = contrastive_loss(texts, pictures, positives.T, scale)
    return (forth + back) / 2


def picture_picture_loss(pictures: torch.Tensor, groups: torch.Tensor, scale: float) -> torch.Tensor:
    """Contrastive loss among pictures: those of one group are positives, a picture is never its own.

    Args:
        pictures: shape (n, d).
        groups: int64, shape (n,), the same number for views of one product.
        scale: inverse temperature.
    """
    itself = torch.eye(len(groups), dtype=torch.bool)
    positives = (groups[:, None] == groups[None, :]) & ~itself
    logits = (scale * pictures @ pictures.T).masked_fill(itself, float("-inf"))
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
    return -(log_shares.sum(1)[counted] / counts[counted]).mean()
