"""Credentials that are stored encrypted, so that neither the database nor a backup of it shows them."""

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

from spark_vision.app.secret import signing_secret
from spark_vision.app.settings import Settings
from spark_vision.catalogue.credentials import Credentials
from spark_vision.core.errors import InvalidInputError

_PURPOSE = b"spark-vision feed credentials\0"


def seal(settings: Settings, credentials: Credentials) -> str:
    """Encrypt credentials with a key derived from the service's secret (Fernet: AES-128-CBC with HMAC)."""
    return _cipher(settings).encrypt(json.dumps(asdict(credentials)).encode()).decode()


def unseal(settings: Settings, sealed: str) -> Credentials:
    """Decrypt credentials.

    Raises:
        InvalidInputError: They were encrypted with another secret.
    """
    try:
        return Credentials(**json.loads(_cipher(settings).decrypt(sealed.encode())))
    except InvalidToken as error:
        raise InvalidInputError(
            "The feed's credentials cannot be decrypted, because the service's secret has changed. Send them"
            " again."
        ) from error


def _cipher(settings: Settings) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(_PURPOSE + signing_secret(settings)).digest()))
