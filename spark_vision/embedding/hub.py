"""The way to the Hugging Face hub, or rather the lack of it."""

import os
import socket
from urllib.parse import urlsplit

_ENDPOINT = "https://huggingface.co"


def go_offline_if_unreachable() -> None:
    """Where the hub's name does not resolve, have its client use what it downloaded before.

    Otherwise it tries for a minute. To be called before open_clip is imported, for the client reads the
    environment once; a choice that the user made there stands.
    """
    host = urlsplit(os.environ.get("HF_ENDPOINT", _ENDPOINT)).hostname
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
