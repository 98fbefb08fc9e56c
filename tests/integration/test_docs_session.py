"""The written session of docs/catalogue-session.md, run as it stands: commands, and what they print.

`...` in the page stands for anything, and white space counts as a space, as in doctest.
"""

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "catalogue-session.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_MARK = "@@@@"


@dataclass(frozen=True)
class Step:
    """A command of the page, over one line or several, and what it is said to print."""

    command: str
    expected: str


def steps() -> list[Step]:
    found = []
    for block in _BLOCK.findall(PAGE.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            count = 1
            while count < len(lines) and lines[count].startswith("> "):
                count += 1
            command = "\n".join([lines[0], *(line[2:] for line in lines[1:count])])
            found.append(Step(command, "\n".join(lines[count:]) + "\n"))
    return found


def test_the_session_prints_what_the_page_says(tmp_path: Path) -> None:
    told = steps()
    script = [f'spark-vision() {{ "{sys.executable}" -m spark_vision.cli "$@"; }}']
    script += [f'python() {{ "{sys.executable}" "$@"; }}']
    script += [f"{step.command}\necho '{_MARK}'" for step in told]
    environment = {
        **os.environ,
        "SPARK_VISION_MODEL": "fake",
        "SPARK_VISION_INDEX_DIR": "index",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        ["bash"],
        input="exec 2>&1\n" + "\n".join(script),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    printed = done.stdout.split(f"{_MARK}\n")[:-1]
    checker = doctest.OutputChecker()
    wrong = [
        f"$ {step.command}\n--- the page:\n{step.expected}--- printed:\n{output}"
        for step, output in zip(told, printed, strict=True)
        if not checker.check_output(step.expected, output, _FLAGS)
    ]
    assert not wrong, "\n".join(wrong)
