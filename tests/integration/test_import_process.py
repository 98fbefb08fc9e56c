"""The process of an import, by itself: how it ends."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spark_vision.app.settings import Settings
from spark_vision.core.catalogue_import import CatalogueImport, ImportOrder
from spark_vision.imports.process import ImportProcess
from spark_vision.imports.run import FEED, import_folder
from spark_vision.imports.worker import RunOutcome
from tests.integration.api.team import pictures_at

COMMAND = [sys.executable, "-m", "spark_vision.imports.process"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        index_dir=tmp_path / "index",
        data_dir=tmp_path / "data",
        model="fake",
        picture_networks=("127.0.0.0/8",),
    )


def test_it_ends_with_the_service(settings: Settings) -> None:
    folder = import_folder(settings, "a")
    folder.mkdir(parents=True)
    (folder / FEED).write_text("id,title,image_link\na,A,a.png\n")
    with pictures_at({}, slow=60) as base:
        order = {"origin": "sent", "source": "a.csv", "pictures_base": base}
        job = {"settings": settings.model_dump(mode="json"), "id": "a", "order": order}
        process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        while json.loads(process.stdout.readline())["progress"][0] != "encode":
            pass
        process.stdin.close()  # as the system does when the service is gone, however it went
        assert process.wait(60) == 1
        process.stdout.close()


def test_one_that_is_killed_says_nothing_of_a_result(settings: Settings) -> None:
    order = ImportOrder("address", "http://127.0.0.1:9/feed.csv")
    running = ImportProcess(settings, CatalogueImport("a", "team", order, datetime.now(UTC)))
    running.kill()
    assert running.wait(0) == RunOutcome()
