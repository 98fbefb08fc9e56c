"""Ways to embed pictures and texts for the figures: a model folder, a model in training, ImageNet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import open_clip
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from scripts.spark_mini.figures import Embedder, EmbedPictures
from scripts.spark_mini.statistics import Array
from spark_vision.media.files import read_picture
from spark_vision.training.architecture import Architecture
from spark_vision.training.image_tower import ImageLearner, load_imagenet_trunk
from spark_vision.training.minilm import MiniLM

PICTURES_AT_ONCE = 64
Forward = Callable[[torch.Tensor], torch.Tensor]


class PreparedPictures:
    """Pictures prepared as ``preprocess_cfg`` says, kept as bytes after the first time."""

    def __init__(self, architecture: Architecture) -> None:
        """Nothing is read before a picture is asked for."""
        config = PreprocessCfg(**architecture.preprocess_config())
        self._transform = image_transform_v2(config, is_train=False)
        self._kept: dict[Path, torch.Tensor] = {}

    def __call__(self, paths: Sequence[Path]) -> torch.Tensor:
        """float32 of shape (n, 3, side, side), normalised."""
        kept = torch.stack([self._one(path) for path in paths])
        return kept.float().div(127.5).sub(1.0)

    def _one(self, path: Path) -> torch.Tensor:
        if path not in self._kept:
            normal = self._transform(Image.fromarray(read_picture(path)))
            # Bytes lose nothing: the transform's own resize made bytes, and mean and scale are 0.5.
            self._kept[path] = normal.add(1.0).mul(127.5).round().to(torch.uint8)
        return self._kept[path]


def embed_pictures_with(forward: Forward, prepared: PreparedPictures) -> EmbedPictures:
    """A function from paths to unit rows, through ``forward`` on prepared tensors."""

    @torch.inference_mode()
    def embed(paths: Sequence[Path]) -> Array:
        parts = []
        for start in range(0, len(paths), PICTURES_AT_ONCE):
            tensor = prepared(paths[start : start + PICTURES_AT_ONCE])
            parts.append(forward(tensor.to(memory_format=torch.channels_last)).float().cpu())
        unit: Array = torch.nn.functional.normalize(torch.cat(parts), dim=-1).numpy()
        return unit

    return embed


def folder_embedder(folder: Path, prepared: PreparedPictures) -> Embedder:
    """The embedder of an exported model folder, as open_clip loads it."""
    name = f"local-dir:{folder}"
    model, _, _ = open_clip.create_model_and_transforms(name)
    tokenizer = open_clip.get_tokenizer(name)
    model.eval().to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def embed_texts(texts: Sequence[str]) -> Array:
        parts = [
            model.encode_text(tokenizer(list(texts[start : start + 256])), normalize=True)
            for start in range(0, len(texts), 256)
        ]
        rows: Array = torch.cat(parts).numpy()
        return rows

    return Embedder(embed_pictures_with(model.encode_image, prepared), embed_texts)


def learner_embedder(
    model: open_clip.CLIP, learner: ImageLearner, teacher: MiniLM, prepared: PreparedPictures
) -> Embedder:
    """A model in training; until its text tower learns as well, the teacher's sentences stand in."""
    tokenize = open_clip.SimpleTokenizer(context_length=model.context_length)
    device = learner.device

    def forward(pictures: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = model.visual(pictures.to(device))
        return features

    @torch.inference_mode()
    def embed_texts(texts: Sequence[str]) -> Array:
        if learner.text_tower is not None:
            said: Array = learner.embed_tokens(tokenize(list(texts)).to(device)).cpu().numpy()
            return said
        sentences = torch.from_numpy(teacher.encode(texts)).to(device)
        rows: Array = learner.embed_sentences(sentences).cpu().numpy()
        return rows

    return Embedder(embed_pictures_with(forward, prepared), embed_texts)


def imagenet_embedder(architecture: Architecture, prepared: PreparedPictures) -> Embedder:
    """The untrained trunk's pooled features, centred on nothing: what training starts from."""
    model = architecture.build().eval()
    load_imagenet_trunk(model)
    model.to(memory_format=torch.channels_last)
    return Embedder(embed_pictures_with(model.visual.trunk, prepared), None)
