"""A PostgreSQL server of a test's own, which may be restarted: others use the machine's."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
# The server refuses to run as root.
_USER = "postgres" if os.getuid() == 0 else None
_SETTINGS = "-c listen_addresses='' -c max_connections=40 -c shared_buffers=16MB"


@dataclass(frozen=True)
class Cluster:
    """A server that listens on a socket in its folder alone."""

    folder: Path

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def restart(self, how: str) -> None:
        """how: `fast` ends connections in order; `immediate` is a crash, with recovery at the start."""
        self.control("restart", "-m", how)

    def control(self, *arguments: str) -> None:
        options = f"{_SETTINGS} -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        _run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, *arguments)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A new server for the time of a block; skips the test where there is no PostgreSQL."""
    if not _PROGRAMS and shutil.which("initdb") is None:
        if "postgres" in os.environ.get("SPARK_VISION_REQUIRE", "").split(","):
            pytest.fail("PostgreSQL's programs are not installed")
        pytest.skip("PostgreSQL's programs are not installed")
    # Not pytest's folder: another user's server could not get there, and a socket's path is short.
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        made = Cluster(Path(name))
        if _USER is not None:
            shutil.chown(name, _USER)
        _run("initdb", "-D", str(made.folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")
        made.control("start")
        try:
            yield made
        finally:
            made.control("stop", "-m", "immediate")


def _run(program: str, *arguments: str) -> None:
    path = str(_PROGRAMS[-1] / program) if _PROGRAMS else program
    # Not captured: the server would keep the pipe, and the end of its output be waited for.
    subprocess.run([path, *arguments], check=True, stdout=subprocess.DEVNULL, user=_USER, cwd="/")
