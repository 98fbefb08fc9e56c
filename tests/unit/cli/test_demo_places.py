"""Where the demo keeps what it makes, whatever the settings say of another store."""

from pathlib import Path

import pytest

from spark_vision.app.settings import Settings
from spark_vision.cli.demo import settings_of_demo
from spark_vision.cli.serve import hand_over


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.env` and an environment of a shop that is in production."""
    monkeypatch.chdir(tmp_path)
    for name in ("INDEX_DIR", "DATA_DIR", "DATABASE_URL"):
        monkeypatch.setenv(f"SPARK_VISION_{name}", "sqlite:////srv/shop/store.sqlite")
    monkeypatch.setenv("SPARK_VISION_MODEL", "fake")
    monkeypatch.setenv("SPARK_VISION_PHOTOS_URL", "")
    monkeypatch.delenv("SPARK_VISION_PHOTOS_URL")
    (tmp_path / ".env").write_text("SPARK_VISION_PHOTOS_URL=s3://shop/photos\n")


@pytest.mark.usefixtures("elsewhere")
def test_all_places_are_in_the_demos_folder(tmp_path: Path) -> None:
    settings = settings_of_demo(tmp_path / "demo")
    assert settings.store_url == f"sqlite:///{tmp_path}/demo/data/store.sqlite"
    assert settings.photos_place == str(tmp_path / "demo" / "data" / "photos")
    assert settings.index_dir == tmp_path / "demo" / "index"
    assert settings.model == "fake"


@pytest.mark.usefixtures("elsewhere")
def test_the_application_finds_the_demos_places(tmp_path: Path) -> None:
    hand_over(settings := settings_of_demo(tmp_path / "demo"))
    served = Settings()
    assert (served.store_url, served.photos_place) == (settings.store_url, settings.photos_place)
    assert served.index_dir == settings.index_dir
