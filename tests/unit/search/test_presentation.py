"""Items as JSON values and as a picture."""

import json

import numpy as np

from spark_vision.core.errors import PictureNotFoundError
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.core.reason import Reason
from spark_vision.core.suggestion import Item, NoMatch, Suggestion, Variant
from spark_vision.search.presentation import annotated, item_dict
from tests.fakes import RED, encoded, plain

PRODUCT = Product("p1", "Chair", ("a.png",))


class Drawer:
    """Pictures by name; others are not there."""

    def __init__(self, **pictures: bytes) -> None:
        self._pictures = pictures

    def read(self, image: str) -> bytes:
        if image not in self._pictures:
            raise PictureNotFoundError(image)
        return self._pictures[image]


def test_item_has_the_shape_that_others_rely_on():
    suggestion = Suggestion(
        PRODUCT,
        0.123456789,
        "a.png",
        0.5,
        variants=(Variant("p2", "Red chair", 0.1),),
        why=(Reason("looks_very_alike", 1.23456789),),
    )
    item = Item(Box(0, 0.25, 0.5, 0.5), (suggestion,), source="asked", calibrated=True, fit="labelled")
    expected = {
        "box": {"x": 0, "y": 0.25, "width": 0.5, "height": 0.5},
        "source": "asked",
        "calibrated": True,
        "fit": "labelled",
        "suggestions": [
            {
                "product_id": "p1",
                "title": "Chair",
                "probability": 0.5,
                "similarity": 0.123457,
                "reference_image": "a.png",
                "variants": [{"product_id": "p2", "title": "Red chair", "similarity": 0.1}],
                "why": [{"code": "looks_very_alike", "words": "looks very alike", "effect": 1.234568}],
            }
        ],
        "no_match": None,
    }
    assert json.loads(json.dumps(item_dict(item))) == expected


def test_item_without_suggestions_says_why():
    value = item_dict(Item(None, (), NoMatch("index_empty", "There is nothing.")))
    assert value == {
        "box": None,
        "source": "photo",
        "calibrated": False,
        "fit": None,
        "suggestions": [],
        "no_match": {"reason": "index_empty", "detail": "There is nothing."},
    }


def test_annotated_picture_shows_the_photo_and_the_product():
    items = [Item(Box(0, 0, 0.5, 0.5), (Suggestion(PRODUCT, 0.9, "a.png"),))]
    without = np.asarray(annotated(plain((9, 9, 9), 60, 40), items, Drawer()))
    with_picture = annotated(plain((9, 9, 9), 60, 40), items, Drawer(**{"a.png": encoded(plain(RED))}))
    pixels = np.asarray(with_picture)
    assert (pixels == (9, 9, 9)).all(axis=2).any()
    assert (pixels == RED).all(axis=2).sum() > 1000
    assert not (without == RED).all(axis=2).any()


def test_picture_that_is_gone_or_damaged_leaves_a_place_holder():
    items = [Item(None, (Suggestion(PRODUCT, 0.9, "a.png"),)), Item(None, (), NoMatch("x", "none"))]
    for drawer in (Drawer(), Drawer(**{"a.png": b"no picture"})):
        assert annotated(plain(RED, 30, 90), items, drawer).height > 90
