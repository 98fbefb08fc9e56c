"""How learned views change similarities: whose count, what photos have in common, prototypes, rejections.

A look is a view with its embedding. Everything is a plain function of the looks that stand, so that one that
is taken back leaves no trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, similarities, unit_length
from spark_vision.core.learned_view import LearnedView, Polarity

Vector = NDArray[np.float64]

# A picture of the shop weighs as much as two confirmed photos: with more, groceries gain less, and with
# less, a single poster's five photos would all but replace it (docs/suggestions.md).
REFERENCE_WEIGHT = 2.0
# A confirmed photo of an established account weighs 1.
NEW_ACCOUNT_WEIGHT, NEW_ACCOUNTS_WEIGHT = 0.25, 0.5
# So many products' worth of doubt whether photos differ from pictures in a common way.
SHIFT_PRIOR_WEIGHT = 5
_DROP = 1.0


@dataclass(frozen=True, slots=True)
class EmbeddedView:
    """vector: (dimension,) float32, unit length; familiar: whether the catalogue alone ranks the product
    high there; rival: similarity of the closest catalogue picture, of whatever product.
    """

    view: LearnedView
    vector: NDArray[np.float32]
    familiar: bool
    rival: float


def trusted_views(looks: Sequence[EmbeddedView], same_look: float) -> list[EmbeddedView]:
    """Of one product's looks of one stance, those that count for everybody.

    A confirmed one where the catalogue agrees, or another poster's confirmed photo is at least as close as
    any catalogue picture; a rejected one where another poster rejected the same look, and one of both is no
    new account. Only views that may be shared count, and only they agree.
    """
    shared = [look for look in looks if look.view.shared]
    return [look for look in shared if _agreed(look, shared, same_look)]


def _agreed(look: EmbeddedView, looks: Sequence[EmbeddedView], same_look: float) -> bool:
    confirmed = look.view.stance is Polarity.CONFIRMED
    if confirmed and look.familiar:
        return True
    enough = look.rival if confirmed else same_look
    rivals = [other for other in looks if other.view.poster_id != look.view.poster_id]
    if not confirmed and not look.view.established:
        rivals = [other for other in rivals if other.view.established]
    others = [other.vector for other in rivals]
    return bool(others) and float(similarities(np.stack(others), look.vector).max()) >= enough


def domain_shift(differences: Sequence[Vector], dimension: int) -> Vector:
    """What photos have in common that catalogue pictures have not, (dimension,).

    differences: for each product the mean of its confirmed photos less that of its pictures. Their mean,
    drawn towards nothing where products are few.
    """
    if not differences:
        return np.zeros(dimension)
    total: Vector = np.sum(differences, axis=0) / (len(differences) + SHIFT_PRIOR_WEIGHT)
    return total


def subtract_shift(queries: Embeddings, gap: Vector) -> Embeddings:
    """Embeddings of photos, (n, dimension), as they would be without what photos have in common."""
    return unit_length(queries.astype(np.float64) - gap) if gap.any() else queries


def view_weights(looks: Sequence[EmbeddedView], own: str | None = None) -> Vector:
    """Return how much each of a product's confirmed photos weighs, (n,): 1, or less from new accounts.

    A photo from a new account weighs NEW_ACCOUNT_WEIGHT, and all of them together at most
    NEW_ACCOUNTS_WEIGHT, so that a crowd of accounts made today cannot move a product.

    Args:
        looks: The photos.
        own: The poster for whom they are weighed; that poster's own photos weigh 1.
    """
    new = np.array([not look.view.established and look.view.poster_id != own for look in looks], dtype=bool)
    weights = np.where(new, NEW_ACCOUNT_WEIGHT, 1.0)
    together = float(weights[new].sum())
    if together > NEW_ACCOUNTS_WEIGHT:
        weights[new] *= NEW_ACCOUNTS_WEIGHT / together
    return weights


def prototypes(
    pictures: Embeddings, photos: Embeddings, gap: Vector, weights: Vector | None = None
) -> Embeddings:
    """Each of a product's pictures (m, dimension) drawn towards its confirmed photos (n, dimension).

    weights: of the photos, (n,); None: 1 each.
    """
    if not len(photos):
        return pictures
    shares = np.ones(len(photos)) if weights is None else weights
    seen = shares @ photos.astype(np.float64) - shares.sum() * gap
    return unit_length(REFERENCE_WEIGHT * pictures.astype(np.float64) + seen)


def rejection_penalty(
    query: NDArray[np.float32], rejected: Embeddings, confirmed: Embeddings, same_look: float
) -> float:
    """How much a product's similarity falls at a query, 0 or more: only where the query has the look of a
    rejected photo, and no confirmed one is as close. same_look: below 1.
    """
    if not len(rejected):
        return 0.0
    closest = float(similarities(rejected, query).max())
    if closest < same_look or (len(confirmed) and float(similarities(confirmed, query).max()) >= closest):
        return 0.0
    return _DROP * min((closest - same_look) / (1 - same_look), 1.0)
