"""The operations, a file a noun. `routers` is their order: the first route that fits is taken.

`open_routers` answer everybody; `routers` ask for a key where anonymous browsing is switched off."""

from fastapi import APIRouter

from spark_vision_api.routes import (
    catalogue,
    earnings,
    feed,
    health,
    imports,
    index,
    metrics,
    orders,
    photos,
    posts,
    products,
    search,
    shop,
    suggestions,
    tags,
)

open_routers: tuple[APIRouter, ...] = (health.router, metrics.router)
routers: tuple[APIRouter, ...] = (
    search.router,
    imports.router,
    catalogue.router,
    index.router,
    feed.router,
    products.router,
    posts.router,
    photos.router,
    suggestions.router,
    tags.router,
    shop.router,
    orders.router,
    earnings.router,
)
