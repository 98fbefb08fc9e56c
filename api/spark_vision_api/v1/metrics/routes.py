"""Figures for Prometheus."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from spark_vision_api.openapi import Responses
from spark_vision_api.services import ServicesDep

router = APIRouter(tags=["health"])
_TEXT: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/metrics", summary="Get metrics", response_class=Response, responses=_TEXT)
async def metrics(services: ServicesDep) -> Response:
    """Requests by route, seconds of each stage, queues, suggestions and decisions, as Prometheus reads it."""
    return Response(services.metrics.text(), media_type=CONTENT_TYPE_LATEST)
