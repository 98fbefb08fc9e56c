"""What a process that was killed has left behind is gone after the next start."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.core.catalogue_import import CatalogueImport, ImportOrder
from tests.integration.api.conftest import Start
from tests.integration.api.people import person


def left(settings: Settings, name: str, hours: float) -> Path:
    """The folder of a feed that was being sent, last written to so long ago."""
    folder = settings.data_dir / "imports" / name
    folder.mkdir(parents=True)
    (folder / "feed").write_bytes(b"id,title\n1,half a f")
    then = time.time() - hours * 3600
    for path in (folder / "feed", folder):
        os.utime(path, (then, then))
    return folder


def test_feeds_whose_sending_was_killed_are_swept(settings: Settings, start: Start) -> None:
    first = start()
    store = first.app.state.services.store
    ada = person(first, "Ada", Role.CATALOGUE)
    order = ImportOrder("sent", "feed.csv")
    known = CatalogueImport("k" * 32, ada.id, order, datetime.now(UTC))
    with store.writing() as work:
        work.imports.add(known)
        work.imports.cancel(known.id, datetime.now(UTC))
    killed, sending, kept = (
        left(settings, name, hours) for name, hours in (("a" * 32, 2), ("b" * 32, 0.5), (known.id, 2))
    )
    start()
    assert [folder.exists() for folder in (killed, sending, kept)] == [False, True, True]


@pytest.mark.parametrize("stray", ["a file", "nothing"])
def test_a_folder_of_imports_that_is_odd_keeps_nobody_from_starting(
    settings: Settings, start: Start, stray: str
) -> None:
    if stray == "a file":
        folder = settings.data_dir / "imports"
        folder.mkdir(parents=True)
        (folder / "stray").write_text("x")
    assert start().get("/healthz").status_code == 200
