from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spark_vision.core.errors import CalibrationError
from spark_vision.evaluation.calibration_fit import (
    LabelledRegion,
    cross_fitted,
    fit,
    judge,
    log_loss,
    log_loss_of,
)
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.metric_table import compute_figures
from spark_vision.evaluation.results import QueryResult

PRODUCTS = tuple(f"p{number}" for number in range(10))


def regions(count: int, seed: int) -> list[LabelledRegion]:
    """Regions whose first product is right the more often the further it is ahead."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        lead = rng.uniform(0, 0.4)
        others = np.sort(rng.uniform(0.2, 0.4, len(PRODUCTS) - 1))[::-1]
        right = rng.random() < 1 / (1 + np.exp(-12 * (lead - 0.15)))
        relevant = frozenset({PRODUCTS[0]} if right else set())
        similarities = (others[0] + lead, *others)
        made.append(LabelledRegion(f"photo{number % 40}", None, False, PRODUCTS, similarities, relevant))
    return made


def test_probabilities_of_new_regions_mean_what_they_say():
    found = fit(regions(1500, 0), "encoder", "numbers")
    new = regions(3000, 1)
    every = [found.probabilities(region.rows) for region in new]
    likely = np.array([each[0] for each in every])
    figures = judge(new, every).figures()
    assert figures["ece"] < 0.05
    assert figures["open_set_auroc"] > 0.75
    kept = likely >= found.threshold(0.9)
    right = np.array([region.right[0] for region in new])
    assert right[kept].mean() > 0.85
    assert kept.mean() > 0.2
    assert found.encoder == "encoder"


def test_the_log_loss_is_of_what_is_true():
    known, strange = (
        LabelledRegion("a", None, False, PRODUCTS[:2], (0.9, 0.8), frozenset(relevant))
        for relevant in ({"p0"}, set())
    )
    half, sure = np.array([0.5, 0.25]), np.array([1.0, 0.0])
    assert log_loss([known], [half]) == pytest.approx(np.log(2), abs=1e-4)
    assert log_loss([strange], [half]) == pytest.approx(np.log(4), abs=1e-4)
    assert log_loss([known, strange], [half, half]) == pytest.approx(np.log(8) / 2, abs=1e-4)
    # Whoever was sure of the wrong thing has lost much, but not everything.
    assert log_loss([strange], [sure]) == pytest.approx(np.log(1e6), abs=1e-3)
    # Copies of regions in shops with gaps do not count.
    assert log_loss([known, replace(strange, weight=0.25)], [half, sure]) == log_loss([known], [half])


def test_a_fit_says_more_of_new_regions_than_one_of_something_else():
    new = regions(400, 5)
    made = fit(regions(400, 4), "e", "x")
    deaf = replace(made, weights=tuple(0.0 for _ in made.weights), bias=-2.0)
    assert log_loss_of(made, new) < log_loss_of(deaf, new)
    assert made.figures["log_loss"] == pytest.approx(log_loss_of(made, new), abs=0.15)


def test_thresholds_ascend_with_the_target():
    least = [threshold for _, threshold in fit(regions(400, 2), "e", "x").thresholds]
    assert least == sorted(least)


def test_a_product_that_is_taken_out_is_right_no_more():
    (region,) = [held for held in regions(40, 0) if held.relevant][:1]
    left = region.without(frozenset({"p0"}))
    assert left.relevant == frozenset()
    assert left.product_ids == PRODUCTS[1:]
    assert left.similarities == region.similarities[1:]


@pytest.mark.parametrize("few", [regions(39, 0), [replace(held, photo="one") for held in regions(80, 0)]])
def test_too_little_to_learn_from_is_said(few):
    with pytest.raises(CalibrationError, match="a fit wants"):
        fit(few, "e", "x")


def test_nothing_but_wrong_cannot_be_fitted():
    with pytest.raises(CalibrationError):
        fit([replace(held, relevant=frozenset()) for held in regions(80, 0)], "e", "x")


def answers(count, seed=0):
    """The regions as answers of a run, two a photo."""
    made = []
    for number, held in enumerate(regions(count, seed)):
        query = Query(Path(f"{number // 2}.jpg"), None, held.relevant, "test", number)
        made.append(QueryResult(query, held.product_ids, np.array(held.similarities)))
    return made


def test_answers_of_a_run_get_probabilities_that_mean_what_they_say():
    figures = compute_figures(cross_fitted(answers(1500)), {})
    assert figures["ece"].value < 0.06
    assert figures["aurc"].value < 0.2


def test_no_answer_is_judged_by_a_fit_that_saw_its_photo():
    plain = answers(80)
    before = cross_fitted(plain)
    other = frozenset() if plain[0].query.relevant else frozenset({"p0"})
    turned = [replace(plain[0], query=replace(plain[0].query, relevant=other)), *plain[1:]]
    after = cross_fitted(turned)
    assert before[1].probability == after[1].probability
    assert [one.probability for one in before] != [one.probability for one in after]


def test_what_is_there_of_near_twins_is_surer_than_which_it_is():
    """Of two products that look the same one is right, so each is half as likely as both together."""
    rng, made = np.random.default_rng(0), []
    for number in range(600):
        high = rng.uniform(0.2, 0.9)
        there = rng.random() < 1 / (1 + np.exp(-20 * (high - 0.55)))
        relevant = frozenset({PRODUCTS[int(rng.integers(2))]} if there else set())
        similarities = (high, high - 0.001, *np.linspace(0.15, 0.1, 8))
        made.append(LabelledRegion(f"photo{number % 40}", None, False, PRODUCTS, similarities, relevant))
    found = fit(made, "e", "x")
    sure = found.probabilities(replace(made[0], similarities=(0.9, 0.899, *np.linspace(0.15, 0.1, 8))).rows)
    assert sure[0] < 0.65
    assert sure.sum() > 0.9
    assert found.figures["open_set_auroc"] > 0.9
    assert found.figures["ece"] < 0.08


def test_regions_of_less_weight_teach_but_are_not_measured():
    whole = regions(200, 3)
    extra = [replace(held, weight=0.1, relevant=frozenset()) for held in regions(200, 4)]
    found = fit([*whole, *extra], "e", "x")
    assert found.figures["regions"] == 200
    assert found.bias != fit(whole, "e", "x").bias


def test_a_right_product_that_is_never_among_the_first_is_no_accident():
    """As with a model that knows nothing of the shop: every region is shown, with little certainty."""
    far = [replace(region, relevant=frozenset({PRODUCTS[7]})) for region in regions(80, 6)]
    found = fit(far, "encoder", "numbers")
    assert found.likely == 0
    assert max(float(found.probabilities(region.rows)[0]) for region in far) < 0.5
