from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.query_attributes import MeasuredReads, picture_quality, query_facts
from spark_vision.evaluation.records.run import Facts, Run
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.slices import REST, box_size, slices, thirds
from spark_vision.media.distort import blurred, darkened
from tests.fakes import noise, plain
from tests.unit.evaluation.small_runs import make_run

Result = Callable[..., QueryResult]


def run_of(result: Result, facts: list[Facts], right: list[bool], folder: Path) -> Run:
    results = [
        result([("a" if each else "b", 0.5)], right="a", photo=f"{number}.jpg")
        for number, each in enumerate(right)
    ]
    return make_run(results, facts, folder)


def test_each_slice_has_its_own_queries_and_figures(result: Result, tmp_path: Path) -> None:
    facts: list[Facts] = (
        [{"category": "Mugs"}] * 6
        + [{"category": "Bowls"}] * 5
        + [{"category": "Vases"}, {"category": "Jugs"}, {}]
    )
    right = [True] * 3 + [False] * 3 + [True] * 5 + [False, True, True]
    found = slices(run_of(result, facts, right, tmp_path))
    told = {(each.by, each.name): (each.queries, each.figures["recall@1"].value) for each in found}
    assert told == {
        ("category", "Bowls"): (5, 1),
        ("category", "Mugs"): (6, 0.5),
        ("category", REST): (2, 0.5),
    }
    interval = found[1].figures["recall@1"].interval
    assert interval is not None
    assert interval[0] < 0.5 < interval[1]


def test_what_is_the_same_everywhere_gives_no_slice(result: Result, tmp_path: Path) -> None:
    assert slices(run_of(result, [{"colour": "Red"}] * 8, [True] * 8, tmp_path)) == []


@pytest.mark.parametrize(
    ("share", "name"), [(0.049, "small"), (0.05, "medium"), (0.199, "medium"), (0.2, "large"), (1.0, "large")]
)
def test_boxes_are_small_medium_or_large(share: float, name: str) -> None:
    assert box_size({"box share": share}).startswith(name)
    assert box_size({}) == "whole photo"


def test_thirds_are_of_the_run_s_own_values() -> None:
    facts: list[Facts] = [{"sharpness": float(value)} for value in range(9)]
    name_of = thirds(facts, "sharpness")
    names = [name_of(each) for each in facts]
    assert names == ["lowest third"] * 3 + ["middle third"] * 3 + ["highest third"] * 3
    assert name_of({}) == ""


def test_blur_and_dark_are_measured() -> None:
    picture = noise(1, 300, 200)
    plainly, soft, dark = (picture_quality(each) for each in (picture, blurred(picture), darkened(picture)))
    assert soft["sharpness"] < plainly["sharpness"] / 4
    assert dark["brightness"] == pytest.approx(plainly["brightness"] * 0.35, abs=0.01)
    assert picture_quality(plain((255, 255, 255))) == {"brightness": 1, "sharpness": 0}
    assert picture_quality(plain((0, 0, 0), 1, 2))["sharpness"] == 0


def test_size_alone_makes_no_picture_sharper() -> None:
    small = noise(2, 64, 64)
    large = np.kron(small, np.ones((16, 16, 1), np.uint8))
    medium = np.kron(small, np.ones((4, 4, 1), np.uint8))
    assert picture_quality(large)["sharpness"] == pytest.approx(picture_quality(medium)["sharpness"], rel=0.3)


def test_facts_are_of_the_right_product_the_box_and_the_picture() -> None:
    query = Query(Path("a.jpg"), Box(0, 0, 0.5, 0.5), frozenset({"m"}), "val", 2)
    reads = MeasuredReads(lambda asked: plain((0, 0, 0)))
    reads(query)
    products = {"m": Product("m", "Mug", ("m.png",), product_type="Home > Mugs", color="Teal")}
    unknown = Query(Path("b.jpg"), None, frozenset(), "val", 3)
    known, other = query_facts([query, unknown], products, [reads.of(query), reads.of(unknown)])
    assert known == {
        "category": "Home > Mugs",
        "colour": "Teal",
        "box share": 0.25,
        "brightness": 0,
        "sharpness": 0,
    }
    assert other == {}
