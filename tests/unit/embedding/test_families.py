"""Every family of open_clip, by both runtimes, against plain open_clip."""

import json
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from spark_vision.embedding.load import load_encoder
from spark_vision.embedding.onnx_export import export_onnx
from spark_vision.embedding.onnx_files import TEXT_GRAPH
from tests.fakes import noise, smooth
from tests.unit.embedding.families import FAMILIES, write_family

TEXTS = ["red shoes for men", "", "Ein blauer Stuhl, 椅子", "word " * 100, "it's &amp; 5", "SALE_50% off!"]
PICTURES = [smooth(90, 40), noise(1, 64, 48), noise(2, 33, 200)]


def plain(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the embeddings of PICTURES and TEXTS by open_clip's own calls."""
    clip, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    tokens = open_clip.get_tokenizer(f"local-dir:{folder}")(TEXTS)
    with torch.inference_mode():
        pixels = torch.stack([transform(Image.fromarray(picture)) for picture in PICTURES])
        features = clip.eval().encode_image(pixels), clip.encode_text(tokens)
    pictures, texts = (torch.nn.functional.normalize(of_one, dim=-1).numpy() for of_one in features)
    return pictures, texts


@pytest.mark.parametrize("family", FAMILIES)
def test_both_runtimes_agree_with_open_clip(family: str, tmp_path: Path) -> None:
    folder = write_family(tmp_path / "model", family)
    export = export_onnx(folder)
    assert export.text, export.reason
    pictures, texts = plain(folder)

    specs = []
    for runtime in ("torch", "onnx"):
        encoder = load_encoder(f"local-dir:{folder}", "cpu", runtime)
        prepared = np.stack([encoder.prepare(picture) for picture in PICTURES])
        ours = encoder.finish(encoder.forward(prepared))
        assert (ours * pictures).sum(axis=1).min() >= 0.99999, runtime
        assert (encoder.encode_texts(TEXTS) * texts).sum(axis=1).min() >= 0.99999, runtime
        specs.append(encoder.spec)
    assert specs[0] == specs[1]


def test_a_tokenizer_that_cannot_be_reproduced_leaves_the_texts_to_pytorch(tmp_path: Path) -> None:
    folder = write_family(tmp_path / "model", "CustomTextCLIP")
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["tokenizer_kwargs"] = {"reduction_mask": "simple"}
    (folder / "open_clip_config.json").write_text(json.dumps(config))

    export = export_onnx(folder)
    assert (export.text, (folder / TEXT_GRAPH).exists()) == (False, False)
    assert "tokenizer" in export.reason
    encoder = load_encoder(f"local-dir:{folder}", "cpu", "onnx")
    _, texts = plain(folder)
    assert (encoder.encode_texts(TEXTS) * texts).sum(axis=1).min() >= 0.99999
