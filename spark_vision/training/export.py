"""Writing a model folder in open_clip's local-dir form."""

from __future__ import annotations

import json
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file
from torch import nn

from spark_vision.training.architecture import CONFIG_NAME, Architecture
from spark_vision.training.image_tower import ImageLearner
from spark_vision.training.text_tower import set_text_projection

WEIGHTS_NAME = "open_clip_model.safetensors"


def project_texts(model: open_clip.CLIP, learner: ImageLearner) -> None:
    """Let the text tower speak the pictures' space instead of the teacher's.

    Both maps are linear without offset, so their product is the tower's final projection.
    """
    if model.text_projection.shape[1] == learner.from_sentence.in_features:
        set_text_projection(model, model.text_projection @ learner.from_sentence.weight.T)


def export_model(model: nn.Module, architecture: Architecture, folder: Path) -> None:
    """Write configuration and float16 weights into ``folder``, which is made if needed.

    open_clip widens the weights to float32 when it loads them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_cfg": architecture.model_config(),
        "preprocess_cfg": architecture.preprocess_config(),
    }
    (folder / CONFIG_NAME).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    halves = {
        name: value.to(torch.float16) if value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    beside = folder / f"{WEIGHTS_NAME}.part"
    save_file({name: value.contiguous() for name, value in halves.items()}, beside)
    beside.chmod(0o644)  # the writer makes it readable by its owner alone
    beside.replace(folder / WEIGHTS_NAME)
