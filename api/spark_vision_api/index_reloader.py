"""The live index version, loaded, and the watch for a newer one."""

import asyncio
import logging
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Protocol

from spark_vision.app.container import recalibrated, version_store
from spark_vision.app.settings import Settings
from spark_vision.core.errors import IndexNotFoundError, SparkVisionError
from spark_vision.embedding.encoder import Encoder
from spark_vision.index.calibrations import calibration_mark
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision_api.http.error_handlers import ShopUnavailableError

_log = logging.getLogger(__name__)
# A version that could not be loaded is tried again, since a model or a disk may come back; but loading
# reads every byte of the version, so not each time that the pointer is looked at.
_RETRY_SECONDS = 30.0


class OpenShop(Protocol):
    """Loads an index version with its encoder; `open_shop` of the container is the real one."""

    def __call__(
        self, settings: Settings, version: str | None = None, held: Encoder | None = None
    ) -> LoadedIndex:
        """Raises SparkVisionError's children."""


@dataclass(frozen=True)
class Failure:
    """Why a version (empty: whichever the pointer names) could not be loaded, and when."""

    version: str
    error: SparkVisionError
    at: float


class IndexReloader:
    """What the service serves.

    A request takes `shop` once and keeps it to its end, so that it never sees two versions. The old
    version serves until the new one is wholly loaded, and goes on where that cannot be loaded.
    """

    def __init__(self, settings: Settings, open_shop: OpenShop) -> None:
        self._settings = settings
        self._open = open_shop
        self._store = version_store(settings)
        self._one_at_a_time = Lock()
        self._shop: LoadedIndex | None = None
        self._calibration: tuple[int, ...] | None = None
        self.failure: Failure | None = None

    @property
    def shop(self) -> LoadedIndex:
        """The version that is served; where there is none, raises what kept it from loading."""
        shop, failure = self._shop, self.failure
        if shop is not None:
            return shop
        if failure is not None:
            raise type(failure.error)(failure.error.message) from failure.error
        raise IndexNotFoundError("The index has not been looked for yet.")

    @property
    def loaded(self) -> LoadedIndex | None:
        """The version that is served, or None."""
        return self._shop

    @property
    def served_version(self) -> str | None:
        """The name of the version that is served; None where there is none."""
        shop = self._shop
        return None if shop is None else shop.gallery.version

    def refresh(self) -> None:
        """Load the version that the pointer names, if it is not the one that is served, or else its
        calibration, if that is not the one that is gone by. Blocks.

        Never raises: what went wrong is in `failure`.
        """
        with self._one_at_a_time:
            self._refresh()

    def _refresh(self) -> None:
        try:
            wanted = self._store.live()
        except SparkVisionError as error:
            self._fail("", error)
            return
        if self._shop is not None and self._shop.gallery.version == wanted:
            self.failure = None
            self._recalibrate(self._shop)
        elif not self._failed_lately(wanted):
            self._load(wanted)

    async def watch(self, seconds: float) -> None:
        """Refresh for ever, in a thread, with so many seconds between."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.refresh)

    def _recalibrate(self, shop: LoadedIndex) -> None:
        mark = self._mark(shop.gallery.version)
        if mark == self._calibration:
            return
        self._calibration = mark
        try:
            self._shop = recalibrated(self._settings, shop)
        except SparkVisionError as error:  # which serves on, by the calibration that it had
            _log.error("index version %s is served by its old calibration: %s", shop.gallery.version, error)
        else:
            _log.info("index version %s has another calibration", shop.gallery.version)

    def _mark(self, version: str) -> tuple[int, ...] | None:
        try:
            return calibration_mark(self._store.folder(version))
        except SparkVisionError:  # The folder is gone: loading it says so, and what is loaded serves on.
            return None

    def _load(self, version: str) -> None:
        # Before it is read: what is kept meanwhile is seen the next time.
        self._calibration = self._mark(version)
        try:
            held = None if self._shop is None else self._shop.suggester.encoder
            self._shop = self._open(self._settings, version, held)
        except SparkVisionError as error:
            self._fail(version, error)
        except Exception as error:  # A disk that fails or memory that ends must not end the watch.
            _log.exception("index version %s cannot be loaded", version)
            self._fail(version, ShopUnavailableError(f"{version}: {error!r}"))
        else:
            self.failure = None
            _log.info("serving index version %s", version)

    def _fail(self, version: str, error: SparkVisionError) -> None:
        known = self.failure
        if known is None or (known.version, known.error.message) != (version, error.message):
            _log.warning("%s", error.message)
        # Without its traceback, whose frames would keep what was half loaded.
        self.failure = Failure(version, error.with_traceback(None), monotonic())

    def _failed_lately(self, version: str) -> bool:
        failure = self.failure
        return (
            failure is not None and failure.version == version and monotonic() - failure.at < _RETRY_SECONDS
        )
