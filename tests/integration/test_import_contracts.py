"""The import contracts are allow-lists: a heavy library in any other package must fail the check."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {"spark_vision.embedding", "spark_vision.training"}


def packages(root: Path) -> list[Path]:
    """Return every package folder below the two root packages, the roots included."""
    roots = (root / "spark_vision", root / "api" / "spark_vision_api")
    return sorted(path.parent for top in roots for path in top.rglob("__init__.py"))


def module_name(root: Path, folder: Path) -> str:
    """Return the dotted name of a package folder."""
    return ".".join(folder.relative_to(root).parts).removeprefix("api.")


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on a copy of the tree."""
    environment = os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'api'}", "COLUMNS": "400"}
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def fenced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the tree with `import torch` in a leaf module of each package, and the check's output."""
    root = tmp_path_factory.mktemp("tree")
    skipped = shutil.ignore_patterns("__pycache__", "demo_shop", "static")
    for name in ("spark_vision", "api"):
        shutil.copytree(ROOT / name, root / name, ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", root)
    for folder in packages(root):
        (folder / "leaf_for_this_test.py").write_text('"""A leaf."""\n\nimport torch\n')
    return root, check(root).stdout


def test_the_tree_as_it_is_keeps_the_contracts() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stdout


def test_an_import_of_torch_fails_in_every_other_package(fenced: tuple[Path, str]) -> None:
    root, output = fenced
    for folder in packages(root):
        package = module_name(root, folder)
        allowed = any(package == name or package.startswith(f"{name}.") for name in ALLOWED)
        assert (f"{package}.leaf_for_this_test -> torch" in output) is not allowed, package
