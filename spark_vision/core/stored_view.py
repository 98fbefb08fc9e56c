"""Where learned views are kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.learned_view import LearnedView


@dataclass(frozen=True, slots=True)
class StoredView:
    """A view with what is kept beside it. revision: of the store when it changed last.

    encoder: the fingerprint of what made the vector; vector: (dimension,) float32; both None till then.
    """

    view: LearnedView
    revision: int
    encoder: str | None
    vector: NDArray[np.float32] | None
