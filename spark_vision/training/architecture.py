"""The shape of ``spark-mini``: one configuration that open_clip builds both towers from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import open_clip
import torch

from spark_vision.training.errors import TrainingError

CONFIG_NAME = "open_clip_config.json"
IMAGE_TRUNK = "tf_efficientnet_lite0"
TRUNK_DIM = 1280
VOCABULARY_SIZE = 49408  # open_clip's own byte-pair tokenizer


@dataclass(frozen=True)
class Architecture:
    """Sizes of the two towers; the defaults are ``spark-mini``."""

    embed_dim: int = 256
    image_size: int = 160
    context_length: int = 32
    text_width: int = 192
    text_heads: int = 4
    text_layers: int = 4

    @classmethod
    def of(cls, folder: Path) -> Architecture:
        """The shape of the model in a folder, whose pictures may be of another size than the usual one.

        Raises:
            TrainingError: the folder does not say it in open_clip's form.
        """
        file = folder / CONFIG_NAME
        try:
            size = json.loads(file.read_text(encoding="utf-8"))["preprocess_cfg"]["size"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError(f"{file} does not say how large pictures are: {error}") from error
        if not isinstance(size, int) or size < 1:
            raise TrainingError(
                f"{file}: a side of {size} is no size of pictures; a whole number of pixels is."
            )
        return cls(image_size=size)

    def model_config(self) -> dict[str, Any]:
        """The ``model_cfg`` part of ``open_clip_config.json``."""
        return {
            "embed_dim": self.embed_dim,
            "vision_cfg": {
                "timm_model_name": IMAGE_TRUNK,
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "linear",
                "timm_proj_bias": True,
                "image_size": self.image_size,
            },
            "text_cfg": {
                "context_length": self.context_length,
                "vocab_size": VOCABULARY_SIZE,
                "width": self.text_width,
                "heads": self.text_heads,
                "layers": self.text_layers,
            },
        }

    def preprocess_config(self) -> dict[str, Any]:
        """The ``preprocess_cfg`` part: the whole picture, on white, at the trunk's own mean and scale.

        A product's outline tells a bottle from a bowl, so the picture keeps its proportions and is
        never cropped; white is what most catalogue pictures have around them anyway.
        """
        return {
            "size": self.image_size,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "interpolation": "bicubic",
            "resize_mode": "longest",
            "fill_color": 255,
        }

    def build(self) -> open_clip.CLIP:
        """A model of this shape with random weights, in float32, in training mode."""
        return open_clip.CLIP(**self.model_config())

    def tokenizer(self) -> open_clip.SimpleTokenizer:
        """open_clip's bundled tokenizer: texts to int64 tokens of shape (n, context_length)."""
        return open_clip.SimpleTokenizer(context_length=self.context_length)


def text_lengths(tokens: torch.Tensor) -> torch.Tensor:
    """How many tokens each text has with its start and its end, which is the largest: int64 of shape (n,).

    Padding is 0, and so is an exclamation mark within a word: counting what is not 0 would lose the end.
    """
    return tokens.argmax(1) + 1


def trim_tokens(tokens: torch.Tensor) -> torch.Tensor:
    """Cut the columns that are padding in every row; attention is causal, so nothing changes."""
    return tokens[:, : int(text_lengths(tokens).max())]
