"""The files of a version, from what is staged and cached."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from spark_vision.core.embedding import Embeddings
from spark_vision.core.errors import CatalogueError, IndexDamagedError
from spark_vision.index import recall
from spark_vision.index.atomic_files import file_sha256
from spark_vision.index.build_steps import Issues, Run
from spark_vision.index.embedding_cache import EmbeddingCache
from spark_vision.index.engines.faiss.approximate import VECTORS
from spark_vision.index.engines.faiss.kinds import kind_for, proposal_files, write_index
from spark_vision.index.manifest import Approximation, Content, FileEntry
from spark_vision.index.records import RecordWriter
from spark_vision.index.staging import Staging

REPORT = "report.json"
_BLOCK = 8192


def write_content(run: Run, staging: Staging, cache: EmbeddingCache) -> tuple[Content, Approximation | None]:
    """Write all files of a version but its manifest.

    Raises CatalogueError where there is nothing to index, and IndexRecallError where an approximate
    index finds too little.
    """
    encoder, count = run.given.encoder.spec, staging.usable()
    if count == 0:
        raise CatalogueError(_nothing(run))
    kind = kind_for(count, run.given.rules.kind)
    with run.step("write"):
        with RecordWriter(run.folder) as records:
            vectors = _vectors(staging, cache, records)
            write_index(kind, run.folder, vectors, (count, encoder.dimension))
        with (run.folder / REPORT).open("w", encoding="utf-8") as file:
            file.writelines(run.issues.pieces())
        proposals = set(proposal_files(kind))
        files = {path.name: _entry(path) for path in sorted(run.folder.iterdir())}
    content = Content(
        encoder=encoder,
        index_kind=kind,
        products=records.products,
        pictures=count,
        catalogue_digest=run.changes.catalogue_digest,
        files={name: entry for name, entry in files.items() if name not in proposals},
    )
    if not proposals:
        return content, None
    return content, _approximation(run, staging, kind, {name: files[name] for name in proposals})


def issues_digest(issues: Issues) -> str:
    """SHA-256 of the file of issues as it would be written."""
    digest = hashlib.sha256()
    for piece in issues.pieces():
        digest.update(piece.encode())
    return digest.hexdigest()


def _approximation(run: Run, staging: Staging, kind: str, files: dict[str, FileEntry]) -> Approximation:
    with run.step("recall"):
        vectors = np.load(run.folder / VECTORS, mmap_mode="r")
        queries = {
            "pictures": recall.picture_queries(vectors),
            "texts": run.given.encoder.encode_texts(staging.titles(recall.QUERIES)),
        }
        search, found = recall.choose_search(run.folder, kind, queries, run.given.rules.min_recall)
    return Approximation(files, search, found)


def _vectors(staging: Staging, cache: EmbeddingCache, records: RecordWriter) -> Iterator[Embeddings]:
    """All embeddings in the order of the index, in blocks; each product's record is written beside it."""
    digests: list[str] = []
    for staged in staging.products():
        records.add(staged.record, staged.images, staged.digests)
        digests += staged.digests
        if len(digests) >= _BLOCK:
            yield _embeddings(cache, digests)
            digests.clear()
    if digests:
        yield _embeddings(cache, digests)


def _embeddings(cache: EmbeddingCache, digests: list[str]) -> Embeddings:
    embeddings = cache.get_all(digests)
    if embeddings is None:
        raise IndexDamagedError("The embedding cache lost a picture it had; run the build again.")
    return embeddings


def _nothing(run: Run) -> str:
    message = f"{run.given.source}: there is nothing to index; the live version stays as it is."
    for first in run.issues:
        message += f" {len(run.issues)} rows or pictures were refused, such as: {first.reason}"
        break
    return message


def _entry(path: Path) -> FileEntry:
    return FileEntry(path.stat().st_size, file_sha256(path))
