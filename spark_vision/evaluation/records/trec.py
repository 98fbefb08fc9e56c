"""TREC's own files: a run (`query Q0 product place score tag`) and qrels (`query 0 product 1`).

Names are percent-encoded where they hold white space, so that any tool can read the columns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.errors import RunError
from spark_vision.evaluation.results import QueryResult

_SAFE = "/@:.,+-_~#|()!*'&=;$"
_RUN_COLUMNS, _QREL_COLUMNS = 6, 4

Ranking = tuple[tuple[str, ...], NDArray[np.float64]]


def write_run(path: Path, results: Iterable[QueryResult], tag: str) -> None:
    """Write rankings, best first.

    trec_eval sorts by score and breaks ties by descending name, we by ascending name. So that it sees the
    order that users see, a score that is not below the one before is lowered by one step of float32.
    """
    name = quote(tag, safe=_SAFE)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for result in results:
            query = quote(result.query.key, safe=_SAFE)
            scores = descending(result.similarities)
            ranked = zip(result.product_ids, scores.tolist(), strict=True)
            file.writelines(
                f"{query} Q0 {quote(product_id, safe=_SAFE)} {place} {score!r} {name}\n"
                for place, (product_id, score) in enumerate(ranked, start=1)
            )


def descending(similarities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarities (n,) made strictly descending in float32, which is what trec_eval reads.

    >>> descending(np.array([0.5, 0.5, 0.1])).astype(np.float32).tolist()[1] < 0.5
    True
    """
    scores = similarities.astype(np.float32)
    for place in range(1, len(scores)):
        if scores[place] >= scores[place - 1]:
            scores[place] = np.nextafter(scores[place - 1], np.float32(-np.inf))
    return scores.astype(np.float64)


def write_qrels(path: Path, results: Iterable[QueryResult]) -> None:
    """Write the right products of each query that has some."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for result in results:
            query = quote(result.query.key, safe=_SAFE)
            for product_id in sorted(result.query.relevant):
                file.write(f"{query} 0 {quote(product_id, safe=_SAFE)} 1\n")


def read_run(path: Path) -> dict[str, Ranking]:
    """Product ids and scores by query, in the order of their places; raises RunError."""
    found: dict[str, list[tuple[int, str, float]]] = {}
    for line, cells in _lines(path, _RUN_COLUMNS):
        try:
            entry = (int(cells[3]), unquote(cells[2]), float(cells[4]))
        except ValueError as error:
            raise RunError(f"{path}, line {line}: {error}.") from error
        found.setdefault(unquote(cells[0]), []).append(entry)
    return {query: _ranking(entries) for query, entries in found.items()}


def read_qrels(path: Path) -> Mapping[str, frozenset[str]]:
    """The right products by query; those judged 0 are not. Raises RunError."""
    found: dict[str, set[str]] = {}
    for _, cells in _lines(path, _QREL_COLUMNS):
        if cells[3] != "0":
            found.setdefault(unquote(cells[0]), set()).add(unquote(cells[2]))
    return {query: frozenset(right) for query, right in found.items()}


def _ranking(entries: Sequence[tuple[int, str, float]]) -> Ranking:
    in_order = sorted(entries)
    scores = np.array([score for *_, score in in_order], dtype=np.float64)
    return tuple(product_id for _, product_id, _ in in_order), scores


def _lines(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                cells = line.split()
                if len(cells) != columns:
                    raise RunError(f"{path}, line {number}: wants {columns} columns, not {len(cells)}.")
                yield number, cells
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path}: cannot be read ({error}).") from error
