"""What speaks for and against each product of a region, as numbers: (candidates, features)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.geometry import Box
from spark_vision.core.reason import Reason

FEATURES = (
    "similarity",
    "lead",
    "behind the first",
    "not the first",
    "above the crowd",
    "region size",
    "found region",
)
"""similarity: of the closest reference image; lead: the first's over the second, 0 for all others; behind
the first: 0 for the first; not the first: 1 or 0; above the crowd: over the mean of the ten best, which is
high where a category is dense; region size: natural logarithm of its share of the photo; found region: 1
where nobody drew it.
"""

NEIGHBOURHOOD_SIZE = 10
_LEAST_SHARE = 1e-4

# What a feature says where it speaks for the product, and where it speaks against it.
_CODES = {
    "similarity": ("looks_very_alike", "looks_a_little_alike"),
    "lead": ("well_ahead", "another_as_close"),
    "behind the first": ("close_behind", "far_behind"),
    "not the first": ("closest", "another_closer"),
    "above the crowd": ("stands_out", "many_alike"),
    "region size": ("region_large_enough", "region_size_against"),
    "found region": ("place_known", "place_guessed"),
}


def candidate_features(similarities: Sequence[float], box: Box | None, *, found: bool) -> NDArray[np.float64]:
    """Features of a region's ranked products, (n, len(FEATURES)).

    similarities: (n,) descending, of different products, best at least CROWD deep.
    """
    ranked = np.asarray(similarities, dtype=np.float64)
    if not len(ranked):
        return np.zeros((0, len(FEATURES)))
    second = ranked[1] if len(ranked) > 1 else -1.0
    share = 1.0 if box is None else max(box.width * box.height, _LEAST_SHARE)
    crowd = ranked[:NEIGHBOURHOOD_SIZE].mean()
    features = np.zeros((len(ranked), len(FEATURES)))
    features[:, 0] = ranked
    features[0, 1] = ranked[0] - second
    features[1:, 2] = ranked[0] - ranked[1:]
    features[1:, 3] = 1
    features[:, 4] = ranked - crowd
    features[:, 5] = np.log(share)
    features[:, 6] = found
    return features


def reason_for(feature: str, effect: float) -> Reason:
    """A feature's effect as a reason."""
    good, bad = _CODES[feature]
    return Reason(good if effect > 0 else bad, effect)
