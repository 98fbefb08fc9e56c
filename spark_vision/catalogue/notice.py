"""Signed notices by http(s), after the Standard Webhooks specification."""

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpcore

from spark_vision.catalogue.addresses import AddressRefusedError, GuardedBackend, Network
from spark_vision.catalogue.http import AGENT, checked_address
from spark_vision.core.errors import PictureNotFoundError

_SECONDS = 10.0
_FAILURES = (
    AddressRefusedError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
)


class NoticeError(Exception):
    """A notice was not delivered."""


@dataclass(frozen=True)
class WebhookTarget:
    """Where notices go.

    Attributes:
        url: The address.
        secret: Signs them (HMAC-SHA256).
        networks: Private networks that the address may be in.
    """

    url: str
    secret: str = field(repr=False)
    networks: tuple[Network, ...] = ()


def send_webhook(target: WebhookTarget, message_id: str, body: dict[str, Any], now: datetime) -> None:
    """Send a notice, signed so that its receiver can tell who sent it, and when.

    The header `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`.

    Raises:
        NoticeError: It was not delivered: no connection, or an answer other than 2xx.
    """
    content, moment = json.dumps(body, ensure_ascii=False).encode(), str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), moment.encode(), content))
    signature = b64encode(hmac.digest(target.secret.encode(), signed, hashlib.sha256)).decode()
    headers = [
        ("Content-Type", "application/json"),
        ("User-Agent", AGENT),
        ("webhook-id", message_id),
        ("webhook-timestamp", moment),
        ("webhook-signature", f"v1,{signature}"),
    ]
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _SECONDS)
    try:
        url = checked_address(target.url, target.url)
        with httpcore.ConnectionPool(network_backend=GuardedBackend(target.networks)) as pool:
            response = pool.request(
                "POST", url, headers=headers, content=content, extensions={"timeout": timeouts}
            )
    except PictureNotFoundError as error:
        raise NoticeError(error.message) from error
    except (
        AddressRefusedError,
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
    ) as error:
        raise NoticeError(str(error) or type(error).__name__) from error
    if not 200 <= response.status < 300:
        raise NoticeError(f"the receiver says {response.status}")
