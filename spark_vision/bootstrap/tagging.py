"""Settings to the tagging store."""

from pathlib import Path

from sqlalchemy import make_url

from spark_vision.errors import DatasetError
from spark_vision.settings import Settings
from spark_vision.storage.engine import open_engine
from spark_vision.storage.migrate import migrate
from spark_vision.storage.photo_files import FsspecPhotoFiles
from spark_vision.storage.store import SqlStore
from spark_vision.tagging.learning import ViewLearner
from spark_vision.tagging.room import Room

STORE = "store"


def settings_of_store(settings: Settings, place: str) -> Settings:
    """The settings with the store at a place: `store` for their own, a database's address, a store's folder.

    Raises DatasetError where there is none.
    """
    if place == STORE:
        return settings
    if "://" in place:
        return settings.model_copy(update={"database_url": place})
    if (Path(place) / "store.sqlite").is_file():
        return settings.model_copy(update={"data_dir": Path(place), "database_url": "", "photos_url": ""})
    raise DatasetError(
        f"{place}: there are no decisions of posters and no dataset; name a folder with photos.csv and"
        " catalogue.csv, a store's folder with store.sqlite, a database's address, or `store` for the"
        " settings' own."
    )


def open_store(settings: Settings) -> SqlStore:
    """The tagging store of the settings; connects, and makes what is not there, on first use."""
    return SqlStore(open_engine(settings.store_url))


def migrate_store(settings: Settings, store: SqlStore) -> tuple[str, ...]:
    """Bring the store's tables to what this program knows; the revisions that were applied.

    A SQLite file's folder is made. Raises StoreError's children.
    """
    address = make_url(settings.store_url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    return migrate(store.engine)


def open_room(settings: Settings, store: SqlStore) -> Room:
    """What the use cases around posts work with."""
    return Room(store, FsspecPhotoFiles(settings.photos_place), ViewLearner())
