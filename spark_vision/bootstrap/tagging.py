"""Settings to the tagging store."""

from pathlib import Path

from sqlalchemy import make_url

from spark_vision.settings import Settings
from spark_vision.storage import tables as tables
from spark_vision.storage.engine import open_engine
from spark_vision.storage.store import SqlStore


def open_store(settings: Settings) -> SqlStore:
    """The tagging store of the settings; a SQLite file's folder is made."""
    address = make_url(settings.store_url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    return SqlStore(open_engine(address))
