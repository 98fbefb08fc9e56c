"""The only place that imports pyoidn: Intel Open Image Denoise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scripts.rendering.errors import RendererMissingError
from scripts.rendering.shots import Radiance


def denoised(
    colour: NDArray[np.float32], albedo: NDArray[np.float32], normal: NDArray[np.float32]
) -> Radiance:
    """(height, width, 3) float32 linear radiance without the noise of few samples.

    colour: linear radiance. albedo: 0..1. normal: -1..1. All (height, width, 3) float32.
    Raises RendererMissingError without pyoidn.
    """
    try:
        import pyoidn  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as missing:
        raise RendererMissingError("pyoidn") from missing
    layers = [np.ascontiguousarray(layer, dtype=np.float32) for layer in (colour, albedo, normal)]
    layers[1] = np.clip(layers[1], 0.0, 1.0)
    result = pyoidn.denoise(layers[0], albedo=layers[1], normal=layers[2], hdr=True)
    return np.asarray(result, dtype=np.float32)
