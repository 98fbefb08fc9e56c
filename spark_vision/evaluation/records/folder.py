"""Writing and reading the folder of a run.

record.json     what was measured, on what, with what; and the figures
run.trec        the rankings, as TREC tools read them
qrels.trec      the right products
queries.csv     a row a query: photo, box, split, probability, and what is known of it
products.csv    the products that were right or suggested
vectors.npz     embeddings, for the map (where they were kept)
"""

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spark_vision.core.errors import DatasetError, RunError, SparkVisionError, reason_of
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.metric_table import compute_figures
from spark_vision.evaluation.records import trec
from spark_vision.evaluation.records.run import Facts, Record, Run, Vectors, product_types
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.run import Evaluation
from spark_vision.evaluation.tables import Row, read_rows

RECORD = "record.json"
FORMAT = 1

_RUN, _QRELS, _QUERIES, _PRODUCTS, _VECTORS = (
    "run.trec",
    "qrels.trec",
    "queries.csv",
    "products.csv",
    "vectors.npz",
)
_BOX = ("x", "y", "width", "height")
_QUERY = ("query", "photo", "text", *_BOX, "split", "line", "probability", "similarity")
_GROUP = "group"  # which runs of before have not
_PRODUCT = ("id", "title", "product_type", "color", "brand", "image")
_NUMBER = "#"  # marks columns of numbers in the header of queries.csv


def is_run(folder: Path) -> bool:
    """Whether a folder holds a run."""
    return (folder / RECORD).is_file()


def save_run(run: Run, folder: Path) -> None:
    """Write a run; the record comes last, so that a folder with one is whole.

    Raises RunError where the folder cannot be written or holds something else.
    """
    try:
        if folder.exists() and not is_run(folder) and any(folder.iterdir()):
            raise RunError(f"{folder}: is not empty and no run; name a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        _write(run, folder)
    except OSError as error:
        raise RunError(f"{folder}: a run cannot be written there ({error.strerror}).") from error


def load_run(folder: Path) -> Run:
    """Read a run that `save_run` wrote; raises RunError naming the file."""
    record = _record(folder / RECORD)
    rankings, right = trec.read_run(folder / _RUN), trec.read_qrels(folder / _QRELS)
    root = Path(record.dataset.folder)
    try:
        rows = list(read_rows(folder / _QUERIES, _QUERY))
        products = dict(_product(row) for row in read_rows(folder / _PRODUCTS, _PRODUCT))
        results = tuple(_result(row, root, rankings, right) for row in rows)
    except (DatasetError, ValueError) as error:
        told = error.message if isinstance(error, SparkVisionError) else f"{folder}: {error}"
        raise RunError(f"{told} The run is damaged; evaluate again.") from error
    facts = tuple(_facts(row) for row in rows)
    evaluation = Evaluation(
        model=record.encoder.model,
        index_version=record.index.version,
        products=record.index.products,
        results=results,
        figures=compute_figures(results, product_types(products, results), record.resampling),
        seed=record.resampling.seed,
        timings=dict(record.timings),
    )
    return Run(record, evaluation, facts, products, _read_vectors(folder / _VECTORS))


def _write(run: Run, folder: Path) -> None:
    trec.write_run(folder / _RUN, run.results, run.name)
    trec.write_qrels(folder / _QRELS, run.results)
    _write_rows(folder / _QUERIES, _query_rows(run))
    _write_rows(folder / _PRODUCTS, (_product_row(product) for product in run.products.values()), _PRODUCT)
    (folder / _VECTORS).unlink(missing_ok=True)
    if run.vectors is not None:
        held = run.vectors
        np.savez(
            folder / _VECTORS,
            queries=held.queries,
            references=held.references,
            owners=np.array(held.owners, dtype=np.str_),
            images=np.array(held.images, dtype=np.str_),
        )
    document = {"format": FORMAT, "record": run.record.as_dict(), "results": run.as_json()}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _query_rows(run: Run) -> Iterable[dict[str, Any]]:
    root = Path(run.record.dataset.folder)
    for result, facts in zip(run.results, run.facts, strict=True):
        query = result.query
        box = query.box
        corners = {} if box is None else {name: repr(getattr(box, name)) for name in _BOX}
        photo = query.photo.relative_to(root) if query.photo.is_relative_to(root) else query.photo
        yield {
            "query": query.key,
            "photo": photo.as_posix(),
            "text": query.text,
            **dict.fromkeys(_BOX, ""),
            **corners,
            "split": query.split,
            "line": query.line,
            "probability": "" if result.probability is None else repr(result.probability),
            "similarity": repr(result.top_similarity),
            _GROUP: query.group,
            **{_column(name, value): value for name, value in facts.items()},
        }


def _column(name: str, value: str | float) -> str:
    return name if isinstance(value, str) else _NUMBER + name


def _write_rows(path: Path, rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...] = ()) -> None:
    held = list(rows)
    names = list(columns) or list(dict.fromkeys(name for row in held for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(held)


def _product_row(product: Product) -> dict[str, str]:
    image = product.images[0] if product.images else ""
    return {
        "id": product.id,
        "title": product.title,
        "product_type": product.product_type,
        "color": product.color,
        "brand": product.brand,
        "image": image,
    }


def _record(path: Path) -> Record:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise RunError(
                f"{path}: is of format {document['format']!r}, this program reads {FORMAT}; evaluate again."
            )
        return Record.from_dict(document["record"])
    except OSError as error:
        raise RunError(
            f"{path}: cannot be read ({error.strerror}); a run is a folder that `spark-vision evaluate "
            "DATASET --save RUN` writes."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{path}: this is no record that can be read ({reason_of(error)}).") from error


def _result(
    row: Row, root: Path, rankings: Mapping[str, trec.Ranking], right: Mapping[str, frozenset[str]]
) -> QueryResult:
    key = row.cell("query")
    box = Box(*(float(row.cell(name)) for name in _BOX)) if row.cell("x") else None
    query = Query(
        photo=root / row.cell("photo"),
        box=box,
        relevant=right.get(key, frozenset()),
        split=row.cell("split"),
        line=int(row.cell("line")),
        text=row.cell("text"),
        group=row.cell(_GROUP),
    )
    ids, scores = rankings.get(key, ((), np.empty(0)))
    probability = float(row.cell("probability")) if row.cell("probability") else None
    return QueryResult(query, ids, scores, probability)


def _product(row: Row) -> tuple[str, Product]:
    product = Product(row.cell("id"), row.cell("title"), (row.cell("image"),))
    return product.id, replace(
        product,
        product_type=row.cell("product_type"),
        color=row.cell("color"),
        brand=row.cell("brand"),
    )


def _facts(row: Row) -> Facts:
    facts: dict[str, str | float] = {}
    for name, cell in row.cells.items():
        if name in (*_QUERY, _GROUP) or not cell:
            continue
        facts[name.removeprefix(_NUMBER)] = float(cell) if name.startswith(_NUMBER) else cell
    return facts


def _read_vectors(path: Path) -> Vectors | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as held:
            owners, images = tuple(held["owners"].tolist()), tuple(held["images"].tolist())
            return Vectors(held["queries"], held["references"], owners, images)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RunError(f"{path}: these are no embeddings that can be read ({error}).") from error
