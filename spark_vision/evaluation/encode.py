"""Queries to embeddings: pictures are read and prepared in threads while the model works."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, Picture
from spark_vision.core.errors import DatasetError, PictureError
from spark_vision.core.progress import Progress, no_progress
from spark_vision.embedding.encoder import ImageEncoder
from spark_vision.evaluation.datasets import Query

ReadPicture = Callable[[Query], Picture]
"""Reads what a query looks at: the upright RGB crop of its photo. Called in threads."""

_Prepared = NDArray[np.uint8]


def encode_queries(
    encoder: ImageEncoder,
    queries: Sequence[Query],
    read_picture: ReadPicture,
    progress: Progress = no_progress,
) -> Embeddings:
    """Embeddings of n queries, (n, dimension) float32, in their order.

    Memory is that of two batches beside the result. Raises DatasetError where a picture cannot be
    used: leaving it out would make the figures better than they are.
    """
    embeddings = np.empty((len(queries), encoder.spec.dimension), dtype=np.float32)
    done = 0
    for batch in _prepared_batches(encoder, queries, read_picture):
        embeddings[done : done + len(batch)] = encoder.finish(encoder.forward(batch))
        done += len(batch)
        progress("encoding photos", done, len(queries))
    return embeddings


def _prepared_batches(
    encoder: ImageEncoder, queries: Sequence[Query], read_picture: ReadPicture
) -> Iterator[_Prepared]:
    """Batches (b, height, width, 3); the next one is under way while the caller has one."""

    def prepare(query: Query) -> _Prepared:
        return encoder.prepare(_read(read_picture, query))

    waiting: deque[list[Future[_Prepared]]] = deque()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(queries), encoder.batch_size):
            batch = queries[start : start + encoder.batch_size]
            waiting.append([pool.submit(prepare, query) for query in batch])
            if len(waiting) > 1:
                yield _stacked(waiting.popleft())
        if waiting:
            yield _stacked(waiting.popleft())


def _stacked(futures: list[Future[_Prepared]]) -> _Prepared:
    return np.stack([future.result() for future in futures])


def _read(read_picture: ReadPicture, query: Query) -> Picture:
    try:
        return read_picture(query)
    except PictureError as error:
        raise DatasetError(f"photos.csv, line {query.line}, photo: {error.message}") from error
