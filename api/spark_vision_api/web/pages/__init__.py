"""The pages, a file a noun."""

from fastapi import APIRouter

from spark_vision_api.web.pages import account, look, start, static

routers: tuple[APIRouter, ...] = (static.router, account.router, start.router, look.router)
