"""A detector of torchvision as what finds regions, with weights from a local file."""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
import torchvision
from safetensors import SafetensorError, safe_open

from spark_vision.core.embedding import FeatureMap, Picture
from spark_vision.core.errors import ModelError, ModelNotFoundError
from spark_vision.core.geometry import Box, Point
from spark_vision.search.regions.proposer import RegionProposer

_LEAST_SCORE = 0.05
_SAME_THING = 0.5  # IoU, whatever the class: what a thing is, the catalogue tells
_CLASSES_OF = "roi_heads.box_predictor.cls_score.weight"
_COCO = 91


class TorchvisionProposer:
    """A RegionProposer around a detector; a tap that no detection holds means what `otherwise` says."""

    def __init__(self, model: torch.nn.Module, device: str, otherwise: RegionProposer) -> None:
        self._model = model.to(device).eval()
        self._device = device
        self._otherwise = otherwise
        self._turn = Lock()

    def propose(self, photo: Picture, most: int, seen: FeatureMap | None = None) -> tuple[Box, ...]:
        """See RegionProposer: by the detector's score, of overlapping detections the surest."""
        return self._detections(photo)[:most]

    def around(self, photo: Picture, point: Point) -> Box:
        """See RegionProposer: the surest detection with the point in it."""
        for box in self._detections(photo):
            if box.holds(point.x, point.y):
                return box
        return self._otherwise.around(photo, point)

    def _detections(self, photo: Picture) -> tuple[Box, ...]:
        pixels = torch.from_numpy(photo.copy()).to(self._device).permute(2, 0, 1).float() / 255
        with self._turn, torch.inference_mode():
            (found,) = self._model([pixels])
            sure = found["scores"] >= _LEAST_SCORE
            boxes, scores = found["boxes"][sure], found["scores"][sure]
            kept = torchvision.ops.nms(boxes, scores, _SAME_THING)
            edges = boxes[kept].double().cpu().numpy()
        height, width = photo.shape[:2]
        shares = np.clip(edges / [width, height, width, height], 0, 1)
        return tuple(
            Box(left, top, right - left, bottom - top)
            for left, top, right, bottom in shares.tolist()
            if right > left and bottom > top
        )


def load_detector(name: str, weights: Path, device: str, otherwise: RegionProposer) -> TorchvisionProposer:
    """Load an architecture of `torchvision.models.detection` with weights in safetensors.

    Raises ModelNotFoundError where torchvision has no such detector, and ModelError where the file
    cannot be read or holds weights of another one.
    """
    known = torchvision.models.list_models(module=torchvision.models.detection)
    if name not in known:
        raise ModelNotFoundError(f"torchvision has no detector {name!r}; it has {', '.join(known)}.")
    state = _read(weights)
    classes = len(state[_CLASSES_OF]) if _CLASSES_OF in state else _COCO
    model = torchvision.models.get_model(name, weights=None, weights_backbone=None, num_classes=classes)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        reason = str(error).split("\n")[1].strip() if "\n" in str(error) else str(error)
        raise ModelError(f"{weights}: these are not the weights of {name} ({reason[:200]}).") from error
    return TorchvisionProposer(model, device, otherwise)


def _read(weights: Path) -> dict[str, Any]:
    try:
        with safe_open(weights, framework="pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{weights}: the detector's weights cannot be read ({error}); a safetensors file is needed."
        ) from error
