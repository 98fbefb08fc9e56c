"""What `suggest` imports: the time that a process needs before it looks a photo up."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.app.store import migrate_store, open_store
from spark_vision.database.standing_views import may_have_learned_views
from tests.fakes import encoded, noise

NOT_IMPORTED = {
    *("sqlalchemy", "alembic", "structlog", "uvicorn", "fastapi", "httpx2", "ftfy", "regex"),
    *("torch", "open_clip", "sklearn", "scipy", "matplotlib", "imagehash", "pyarrow.dataset"),
    *("pyarrow.compute", "numpy.ma", "rich.progress", "rich.table", "selectolax", "defusedxml", "stdnum"),
    *("PIL.ImageDraw", "PIL.ImageFont", "spark_vision.media.annotate", "spark_vision.index.build"),
    *("spark_vision.catalogue.read", "spark_vision.cli.serve", "spark_vision.cli.evaluate"),
}
CHILD = """
import json, sys
from spark_vision.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + json.dumps(sorted(sys.modules)))
"""
STANDING = "INSERT INTO learned_views ({}) VALUES ({})"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index by the bundled model, and a photo."""
    folder = tmp_path_factory.mktemp("cold")
    (folder / "shop").mkdir()
    for number in range(3):
        (folder / "shop" / f"product-{number}.png").write_bytes(encoded(noise(number, 64, 48)))
    (folder / "photo.png").write_bytes(encoded(noise(1, 64, 48)))
    settings = Settings(index_dir=folder / "index", data_dir=folder / "data")
    build_index(settings, str(folder / "shop"))
    return folder


def imported_by_suggest(place: Path) -> tuple[str, set[str]]:
    command = [sys.executable, "-c", CHILD, "suggest", "photo.png", "--index", "index", "--json"]
    environment = {**os.environ, "SPARK_VISION_DATA_DIR": str(place / "data")}
    child = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr[-2000:]
    *document, modules = child.stdout.strip().splitlines()
    answer = json.loads("\n".join(document))
    return answer["items"][0]["suggestions"][0]["product_id"], set(json.loads(modules))


def test_suggest_imports_only_what_a_look_up_needs(place: Path) -> None:
    found, modules = imported_by_suggest(place)
    assert found == "product-1"
    assert modules & NOT_IMPORTED == set()
    assert {"onnxruntime", "faiss"} <= modules


def test_a_store_without_learned_views_is_asked_without_sqlalchemy(place: Path) -> None:
    settings = Settings(index_dir=place / "index", data_dir=place / "data")
    store = open_store(settings)
    migrate_store(settings, store)
    store.close()
    found, modules = imported_by_suggest(place)
    assert found == "product-1"
    assert modules & NOT_IMPORTED == set()


def test_only_a_store_that_certainly_has_no_views_is_passed_over(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert not may_have_learned_views(settings.store_url)  # no file
    assert may_have_learned_views("postgresql+psycopg://user@host/name")
    store = open_store(settings)
    migrate_store(settings, store)
    store.close()
    assert not may_have_learned_views(settings.store_url)

    file = tmp_path / "store.sqlite"
    with sqlite3.connect(file) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(learned_views)")]
        optional = ("withdrawn_at", "removed_at", "removed_by", "box", "encoder", "vector")
        given = [name for name in columns if name not in optional]
        connection.execute(STANDING.format(", ".join(given), ", ".join("?" * len(given))), ["1"] * len(given))
    assert may_have_learned_views(settings.store_url)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE learned_views SET withdrawn_at = '2026-01-01'")
    assert not may_have_learned_views(settings.store_url)
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE learned_views")  # as a store of an earlier version
    assert may_have_learned_views(settings.store_url)
    file.write_bytes(b"no database at all" * 100)
    assert may_have_learned_views(settings.store_url)
