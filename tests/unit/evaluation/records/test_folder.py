import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.errors import RunError
from spark_vision.evaluation.compare import compare
from spark_vision.evaluation.records.environment import machine, versions
from spark_vision.evaluation.records.folder import is_run, load_run, save_run
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.results import QueryResult, photo_numbers


def test_a_run_is_read_as_it_was_written(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "first"
    assert not is_run(folder)
    save_run(run.with_extra("latency", [{"stage": "search", "p50 (ms)": 1.5}]), folder)
    assert is_run(folder)
    again = load_run(folder)
    assert again.record == run.with_extra("latency", [{"stage": "search", "p50 (ms)": 1.5}]).record
    assert (again.figures, again.facts, again.products) == (run.figures, run.facts, run.products)
    for one, other in zip(again.results, run.results, strict=True):
        assert one.query == other.query
        assert (one.product_ids, one.probability) == (other.product_ids, other.probability)
        assert one.top_similarity == other.top_similarity
    assert again.vectors is not None
    assert run.vectors is not None
    assert np.array_equal(again.vectors.references, run.vectors.references)
    assert (again.vectors.owners, again.vectors.images) == (run.vectors.owners, run.vectors.images)
    assert all(each.difference == 0 for each in compare(run.results, again.results, {}).values())


def test_a_run_on_views_is_read_as_it_was_written(run: Run, tmp_path: Path) -> None:
    """What is ranked there are pictures; their categories are their products', and those are drawn."""
    asked = run.results[0].query
    results = [
        QueryResult(replace(asked, relevant=frozenset({right}), line=line, group=owner), (first,), np.ones(1))
        for line, (owner, right, first) in enumerate(
            [("bowl", "bowl#2", "bowl#2"), ("bowl", "bowl#1", "vase#1"), ("mug 1", "mug 1#2", "mug 1#3")]
        )
    ]
    views = replace(run, facts=({},) * 3, vectors=None).with_results(results)
    assert views.figures["category_accuracy@1"].value == pytest.approx(2 / 3)
    assert photo_numbers(results).tolist() == [0, 0, 1]

    save_run(views, tmp_path / "views")

    again = load_run(tmp_path / "views")
    assert again.figures == views.figures
    assert [result.query.group for result in again.results] == ["bowl", "bowl", "mug 1"]
    assert views.against(again)["category_accuracy@1"].difference == 0


def test_the_record_says_what_is_needed_to_repeat_it(run: Run, tmp_path: Path) -> None:
    save_run(run, tmp_path / "run")
    document = json.loads((tmp_path / "run" / "record.json").read_bytes())
    record = document["record"]
    assert record["encoder"]["fingerprint"] == run.record.encoder.fingerprint
    assert record["index"]["kind"] == "flat"
    assert record["resampling"] == {"resamples": 50, "seed": 3, "level": 0.95}
    assert {"dataset", "settings", "versions", "machine", "timings", "made"} <= record.keys()
    assert document["results"]["recall@1"] == run.figures["recall@1"].value
    assert {"spark-vision", "python", "numpy", "torch", "faiss-cpu"} <= versions().keys()
    assert machine()["cores"]


def test_a_run_replaces_a_run_but_nothing_else(run: Run, tmp_path: Path) -> None:
    save_run(run, tmp_path / "run")
    save_run(run, tmp_path / "run")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("\\begin")
    with pytest.raises(RunError, match="other: is not empty and no run"):
        save_run(run, tmp_path / "other")
    with pytest.raises(RunError, match="cannot be written there"):
        save_run(run, tmp_path / "other" / "thesis.tex" / "run")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("record.json", "{", "record.json: this is no record"),
        ("record.json", '{"format": 9}', "is of format 9, this program reads 1"),
        ("record.json", '{"format": 1, "record": {}}', "this is no record that can be read"),
        ("queries.csv", "query\n", "the header has no column photo"),
        ("vectors.npz", "PK", "no embeddings that can be read"),
        ("run.trec", "a b\n", "run.trec, line 1"),
    ],
)
def test_a_damaged_run_is_named(run: Run, tmp_path: Path, name: str, text: str, reason: str) -> None:
    save_run(run, tmp_path / "run")
    (tmp_path / "run" / name).write_text(text)
    with pytest.raises(RunError, match=reason):
        load_run(tmp_path / "run")


def test_a_ranking_that_was_tampered_with_is_refused(run: Run, tmp_path: Path) -> None:
    save_run(run, tmp_path / "run")
    path = tmp_path / "run" / "run.trec"
    path.write_text(path.read_text().replace(" 0.5 ", " -0.5 ", 1))
    with pytest.raises(RunError, match="similarities descend"):
        load_run(tmp_path / "run")


def test_no_run_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"evaluate DATASET --save RUN"):
        load_run(tmp_path)
