"""The pages, a file a noun."""

from fastapi import APIRouter

from spark_vision_api.web.pages import (
    account,
    catalogue,
    feed,
    look,
    me,
    post,
    product,
    provider,
    start,
    static,
)

routers: tuple[APIRouter, ...] = (
    static.router,
    account.router,
    provider.router,
    start.router,
    feed.router,
    look.router,
    post.router,
    product.router,
    me.router,
    catalogue.router,
)
