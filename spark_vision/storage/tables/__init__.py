"""All tables, so that `Base.metadata` is whole wherever this package is imported."""

from spark_vision.storage.tables import accounts as accounts
from spark_vision.storage.tables import calls as calls
from spark_vision.storage.tables import decisions as decisions
from spark_vision.storage.tables import earnings as earnings
from spark_vision.storage.tables import imports as imports
from spark_vision.storage.tables import learned as learned
from spark_vision.storage.tables import posts as posts
from spark_vision.storage.tables import smiles as smiles
