"""The bundled model on pictures that people took, and on the demo shop."""

from pathlib import Path

import pytest

from spark_vision.app.container import build_index, open_shop
from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.dataset_run import evaluate_dataset
from spark_vision.media.files import read_picture
from spark_vision.search.loaded_index import LoadedIndex


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(index_dir=tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def grocery(real_pictures: Path, settings: Settings) -> LoadedIndex:
    report = build_index(settings, str(real_pictures / "grocery" / "catalogue.csv"))
    assert (report.manifest.content.products, len(report.issues)) == (81, 0)
    return open_shop(settings)


def test_photos_of_shelves_find_their_products(
    grocery: LoadedIndex, real_pictures: Path, settings: Settings
) -> None:
    """ImageNet features find .23 of them first and .56 among five; the model is to beat that by far."""
    figures = evaluate_dataset(settings, real_pictures / "grocery", "val").run.as_json()
    assert (figures["photos"], figures["products"]) == (296, 81)
    assert figures["recall@1"] > 0.5
    assert figures["recall@5"] > 0.8
    low, high = figures["confidence_intervals"]["recall@1"]
    assert 0 < low < figures["recall@1"] < high < 1


def test_words_find_products(grocery: LoadedIndex) -> None:
    found = grocery.suggester.search_text("red apple", top=10).suggestions
    kinds = [suggestion.product.product_type for suggestion in found[:5]]
    assert "Grocery > Fruit > Apple" in kinds


def test_a_catalogue_picture_finds_itself_first(grocery: LoadedIndex, real_pictures: Path) -> None:
    photo = read_picture(real_pictures / "grocery" / "catalogue" / "kiwi.jpg")
    (item,) = (each for each in grocery.suggester.suggest(photo, top=3) if each.source == "photo")
    assert item.suggestions[0].product.id == "kiwi"
    assert item.suggestions[0].similarity == pytest.approx(1, abs=1e-3)


def test_the_demo_shop_is_found_in_its_own_photos(settings: Settings) -> None:
    figures = evaluate_dataset(settings, demo_shop(), "demo").run.as_json()
    assert figures["products"] >= 80
    assert figures["recall@5"] > 0.5
