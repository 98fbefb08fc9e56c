"""The operations, a file a noun. `routers` is their order: the first route that fits is taken.

`open_routers` answer everybody; `routers` ask for a key where anonymous browsing is switched off."""

from fastapi import APIRouter

from spark_vision_api.routes import (
    health,
    index,
    metrics,
    photos,
    posts,
    products,
    search,
    suggestions,
    tags,
)

open_routers: tuple[APIRouter, ...] = (health.router, metrics.router)
routers: tuple[APIRouter, ...] = (
    search.router,
    index.router,
    products.router,
    posts.router,
    photos.router,
    suggestions.router,
    tags.router,
)
