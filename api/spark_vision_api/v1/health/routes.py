"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter

from spark_vision import __version__
from spark_vision.core.errors import IndexVersionError, ModelError
from spark_vision_api.http.problems import problem_of
from spark_vision_api.index_reloader import Failure
from spark_vision_api.openapi import problems
from spark_vision_api.services import LoadedShop, ServicesDep
from spark_vision_api.v1.index.schemas import LivenessOut, Ready, ShopProblem

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Check that the service is alive")
async def healthz() -> LivenessOut:
    """Whether the process answers at all; says nothing about the index."""
    return LivenessOut(program_version=__version__)


@router.get(
    "/readyz", summary="Check that the service is ready", responses=problems(IndexVersionError, ModelError)
)
async def readyz(shop: LoadedShop, services: ServicesDep) -> Ready:
    """200 where a live index and its model are loaded; else 503 and what to do about it."""
    gallery = shop.gallery
    return Ready(
        index_version=gallery.version,
        model=gallery.encoder.model,
        failure=shop_problem(services.live.failure),
    )


def shop_problem(failure: Failure | None) -> ShopProblem | None:
    """What is told of a version that could not be loaded; the log has the rest."""
    if failure is None:
        return None
    problem = problem_of(failure.error)
    return ShopProblem(version=failure.version, type=f"/problems/{problem.code}", detail=problem.detail)
