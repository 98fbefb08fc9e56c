"""`spark-vision users` and `spark-vision store`, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, open_store
from spark_vision.cli.app import app
from spark_vision.core.account import ANONYMOUS, Role
from spark_vision.core.errors import NameTakenError
from spark_vision.social.accounts import authenticate
from tests.integration.database.factories import draft, someone

Run = Callable[..., Result]


@pytest.fixture
def spark_vision(tmp_path: Path) -> Run:
    environment = {"SPARK_VISION_DATA_DIR": str(tmp_path / "data"), "SPARK_VISION_DATABASE_URL": ""}

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, env=environment)

    return run


def test_an_account_from_its_first_key_to_its_last(spark_vision: Run, tmp_path: Path) -> None:
    added = spark_vision("users", "add", "Ada", "--role", "poster")
    assert added.exit_code == 0, added.output
    secret = added.stdout.strip()
    store = open_store(Settings(data_dir=tmp_path / "data"))
    account = authenticate(store, secret).account
    assert account is not None
    assert (account.name, account.role) == ("Ada", Role.POSTER)
    listed = json.loads(spark_vision("users", "list", "--json").stdout)
    assert [(known["name"], len(known["keys"])) for known in listed] == [("Ada", 1)]
    assert "1 key is revoked" in spark_vision("users", "revoke", "Ada").stdout
    assert authenticate(store, secret) is ANONYMOUS
    store.close()
    # Not before: a process that opens and closes the file beside SQLite gives SQLite's locks away.
    assert secret.encode() not in (tmp_path / "data" / "store.sqlite").read_bytes()


def test_a_name_is_given_once(spark_vision: Run) -> None:
    assert spark_vision("users", "add", "Ada", "--role", "poster").exit_code == 0
    assert isinstance(spark_vision("users", "add", "Ada", "--role", "admin").exception, NameTakenError)
    assert spark_vision("users", "add", "Ben", "--role", "king").exit_code == 2


def test_the_store_is_made_once(spark_vision: Run) -> None:
    assert "0001" in spark_vision("store", "migrate").stdout
    assert "as it should be" in spark_vision("store", "migrate").stdout


def test_photos_whose_files_are_gone_are_named(spark_vision: Run, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    assert "0 without a file" in spark_vision("store", "check").stdout
    store = open_store(settings)
    post = draft(build_tagging_context(settings, store), someone(store, "Ada"))
    store.close()
    assert spark_vision("store", "check").exit_code == 0
    (file,) = settings.data_dir.rglob(f"{post.photo.digest}.jpg")
    file.unlink()
    checked = spark_vision("store", "check")
    assert checked.exit_code == 1
    assert post.photo.digest in checked.stdout
