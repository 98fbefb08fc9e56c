"""A catalogue's pictures to embeddings in the cache: decoded in threads, encoded in full batches."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from threading import BoundedSemaphore
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import have_unit_length
from spark_vision.core.errors import ModelError, PictureError, PictureTooLargeError, PictureUnreachableError
from spark_vision.core.ids import content_digest
from spark_vision.core.product import FeedIssue
from spark_vision.core.userinfo import without_userinfo
from spark_vision.embedding.encoder import ImageEncoder
from spark_vision.index.embedding_cache import EmbeddingCache
from spark_vision.index.fingerprint_cache import FileFingerprintCache
from spark_vision.index.previous_pictures import Fallback
from spark_vision.index.staging import StagedPicture
from spark_vision.media.decode import decode
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits
from spark_vision.media.picture_source import FingerprintedSource, PictureSource, RememberingSource

Usable = tuple[StagedPicture, str]
"""A picture that has an embedding in the cache, and the digest under which."""

KEPT_PICTURE = "The live version's picture is used."
FETCHED_PICTURE = "The picture that was fetched before is used."

# JPEGs are decoded no smaller than twice the model's input, so that resizing has pixels to average.
OVERSAMPLING = 2

_CORES = os.cpu_count() or 1
# Readers of remote pictures wait for the network; what they bring is decoded by as many as there are cores,
# since a decoded picture is large.
_REMOTE_READERS = 16
_DECODERS = BoundedSemaphore(_CORES)
_MOST_AHEAD = 16


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A picture that was read; `prepared` is None where the cache holds its embedding.

    stamp: what the file was, before and after it was read; None where that is not known.
    """

    picture: StagedPicture
    digest: str
    prepared: NDArray[np.uint8] | None
    stamp: str | None = None


@dataclass(frozen=True, slots=True)
class _Missed:
    """A remote picture that could not be had or read.

    transient: whether its host is in trouble. kept: the picture as it was fetched before, if it was.
    """

    picture: StagedPicture
    reason: str
    transient: bool
    kept: _Loaded | None = None


_Read = _Loaded | _Missed | FeedIssue
_Submitted = list[_Loaded | Future[_Read]]


@dataclass
class EncodeTally:
    """What encoding did: pictures through the model, pictures the cache had, seconds of forward passes."""

    encoded: int = 0
    reused: int = 0
    forward_seconds: float = 0.0


@dataclass(frozen=True)
class PicturePipeline:
    """Reads, decodes and encodes pictures, a window of `windows` batches at a time.

    Windows of pictures that are known already are gone through until there is one's worth to read.

    Where the model runs on the CPU, a window is decoded with all cores, then encoded with all cores:
    neither waits for the other's threads. Else the next window is decoded while the model runs.
    """

    encoder: ImageEncoder
    cache: EmbeddingCache
    source: PictureSource
    limits: PictureLimits = DEFAULT_LIMITS
    windows: int = 4
    stamps: FileFingerprintCache | None = None
    fallback: Fallback | None = None

    def run(self, pictures: Iterable[StagedPicture], tally: EncodeTally) -> Iterator[Usable | FeedIssue]:
        """Every picture once: usable, or why not. Usable ones are in the cache when they come out.

        A picture whose stamp and embedding are known is not even read.
        """
        waiting: dict[str, _Loaded] = {}
        again: list[Usable] = []  # equal to one that waits
        for loaded in self._load_all(pictures):
            if isinstance(loaded, FeedIssue):
                yield loaded
            # Asked again in order: whether a thread found it depended on who was faster.
            elif loaded.prepared is None or self.cache.get(loaded.digest) is not None:
                tally.reused += 1
                yield loaded.picture, loaded.digest
            elif loaded.digest in waiting:
                tally.reused += 1
                again.append((loaded.picture, loaded.digest))
            else:
                waiting[loaded.digest] = loaded
            if len(waiting) == self.encoder.batch_size:
                yield from self._encode([*waiting.values()], tally)
                yield from again
                waiting, again = {}, []
        yield from self._encode([*waiting.values()], tally)
        yield from again

    def _encode(self, batch: Sequence[_Loaded], tally: EncodeTally) -> Iterator[Usable]:
        if not batch:
            return
        start = perf_counter()
        prepared = np.stack([loaded.prepared for loaded in batch if loaded.prepared is not None])
        embeddings = self.encoder.finish(self.encoder.forward(prepared))
        if not have_unit_length(embeddings).all():
            raise ModelError(
                f"{self.encoder.spec.model}: its embeddings are not finite numbers of unit length; the"
                " weights are damaged, or the device computes with too few digits (try the setting"
                " device=cpu)."
            )
        tally.forward_seconds += perf_counter() - start
        tally.encoded += len(batch)
        self.cache.put([loaded.digest for loaded in batch], embeddings)
        for loaded in batch:
            yield loaded.picture, loaded.digest

    def _load_all(self, pictures: Iterable[StagedPicture]) -> Iterator[_Loaded | FeedIssue]:
        rest = iter(pictures)
        size = self.encoder.batch_size * self.windows
        read_ahead = size if self.encoder.shares_cpu else 2 * size
        ahead: deque[_Submitted] = deque()
        with ThreadPoolExecutor(_CORES) as near, ThreadPoolExecutor(_REMOTE_READERS) as far:
            while window := list(islice(rest, size)):
                ahead.append(self._submitted(window, near, far))
                while ahead and (_waited_for(ahead) >= read_ahead or len(ahead) > _MOST_AHEAD):
                    yield from self._results(ahead.popleft())
            for submitted in ahead:
                yield from self._results(submitted)

    def _submitted(
        self, window: list[StagedPicture], near: ThreadPoolExecutor, far: ThreadPoolExecutor
    ) -> _Submitted:
        """Each picture of a window as it is known, or as it will be once a thread has read it."""
        submitted: _Submitted = []
        stamps, digests = self._known(window)
        held = self.cache.holds([digest for digest in digests if digest is not None])
        for picture, stamp, digest in zip(window, stamps, digests, strict=True):
            if digest is not None and digest in held:
                submitted.append(_Loaded(picture, digest, None))
            else:
                pool = far if self._is_remote(picture) else near
                submitted.append(pool.submit(self._load, picture, stamp))
        return submitted

    def _known(self, window: list[StagedPicture]) -> tuple[list[str | None], list[str | None]]:
        """The stamps of pictures, and the digests that went with those."""
        if self.stamps is None or not isinstance(self.source, FingerprintedSource):
            nothing: list[str | None] = [None] * len(window)
            return nothing, nothing
        stamps = [self.source.stamp(picture.image) for picture in window]
        return stamps, self.stamps.digests(stamps)

    def _is_remote(self, picture: StagedPicture) -> bool:
        return isinstance(self.source, FingerprintedSource) and self.source.is_remote(picture.image)

    def _results(self, submitted: _Submitted) -> Iterator[_Loaded | FeedIssue]:
        fresh: list[tuple[str, str]] = []
        for entry in submitted:
            loaded = entry.result() if isinstance(entry, Future) else entry
            if isinstance(loaded, _Loaded) and loaded.stamp is not None:
                fresh.append((loaded.stamp, loaded.digest))
            yield from self._stand_in(loaded) if isinstance(loaded, _Missed) else (loaded,)
        if self.stamps is not None and fresh:
            self.stamps.put(fresh)

    def _stand_in(self, missed: _Missed) -> Iterator[_Loaded | FeedIssue]:
        """Yield what was fetched before in place of a picture, after a warning; or why there is nothing."""
        picture, reason = missed.picture, missed.reason
        digest = self.fallback and self.fallback.find(picture)
        found = _Loaded(picture, digest, None) if digest else missed.kept
        if found is None or not self._may_stand_in(missed):
            yield _issue(picture, reason)
            return
        reason = f"{reason} {KEPT_PICTURE if digest else FETCHED_PICTURE}"
        yield replace(_issue(picture, reason), severity="warning")
        yield found

    def _may_stand_in(self, missed: _Missed) -> bool:
        return self.fallback is None or self.fallback.allows(missed.picture.image, transient=missed.transient)

    def _load(self, picture: StagedPicture, stamp: str | None) -> _Read:
        try:
            data = self.source.read(picture.image)
            digest = content_digest(data)
            stamp = self._confirmed(picture, stamp)
            if self.cache.get(digest) is not None:
                return _Loaded(picture, digest, None, stamp)
            with _DECODERS:
                return _Loaded(picture, digest, self._prepare(data), stamp)
        except PictureError as error:
            if self._is_remote(picture) and not isinstance(error, PictureTooLargeError):
                transient = isinstance(error, PictureUnreachableError) and error.transient
                return _Missed(picture, error.message, transient, self._kept(picture))
            return _issue(picture, error.message)

    def _kept(self, picture: StagedPicture) -> _Loaded | None:
        """Return a picture as it was fetched before, if it was and is one."""
        data = self.source.kept(picture.image) if isinstance(self.source, RememberingSource) else None
        if data is None:
            return None
        digest = content_digest(data)
        if self.cache.get(digest) is not None:
            return _Loaded(picture, digest, None)
        try:
            with _DECODERS:
                return _Loaded(picture, digest, self._prepare(data))
        except PictureError:
            return None

    def _confirmed(self, picture: StagedPicture, stamp: str | None) -> str | None:
        """The stamp, where the file is still what it was before it was read."""
        if stamp is None or not isinstance(self.source, FingerprintedSource):
            return None
        return stamp if self.source.stamp(picture.image) == stamp else None

    def _prepare(self, data: bytes) -> NDArray[np.uint8]:
        wanted = self.encoder.spec.preprocessing
        at_least = OVERSAMPLING * max(wanted.height, wanted.width)
        return self.encoder.prepare(decode(data, self.limits, at_least=at_least))


def _issue(picture: StagedPicture, reason: str) -> FeedIssue:
    """Return why a picture is refused, without a password that its address may hold."""
    image = without_userinfo(picture.image)
    return FeedIssue(without_userinfo(reason), picture.product_id, line=picture.line, image=image)


def _waited_for(ahead: Iterable[_Submitted]) -> int:
    """How many pictures threads are to read, or have read."""
    return sum(isinstance(entry, Future) for submitted in ahead for entry in submitted)
