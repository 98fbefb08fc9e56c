"""What goes wrong with a database, in our words: one line that names it, without its password."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from spark_vision.core.errors import StoreUnavailableError

# What the library says where the connection of a savepoint breaks.
_BROKEN = "8s2b"


@contextmanager
def translate_db_errors(engine: Engine) -> Iterator[None]:
    """Raises StoreUnavailableError where a database is away, full, damaged or busy for too long.

    Nothing is tried again in here: whether a commit was cut off before or after it was done, only who
    asked can find out, by asking again with the same idempotency key.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise _unavailable(engine, error) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its other children are mistakes of who asked, or of ours
            raise
        raise _unavailable(engine, error) from error  # a file that is damaged, or no database at all
    except PendingRollbackError as error:
        if error.code != _BROKEN:
            raise
        raise _unavailable(engine, error) from error


def shown(address: URL) -> str:
    """An address for a message: the path of a SQLite file, all else without its password, which may be among
    what follows the name of the database, too.
    """
    if address.get_backend_name() == "sqlite" and address.database:
        return address.database
    return address.set(query={}).render_as_string(hide_password=True)


def _unavailable(engine: Engine, error: SQLAlchemyError) -> StoreUnavailableError:
    # The driver's own words: the library's go on with the statement and an address to read about it.
    words = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error.args[0]
    return StoreUnavailableError(
        f"{shown(engine.url)}: the store cannot be used ({' '.join(str(words).split())})."
    )
