"""Embeddings and the identity of what made them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_vision.core.embedding import EncoderSpec, Preprocessing, unit_length
from spark_vision.core.ids import canonical_json, content_digest, value_digest

PREPROCESSING = Preprocessing(224, 224, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2), "bicubic", "shortest")
SPEC = EncoderSpec("spark-mini", "abc", 256, PREPROCESSING)


@given(seed=st.integers(0, 1000), scale=st.floats(1e-6, 1e6))
def test_rows_become_unit_length_and_keep_their_direction(seed, scale):
    rows = np.random.default_rng(seed).standard_normal((3, 16)) * scale
    unit = unit_length(rows)
    assert unit.dtype == np.float32
    assert np.allclose(np.linalg.norm(unit.astype(np.float64), axis=1), 1, atol=1e-6)
    assert np.allclose(unit * np.linalg.norm(rows, axis=1, keepdims=True), rows, rtol=1e-5)


def test_row_of_zeros_stays_as_it_is():
    assert unit_length(np.zeros((1, 4))).tolist() == [[0, 0, 0, 0]]


def test_no_rows_are_no_rows():
    assert unit_length(np.zeros((0, 4))).shape == (0, 4)


def test_argument_is_not_changed():
    rows = np.array([[3.0, 4.0]], np.float32)
    unit_length(rows)
    assert rows.tolist() == [[3, 4]]


def test_spec_survives_json():
    assert EncoderSpec.from_dict(json.loads(json.dumps(SPEC.as_dict()))) == SPEC


def test_name_of_the_model_does_not_change_the_fingerprint():
    assert replace(SPEC, model="local-dir:elsewhere").fingerprint == SPEC.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, weights="abd"),
        replace(SPEC, dimension=255),
        replace(SPEC, dtype="float16"),
        replace(SPEC, preprocessing=replace(PREPROCESSING, height=225)),
        replace(SPEC, preprocessing=replace(PREPROCESSING, mean=(0.5, 0.4, 0.31))),
        replace(SPEC, preprocessing=replace(PREPROCESSING, resize_mode="squash")),
    ],
)
def test_all_else_changes_the_fingerprint(other):
    assert other.fingerprint != SPEC.fingerprint


def test_content_digest_is_sha_256():
    assert content_digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_equal_values_have_equal_bytes_whatever_their_order():
    assert canonical_json({"b": 1, "a": ["é"]}) == '{"a":["é"],"b":1}'.encode()
    assert value_digest({"b": 1, "a": 2}) == value_digest({"a": 2, "b": 1})
