"""The digest of a model's weights, which says whether two encoders are the same."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spark_vision.core.ids import value_digest

if TYPE_CHECKING:
    import torch

_SUFFIXES = (".safetensors", ".bin", ".pt")
_BLOCK = 1 << 20


def file_digest(folder: Path) -> str:
    """SHA-256 over the weight files of a model folder, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES):
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def weights_identity(weights: str, architecture: Any, quick_gelu: bool) -> str:
    """What an encoder's spec says of its weights, whatever runs them.

    weights: their digest; equal ones under another architecture (QuickGELU, pooling) give other embeddings.
    """
    return value_digest([weights, architecture, quick_gelu])


def state_digest(model: "torch.nn.Module") -> str:
    """SHA-256 over a model's parameters and buffers, for weights that have no file of their own."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
