import doctest
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_vision.core.errors import RunError
from spark_vision.evaluation import metrics
from spark_vision.evaluation.records import trec
from spark_vision.evaluation.results import QueryResult

Result = Callable[..., QueryResult]
NAMES = ["a", "b c", "d%20", "é", "SH-001#2", "x\ty"]

levels = st.sampled_from([0.1, 0.25, 0.5])
rankings = st.dictionaries(st.sampled_from(NAMES), levels, min_size=1).map(
    lambda scores: sorted(scores.items(), key=lambda item: (-item[1], item[0]))
)


def trec_eval(folder: Path, results: list[QueryResult]) -> dict[str, dict[str, float]]:
    """What pytrec_eval makes of the two files, read by its own parser."""
    trec.write_run(folder / "run.trec", results, "a model")
    trec.write_qrels(folder / "qrels.trec", results)
    with (folder / "qrels.trec").open() as qrels, (folder / "run.trec").open() as run:
        evaluator = pytrec_eval.RelevanceEvaluator(
            pytrec_eval.parse_qrel(qrels), {"recip_rank", "map", "ndcg_cut.10", "success.1", "P.5"}
        )
        return evaluator.evaluate(pytrec_eval.parse_run(run))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(rankings, st.sampled_from(NAMES)), min_size=1, max_size=4))
def test_trec_eval_on_the_files_says_what_we_say_ties_included(
    result: Result,
    tmp_path_factory: pytest.TempPathFactory,
    cases: list[tuple[list[tuple[str, float]], str]],
) -> None:
    results = [result(ranked, photo=f"{number}.jpg") for number, (ranked, _) in enumerate(cases)]
    for each, (_, right) in zip(results, cases, strict=True):
        object.__setattr__(each.query, "relevant", frozenset({right}))
    theirs = list(trec_eval(tmp_path_factory.mktemp("trec"), results).values())
    ours = metrics.ranking_values(results)
    names = {
        "recip_rank": "mrr",
        "map": "map",
        "ndcg_cut_10": "ndcg@10",
        "success_1": "recall@1",
        "P_5": "precision@5",
    }
    for name, mine in names.items():
        assert [each[name] for each in theirs] == pytest.approx(ours[mine].tolist())


@settings(max_examples=40, deadline=None)
@given(rankings)
def test_what_is_written_is_read(
    result: Result, tmp_path_factory: pytest.TempPathFactory, ranked: list[tuple[str, float]]
) -> None:
    folder = tmp_path_factory.mktemp("trec")
    each = result(ranked, photo="two words.jpg")
    trec.write_run(folder / "run", [each], "m")
    ((query, (ids, scores)),) = trec.read_run(folder / "run").items()
    assert query == each.query.key
    assert ids == each.product_ids
    assert scores == pytest.approx(each.similarities, abs=1e-6)
    assert scores[0] == np.float32(each.similarities[0])
    assert (np.diff(scores) < 0).all()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("q Q0 a 1 0.5\n", "line 1: wants 6 columns, not 5"),
        ("q Q0 a first 0.5 m\n", "line 1: invalid literal"),
        ("q Q0 a 1 0.5 m\nq Q0 b 2 high m\n", "line 2: could not convert"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "run.trec"
    path.write_text(text)
    with pytest.raises(RunError, match=rf"run\.trec, {reason}"):
        trec.read_run(path)


def test_products_judged_wrong_are_not_right(tmp_path: Path) -> None:
    path = tmp_path / "qrels.trec"
    path.write_text("q 0 a 1\nq 0 b 0\n")
    assert trec.read_qrels(path) == {"q": frozenset("a")}
    with pytest.raises(RunError, match="cannot be read"):
        trec.read_qrels(tmp_path / "none")


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(trec) == (0, 1)
