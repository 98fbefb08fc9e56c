"""The application: state, what surrounds each request, routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache, partial

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from spark_vision import __version__
from spark_vision.app import container
from spark_vision.app.learning import LearningService
from spark_vision.app.secret import signing_secret
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, open_store
from spark_vision.core.earnings import Rates
from spark_vision.core.progress import Progress
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.imports.process import import_worker
from spark_vision_api.auth.access import require_browsing
from spark_vision_api.auth.oidc import TokenVerifier
from spark_vision_api.auth.oidc_sign_in import SignIn
from spark_vision_api.http import problems
from spark_vision_api.http.body_budget import RequestBodyBudget
from spark_vision_api.http.bounded_executor import BoundedExecutor
from spark_vision_api.http.cursors import Cursors
from spark_vision_api.http.metrics import Metrics
from spark_vision_api.http.middleware.access_log import AccessLogMiddleware
from spark_vision_api.http.middleware.body_limit import BodyLimit, BodyLimitMiddleware, BodyLimits
from spark_vision_api.http.middleware.head_requests import HeadRequestMiddleware
from spark_vision_api.http.middleware.load_shedding import LoadSheddingMiddleware, Operation
from spark_vision_api.http.middleware.nul_bytes import NulByteMiddleware
from spark_vision_api.http.middleware.rate_limit import Budgets, RateLimitMiddleware
from spark_vision_api.http.middleware.request_id import RequestIdMiddleware
from spark_vision_api.http.middleware.security import SecurityHeadersMiddleware
from spark_vision_api.http.middleware.unhandled_errors import UnhandledErrorMiddleware
from spark_vision_api.http.pixel_budget import PixelBudget
from spark_vision_api.index_reloader import IndexReloader, OpenShop
from spark_vision_api.openapi import DESCRIPTION, TAGS, SparkVisionApp
from spark_vision_api.operation_ids import operation_id
from spark_vision_api.presenters.post_json_cache import PostJsonCache
from spark_vision_api.services import Services
from spark_vision_api.v1.imports.routes import IMPORTS
from spark_vision_api.v1.router import open_routers, routers
from spark_vision_api.web import error_pages
from spark_vision_api.web.demo_job import DemoJob
from spark_vision_api.web.pages import routers as page_routers
from spark_vision_api.web.session import Sessions

# What a form may add to the picture it carries.
_FORM_BYTES = 1024 * 1024
# An order of 200 lines, and no longer than the event loop can be kept from everybody else.
_JSON_BYTES = 256 * 1024
_PAGE_BYTES = 16 * 1024
_BODY_SECONDS = 60.0
# Of the longest: some hundred photos as they are usually sent.
_BODIES_ON_THEIR_WAY = 32
_BODIES_OF_AN_ADDRESS = 8
_FEED_SECONDS = 1800.0
_WATCH_SECONDS = 1.0
# What takes a photo.
_PHOTO, _POSTS = "/v1/search/photo", "/v1/posts"
_WAITING_THUMBNAILS = 256
# A post is some kilobytes of JSON: tens of megabytes for the part of the feed that is read.
_FRAGMENTS = 10_000
_WAITING_CHANGES = 16
# While one waits for the database, another is put together; what waits is answered within a second.
_PAGES_AT_ONCE = 4
_WAITING_PAGES = 200


def create_app(
    settings: Settings | None = None,
    *,
    open_shop: OpenShop = container.open_shop,
    watch_seconds: float = _WATCH_SECONDS,
    body_seconds: float = _BODY_SECONDS,
) -> FastAPI:
    """The service for these settings (None: those of the environment).

    open_shop: loads a version; watch_seconds: between looks at the pointer to the live version;
    body_seconds: within which a request's body has to arrive.
    """
    settings = settings or Settings()
    services = _services(settings, open_shop)
    app = SparkVisionApp(
        generate_unique_id_function=operation_id,
        title="Spark Vision",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,  # FastAPI's pages load their scripts from elsewhere.
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=_middleware(services, body_seconds),
    )
    app.state.watch_seconds = watch_seconds
    app.state.services = services
    problems.register(app, error_pages.page)
    # The API first: a path is compared with one route after the other, and a page does more besides.
    for router in open_routers:
        app.include_router(router)
    for router in routers:
        app.include_router(router, dependencies=[Depends(require_browsing)])
    for router in page_routers:
        app.include_router(router)
    return app


def _middleware(services: Services, body_seconds: float) -> list[Middleware]:
    """From the outside in: an accident within is answered with the headers and the id from without."""
    settings = services.settings
    limits = _body_limits(settings, body_seconds)
    return [
        Middleware(RequestIdMiddleware),
        Middleware(AccessLogMiddleware, metrics=services.metrics),
        Middleware(SecurityHeadersMiddleware),
        Middleware(UnhandledErrorMiddleware),
        Middleware(HeadRequestMiddleware),
        Middleware(RateLimitMiddleware, budgets=Budgets(settings)),
        Middleware(LoadSheddingMiddleware, gates=_gates(services)),
        Middleware(NulByteMiddleware),
        Middleware(BodyLimitMiddleware, limits=limits, room=_body_room(settings)),
    ]


def _body_limits(settings: Settings, seconds: float) -> BodyLimits:
    photos = BodyLimit(_longest_photo(settings), seconds)
    feeds = BodyLimit(settings.max_feed_bytes + _FORM_BYTES, _FEED_SECONDS, kept=False)
    files = {("POST", _PHOTO): photos, ("POST", _POSTS): photos, ("POST", IMPORTS): feeds}
    return BodyLimits(files, BodyLimit(_JSON_BYTES, seconds), BodyLimit(_PAGE_BYTES, seconds))


def _longest_photo(settings: Settings) -> int:
    """Bytes of a body with a photo and what a form adds to it."""
    return settings.max_picture_bytes + _FORM_BYTES


def _body_room(settings: Settings) -> RequestBodyBudget:
    longest = _longest_photo(settings)
    return RequestBodyBudget(_BODIES_ON_THEIR_WAY * longest, _BODIES_OF_AN_ADDRESS * longest)


def _gates(services: Services) -> dict[Operation, BoundedExecutor]:
    """The gates of what costs a processor much, by operation."""
    return {
        ("POST", _PHOTO): services.lookups,
        ("GET", "/v1/search/products"): services.lookups,
        ("POST", _POSTS): services.uploads,
        ("GET", _POSTS): services.pages,
    }


def _services(settings: Settings, open_shop: OpenShop) -> Services:
    secret, store = cache(partial(signing_secret, settings)), open_store(settings)
    room = build_tagging_context(settings, store)
    services = Services(
        settings=settings,
        live=IndexReloader(settings, open_shop),
        store=store,
        room=room,
        learning=LearningService(settings, store, room.files),
        sessions=Sessions(secret),
        demo=DemoJob(partial(_build_demo, settings)),
        imports=import_worker(settings, store),
        feeds=BoundedExecutor("feed", 2, 2),
        changes=BoundedExecutor("change", 1, _WAITING_CHANGES, gives_way=True),
        lookups=BoundedExecutor(
            "lookup", settings.concurrent_lookups, settings.waiting_lookups, gives_way=True
        ),
        uploads=BoundedExecutor(
            "upload", settings.concurrent_uploads, settings.waiting_uploads, gives_way=True
        ),
        thumbnails=BoundedExecutor("thumbnail", 1, _WAITING_THUMBNAILS, gives_way=True),
        pages=BoundedExecutor("page", _PAGES_AT_ONCE, _WAITING_PAGES),
        pixels=PixelBudget(settings.max_pixels_at_once),
        metrics=Metrics(),
        secret=secret,
        cursors=Cursors(secret),
        fragments=PostJsonCache(_FRAGMENTS),
        rates=Rates(settings.commission_rates),
        tokens=_tokens(settings),
        sign_in=SignIn(settings) if settings.oidc_issuer and settings.oidc_client_id else None,
    )
    services.metrics.watch("lookup", services.lookups)
    services.metrics.watch("upload", services.uploads)
    services.metrics.watch("thumbnail", services.thumbnails)
    services.metrics.watch("page", services.pages)
    return services


def _tokens(settings: Settings) -> TokenVerifier | None:
    """Bearer tokens are taken where the provider is set up for them, or for nothing else."""
    bearer = settings.oidc_audience or settings.oidc_jwks or not settings.oidc_client_id
    return TokenVerifier(settings) if settings.oidc_issuer and bearer else None


def _build_demo(settings: Settings, progress: Progress) -> None:
    container.build_index(settings, str(demo_shop()), progress=progress)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make ready store and index before the first request; watch for newer versions until the last."""
    services: Services = app.state.services
    await asyncio.to_thread(services.open)
    seconds = app.state.watch_seconds
    watches = [asyncio.create_task(held(seconds)) for held in (services.live.watch, services.learn)]
    try:
        yield
    finally:
        for watch in watches:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        await asyncio.to_thread(services.close)
