"""The wheel, as someone gets it who has no checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's contents, unpacked in a folder of their own."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_it_adds_no_package_with_a_general_name(wheel: Path) -> None:
    names = {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"spark_vision", "spark_vision_api"}


def test_it_carries_model_page_and_demo_shop(wheel: Path) -> None:
    for name in (
        "spark_vision/bundled/models/spark-mini/open_clip_model.safetensors",
        "spark_vision/demo_shop/catalogue.csv",
        "spark_vision_api/web/templates/base.html",
        "spark_vision/py.typed",
        "spark_vision/database/migrations/env.py",
        "spark_vision/database/migrations/versions/r0001_posts_and_decisions.py",
    ):
        assert (wheel / name).is_file(), name


def test_the_bundled_model_is_found_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(wheel), "PYTHONNOUSERSITE": "1"}
    code = "import spark_vision; print(spark_vision.__file__)"
    command = [sys.executable, "-c", code]
    where = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert where.stdout.startswith(str(wheel))
    command = [sys.executable, "-m", "spark_vision.cli", "models", "list", "--json"]
    listed = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    (model,) = json.loads(listed.stdout)
    assert model["name"] == "spark-mini"
    assert model["default"] is True
