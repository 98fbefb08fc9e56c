"""PyTorch as the run time."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from spark_vision.core.embedding import Maps, Preprocessing
from spark_vision.core.errors import ModelError


class TorchSession:
    """An open_clip model on a device, run without gradients.

    Pictures go in as bytes in NHWC order: that is channels-last already, the layout in which
    convolutions are about twice as fast on a CPU, and a quarter of the bytes to move to a GPU.
    """

    def __init__(self, model: torch.nn.Module, preprocessing: Preprocessing, device: str) -> None:
        # open_clip's towers are methods that torch.nn.Module does not know of.
        self._model: Any = model.to(device=device).to(memory_format=torch.channels_last).eval()
        self._device = device
        mean = torch.tensor(preprocessing.mean, device=device) * 255
        std = torch.tensor(preprocessing.std, device=device) * 255
        self._scale = (1 / std).view(1, 3, 1, 1)
        self._shift = (-mean / std).view(1, 3, 1, 1)

    def run_images(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ModelSession."""
        with torch.inference_mode():
            pixels = torch.from_numpy(prepared).to(self._device).permute(0, 3, 1, 2)
            normalised = pixels * self._scale + self._shift
            return self._numpy(self._model.encode_image(normalised))

    def run_images_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """See ModelSession: features alone, since models of every kind run here."""
        return self.run_images(prepared), None

    def run_texts(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """See ModelSession."""
        with torch.inference_mode():
            return self._numpy(self._model.encode_text(torch.from_numpy(tokens).to(self._device)))

    @staticmethod
    def _numpy(features: torch.Tensor) -> NDArray[np.float32]:
        result: NDArray[np.float32] = features.float().cpu().numpy()
        return result


def best_device(wanted: str = "auto") -> str:
    """`cuda` where there is one, `mps` on a Mac, else `cpu`; or what was wanted.

    Raises ModelError where what was wanted is not on this machine.
    """
    if wanted != "auto":
        if not _is_here(wanted):
            raise ModelError(
                f"SPARK_VISION_DEVICE is {wanted}: PyTorch finds no such device here; set another, or auto."
            )
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _is_here(device: str) -> bool:
    kind, _, number = device.partition(":")
    if kind == "mps":
        return torch.backends.mps.is_available()
    return kind == "cpu" or int(number or 0) < getattr(torch, kind).device_count()
