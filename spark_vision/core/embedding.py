"""Embeddings, and what one must know of the encoder that made them."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.ids import value_digest

Embeddings = NDArray[np.float32]
"""Shape (n, dimension), float32, each row of unit length."""

Maps = NDArray[np.float32]
"""Shape (n, channels, rows, columns): features of each place in n prepared pictures."""

Frame = tuple[float, float, float, float]
"""Left, top, right and bottom of a photo within its prepared picture, in the latter's shares; below 0 or
above 1 where preparing cut the photo.
"""

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), uint8, RGB, upright."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a model wants its pictures, from the model's own configuration.

    height, width: pixels; mean, std: a channel each, for values in 0..1;
    resize_mode: `shortest` (then centre crop), `longest` (then padding with `fill`) or `squash`.
    """

    height: int
    width: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str
    resize_mode: str
    fill: int = 0

    def frame(self, width: int, height: int) -> Frame:
        """Where a photo of this size comes to lie in the prepared picture.

        >>> Preprocessing(160, 160, (0, 0, 0), (1, 1, 1), "bicubic", "longest").frame(400, 200)
        (0.0, 0.25, 1.0, 0.75)
        """
        if self.resize_mode == "squash":
            return 0.0, 0.0, 1.0, 1.0
        shares = width / self.width, height / self.height
        ratio = max(shares) if self.resize_mode == "longest" else min(shares)
        across, down = ((1 - share / ratio) / 2 for share in shares)
        return across, down, 1 - across, 1 - down


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """What an encoder saw where in one photo. values: (channels, rows, columns) float32."""

    values: NDArray[np.float32]
    frame: Frame


@dataclass(frozen=True)
class EncoderSpec:
    """The identity of an encoder: two encoders with equal fingerprints give comparable embeddings.

    model: the MODEL as it was asked for; weights: SHA-256 of weights and architecture. Run time and
    device are left out on purpose, since they change embeddings by rounding alone.
    """

    model: str
    weights: str
    dimension: int
    preprocessing: Preprocessing
    dtype: str = "float32"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all that changes embeddings; the model's name does not."""
        identity = asdict(self)
        del identity["model"]
        return value_digest(identity)

    def as_dict(self) -> dict[str, Any]:
        """A JSON value that `from_dict` reads again."""
        return asdict(self)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "EncoderSpec":
        """Read what `as_dict` wrote; raises KeyError or TypeError where it is something else."""
        preprocessing = dict(value["preprocessing"])
        for field in ("mean", "std"):
            preprocessing[field] = tuple(preprocessing[field])
        return cls(**{**value, "preprocessing": Preprocessing(**preprocessing)})


def similarities(vectors: Embeddings, query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products of (n, dimension) with (dimension,), in float64, rounded to float32: the definition."""
    # einsum sums every row in the same order, so that equal vectors score exactly equal.
    exact = np.einsum("ij,j->i", vectors.astype(np.float64), query.astype(np.float64))
    rounded: NDArray[np.float32] = exact.astype(np.float32)
    return rounded


_UNIT_TOLERANCE = 1e-3


def have_unit_length(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows of (n, dimension) are finite and of length 1, within a thousandth.

    >>> have_unit_length(np.array([[0.6, 0.8], [8e37, 0.0], [0.0, 0.0], [np.nan, 1.0]], np.float32))
    array([ True, False, False, False])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("ij,ij->i", vectors, vectors)
        return np.asarray(np.abs(squares - 1) <= 2 * _UNIT_TOLERANCE)  # NaN compares as false


def unit_length(vectors: NDArray[np.floating[Any]]) -> Embeddings:
    """Scale each row of (n, dimension) to length 1; a row of zeros stays as it is.

    The division is done in float64, so that the result is the float32 nearest to the true one.
    """
    wide = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return (wide / np.where(norms == 0, 1, norms)).astype(np.float32)
