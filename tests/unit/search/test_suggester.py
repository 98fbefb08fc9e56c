"""The look-up, over a gallery in memory and over a built one."""

from dataclasses import replace

import numpy as np
import pytest

from spark_vision.core.errors import IndexMismatchError, InvalidInputError
from spark_vision.core.geometry import Box
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.search.suggester import MAX_BOXES, MAX_TOP, Suggester, Timings
from tests.fakes import BLUE, GREEN, RED, ArrayGallery, noise, plain

OWNERS = ("blue-vase", "green-cup", "red-chair", "red-chair")
PICTURES = (plain(BLUE), plain(GREEN), noise(1), plain(RED))


def embedded(encoder: FakeEncoder, *pictures: np.ndarray) -> np.ndarray:
    return encoder.finish(encoder.forward(np.stack([encoder.prepare(picture) for picture in pictures])))


@pytest.fixture
def suggester(encoder: FakeEncoder) -> Suggester:
    return Suggester(encoder, ArrayGallery(encoder.spec, embedded(encoder, *PICTURES), OWNERS))


def first_ids(items) -> list[str]:
    return [item.suggestions[0].product.id for item in items]


def test_photo_of_a_product_finds_it_by_its_best_picture(suggester):
    (item,) = suggester.suggest(plain(RED, 300, 200))
    assert first_ids([item]) == ["red-chair"]
    assert item.suggestions[0].reference_image == "3.png"
    assert item.suggestions[0].similarity == pytest.approx(1)


def test_each_product_is_suggested_once(suggester):
    (item,) = suggester.suggest(plain(RED), top=10)
    assert sorted(suggestion.product.id for suggestion in item.suggestions) == sorted(set(OWNERS))


def test_suggestions_are_ranked_and_no_more_than_asked(suggester):
    (item,) = suggester.suggest(plain(GREEN), top=2)
    similarities = [suggestion.similarity for suggestion in item.suggestions]
    assert len(similarities) == 2
    assert similarities == sorted(similarities, reverse=True)


def test_boxes_come_in_their_order_and_the_whole_photo_last(suggester):
    photo = np.hstack([plain(RED, 50, 50), plain(BLUE, 50, 50)])
    boxes = [Box(0.5, 0, 0.5, 1), Box(0, 0, 0.5, 1)]
    items = suggester.suggest(photo, boxes)
    assert [item.box for item in items] == [*boxes, None]
    assert first_ids(items)[:2] == ["blue-vase", "red-chair"]


def test_all_regions_go_through_the_model_at_once(encoder, suggester):
    before = encoder.pictures_encoded
    suggester.suggest(plain(RED), [Box(0, 0, 1, 1)] * 3)
    assert encoder.pictures_encoded - before == 4


def test_similarity_of_a_region_does_not_depend_on_the_other_regions(suggester):
    box = Box(0.2, 0.2, 0.5, 0.5)
    photo = noise(7, 90, 80)
    among_others = suggester.suggest(photo, [Box(0, 0, 0.1, 0.1), box])[1]
    assert suggester.suggest(photo, [box])[0] == among_others


def test_stages_are_timed(suggester):
    timings = Timings()
    suggester.suggest(plain(RED), timings=timings)
    assert set(timings.seconds) == {"regions", "prepare", "forward", "search"}


@pytest.mark.parametrize("top", [0, -1, MAX_TOP + 1])
def test_top_out_of_bounds_is_refused(suggester, top):
    with pytest.raises(InvalidInputError, match="top"):
        suggester.suggest(plain(RED), top=top)
    with pytest.raises(InvalidInputError, match="top"):
        suggester.search_text("red", top=top)


def test_too_many_boxes_are_refused(suggester):
    boxes = [Box(0, 0, 1, 1)] * (MAX_BOXES + 1)
    assert len(suggester.suggest(plain(RED), boxes[1:])) == MAX_BOXES + 1
    with pytest.raises(InvalidInputError, match="51 boxes"):
        suggester.suggest(plain(RED), boxes)


@pytest.mark.parametrize(("text", "product"), [("a red chair", "red-chair"), ("BLUE", "blue-vase")])
def test_text_finds_products_of_its_colour(suggester, text, product):
    item = suggester.search_text(text)
    assert (item.box, first_ids([item])) == (None, [product])


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_empty_text_is_refused(suggester, text):
    with pytest.raises(InvalidInputError, match="empty"):
        suggester.search_text(text)


def test_empty_gallery_gives_a_reason_for_each_item(encoder):
    suggester = Suggester(encoder, ArrayGallery(encoder.spec, np.zeros((0, 64), np.float32), ()))
    items = (*suggester.suggest(plain(RED), [Box(0, 0, 1, 1)]), suggester.search_text("red"))
    assert [(item.suggestions, item.no_match.reason) for item in items] == [((), "index_empty")] * 3


def test_encoder_of_other_weights_is_refused_in_one_line(encoder):
    gallery = ArrayGallery(replace(encoder.spec, weights="others"), embedded(encoder, *PICTURES), OWNERS)
    with pytest.raises(IndexMismatchError, match=r"in-memory was made with fake.*build the index") as caught:
        Suggester(encoder, gallery)
    assert "\n" not in caught.value.message


def test_encoder_of_another_name_fits(encoder):
    gallery = ArrayGallery(replace(encoder.spec, model="renamed"), embedded(encoder, *PICTURES), OWNERS)
    assert first_ids(Suggester(encoder, gallery).suggest(plain(BLUE))) == ["blue-vase"]
