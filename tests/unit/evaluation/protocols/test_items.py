import pytest

from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.core.suggestion import Item, NoMatch, Suggestion
from spark_vision.evaluation.protocols.detection import Truth
from spark_vision.evaluation.protocols.items import PhotoItems, item_figures

LEFT, RIGHT, TINY = Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1), Box(0, 0, 0.1, 0.1)
UNSURE = NoMatch("below_threshold", "a guess")


def item(box: Box | None, *product_ids: str, no_match: NoMatch | None = None, sure: float = 0.5) -> Item:
    suggestions = tuple(
        Suggestion(Product(each, each, ("a.png",)), 0.9, "a.png", sure) for each in product_ids
    )
    return Item(box, suggestions, no_match)


def photo(truths: dict[Box, str], *items: Item) -> PhotoItems:
    boxes = tuple(Truth(box, frozenset({product_id})) for box, product_id in truths.items())
    return PhotoItems(items, boxes, frozenset(truths.values()))


def test_a_case_worked_by_hand() -> None:
    photos = [
        # Left is located and right at once; right is located, its product comes third; tiny is missed.
        photo(
            {LEFT: "mug", RIGHT: "vase", TINY: "spoon"},
            item(LEFT, "mug", sure=0.9),
            item(Box(0.45, 0, 0.5, 1), "cup", "bowl", "vase", sure=0.8),
            item(None, "cup", no_match=UNSURE),
        ),
        # One region, off by more than half; sure of two wrong things.
        photo({LEFT: "mug"}, item(RIGHT, "cup", sure=0.7), item(None, "cup")),
        photo({}, item(None, "cup", no_match=UNSURE)),
        photo({}, item(None, "cup")),
    ]
    found = {name: figure.value for name, figure in item_figures(photos).items()}
    assert found["located"] == pytest.approx(2 / 4)
    assert found["found@1"] == pytest.approx(1 / 4)
    assert found["found@5"] == pytest.approx(2 / 4)
    assert found["located_large"] == found["found@5_large"] == pytest.approx(2 / 3)
    assert found["wrong_items"] == pytest.approx((1 + 2) / 2)
    assert found["several_wrong"] == pytest.approx(1 / 2)
    assert found["silent"] == pytest.approx(1 / 2)
    assert found["items"] == pytest.approx((2 + 1) / 4)
    # The two surest of three regions found two of four boxes.
    assert found["average_precision"] == pytest.approx(2 / 4)


def test_the_interval_draws_photos_and_holds_the_figure() -> None:
    good, bad = photo({LEFT: "mug"}, item(LEFT, "mug")), photo({LEFT: "mug"}, item(None, "cup"))
    figure = item_figures([good, bad] * 10)["found@5"]
    assert figure.value == 0.5
    assert figure.interval is not None
    assert 0.2 < figure.interval[0] < 0.5 < figure.interval[1] < 0.8
    assert item_figures([good] * 5)["located"].interval == (1, 1)


def test_what_there_is_none_of_has_no_figure() -> None:
    found = item_figures([photo({LEFT: "mug"}, item(None, "mug"))] * 2)
    assert (found["silent"].value, found["silent"].interval) == (None, None)
    assert (found["located"].value, found["found@5"].value, found["average_precision"].value) == (0, 0, 0)
    nothing = item_figures([photo({}, item(None))] * 2)
    assert (nothing["located"].value, nothing["average_precision"].value) == (None, None)
    assert nothing["silent"].value == 1
