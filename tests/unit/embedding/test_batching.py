"""Threads whose pictures share forward passes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from spark_vision.core.embedding import Maps
from spark_vision.embedding.batching import BatchingEncoder
from spark_vision.embedding.fake_encoder import FakeEncoder
from tests.fakes import noise


class Watched(FakeEncoder):
    """Notes the size of each pass; the first one waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(batch_size=4)
        self.passes: list[int] = []
        self.entered, self.let_go = threading.Event(), threading.Event()

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.passes.append(len(prepared))
        self.entered.set()
        assert self.let_go.wait(20)
        if (prepared == 255).all(axis=(1, 2, 3)).any():
            raise RuntimeError("white")
        return super().forward(prepared)


def started(encoder: BatchingEncoder, threads: ThreadPoolExecutor, batches: list[NDArray[np.uint8]]) -> list:
    """Begin a pass, and let the others come while it runs."""
    watched = encoder.encoder
    assert isinstance(watched, Watched)
    first = threads.submit(encoder.forward, batches[0])
    assert watched.entered.wait(20)
    others = []
    for number, batch in enumerate(batches[1:], 1):
        others.append(threads.submit(encoder.forward, batch))
        while len(encoder._waiting) < number:
            threading.Event().wait(0.005)
    watched.let_go.set()
    return [first, *others]


def prepared(encoder: BatchingEncoder, *seeds: int) -> NDArray[np.uint8]:
    return np.stack([encoder.prepare(noise(seed)) for seed in seeds])


def test_what_comes_while_a_pass_runs_shares_the_next_ones() -> None:
    encoder, alone = BatchingEncoder(Watched()), FakeEncoder()
    batches = [prepared(encoder, *seeds) for seeds in ([0], [1], [2, 3], [4], [5], [6, 7, 8, 9, 10])]
    with ThreadPoolExecutor(6) as threads:
        results = [one.result(20) for one in started(encoder, threads, batches)]
    # Never more than a batch, unless one thread alone wants more.
    assert encoder.encoder.passes == [1, 4, 1, 5]
    for batch, features in zip(batches, results, strict=True):
        assert np.array_equal(features, alone.forward(batch))


def test_a_failure_is_that_of_all_in_the_pass_and_of_nobody_else() -> None:
    encoder = BatchingEncoder(Watched())
    white = np.full_like(prepared(encoder, 0), 255)
    with ThreadPoolExecutor(4) as threads:
        asked = started(encoder, threads, [prepared(encoder, 0), prepared(encoder, 1), white])
        assert asked[0].result(20).shape[0] == 1
        for failed in asked[1:]:
            with pytest.raises(RuntimeError, match="white"):
                failed.result(20)
    assert len(encoder.forward(prepared(encoder, 3))) == 1


def test_it_is_the_encoder_in_all_else() -> None:
    fake = FakeEncoder()
    encoder = BatchingEncoder(fake)
    assert (encoder.spec, encoder.batch_size, encoder.shares_cpu) == (
        fake.spec,
        fake.batch_size,
        fake.shares_cpu,
    )
    assert np.array_equal(encoder.encode_texts(["red"]), fake.encode_texts(["red"]))


class Mapping(FakeEncoder):
    """Gives the pictures' own means as maps."""

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        return self.forward(prepared), prepared.mean(axis=3, dtype=np.float32)[:, None]


def test_maps_come_to_those_who_asked_and_are_of_their_own_pictures() -> None:
    encoder = BatchingEncoder(Mapping())
    batches = [prepared(encoder, seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(encoder.forward_with_maps, batches[::2]))
        plain = list(threads.map(encoder.forward, batches[1::2]))
    for batch, (features, maps) in zip(batches[::2], asked, strict=True):
        assert np.array_equal(maps, batch.mean(axis=3, dtype=np.float32)[:, None])
        assert np.array_equal(features, FakeEncoder().forward(batch))
    assert len(plain) == 4
