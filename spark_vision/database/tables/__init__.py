"""All tables, so that `Base.metadata` is whole wherever this package is imported."""

from spark_vision.database.tables import accounts as accounts
from spark_vision.database.tables import decisions as decisions
from spark_vision.database.tables import earnings as earnings
from spark_vision.database.tables import idempotency as idempotency
from spark_vision.database.tables import imports as imports
from spark_vision.database.tables import learned as learned
from spark_vision.database.tables import posts as posts
from spark_vision.database.tables import schedules as schedules
from spark_vision.database.tables import sessions as sessions
from spark_vision.database.tables import smiles as smiles
