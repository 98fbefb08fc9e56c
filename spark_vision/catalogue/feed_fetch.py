"""Feeds by http(s): through the same door as pictures, to a file, bounded in bytes, time and redirects."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpcore

from spark_vision.catalogue.addresses import AddressRefusedError, GuardedBackend, Network
from spark_vision.catalogue.credentials import Credentials, origin_of
from spark_vision.catalogue.feed_cache import FeedCache, Validators
from spark_vision.catalogue.http import AGENT, REDIRECTS, checked_address, redirected
from spark_vision.core.errors import CatalogueError, PictureNotFoundError


@dataclass(frozen=True)
class FeedLimits:
    """What fetching a feed may take: bytes; seconds in all; redirects; seconds for a connection."""

    max_bytes: int
    seconds: float = 600
    redirects: int = 5
    connect_seconds: float = 10


@dataclass(frozen=True)
class FeedRequest:
    """What is asked for, and how.

    Attributes:
        address: The feed's address, without a user or password.
        limits: What fetching it may take.
        networks: Private networks that may be fetched from.
        credentials: Sent to the address's own origin, never to another one after a redirect.
        cache: Feeds as they were fetched last; None fetches the whole feed.
    """

    address: str
    limits: FeedLimits
    networks: tuple[Network, ...] = ()
    credentials: Credentials | None = None
    cache: FeedCache | None = None

    def headers(self, url: str, known: Validators) -> list[tuple[str, str]]:
        """Return the headers of a request to an address, which may be that of a redirect."""
        headers = [("User-Agent", AGENT), ("Accept-Encoding", "identity"), *known.headers()]
        if self.credentials is not None and origin_of(url) == origin_of(self.address):
            headers.append(("Authorization", self.credentials.header()))
        return headers


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a request ended with: a redirect, a feed with its validators, or neither: it has not changed."""

    redirect: str = ""
    fetched: Validators | None = None


def fetch_feed(asked: FeedRequest, target: Path) -> bool:
    """Write the feed at an address to a file, which is whole or not there.

    Returns:
        Whether the feed was sent; False if its server said that it has not changed (304).

    Raises:
        CatalogueError: It cannot be fetched. The message names the address.
    """
    limits = asked.limits
    deadline = time.monotonic() + limits.seconds
    backend = GuardedBackend(asked.networks)
    backend.end_at(deadline)
    beside = target.with_suffix(".part")
    known = Validators() if asked.cache is None else asked.cache.validators(asked.address)
    with httpcore.ConnectionPool(network_backend=backend) as pool, _explained(asked.address):
        url = asked.address
        for _ in range(limits.redirects + 1):
            answer = _answer(pool, url, beside, asked, known, deadline)
            if answer.redirect:
                url = redirected(asked.address, url, answer.redirect)
                continue
            if asked.cache is not None and answer.fetched is not None:
                asked.cache.put(asked.address, beside, answer.fetched)
            elif asked.cache is not None:
                asked.cache.copy_to(asked.address, beside)
            beside.replace(target)
            return answer.fetched is not None
    raise CatalogueError(f"{asked.address}: it is redirected more than {limits.redirects} times.")


@contextmanager
def _explained(address: str) -> Iterator[None]:
    """Turn what can go wrong on the way into a CatalogueError."""
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
    pool: httpcore.ConnectionPool,
    url: str,
    target: Path,
    asked: FeedRequest,
    known: Validators,
    deadline: float,
) -> _Answer:
    """Make one request; a feed that is sent goes to the file."""
    left = max(deadline - time.monotonic(), 0.001)
    connect = min(asked.limits.connect_seconds, left)
    timeouts = {"connect": connect, "read": left, "write": left, "pool": left}
    checked, headers = checked_address(url, url), asked.headers(url, known)
    with pool.stream("GET", checked, headers=headers, extensions={"timeout": timeouts}) as response:
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status == 304 and known.headers():
            return _Answer()
        if response.status in REDIRECTS and said.get("location"):
            return _Answer(redirect=said["location"])
        if response.status in (401, 403):
            raise CatalogueError(f"{url}: the server says {response.status}. Check the feed's credentials.")
        if response.status != 200:
            raise CatalogueError(f"{url}: the server says {response.status}.")
        _write(url, response.iter_stream(), target, asked.limits, deadline)
    return _Answer(fetched=Validators(said.get("etag", ""), said.get("last-modified", "")))


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
