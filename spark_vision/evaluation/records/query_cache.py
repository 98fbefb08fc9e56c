"""Embeddings of queries, kept by what they depend on: pictures, boxes and the encoder."""

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from spark_vision.core.embedding import Embeddings
from spark_vision.core.errors import DatasetError
from spark_vision.core.ids import value_digest
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.query_attributes import BRIGHTNESS, SHARPNESS

_QUALITY = (BRIGHTNESS, SHARPNESS)


@dataclass(frozen=True)
class Encoded:
    """Embeddings of n queries, (n, dimension), and the quality of the picture of each."""

    embeddings: Embeddings
    quality: tuple[Mapping[str, float], ...]


def dataset_digest(queries: Sequence[Query]) -> str:
    """SHA-256 over the questions, what is right, and the bytes of the pictures; in order.

    Raises DatasetError where a picture cannot be read.
    """
    return value_digest(
        [[query.key, query.text, sorted(query.relevant)] for query in queries] + _looked_at(queries)
    )


@dataclass(frozen=True)
class QueryCache:
    """A folder of files, each with the embeddings of one list of queries by one encoder."""

    folder: Path
    fingerprint: str

    def get(self, queries: Sequence[Query]) -> Encoded | None:
        """What was kept for just these queries; None where nothing was, or it cannot be read."""
        try:
            with np.load(self._path(queries), allow_pickle=False) as held:
                columns = [held[name].tolist() for name in _QUALITY]
                quality = tuple(
                    dict(zip(_QUALITY, values, strict=True)) for values in zip(*columns, strict=True)
                )
                return Encoded(held["embeddings"], quality)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def put(self, queries: Sequence[Query], encoded: Encoded) -> None:
        """Keep it, where one may write; a file that others read is replaced in one step."""
        with suppress(OSError):  # it only saves time
            self._write(self._path(queries), encoded)

    def _write(self, path: Path, encoded: Encoded) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{os.getpid()}.{path.name}")
        brightness, sharpness = ([each[name] for each in encoded.quality] for name in _QUALITY)
        np.savez(beside, embeddings=encoded.embeddings, brightness=brightness, sharpness=sharpness)
        beside.replace(path)

    def _path(self, queries: Sequence[Query]) -> Path:
        return self.folder / f"{value_digest([self.fingerprint, *_looked_at(queries)])}.npz"


def _looked_at(queries: Sequence[Query]) -> list[list[object]]:
    """What each query looks at: the picture's digest and the box."""
    digests: dict[Path, str] = {}
    looked_at: list[list[object]] = []
    for query in queries:
        if query.photo not in digests:
            digests[query.photo] = _file_digest(query.photo)
        looked_at.append([digests[query.photo], None if query.box is None else list(astuple(query.box))])
    return looked_at


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DatasetError(f"{path}: the picture cannot be read ({error.strerror}).") from error
