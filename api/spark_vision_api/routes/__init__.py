"""The operations, a file a noun. `routers` is their order, from what is asked for most: the first route that
fits is taken.

`open_routers` answer everybody; `routers` ask for a key where anonymous browsing is switched off."""

from fastapi import APIRouter

from spark_vision_api.routes import (
    catalogue,
    earnings,
    feed,
    health,
    imports,
    index,
    learned,
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
    feed.router,
    search.router,
    photos.router,
    posts.router,
    suggestions.router,
    tags.router,
    products.router,
    shop.router,
    imports.router,
    learned.router,
    catalogue.router,
    index.router,
    orders.router,
    earnings.router,
)
