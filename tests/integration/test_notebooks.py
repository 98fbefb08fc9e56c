"""Notebooks are what their scripts say, small, and were run from top to bottom.

That they still run is checked by `make notebooks`.
"""

import json
from pathlib import Path
from typing import Any

import jupytext
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("[0-9]*.py"))
MOST_BYTES = 600_000


def cells(notebook: Any) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"].strip()) for cell in notebook["cells"]]


def test_each_notebook_has_its_script() -> None:
    assert [path.stem for path in SCRIPTS] == [path.stem for path in sorted(FOLDER.glob("*.ipynb"))]
    assert [path.stem[:2] for path in SCRIPTS] == [f"{number:02}" for number in range(1, len(SCRIPTS) + 1)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_holds_the_cells_of_its_script(script: Path) -> None:
    assert cells(jupytext.read(script)) == cells(jupytext.read(script.with_suffix(".ipynb")))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_outputs_of_one_run(script: Path) -> None:
    path = script.with_suffix(".ipynb")
    assert path.stat().st_size < MOST_BYTES
    code = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_no_logic_lives_in_a_notebook(script: Path) -> None:
    lines = script.read_text().splitlines()
    assert not [line for line in lines if line.lstrip().startswith(("def ", "class ", "lambda"))]
