"""Where the shop is that comes with the program."""

from pathlib import Path

from spark_vision.core.errors import DatasetError

_FOLDER = Path(__file__).resolve().parent.parent / "demo_shop"


def demo_shop() -> Path:
    """The demo shop's folder; raises DatasetError where the installation has none."""
    if not (_FOLDER / "catalogue.csv").is_file():
        raise DatasetError(f"{_FOLDER}: this installation has no demo shop; install it again.")
    return _FOLDER
