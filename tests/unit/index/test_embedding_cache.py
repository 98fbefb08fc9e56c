"""Embeddings kept by picture content."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.embedding_cache import EmbeddingCache
from tests.fakes import random_vectors

SPEC = FakeEncoder(dimension=8).spec
DIGESTS = ["aa" * 32, "bb" * 32]
VECTORS = random_vectors(1, 2, 8)


def filled(folder: Path) -> Path:
    with closing(EmbeddingCache(folder, SPEC)) as cache:
        cache.put(DIGESTS, VECTORS)
    (path,) = folder.glob("*.sqlite")
    return path


def test_embeddings_come_back_bit_by_bit(tmp_path):
    filled(tmp_path)
    with closing(EmbeddingCache(tmp_path, SPEC)) as cache:
        for digest, vector in zip(DIGESTS, VECTORS, strict=True):
            assert cache.get(digest).tobytes() == vector.tobytes()
        assert cache.get("cc" * 32) is None


@pytest.mark.parametrize(
    "damage",
    [
        "update embedding set crc = crc + 1",
        "update embedding set vector = zeroblob(32)",
        "update embedding set vector = substr(vector, 1, 16)",
        "delete from embedding",
    ],
)
def test_damaged_row_counts_as_absent(tmp_path, damage):
    path = filled(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with closing(EmbeddingCache(tmp_path, SPEC)) as cache:
        assert [cache.get(digest) for digest in DIGESTS] == [None, None]


def test_embeddings_of_another_encoder_are_not_seen(tmp_path):
    filled(tmp_path)
    with closing(EmbeddingCache(tmp_path, replace(SPEC, weights="others"))) as cache:
        assert cache.get(DIGESTS[0]) is None


def test_embedding_can_be_replaced(tmp_path):
    filled(tmp_path)
    with closing(EmbeddingCache(tmp_path, SPEC)) as cache:
        cache.put(DIGESTS[:1], VECTORS[1:])
        assert np.array_equal(cache.get(DIGESTS[0]), VECTORS[1])


def test_a_cache_that_cannot_be_opened_is_named(tmp_path):
    path = filled(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(sqlite3.OperationalError, match=path.name):
        EmbeddingCache(tmp_path, SPEC)
