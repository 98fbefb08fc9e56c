"""The index that is served, and its versions."""

from fastapi import APIRouter

from spark_vision.bootstrap import version_store
from spark_vision.errors import IndexDamagedError, IndexNotFoundError, IndexVersionError
from spark_vision.indexing.versions import VersionStore
from spark_vision_api.openapi import problems
from spark_vision_api.routes.health import shop_problem
from spark_vision_api.schemas.index import IndexOut, VersionOut, VersionsOut, manifest_facts
from spark_vision_api.services import Given, LoadedShop

router = APIRouter(prefix="/v1/index", tags=["index"])


@router.get("", summary="The index that is served", responses=problems(IndexNotFoundError, IndexDamagedError))
async def show_index(shop: LoadedShop, services: Given) -> IndexOut:
    """What the served version is made of, by its manifest."""
    failure = shop_problem(services.live.failure)
    return IndexOut(**manifest_facts(shop.gallery.manifest), failure=failure)


@router.get("/versions", summary="All index versions", responses=problems(IndexDamagedError))
def list_versions(services: Given) -> VersionsOut:
    """Every version of the index folder, oldest first; one that cannot be read has its name alone."""
    store = version_store(services.settings)
    live = store.live() if store.has_live() else ""
    served = services.live.served_version
    versions = [_version(store, name, live=name == live, served=name == served) for name in store.names()]
    return VersionsOut(versions=versions)


def _version(store: VersionStore, name: str, *, live: bool, served: bool) -> VersionOut:
    try:
        manifest = store.manifest(name)
    except IndexVersionError:
        return VersionOut(version=name, live=live, served=served)
    content = manifest.content
    return VersionOut(
        version=name,
        live=live,
        served=served,
        model=content.encoder.model,
        products=content.products,
        pictures=content.pictures,
        finished=manifest.finished,
    )
