"""Begin a migration: a revision file with what the models have and the last revision has not."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from spark_vision.database.engine import open_engine
from spark_vision.database.migrate import head, migrate, write_revision


def main() -> None:
    """Write it into `spark_vision/storage/migrations/versions`; read it before it is committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", help="what it is about, such as 'Smiles and clicks'")
    message = parser.parse_args().message
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        migrate(engine)
        write_revision(engine, f"{int(head()) + 1:04}", message)
        engine.dispose()


if __name__ == "__main__":
    main()
