"""Photos in an object store that speaks S3: a server of moto's, over HTTP.

Runs where `pip install s3fs "moto[s3]" flask flask-cors` was done: they are too much for every developer.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from spark_vision.core.errors import PhotoMissingError, StoreUnavailableError
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.photos import find_missing_files, read_photo, recover_interrupted_photos
from spark_vision.tagging.posts import delete
from tests.integration.database.factories import NOW, Notebook, draft, someone

s3fs = pytest.importorskip("s3fs")
server = pytest.importorskip("moto.server")


@pytest.fixture
def store_of_objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The server, with an empty bucket."""
    from werkzeug.serving import make_server

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    app = server.DomainDispatcherApplication(server.create_backend_app)
    made = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{made.server_port}")
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("bucket")
    yield made
    made.shutdown()
    thread.join()
    made.server_close()
    s3fs.S3FileSystem.clear_instance_cache()


def objects() -> list[str]:
    files = s3fs.S3FileSystem()
    files.invalidate_cache()
    return [path.rpartition("/")[2] for path in files.find("bucket")]


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_photos_come_go_and_are_settled_in_an_object_store(sql_store: Store, store_of_objects: Any) -> None:
    room = TaggingContext(sql_store, FsspecPhotoFiles("s3://bucket/photos"), Notebook())
    ada = someone(sql_store, "Ada")
    first, again, other = draft(room, ada, 1), draft(room, ada, 1), draft(room, ada, 2)
    assert len(objects()) == 6  # two photos, each with two smaller copies
    assert read_photo(room, first.photo, 320).startswith(b"\xff\xd8")
    delete(room, ada, first.id, ANY_VERSION)
    assert len(objects()) == 6
    delete(room, ada, again.id, ANY_VERSION)
    assert {name[:64] for name in objects()} == {other.photo.digest}
    assert list(find_missing_files(room)) == []
    with pytest.raises(PhotoMissingError):
        room.files.read(first.photo, first.photo.width)
    with sql_store.writing() as work:  # as a crash leaves it that comes before the row
        work.photos.arrive(first.photo, NOW)
    assert recover_interrupted_photos(room) == 1
    store_of_objects.shutdown()
    store_of_objects.server_close()
    with pytest.raises(StoreUnavailableError, match="s3://bucket/photos"):
        room.files.read(other.photo, other.photo.width)
