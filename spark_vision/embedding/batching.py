"""Many who want one picture each, served as those who want many: their pictures share a forward pass."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec, Maps, Picture
from spark_vision.embedding.encoder import Encoder


@dataclass(eq=False)
class _PendingRequest:
    """What one thread wants run, and what came of it."""

    prepared: NDArray[np.uint8]
    mapped: bool = False
    features: NDArray[np.float32] | None = None
    maps: Maps | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.features is not None or self.error is not None


@dataclass
class BatchingEncoder:
    """An Encoder for several threads: one pass runs at a time, with all that came while the last one did.

    Nobody waits for others to come: a thread that is alone runs at once, and its pass is what it would
    have been. A failure is everybody's whose pictures were in the pass.
    """

    encoder: Encoder
    _waiting: list[_PendingRequest] = field(default_factory=list)
    _list: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    @property
    def spec(self) -> EncoderSpec:
        """See ImageEncoder."""
        return self.encoder.spec

    @property
    def batch_size(self) -> int:
        """See ImageEncoder."""
        return self.encoder.batch_size

    @property
    def shares_cpu(self) -> bool:
        """See ImageEncoder."""
        return self.encoder.shares_cpu

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """See ImageEncoder."""
        return self.encoder.prepare(picture)

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ImageEncoder; the rows may run beside other threads' rows."""
        return self._features(_PendingRequest(prepared))

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """See ImageEncoder; the rows may run beside other threads' rows."""
        wish = _PendingRequest(prepared, mapped=True)
        return self._features(wish), wish.maps

    def _features(self, wish: _PendingRequest) -> NDArray[np.float32]:
        """What came of a wish; its maps lie in it."""
        with self._list:
            self._waiting.append(wish)
        with self._turn:
            while not wish.is_done:
                self._run(self._next())
        if wish.error is not None:
            raise wish.error
        assert wish.features is not None  # noqa: S101 - it is done, and without an error
        return wish.features

    def finish(self, features: NDArray[np.float32]) -> Embeddings:
        """See ImageEncoder."""
        return self.encoder.finish(features)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """See TextEncoder."""
        return self.encoder.encode_texts(texts)

    def _next(self) -> list[_PendingRequest]:
        """The wishes that came first, as many as make a batch; at least one."""
        with self._list:
            taken = [self._waiting.pop(0)]
            rows = len(taken[0].prepared)
            while self._waiting and rows + len(self._waiting[0].prepared) <= self.batch_size:
                taken.append(self._waiting.pop(0))
                rows += len(taken[-1].prepared)
            return taken

    def _run(self, wishes: list[_PendingRequest]) -> None:
        try:
            features, maps = self._passed(wishes)
        except Exception as error:
            for wish in wishes:
                wish.error = error
            return
        at = 0
        for wish in wishes:
            rows = slice(at, at + len(wish.prepared))
            wish.maps = maps[rows] if maps is not None and wish.mapped else None
            wish.features = features[rows]
            at = rows.stop

    def _passed(self, wishes: list[_PendingRequest]) -> tuple[NDArray[np.float32], Maps | None]:
        prepared = np.concatenate([wish.prepared for wish in wishes])
        if any(wish.mapped for wish in wishes):
            return self.encoder.forward_with_maps(prepared)
        return self.encoder.forward(prepared), None
