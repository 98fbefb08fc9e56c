"""What is in the way of a service is said before it starts: one line, exit status 2, nothing else done."""

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spark_vision.app.settings import Settings
from spark_vision.cli.app import main
from spark_vision.cli.serve import check_service

Said = Callable[[str], tuple[object, str, str]]


@pytest.fixture
def spark_vision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """A command's exit status and both its streams."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_VISION_MODEL", "fake")
    for name in ("DATABASE_URL", "PHOTOS_URL", "DATA_DIR", "INDEX_DIR", "SECRET_KEY"):
        monkeypatch.delenv(f"SPARK_VISION_{name}", raising=False)

    def said(command: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["spark-vision", *command.split()])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capsys.readouterr()

    return said


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_named(spark_vision: Said, taken: int, command: str) -> None:
    line = f"spark-vision: 127.0.0.1, port {taken}: cannot be listened on (Address already in use).\n"
    assert spark_vision(f"{command} --port {taken}") == (2, "", line)
    assert not Path("spark-demo", "index").exists()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.7", "a..b"])
def test_a_host_that_is_not_this_machine_is_named(spark_vision: Said, host: str) -> None:
    status, out, err = spark_vision(f"serve --port 0 --host {host}")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"spark-vision: {host}, port 0: cannot be listened on (")


def test_a_secret_that_is_too_short_is_named(spark_vision: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_VISION_SECRET_KEY", "short")
    line = "spark-vision: SPARK_VISION_SECRET_KEY has fewer than 32 characters.\n"
    assert spark_vision("serve --port 0") == (2, "", line)


def test_a_place_where_no_secret_can_be_kept_is_named(spark_vision: Said, tmp_path: Path) -> None:
    (tmp_path / "data" / "secret").mkdir(parents=True)
    status, out, err = spark_vision("serve --port 0")
    assert (status, out) == (2, "")
    assert err.startswith("spark-vision: data/secret: the secret that signs cookies cannot be kept there (")


def test_the_address_is_free_again_after_the_look(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    check_service("127.0.0.1", port, settings)
    check_service("127.0.0.1", port, settings)
