"""The copies that docs/operations.md tells how to make: made while the service works, and brought back."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from spark_vision.app.settings import Settings
from tests.integration.api.conftest import Start
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import picture
from tests.integration.api.postgres import cluster


def fill(client: TestClient) -> Person:
    ada = person(client, "Ada")
    for _ in range(2):
        ada.publish(caption="before")
    return ada


def cursor(client: TestClient) -> str:
    return str(client.get("/v1/posts?limit=1").json()["next"])


def check(client: TestClient, ada: Person, cursor: str) -> None:
    """The posts are there with their photos, key and cursor are good, and one goes on."""
    posts = client.get("/v1/posts").json()["posts"]
    assert [post["caption"] for post in posts] == ["before", "before"]
    assert client.get(f"/v1/posts?cursor={cursor}").json()["posts"] == posts[1:]
    for post in posts:
        assert client.get(post["photo"]["url"]).content.startswith(b"\xff\xd8")
    assert Person(client, ada.id, ada.key).publish(caption="after")


def test_a_copy_with_sqlite_is_whole(settings: Settings, start: Start, tmp_path: Path) -> None:
    service, copy = start(), tmp_path / "copy"
    ada, given = fill(service), cursor(service)
    copy.mkdir()
    with (
        sqlite3.connect(settings.data_dir / "store.sqlite") as store,
        sqlite3.connect(copy / "store.sqlite") as held,
    ):
        store.backup(held)
    ada.ask("POST", "/v1/posts", files={"photo": picture("blue")})  # between the two copies
    shutil.copytree(settings.data_dir / "photos", copy / "photos")
    shutil.copy2(settings.data_dir / "secret", copy / "secret")
    check(start(settings.model_copy(update={"data_dir": copy})), ada, given)


@pytest.mark.slow
def test_a_copy_with_postgresql_is_whole(settings: Settings, start: Start, tmp_path: Path) -> None:
    with cluster() as server:
        there = settings.model_copy(update={"database_url": server.url})
        service = start(there)
        ada, given = fill(service), cursor(service)
        to = ["--host", str(server.folder), "--username", "postgres"]
        dump = str(tmp_path / "store.dump")
        subprocess.run(["pg_dump", *to, "--format=custom", f"--file={dump}", "postgres"], check=True)
        shutil.copytree(settings.data_dir, tmp_path / "copy")
        subprocess.run(["createdb", *to, "restored"], check=True)
        subprocess.run(["pg_restore", *to, "--exit-on-error", "--dbname=restored", dump], check=True)
        update = {
            "database_url": server.url.replace("@/postgres", "@/restored"),
            "data_dir": tmp_path / "copy",
        }
        check(start(settings.model_copy(update=update)), ada, given)
