"""A detector of torchvision behind the port, with random weights."""

from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import save_file

from spark_vision.core.errors import ModelError, ModelNotFoundError
from spark_vision.core.geometry import Box, Point
from spark_vision.search.regions.detector import TorchvisionProposer, load_detector
from tests.fakes import noise

NAME = "ssdlite320_mobilenet_v3_large"


class Corner:
    """A RegionProposer that always means the same."""

    def propose(self, photo, most):
        return (Box(0, 0, 0.1, 0.1),)[:most]

    def around(self, photo, point):
        return Box(0, 0, 0.1, 0.1)


class Sees(torch.nn.Module):
    """Answers as torchvision's detectors do, with what it was told."""

    def __init__(self, boxes, scores):
        super().__init__()
        self.found = {"boxes": torch.tensor(boxes), "scores": torch.tensor(scores)}

    def forward(self, pictures):
        assert pictures[0].shape == (3, 100, 200)
        assert 0 <= pictures[0].min() <= pictures[0].max() <= 1
        return [self.found]


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    torch.manual_seed(0)
    model = torchvision.models.get_model(NAME, weights=None, weights_backbone=None)
    file = tmp_path_factory.mktemp("detector") / "weights.safetensors"
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, file)
    return file


def proposer(boxes, scores) -> TorchvisionProposer:
    return TorchvisionProposer(Sees(boxes, scores), "cpu", Corner())


def test_detections_are_shares_of_the_photo_surest_first():
    found = proposer([[25.0, 25, 75, 75], [100.0, 0, 201, 100]], [0.4, 0.9]).propose(noise(0, 200, 100), 5)
    assert found == (Box(0.5, 0, 0.5, 1), Box(0.125, 0.25, 0.25, 0.5))


def test_of_one_thing_there_is_one_detection_and_doubtful_ones_are_none():
    boxes = [[20.0, 10, 60, 60], [22.0, 10, 60, 60], [100.0, 0, 200, 100], [150.0, 0, 150, 100]]
    assert len(proposer(boxes, [0.4, 0.9, 0.01, 0.8]).propose(noise(0, 200, 100), 5)) == 1


def test_a_tap_means_the_detection_under_it_or_what_else_is_there():
    sees = proposer([[100.0, 0, 200, 100]], [0.9])
    assert sees.around(noise(0, 200, 100), Point(0.75, 0.5)) == Box(0.5, 0, 0.5, 1)
    assert sees.around(noise(0, 200, 100), Point(0.25, 0.5)) == Box(0, 0, 0.1, 0.1)


def test_weights_of_a_local_file_are_taken(weights):
    found = load_detector(NAME, weights, "cpu", Corner()).propose(noise(0, 200, 100), 3)
    assert len(found) <= 3
    for box in found:
        assert 0 <= box.x <= box.x + box.width <= 1 + 1e-6


def test_what_is_no_detector_or_no_weights_of_it_is_refused(weights, tmp_path):
    with pytest.raises(ModelNotFoundError, match=NAME):
        load_detector("resnet18", weights, "cpu", Corner())
    with pytest.raises(ModelError, match="not the weights of fasterrcnn"):
        load_detector("fasterrcnn_mobilenet_v3_large_320_fpn", weights, "cpu", Corner())
    (tmp_path / "bad.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="safetensors"):
        load_detector(NAME, tmp_path / "bad.safetensors", "cpu", Corner())
