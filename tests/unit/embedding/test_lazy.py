"""An encoder that waits for work: what is known of it before, and that it is the same when it is loaded."""

from dataclasses import replace

import numpy as np
import pytest

from spark_vision.core.errors import ModelError, ModelNotFoundError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.embedding.lazy import LazyEncoder, lazy_encoder


def test_it_is_loaded_by_the_first_work_alone() -> None:
    loads = []

    def load() -> FakeEncoder:
        loads.append(1)
        return FakeEncoder()

    lazy = LazyEncoder(FakeEncoder(), load)
    assert (lazy.spec, lazy.batch_size, lazy.shares_cpu) == (FakeEncoder().spec, 16, True)
    assert not loads
    picture = np.zeros((4, 4, 3), np.uint8)
    found = lazy.finish(lazy.forward(lazy.prepare(picture)[None]))
    plain = FakeEncoder()
    assert np.array_equal(found, plain.finish(plain.forward(plain.prepare(picture)[None])))
    assert np.array_equal(lazy.encode_texts(["red"]), plain.encode_texts(["red"]))
    assert len(loads) == 1


def test_files_that_changed_meanwhile_are_noticed() -> None:
    known = FakeEncoder()
    known.spec = replace(known.spec, weights="before")
    with pytest.raises(ModelError, match="changed"):
        LazyEncoder(known, FakeEncoder).encode_texts(["red"])


def test_what_has_no_files_is_loaded_at_once(tmp_path) -> None:
    assert isinstance(lazy_encoder("fake", "cpu", tmp_path / "encoders.json"), FakeEncoder)
    with pytest.raises(ModelNotFoundError):
        lazy_encoder("spark-mimi", "cpu", tmp_path / "encoders.json")
