"""A store that cannot be used, as the commands say it: one line that names it, and exit status 2."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from spark_vision.cli.app import main

Said = Callable[..., tuple[int, str]]
AWAY = "postgresql+psycopg://ada:secret@127.0.0.1:1/shop"


@pytest.fixture
def spark_vision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """A command's exit status and what it says on standard error; named values are settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_VISION_MODEL", "fake")
    for name in ("DATABASE_URL", "PHOTOS_URL", "DATA_DIR", "INDEX_DIR"):
        monkeypatch.delenv(f"SPARK_VISION_{name}", raising=False)

    def said(command: str, **settings: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["spark-vision", *command.split()])
        with monkeypatch.context() as set_:
            for name, value in settings.items():
                set_.setenv(f"SPARK_VISION_{name}", value)
            with pytest.raises(SystemExit) as left:
                main()
        code = left.value.code
        return (code if isinstance(code, int) else 1), capsys.readouterr().err

    return said


@pytest.fixture
def junk(tmp_path: Path) -> str:
    """A store's folder with something else in the database's file."""
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "store.sqlite").write_bytes(b"no database, but longer than a header is. " * 200)
    return "junk"


@pytest.fixture
def indexed(tmp_path: Path, spark_vision: Said) -> None:
    """A live version of one product, and a photo."""
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (32, 32), "red").save(tmp_path / "pictures" / "mug.png")
    Image.new("RGB", (32, 32), "red").save(tmp_path / "photo.png")
    assert spark_vision("index build pictures")[0] == 0


@pytest.mark.parametrize("command", ["users list", "store check", "learned list", "serve --port 0"])
def test_a_damaged_store_is_named(spark_vision: Said, junk: str, command: str) -> None:
    status, said = spark_vision(command, DATA_DIR=junk)
    line = "spark-vision: junk/store.sqlite: the store cannot be used (file is not a database).\n"
    assert (status, said) == (2, line)


def test_a_store_that_is_damaged_later_is_named(spark_vision: Said, tmp_path: Path) -> None:
    assert spark_vision("users add Ada --role poster")[0] == 0
    file = tmp_path / "data" / "store.sqlite"
    held = file.read_bytes()
    file.write_bytes(held[:4096] + b"\xff" * (len(held) - 4096))
    status, said = spark_vision("users list")
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith("spark-vision: data/store.sqlite: the store cannot be used (")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DATABASE_URL": "foo://bar"}, "spark-vision: foo://bar: this is no address of a database"),
        ({"DATABASE_URL": "foo://ada:secret@bar"}, "foo://ada:***@bar: this is no address"),
        ({"DATABASE_URL": "notaurl"}, "spark-vision: SPARK_VISION_DATABASE_URL: this is no address"),
        ({"DATABASE_URL": "sqlite://"}, "this is no address of a database"),
        ({"DATABASE_URL": AWAY}, "postgresql+psycopg://ada:***@127.0.0.1:1/shop: the store cannot be used"),
        (
            {"DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/shop?user=ada&password=secret"},
            "postgresql+psycopg://127.0.0.1:1/shop: the store cannot be used",
        ),
        ({"DATA_DIR": "a-file"}, "spark-vision: a-file: the store's folder cannot be made (File exists)."),
        ({"PHOTOS_URL": "foo://x"}, "SPARK_VISION_PHOTOS_URL: photos cannot be kept there (Protocol not"),
    ],
)
def test_a_store_that_is_not_there_is_named(
    spark_vision: Said, tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    (tmp_path / "a-file").touch()
    for command in ("store check", "serve --port 0"):
        status, said = spark_vision(command, **settings)
        assert (status, said.count("\n")) == (2, 1)
        assert words in said
        assert "secret" not in said
        assert "Background" not in said


@pytest.mark.usefixtures("indexed")
def test_a_look_up_goes_on_without_a_store(spark_vision: Said, junk: str) -> None:
    for settings in (
        {"DATA_DIR": junk},
        {"DATABASE_URL": "notaurl"},
        {"DATABASE_URL": "foo://bar"},
        {"DATABASE_URL": AWAY},
    ):
        status, said = spark_vision("suggest photo.png", **settings)
        assert (status, said.count("\n")) == (0, 1)
        assert said.startswith("spark-vision: Without what was learned: ")


@pytest.mark.usefixtures("indexed")
def test_an_address_to_calibrate_by_that_is_none_is_named(spark_vision: Said) -> None:
    status, said = spark_vision("calibrate foo://x")
    assert status == 2
    assert "spark-vision: foo://x: this is no address of a database" in said
