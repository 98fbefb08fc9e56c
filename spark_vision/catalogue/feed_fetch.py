"""Feeds by http(s): through the same door as pictures, to a file, bounded in bytes, time and redirects."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpcore

from spark_vision.catalogue.addresses import AddressRefusedError, GuardedBackend, Network
from spark_vision.catalogue.http import AGENT, REDIRECTS, checked_address
from spark_vision.core.errors import CatalogueError, PictureNotFoundError


@dataclass(frozen=True)
class FeedLimits:
    """What fetching a feed may take: bytes; seconds in all; redirects; seconds for a connection."""

    max_bytes: int
    seconds: float = 600
    redirects: int = 5
    connect_seconds: float = 10


def fetch_feed(address: str, target: Path, limits: FeedLimits, networks: tuple[Network, ...] = ()) -> None:
    """Write the feed at an address to a file; the file is whole, or not there.

    networks: private ones that may be fetched from. Raises CatalogueError, which names the address.
    """
    deadline = time.monotonic() + limits.seconds
    backend = GuardedBackend(networks)
    backend.end_at(deadline)
    beside = target.with_suffix(".part")
    with httpcore.ConnectionPool(network_backend=backend) as pool, _told(address):
        url = address
        for _ in range(limits.redirects + 1):
            moved = _answer(pool, url, beside, limits, deadline)
            if moved is None:
                beside.replace(target)
                return
            url = urljoin(url, moved)
    raise CatalogueError(f"{address}: it is redirected more than {limits.redirects} times.")


@contextmanager
def _told(address: str) -> Iterator[None]:
    """What can go wrong on the way, in our words."""
    try:
        yield
    except AddressRefusedError as error:
        raise CatalogueError(f"{address}: {error}.") from error
    except PictureNotFoundError as error:  # the address itself is at fault
        raise CatalogueError(error.message) from error
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise CatalogueError(
            f"{address}: cannot be fetched ({str(error) or type(error).__name__})."
        ) from error


def _answer(
    pool: httpcore.ConnectionPool, url: str, target: Path, limits: FeedLimits, deadline: float
) -> str | None:
    """One request: to the file, or where it is redirected to."""
    left = max(deadline - time.monotonic(), 0.001)
    timeouts = {"connect": min(limits.connect_seconds, left), "read": left, "write": left, "pool": left}
    headers = [("User-Agent", AGENT), ("Accept-Encoding", "identity")]
    checked = checked_address(url, url)
    with pool.stream("GET", checked, headers=headers, extensions={"timeout": timeouts}) as response:
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in REDIRECTS and "location" in said:
            return said["location"]
        if response.status != 200:
            raise CatalogueError(f"{url}: the server says {response.status}.")
        _write(url, response.iter_stream(), target, limits, deadline)
    return None


def _write(url: str, blocks: Iterator[bytes], target: Path, limits: FeedLimits, deadline: float) -> None:
    written = 0
    with target.open("wb") as file:
        for block in blocks:
            written += len(block)
            if written > limits.max_bytes:
                raise CatalogueError(f"{url}: over {limits.max_bytes:,} bytes, which is the bound of a feed.")
            if time.monotonic() > deadline:
                raise CatalogueError(f"{url}: not fetched within {limits.seconds:g} s.")
            file.write(block)
