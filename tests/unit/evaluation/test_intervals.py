from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_vision.evaluation import metrics
from spark_vision.evaluation.intervals import Resampling, auroc_of, bootstrap, ece_of, mean_of
from spark_vision.evaluation.metric_table import compute_figures
from spark_vision.evaluation.results import QueryResult

Result = Callable[..., QueryResult]
RNG = np.random.default_rng(7)

levels = st.sampled_from([0.0, 0.2, 0.4, 1.0])
# A photo's number, a value or none, whether it is known (or right), and how often its photo is drawn.
rows = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), levels), st.booleans()), min_size=1)
draws = st.lists(st.integers(0, 3), min_size=4, max_size=4)


def arrays(
    cases: list[tuple[int, float | None, bool]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    photo = np.array([number for number, _, _ in cases])
    _, photo = np.unique(photo, return_inverse=True)
    values = np.array([np.nan if value is None else value for _, value, _ in cases])
    return photo, values, np.array([flag for _, _, flag in cases])


def as_float(value: float | None) -> float:
    return np.nan if value is None else value


@settings(max_examples=100, deadline=None)
@given(rows, draws)
def test_a_figure_on_a_resample_is_the_figure_of_the_repeated_queries(
    cases: list[tuple[int, float | None, bool]], drawn: list[int]
) -> None:
    photo, values, flags = arrays(cases)
    counts = np.array(drawn[: photo.max() + 1])
    repeated = np.repeat(np.arange(len(photo)), counts[photo])
    weights = counts[None].astype(np.float64)
    scores = np.nan_to_num(values)
    pairs = [
        (mean_of(values, photo), metrics.mean(values[repeated])),
        (ece_of(values, flags, photo), metrics.ece(values[repeated], flags[repeated])),
        (auroc_of(flags, scores, photo), metrics.auroc(flags[repeated], scores[repeated])),
    ]
    for statistic, expected in pairs:
        assert statistic(weights)[0] == pytest.approx(as_float(expected), nan_ok=True)


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    values, photo = RNG.random(200), np.arange(200)
    found = [bootstrap({"m": mean_of(values, photo)}, 200, Resampling(seed=seed))["m"] for seed in (3, 3, 4)]
    assert found[0] == found[1] != found[2]


def test_the_interval_of_a_mean_is_that_of_the_normal_approximation() -> None:
    values = RNG.random(400)
    found = bootstrap({"m": mean_of(values, np.arange(400))}, 400, Resampling(resamples=4000))["m"]
    half = 1.96 * values.std() / 20
    assert found == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


def test_a_lower_level_gives_a_narrower_interval() -> None:
    statistic = {"m": mean_of(RNG.random(100), np.arange(100))}
    low, high = bootstrap(statistic, 100, Resampling(level=0.5))["m"] or (0, 0)
    wide_low, wide_high = bootstrap(statistic, 100, Resampling())["m"] or (0, 0)
    assert wide_low < low < high < wide_high


def test_repeating_each_query_within_its_photo_adds_no_certainty() -> None:
    values, photo = RNG.random(100), np.arange(100)
    once = bootstrap({"m": mean_of(values, photo)}, 100, Resampling())
    five_crops = bootstrap({"m": mean_of(np.tile(values, 5), np.tile(photo, 5))}, 100, Resampling())
    assert five_crops["m"] == pytest.approx(once["m"])


def test_intervals_contain_their_figures(result: Result) -> None:
    def one(number: int) -> QueryResult:
        score, sure = RNG.uniform(0.2, 0.8), float(RNG.uniform(0.05, 0.4))
        right = ["a", "b", ""][number % 3]
        return result([("a", score), ("b", 0.1)], right, photo=str(number // 2), probability=sure)

    figures = compute_figures([one(number) for number in range(300)], {"a": "x", "b": "y"})
    for name, figure in figures.items():
        assert figure.value is not None
        assert figure.interval is not None
        assert figure.interval[0] <= figure.value <= figure.interval[1], name
    assert figures["recall@1"].interval[1] - figures["recall@1"].interval[0] > 0.05


def test_degenerate_cases(result: Result) -> None:
    one_photo = compute_figures([result([("a", 0.5)], right="a")] * 3, {})
    assert all(figure.interval is None for figure in one_photo.values())
    all_right = compute_figures([result([("a", 0.5)], right="a", photo=photo) for photo in "123"], {})
    assert all_right["recall@1"].interval == (1, 1)
    assert all_right["open_set_auroc"].interval is None
    assert all_right["ece"].interval is None


def test_resamples_on_which_a_figure_is_undefined_are_left_out() -> None:
    # Of two photos one has a value: a quarter of all resamples has none of it, which is no 0.
    values = np.array([0.5, np.nan])
    assert bootstrap({"m": mean_of(values, np.arange(2))}, 2, Resampling())["m"] == (0.5, 0.5)
