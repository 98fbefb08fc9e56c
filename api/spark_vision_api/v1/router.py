"""The operations, a file a noun. `routers` is their order, from what is asked for most: the first route that
fits is taken.

`open_routers` answer everybody; `routers` ask for a key where anonymous browsing is switched off."""

from fastapi import APIRouter

from spark_vision_api.v1.catalogue import routes as catalogue_routes
from spark_vision_api.v1.earnings import routes as earnings_routes
from spark_vision_api.v1.feed import routes as feed_routes
from spark_vision_api.v1.health import routes as health_routes
from spark_vision_api.v1.imports import routes as imports_routes
from spark_vision_api.v1.index import routes as index_routes
from spark_vision_api.v1.learned import routes as learned_routes
from spark_vision_api.v1.metrics import routes as metrics_routes
from spark_vision_api.v1.orders import routes as orders_routes
from spark_vision_api.v1.photos import routes as photos_routes
from spark_vision_api.v1.posts import routes as posts_routes
from spark_vision_api.v1.products import routes as products_routes
from spark_vision_api.v1.schedules import routes as schedules_routes
from spark_vision_api.v1.search import routes as search_routes
from spark_vision_api.v1.sessions import routes as sessions_routes
from spark_vision_api.v1.shop import routes as shop_routes
from spark_vision_api.v1.suggestions import routes as suggestions_routes
from spark_vision_api.v1.tags import routes as tags_routes

open_routers: tuple[APIRouter, ...] = (health_routes.router, metrics_routes.router)
routers: tuple[APIRouter, ...] = (
    feed_routes.router,
    search_routes.router,
    photos_routes.router,
    posts_routes.router,
    suggestions_routes.router,
    tags_routes.router,
    products_routes.router,
    shop_routes.router,
    imports_routes.router,
    schedules_routes.router,
    learned_routes.router,
    catalogue_routes.router,
    index_routes.router,
    orders_routes.router,
    earnings_routes.router,
    sessions_routes.router,
)
