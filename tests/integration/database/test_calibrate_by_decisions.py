"""Probabilities from what posters confirmed and rejected, from their posts to the live index."""

from dataclasses import replace
from pathlib import Path

import pytest

from spark_vision.app.container import build_index, open_shop, version_store
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, migrate_store, open_store
from spark_vision.core.account import Actor
from spark_vision.core.decision import RejectReason
from spark_vision.core.errors import CalibrationError, DatasetError, InvalidInputError, StoreUnavailableError
from spark_vision.core.geometry import Point
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.evaluation import calibration_run
from spark_vision.evaluation.calibration_run import calibrate
from spark_vision.index.calibrations import CALIBRATION, read_calibration
from spark_vision.media.sanitise import sanitise_photo
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.posts import create_post, publish
from spark_vision.tagging.tags import TagPlacement, put_tag, reject
from tests.fakes import Shelf, encoded, noise
from tests.integration.database.factories import NOW, FewProducts, ask, someone, suggestion_id, suggestions

PRODUCTS, POSTS = 8, 24


@pytest.fixture
def shop(shelf: Shelf, tmp_path: Path) -> Settings:
    settings = Settings(index_dir=tmp_path / "index", data_dir=tmp_path / "data", model="fake")
    shelf.fill(PRODUCTS)
    build_index(settings, str(shelf.feed))
    return settings


@pytest.fixture
def posting(shop: Settings) -> TaggingContext:
    store = open_store(shop)
    migrate_store(shop, store)
    return build_tagging_context(shop, store)


def decide(room: TaggingContext, ada: Actor, seed: int, right: bool, publishes: bool = True) -> None:
    """Post a picture; say of the suggested product that it is in it, or that it is not."""
    post = create_post(room, ada, sanitise_photo(encoded(noise(seed))), "", NOW)
    product = f"p{seed % PRODUCTS:03}"
    held = suggestion_id(suggestions(room, ada, post, FewProducts((product,))), product)
    if right:
        put_tag(room, ask(ada, post), product, TagPlacement(Point(0.5, 0.5), held), on_shelf=True)
    else:
        reject(room, ask(ada, post), held, RejectReason.NOT_IN_PHOTO)
    if publishes:
        publish(room, ada, post.id, ANY_VERSION, NOW)


def test_yes_and_no_of_posters_make_the_live_index_tell_one_from_the_other(
    shop: Settings, posting: TaggingContext
) -> None:
    ada = someone(posting.store, "Ada")
    for number in range(POSTS):
        decide(posting, ada, number % PRODUCTS, right=True)
        decide(posting, ada, 100 + number, right=False)
    decide(posting, ada, 500, right=False, publishes=False)  # A draft is still being decided about.

    made = calibrate(shop, "store")

    assert made.fitted_on == f"what posters said of {PRODUCTS + POSTS} photos"
    assert made.figures["regions"] == 2 * POSTS
    suggester = open_shop(shop).suggester
    known, strange = (suggester.suggest(noise(seed))[-1] for seed in (3, 999))
    assert known.calibrated
    assert known.suggestions[0].product.id == "p003"
    assert known.suggestions[0].probability is not None
    assert known.suggestions[0].probability > 0.8
    assert not strange.suggestions or strange.suggestions[0].probability < 0.5


def test_a_fit_that_says_less_than_the_models_own_is_not_kept(
    shop: Settings, posting: TaggingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = someone(posting.store, "Ada")
    for number in range(POSTS):
        decide(posting, ada, number % PRODUCTS, right=True)
        decide(posting, ada, 100 + number, right=False)
    made = calibrate(shop, "store")
    # Pictures that are alike to the last bit ask for more certainty than a cautious fit has.
    sure = replace(made, bias=9 * made.bias, weights=tuple(9 * weight for weight in made.weights))
    folder = version_store(shop).folder(version_store(shop).live())
    (folder / CALIBRATION).unlink()
    monkeypatch.setattr(calibration_run, "bundled_calibration", lambda encoder: sure)

    with pytest.raises(CalibrationError, match=r"Nothing was changed: .* --anyway keeps it"):
        calibrate(shop, "store")
    assert read_calibration(folder) is None

    calibrate(shop, "store", even_if_worse=True)
    assert read_calibration(folder) is not None


def test_photos_that_are_gone_are_left_out_and_an_absent_disk_is_told(
    shop: Settings, posting: TaggingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = someone(posting.store, "Ada")
    for number in range(3):
        decide(posting, ada, number, right=True)
    photos = sorted(path for path in (shop.data_dir / "photos").rglob("*.jpg") if "-" not in path.stem)
    photos[0].unlink()
    with pytest.raises(CalibrationError, match="There are 2 regions in 2 photos"):
        calibrate(shop, "store")

    def away(*_: object) -> bytes:
        raise StoreUnavailableError("The photos' store does not answer.")

    monkeypatch.setattr(FsspecPhotoFiles, "read", away)
    with pytest.raises(StoreUnavailableError):
        calibrate(shop, "store")


def test_too_few_decisions_leave_everything_as_it_was(shop: Settings, posting: TaggingContext) -> None:
    decide(posting, someone(posting.store, "Ada"), 1, right=True)
    with pytest.raises(CalibrationError, match="There are 1 regions in 1 photos"):
        calibrate(shop, "store")
    assert not open_shop(shop).suggester.suggest(noise(1))[-1].calibrated


def test_a_place_without_decisions_says_what_may_be_named(shop: Settings, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no decisions of posters and no dataset"):
        calibrate(shop, str(tmp_path / "nowhere"))


def test_a_store_has_no_splits(shop: Settings, posting: TaggingContext) -> None:
    for place in ("store", str(shop.data_dir), "postgresql+psycopg://shop"):
        with pytest.raises(InvalidInputError, match="--split is for dataset folders"):
            calibrate(shop, place, "val")
    with pytest.raises(DatasetError, match=r"photos\.csv"):
        calibrate(shop, str(shop.index_dir), "val")
