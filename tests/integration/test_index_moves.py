"""An index and its model on another machine: the model is found by its weights."""

import shutil
from pathlib import Path

import pytest

from spark_vision.app.container import build_index, open_shop, update_index
from spark_vision.app.settings import Settings
from spark_vision.core.errors import ModelNotFoundError
from tests.fakes import encoded, noise
from tests.unit.embedding.tiny_models import write_model


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a shop, a model and an index that was built with it by its path."""
    (tmp_path / "shop").mkdir()
    for number in range(2):
        (tmp_path / "shop" / f"{number}.png").write_bytes(encoded(noise(number, 64, 48)))
    model = write_model(tmp_path / "model")
    build_index(Settings(index_dir=tmp_path / "index"), str(tmp_path / "shop"), f"local-dir:{model}")
    return tmp_path


def first_product(settings: Settings) -> str:
    (item,) = open_shop(settings).suggester.suggest(noise(1, 64, 48))
    return item.suggestions[0].product.id


def test_a_moved_model_is_found_in_a_searched_folder(here: Path) -> None:
    write_model(here / "models" / "another", seed=1)  # of the same shape
    (here / "models" / "broken").mkdir()
    (here / "models" / "broken" / "open_clip_config.json").write_text("[")
    shutil.move(here / "model", here / "models" / "renamed")
    settings = Settings(index_dir=here / "index", model_folders=(here / "models",))
    assert first_product(settings) == "1"
    assert update_index(settings, str(here / "shop")).outcome in ("unchanged", "published")


def test_the_settings_model_overrides_the_path_of_the_manifest(here: Path) -> None:
    moved = shutil.move(here / "model", here / "elsewhere")
    write_model(here / "model", seed=1)  # another model lies at the manifest's path now
    settings = Settings(index_dir=here / "index", model=f"local-dir:{moved}")
    assert first_product(settings) == "1"


def test_a_model_that_is_nowhere_is_named_with_what_to_do(here: Path) -> None:
    shutil.rmtree(here / "model")
    write_model(here / "models" / "another", seed=1)
    settings = Settings(index_dir=here / "index", model_folders=(here / "models",))
    with pytest.raises(ModelNotFoundError, match=r"local-dir:.*SPARK_VISION_MODEL_FOLDERS"):
        open_shop(settings)
