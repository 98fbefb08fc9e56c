"""What a version says of itself, and that it notices when it was changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from spark_vision.core.errors import IndexDamagedError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.manifest import MANIFEST, Content, FileEntry, Manifest, read_manifest

CONTENT = Content(
    encoder=FakeEncoder().spec,
    index_kind="flat",
    products=2,
    pictures=3,
    catalogue_digest="ab",
    files={"vectors.faiss": FileEntry(10, "cd")},
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    folder = tmp_path / "v1"
    folder.mkdir()
    made = Manifest("v1", CONTENT, "/shop/feed.csv", "0.1", "then", "now", {"read": 0.5})
    (folder / MANIFEST).write_bytes(made.to_bytes())
    return folder


def test_manifest_is_read_back_equal(written):
    manifest = read_manifest(written)
    assert manifest.content == CONTENT
    assert manifest.to_bytes() == (written / MANIFEST).read_bytes()


def test_manifest_holds_what_one_must_know_of_the_vectors(written):
    value = json.loads((written / MANIFEST).read_bytes())
    content = value["content"]
    assert (content["metric"], content["dtype"], content["dimension"]) == ("inner_product", "float32", 64)
    assert content["encoder"]["preprocessing"]["resize_mode"] == "squash"
    assert value["content_digest"] == CONTENT.digest


CHANGES = {
    "products": lambda value: value["content"].update(products=99),
    "a checksum": lambda value: value["content"]["files"]["vectors.faiss"].update(sha256="ce"),
    "a file less": lambda value: value["content"].update(files={}),
    "weights": lambda value: value["content"]["encoder"].update(weights="other"),
    "preprocessing": lambda value: value["content"]["encoder"]["preprocessing"].update(height=9),
    "the digest": lambda value: value.update(content_digest="0"),
    "the format": lambda value: value.update(format=99),
    "no content": lambda value: value.pop("content"),
    "an unknown field": lambda value: value["content"].update(mood="good"),
    "an encoder that is a word": lambda value: value["content"].update(encoder="fake"),
    "files that are a list": lambda value: value["content"].update(files=["vectors.faiss"]),
    "another version's name": lambda value: value.update(version="v2"),
    "no source": lambda value: value.pop("source"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_manifest_is_refused_by_name(written, name):
    value = json.loads((written / MANIFEST).read_bytes())
    CHANGES[name](value)
    (written / MANIFEST).write_text(json.dumps(value))
    with pytest.raises(IndexDamagedError, match=r"v1/manifest\.json"):
        read_manifest(written)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe\x00", b"{}", b'{"content": []}']
)
def test_what_is_no_manifest_is_refused_by_name(written, data):
    (written / MANIFEST).write_bytes(data)
    with pytest.raises(IndexDamagedError, match=r"manifest\.json"):
        read_manifest(written)


@pytest.mark.parametrize(
    "change",
    [
        {"products": 1},
        {"catalogue_digest": "ac"},
        {"encoder": FakeEncoder(seed=1).spec},
        {"index_kind": "other"},
        {"files": {}},
    ],
)
def test_digest_changes_with_the_content(change):
    assert replace(CONTENT, **change).digest != CONTENT.digest
