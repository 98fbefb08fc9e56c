"""What the routes depend on: made once for an application, handed to each request."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from spark_vision.app.container import version_store
from spark_vision.app.learning import LearningService
from spark_vision.app.settings import Settings
from spark_vision.app.store import migrate_store
from spark_vision.core.earnings import Rates
from spark_vision.database.store import Store
from spark_vision.imports.run import sweep_imports
from spark_vision.imports.worker import ImportWorker
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.tagging.context import TaggingContext
from spark_vision.tagging.photos import recover_interrupted_photos
from spark_vision_api.auth.oidc import TokenVerifier
from spark_vision_api.auth.oidc_sign_in import SignIn
from spark_vision_api.http.bounded_executor import BoundedExecutor
from spark_vision_api.http.cursors import Cursors
from spark_vision_api.http.metrics import Metrics
from spark_vision_api.http.pixel_budget import PixelBudget
from spark_vision_api.index_reloader import IndexReloader
from spark_vision_api.presenters.post_json_cache import PostJsonCache
from spark_vision_api.web.demo_job import DemoJob
from spark_vision_api.web.session import Sessions

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """Settings, the live shop, the tagging store, the sessions, the demo shop's
    way in, and the gates to the processor.

    secret: what cursors and visitors' digests are signed with; made when it is first asked for.
    tokens: reads those of an identity provider; sign_in: signs browsers in there; None where not set up.
    learning: lays what decisions taught over the live shop.
    imports: works on catalogues in the background; feeds, changes: gates for what is sent to
    it, and for single products.
    pages: the gate of the feed's pages; pixels: room for the photos that are being worked on.
    Thumbnails have a gate of their own: a page asks for many at a time, which must not refuse a look-up.
    """

    settings: Settings
    live: IndexReloader
    store: Store
    room: TaggingContext
    learning: LearningService
    sessions: Sessions
    demo: DemoJob
    imports: ImportWorker
    feeds: BoundedExecutor
    changes: BoundedExecutor
    lookups: BoundedExecutor
    uploads: BoundedExecutor
    thumbnails: BoundedExecutor
    pages: BoundedExecutor
    pixels: PixelBudget
    metrics: Metrics
    secret: Callable[[], bytes]
    cursors: Cursors
    fragments: PostJsonCache
    rates: Rates
    tokens: TokenVerifier | None
    sign_in: SignIn | None

    def open(self) -> None:
        """Make ready what requests find: the store's tables, the live index version."""
        migrate_store(self.settings, self.store)
        recover_interrupted_photos(self.room)
        sweep_imports(self.settings, self.store, datetime.now(UTC))
        version_store(self.settings).remove_leftovers()
        self.live.refresh()
        self.imports.open()

    async def learn(self, seconds: float) -> None:
        """Make ready for ever what decisions teach, with so many seconds between, so that nobody waits."""
        while True:
            await asyncio.sleep(seconds)
            shop = self.live.loaded
            try:
                if shop is not None:
                    await asyncio.to_thread(self.learning.catch_up, shop)
            except Exception:  # A disk that fails or memory that ends must not end the watch.
                _log.exception("what decisions taught cannot be made ready")

    def close(self) -> None:
        """Let what runs end; an import that is on its way waits for the next start."""
        self.imports.close()
        self.feeds.close()
        self.changes.close()
        self.lookups.close()
        self.uploads.close()
        self.thumbnails.close()
        self.pages.close()
        self.store.close()


def services_of(request: Request) -> Services:
    """What the application of a request was made with.

    Dependencies call this rather than depend on it: the framework works out what a dependency depends on
    anew each time that it is named, though it is made once.
    """
    services: Services = request.app.state.services
    return services


# Coroutines, though nothing is awaited: FastAPI would run plain functions in threads.
async def _services(request: Request) -> Services:
    return services_of(request)


ServicesDep = Annotated[Services, Depends(_services)]


async def _shop(request: Request) -> LoadedIndex:
    return services_of(request).live.shop


LoadedShop = Annotated[LoadedIndex, Depends(_shop)]
