import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.embedding import unit_length
from spark_vision.core.errors import MissingExtraError
from spark_vision.evaluation.records.run import Run, Vectors
from spark_vision.evaluation.report.embedding_map import embedding_map, plane
from spark_vision.evaluation.report.page import render
from spark_vision.evaluation.report.pictures import Album


def test_what_is_alike_is_near_on_the_map() -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((3, 16))
    vectors = unit_length(np.repeat(centres, 20, axis=0) + 0.1 * rng.standard_normal((60, 16)))
    places = plane(vectors)
    assert places.shape == (60, 2)
    assert places.min() == 0
    assert places.max() == 1
    groups = places.reshape(3, 20, 2)
    within = np.linalg.norm(groups - groups.mean(axis=1, keepdims=True), axis=2).mean()
    between = np.linalg.norm(groups.mean(axis=1)[:, None] - groups.mean(axis=1)[None], axis=2)
    assert within < between[~np.eye(3, dtype=bool)].min() / 2


def test_a_missing_scikit_learn_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(MissingExtraError, match=r'pip install "spark-vision\[eval\]"'):
        render([run])
    assert "Map of the embeddings" not in render([run], with_map=False)


def test_a_run_with_too_few_embeddings_has_no_map(run: Run, tmp_path: Path) -> None:
    assert embedding_map(replace(run, vectors=None), Album(run)) is None
    few = Vectors(np.eye(1, 4, dtype=np.float32), np.eye(2, 4, dtype=np.float32), ("a", "b"), ("a", "b"))
    assert embedding_map(replace(run, vectors=few), Album(run)) is None
