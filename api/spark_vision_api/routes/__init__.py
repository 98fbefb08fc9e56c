"""The operations, a file a noun. `routers` is their order: the first route that fits is taken."""

from fastapi import APIRouter

from spark_vision_api.routes import health, index, page, products, search

routers: tuple[APIRouter, ...] = (health.router, search.router, index.router, products.router, page.router)
