"""An encoder that is loaded when something is to be encoded, and known by its files until then.

A nightly update often has nothing to encode; loading torch and a model would be most of its time.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec, Maps, Picture
from spark_vision.core.errors import ModelError
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import FAKE, Runtime, load_encoder
from spark_vision.embedding.model_name import LocalModel, parse_model


@dataclass(frozen=True)
class CachedSpec:
    """What a build must know of an encoder before it encodes."""

    spec: EncoderSpec
    batch_size: int
    shares_cpu: bool


class LazyEncoder:
    """An `Encoder` around one that is loaded at the first need; safe to share by threads."""

    def __init__(self, known: CachedSpec | Encoder, load: Callable[[], Encoder]) -> None:
        self.spec = known.spec
        self.batch_size = known.batch_size
        self.shares_cpu = known.shares_cpu
        self._load = load
        self._lock = threading.Lock()

    @cached_property
    def _loaded(self) -> Encoder:
        encoder = self._load()
        if encoder.spec != self.spec:
            raise ModelError(f"{self.spec.model}: its files changed while it was in use; run it again.")
        return encoder

    def _encoder(self) -> Encoder:
        with self._lock:
            return self._loaded

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """See ImageEncoder."""
        return self._encoder().prepare(picture)

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ImageEncoder."""
        return self._encoder().forward(prepared)

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """See ImageEncoder."""
        return self._encoder().forward_with_maps(prepared)

    def finish(self, features: NDArray[np.float32]) -> Embeddings:
        """See ImageEncoder."""
        return self._encoder().finish(features)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """See TextEncoder."""
        return self._encoder().encode_texts(texts)


def lazy_encoder(model: str, device: str, memory: Path, runtime: Runtime = "auto") -> Encoder:
    """A model by any MODEL form; loaded at once where it has no files here, or was never loaded before.

    memory: a file that keeps what is known of models, by the digest of their files; it may be deleted.
    Raises ModelError or one of its children.
    """
    name = None if model == FAKE else parse_model(model)
    if not isinstance(name, LocalModel):
        return load_encoder(model, device, runtime)
    key = f"{name.name} {device} {runtime} {_files_digest(name.path)} {_open_clip()}"
    known = _read(memory).get(key)
    if known is not None:
        spec = EncoderSpec.from_dict(known["spec"])
        return LazyEncoder(
            CachedSpec(spec, known["batch_size"], known["shares_cpu"]),
            lambda: load_encoder(model, device, runtime),
        )
    encoder = load_encoder(model, device, runtime)
    entry = {
        "spec": encoder.spec.as_dict(),
        "batch_size": encoder.batch_size,
        "shares_cpu": encoder.shares_cpu,
    }
    _write(memory, {**_read(memory), key: entry})
    return encoder


def _open_clip() -> str:
    """Return the version of open_clip, whose defaults are part of a spec; empty without it."""
    try:
        return version("open_clip_torch")
    except PackageNotFoundError:
        return ""


def _files_digest(folder: Path) -> str:
    """SHA-256 over all files of a model folder: weights, configuration, tokenizer."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _read(memory: Path) -> dict[str, Any]:
    try:
        known = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(memory: Path, known: dict[str, Any]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    beside = memory.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(known, indent=1) + "\n")
    beside.replace(memory)
