"""The secret that the service signs with: of the settings, or made once and kept beside the store."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from spark_vision.app.settings import Settings
from spark_vision.core.errors import InvalidInputError, StoreUnavailableError
from spark_vision.core.private_files import make_private_folder

_FILE = "secret"
_FEWEST = 32


def signing_secret(settings: Settings) -> bytes:
    """At least 32 bytes, the same for each process on one `data_dir`.

    Raises InvalidInputError where the one of the settings is too short to be a secret, and
    StoreUnavailableError where none can be kept.
    """
    if settings.secret_key:
        if len(settings.secret_key) < _FEWEST:
            raise InvalidInputError(f"SPARK_VISION_SECRET_KEY has fewer than {_FEWEST} characters.")
        return settings.secret_key.encode()
    path = settings.data_dir / _FILE
    try:
        if not path.exists():
            _make(path)
        return path.read_bytes()
    except OSError as error:
        raise StoreUnavailableError(
            f"{path}: the secret that signs cookies cannot be kept there ({error.strerror});"
            " set SPARK_VISION_SECRET_KEY."
        ) from error


def _make(path: Path) -> None:
    """Written whole under another name (mode 0600), then linked: of two processes that start, one wins."""
    make_private_folder(path.parent)
    with NamedTemporaryFile(dir=path.parent, prefix=".secret-") as file:
        file.write(secrets.token_urlsafe(48).encode())
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return  # Another process was first; its secret is the one.
