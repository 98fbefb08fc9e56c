"""All tables, so that `Base.metadata` is whole wherever this package is imported."""

from spark_vision.storage.tables import accounts as accounts
