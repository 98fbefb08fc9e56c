"""Pictures by http(s): bounded in bytes, time, redirects and connections; from public addresses alone."""

import random
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from spark_vision import __version__
from spark_vision.catalogue.addresses import AddressRefusedError, GuardedBackend, Network
from spark_vision.catalogue.credentials import Credentials, origin_of
from spark_vision.catalogue.fetched import Fetched, FetchedStore
from spark_vision.catalogue.host_health import HostHealth
from spark_vision.core.errors import PictureNotFoundError, PictureTooLargeError, PictureUnreachableError
from spark_vision.core.userinfo import without_userinfo
from spark_vision.media.limits import DEFAULT_LIMITS, PictureLimits

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
AGENT = f"spark-vision/{__version__}"
_AS_THEY_ARE = "!$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class FetchLimits:
    """What fetching a picture may take. seconds: in all, with redirects; connect_seconds: a connection;
    attempts: how often it is tried; backoff: seconds before the second, doubled for each after it.
    """

    seconds: float = 30
    connect_seconds: float = 5
    redirects: int = 5
    attempts: int = 3
    backoff: float = 0.5
    connections: int = 16
    a_host: int = 4


DEFAULT_FETCH_LIMITS = FetchLimits()


class _TryAgainError(Exception):
    """An attempt failed as the next may not; after: how long the server asks to wait, in seconds."""

    def __init__(self, reason: str, after: float = 0) -> None:
        super().__init__(reason)
        self.after = after


@dataclass
class HttpPictures:
    """A PictureSource of addresses, for many threads at once.

    store: where pictures are kept, so that an unchanged one costs a 304; networks: private ones that
    may be fetched from; credentials: by the origin that they are sent to (see origin_of).
    """

    store: FetchedStore
    limits: PictureLimits = DEFAULT_LIMITS
    fetch: FetchLimits = DEFAULT_FETCH_LIMITS
    networks: tuple[Network, ...] = ()
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    _hosts: dict[str, threading.BoundedSemaphore] = field(init=False)
    _backend: GuardedBackend = field(init=False)
    _pool: httpcore.ConnectionPool = field(init=False)
    _health: HostHealth = field(init=False, default_factory=HostHealth)

    def __post_init__(self) -> None:
        self._hosts = defaultdict(lambda: threading.BoundedSemaphore(self.fetch.a_host))
        self._backend = GuardedBackend(self.networks)
        self._pool = httpcore.ConnectionPool(
            max_connections=self.fetch.connections, network_backend=self._backend
        )
        weakref.finalize(self, self._pool.close)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._pool.close()

    def read(self, image: str) -> bytes:
        """Return the bytes at an address.

        Raises:
            PictureUnreachableError: The host does not send it.
            PictureTooLargeError: It has more bytes than are fetched.
        """
        host = urlsplit(image).netloc
        if not self._health.may_ask(host):
            raise PictureUnreachableError(f"{image}: {host} does not answer.", transient=True)
        try:
            data = self._read(image)
        except PictureUnreachableError as error:
            self._health.note(host, answered=not error.transient)
            raise
        self._health.note(host, answered=True)
        return data

    def kept(self, image: str) -> bytes | None:
        """Return the bytes that were fetched from an address before, or None."""
        fetched = self.store.get(image)
        return None if fetched is None else fetched.data

    def _read(self, image: str) -> bytes:
        deadline = time.monotonic() + self.fetch.seconds
        self._backend.end_at(deadline)
        known = self.store.get(image)
        for attempt in range(1, self.fetch.attempts + 1):
            try:
                return self._followed(image, known, deadline)
            except _TryAgainError as error:
                wait = max(error.after, self.fetch.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1))  # noqa: S311
                if attempt == self.fetch.attempts or time.monotonic() + wait > deadline:
                    reason = f"{image}: cannot be fetched ({error})."
                    raise PictureUnreachableError(reason, transient=True) from error
                time.sleep(wait)
        raise PictureNotFoundError(f"{image}: no attempt to fetch it is allowed.")

    def _followed(self, image: str, known: Fetched | None, deadline: float) -> bytes:
        url = image
        for _ in range(self.fetch.redirects + 1):
            answer = self._answer(image, url, known, deadline)
            if isinstance(answer, str):
                url = redirected(image, url, answer)
                continue
            if answer is not known and not _is_page(answer.data):
                self.store.put(image, answer)
            return answer.data
        reason = f"{image}: it is redirected more than {self.fetch.redirects} times."
        raise PictureUnreachableError(reason, transient=False)

    def _answer(self, image: str, url: str, known: Fetched | None, deadline: float) -> Fetched | str:
        """One request: what was fetched, or where it is redirected to."""
        target = checked_address(image, url)
        host = urlsplit(target).netloc
        if not self._hosts[host].acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise _TryAgainError(f"{host} is busy")
        try:
            return self._requested(image, target, known, deadline)
        except AddressRefusedError as error:
            raise PictureUnreachableError(f"{image}: {error}.", transient=False) from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise _TryAgainError(str(error) or type(error).__name__) from error
        finally:
            self._hosts[host].release()

    def _requested(self, image: str, url: str, known: Fetched | None, deadline: float) -> Fetched | str:
        headers = [("User-Agent", AGENT), ("Accept", "image/*"), ("Accept-Encoding", "identity")]
        if known is not None and known.etag:
            headers.append(("If-None-Match", known.etag))
        elif known is not None and known.last_modified:
            headers.append(("If-Modified-Since", known.last_modified))
        if (credentials := self.credentials.get(origin_of(url))) is not None:
            headers.append(("Authorization", credentials.header()))
        timeouts = self._timeouts(deadline)
        with self._pool.stream("GET", url, headers=headers, extensions=timeouts) as response:
            said = {_latin(name).lower(): _latin(value) for name, value in response.headers}
            if response.status == 304 and known is not None:
                return known
            if response.status in REDIRECTS and "location" in said:
                return said["location"]
            _check_status(image, response.status, said)
            data = self._body(image, response.iter_stream(), said, deadline)
        return Fetched(data, said.get("etag", ""), said.get("last-modified", ""))

    def _timeouts(self, deadline: float) -> dict[str, dict[str, float]]:
        left = max(deadline - time.monotonic(), 0.001)
        connect = min(self.fetch.connect_seconds, left)
        return {"timeout": {"connect": connect, "read": left, "write": left, "pool": left}}

    def _body(self, image: str, blocks: Iterable[bytes], said: dict[str, str], deadline: float) -> bytes:
        """The whole body, however long it claims or turns out to be, while there is time."""
        most = self.limits.max_bytes
        claimed = said.get("content-length", "")
        if claimed.isdecimal() and int(claimed) > most:
            raise PictureTooLargeError(f"{image}: {int(claimed):,} bytes; at most {most:,} are fetched.")
        data = bytearray()
        for block in blocks:
            data += block
            if len(data) > most:
                raise PictureTooLargeError(f"{image}: over {most:,} bytes, which is the bound.")
            if time.monotonic() > deadline:
                reason = f"{image}: not fetched within {self.fetch.seconds:g} s."
                raise PictureUnreachableError(reason, transient=True)
        return bytes(data)


def _is_page(data: bytes) -> bool:
    """Whether a host sent a page, such as one about its maintenance, or nothing, in place of a picture."""
    return data.lstrip()[:1] in (b"", b"<")


def _latin(text: bytes) -> str:
    return text.decode("latin-1")


def redirected(image: str, url: str, location: str) -> str:
    """Return where a redirect leads to; raises PictureUnreachableError, which names what was asked for."""
    try:
        return urljoin(url, location)
    except ValueError:  # brackets that are no IPv6 address
        raise PictureUnreachableError(f"{image}: is redirected to no address.", transient=False) from None


def is_url(image: str) -> bool:
    """Whether a feed names a picture by http(s)."""
    return image[:8].lower().startswith(("http://", "https://"))


def checked_address(image: str, url: str) -> str:
    """An address as it goes over the wire; raises PictureNotFoundError where it is none to fetch from."""
    image = without_userinfo(image)  # which the messages name
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        raise PictureNotFoundError(f"{image}: this is no address.") from None
    if parts.scheme not in ("http", "https") or not host:
        place = without_userinfo(url)[:100]
        raise PictureNotFoundError(f"{image}: leads to {place!r}, which is not fetched.")
    if parts.username is not None or parts.password is not None:
        raise PictureNotFoundError(
            f"{image}: addresses with a user or password are not fetched. Set"
            " SPARK_VISION_FETCH_CREDENTIALS instead."
        )
    place = f"[{host}]" if ":" in host else host
    netloc = place if port is None else f"{place}:{port}"
    path, query = (quote(text, safe=_AS_THEY_ARE) for text in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _check_status(image: str, status: int, said: dict[str, str]) -> None:
    if status in _AGAIN:
        after = said.get("retry-after", "")
        raise _TryAgainError(f"the server says {status}", float(after) if after.isdecimal() else 0)
    if status != 200:
        raise PictureUnreachableError(f"{image}: the server says {status}.", transient=status >= 500)
