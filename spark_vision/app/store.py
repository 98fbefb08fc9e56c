"""Settings to the tagging store."""

from pathlib import Path

from spark_vision.app.data_folder import protect_data
from spark_vision.app.settings import Settings
from spark_vision.core.errors import DatasetError, StoreAddressError, StoreUnavailableError
from spark_vision.core.private_files import make_private_folder
from spark_vision.database.engine import open_engine, sqlite_file
from spark_vision.database.migrate import migrate
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store
from spark_vision.feedback.view_recorder import ViewRecorder
from spark_vision.tagging.context import TaggingContext
from spark_vision.tagging.photo_files import PhotoFiles

STORE = "store"


def names_store(place: str) -> bool:
    """Whether a place is a store's: `store`, a database's address, or a folder that holds one."""
    return place == STORE or "://" in place or (Path(place) / "store.sqlite").is_file()


def settings_of_store(settings: Settings, place: str) -> Settings:
    """The settings with the store at a place: `store` for their own, a database's address, a store's folder.

    Raises DatasetError where there is none.
    """
    if not names_store(place):
        raise DatasetError(
            f"{place}: there are no decisions of posters and no dataset; name a folder with photos.csv and"
            " catalogue.csv, a store's folder with store.sqlite, a database's address, or `store` for the"
            " settings' own."
        )
    if place == STORE:
        return settings
    if "://" in place:
        return settings.model_copy(update={"database_url": place})
    return settings.model_copy(update={"data_dir": Path(place), "database_url": "", "photos_url": ""})


def open_store(settings: Settings) -> Store:
    """The tagging store of the settings; connects, and makes what is not there, on first use.

    Raises StoreAddressError.
    """
    return Store(open_engine(settings.store_url))


def migrate_store(settings: Settings, store: Store) -> tuple[str, ...]:
    """Bring the store's tables to what this program knows; the revisions that were applied.

    A SQLite file's folder is made, and the data is restricted to its owner. Raises StoreError's children.
    """
    file = sqlite_file(settings.store_url)
    if file is not None:
        _make_folder(file.parent)
    protect_data(settings)
    return migrate(store.engine)


def build_tagging_context(settings: Settings, store: Store) -> TaggingContext:
    """What the use cases around posts work with; raises StoreAddressError."""
    return TaggingContext(
        store, _photo_files(settings), ViewRecorder(new_account_days=settings.learn_new_account_days)
    )


def _make_folder(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        raise StoreUnavailableError(
            f"{folder}: the store's folder cannot be made ({error.strerror})."
        ) from error


def _photo_files(settings: Settings) -> PhotoFiles:
    try:
        return FsspecPhotoFiles(settings.photos_place)
    except Exception as error:  # each implementation has errors of its own, and wants packages of its own
        raise StoreAddressError(f"SPARK_VISION_PHOTOS_URL: photos cannot be kept there ({error}).") from error
