"""Small CLIP models with seeded random weights, in open_clip's local-dir form."""

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file

ARCHITECTURE: dict[str, Any] = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
PREPROCESSING: dict[str, Any] = {
    "mean": [0.48, 0.46, 0.41],
    "std": [0.27, 0.26, 0.28],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}


def write_model(folder: Path, seed: int = 0, weights: bool = True, **preprocessing: Any) -> Path:
    """A model folder; `preprocessing` takes the place of what is usual."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": ARCHITECTURE, "preprocess_cfg": PREPROCESSING | preprocessing}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    if weights:
        torch.manual_seed(seed)
        state = open_clip.CLIP(**ARCHITECTURE).state_dict()
        tensors = {name: tensor.contiguous() for name, tensor in state.items()}
        save_file(tensors, str(folder / "open_clip_model.safetensors"))
    return folder
