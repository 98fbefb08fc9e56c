import numpy as np

from spark_vision.evaluation.index_kinds import grown, kinds_plot, kinds_table, measure_kinds
from tests.fakes import random_vectors


def test_each_kind_is_measured_until_it_misses_nothing() -> None:
    held = random_vectors(1, 30, 32)
    vectors = grown(held, 1_500, seed=2)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.median((vectors @ held.T).max(axis=1)) > 0.7
    figures = list(measure_kinds(vectors, random_vectors(3, 12, 32), ("flat", "hnsw")))
    assert (figures[0].kind, figures[0].search, figures[0].recall) == ("flat", "exact", 1)
    graph = [each for each in figures if each.kind == "hnsw"]
    assert [each.recall for each in graph] == sorted(each.recall for each in graph)
    assert graph[-1].recall > 0.9
    assert all(each.milliseconds > 0 and each.megabytes > 0 for each in figures)
    assert kinds_table(figures).count("\n") == len(figures) + 1
    assert len(kinds_plot(figures).axes[0].lines) == 2
