"""The wheel, as someone gets it who has no checkout."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


MOST_MEGABYTES = 600
NOT_IN_THE_CORE = (
    *("torch", "torchvision", "open_clip", "timm", "transformers", "huggingface_hub"),
    *("sklearn", "scipy", "matplotlib", "imagehash", "ir_measures", "onnx", "mitsuba", "psycopg"),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's file."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel's contents, unpacked in a folder of their own."""
    with zipfile.ZipFile(built) as archive:
        archive.extractall(built.parent / "unpacked")
    return built.parent / "unpacked"


@pytest.fixture(scope="module")
def core(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty virtual environment in which the wheel was installed without extras."""
    folder = tmp_path_factory.mktemp("core")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--constraint", ROOT / "constraints.txt", built]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=bare_environment())
    if "NewConnectionError" in done.stderr or "NameResolutionError" in done.stderr:
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr[-2000:]
    return python


def bare_environment() -> dict[str, str]:
    """The environment without what would add packages or settings of this checkout."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "SPARK_VISION_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return {**kept, "PYTHONNOUSERSITE": "1"}


def spark_vision(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [python, "-m", "spark_vision.cli", *arguments]
    return subprocess.run(
        command, cwd=folder, env=bare_environment(), capture_output=True, text=True, timeout=240
    )


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


def installed_megabytes(python: Path) -> float:
    """The size of all installed files but those of the installer itself."""
    (packages,) = python.parent.parent.glob("lib/python*/site-packages")
    installer = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
    files = (
        file for each in packages.iterdir() if not each.name.startswith(installer) for file in walk(each)
    )
    return sum(file.lstat().st_size for file in files) / 1e6


def walk(place: Path) -> list[Path]:
    return [file for file in place.rglob("*") if file.is_file()] if place.is_dir() else [place]


@pytest.mark.slow
def test_the_core_is_small_and_has_no_package_of_an_extra(core: Path) -> None:
    names = ", ".join(map(repr, NOT_IN_THE_CORE))
    code = f"from importlib.util import find_spec; print([n for n in ({names}) if find_spec(n)])"
    found = subprocess.run([core, "-c", code], capture_output=True, text=True, env=bare_environment())
    assert found.stdout.strip() == "[]", found.stderr[-2000:]
    assert installed_megabytes(core) <= MOST_MEGABYTES


@pytest.mark.slow
def test_the_core_runs_the_demo_and_answers_look_ups(core: Path, tmp_path: Path) -> None:
    shown = spark_vision(core, tmp_path, "demo", "--dir", "demo", "--no-serve")
    assert shown.returncode == 0, shown.stderr[-2000:]
    assert "110 products indexed" in shown.stdout
    photo = next((ROOT / "spark_vision" / "demo_shop").rglob("*.jpg"))
    index = str(tmp_path / "demo" / "index")
    suggested = spark_vision(core, tmp_path, "suggest", str(photo), "--index", index, "--json")
    assert json.loads(suggested.stdout)["items"], suggested.stderr[-2000:]
    found = spark_vision(core, tmp_path, "search", "red bowl", "--index", index, "--json")
    assert found.returncode == 0, found.stderr[-2000:]
    served = "import spark_vision_api; spark_vision_api.create_app()"
    environment = bare_environment() | {"SPARK_VISION_INDEX_DIR": index, "SPARK_VISION_DATA_DIR": "data"}
    made = subprocess.run([core, "-c", served], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["index", "build", "shop", "--model", "ViT-B-32/laion2b_s34b_b79k"], "torch"),
        (["models", "export-onnx", "model"], "torch"),
        (["calibrate", "shop"], "eval"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_brings_it(
    core: Path, tmp_path: Path, arguments: list[str], extra: str
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "open_clip_config.json").write_text("{}")
    refused = spark_vision(core, tmp_path, *arguments)
    assert refused.returncode == 2
    said = " ".join(refused.stderr.split())
    assert f'needs the extra "{extra}". Install it with: pip install "spark-vision[{extra}]"' in said


def test_the_client_imports_its_http_library_alone(wheel: Path) -> None:
    code = (
        "import sys, httpx2; before = set(sys.modules); import spark_vision.client;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    environment = {**bare_environment(), "PYTHONPATH": str(wheel)}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert shown.stdout.strip() == "['spark_vision']", shown.stderr[-2000:]
