"""For the catalogue team: single products, put into the live index or taken out."""

from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.responses import Response

from spark_vision.core.errors import (
    ConflictError,
    IdempotencyKeyReusedError,
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    RequestInProgressError,
)
from spark_vision.core.idempotency import IdempotentRequest, StoredResponse
from spark_vision.database.idempotency import SaveResponse, run_idempotent
from spark_vision.imports.product_changes import change_products, put_product, remove_product
from spark_vision.index.build_steps import BuildReport
from spark_vision_api.auth.access import CatalogueTeam
from spark_vision_api.http.error_handlers import OverloadedError
from spark_vision_api.http.idempotency import IdempotencyKey, call_of, to_response
from spark_vision_api.http.strict_json import StrictJsonRoute
from spark_vision_api.openapi import problems
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.v1.catalogue.schemas import BatchIn, BatchOut, ProductChanged, ProductIn, batch_out

router = APIRouter(prefix="/v1/catalogue", tags=["catalogue"], route_class=StrictJsonRoute)
ProductId = Annotated[str, InPath(min_length=1, max_length=200, description="May hold slashes.")]
_BUSY = (
    ConflictError,
    PermissionDeniedError,
    IndexBusyError,
    IndexNotFoundError,
    IndexDamagedError,
    OverloadedError,
)


@router.put(
    "/products/{product_id:path}",
    summary="Add or change one product",
    responses={
        201: {"model": ProductChanged, "description": "It was added."},
        **problems(InvalidInputError, *_BUSY),
    },
)
async def change_product(
    product_id: ProductId, given: ProductIn, response: Response, services: ServicesDep, actor: CatalogueTeam
) -> ProductChanged:
    """Put a product into the live index at once, as a new version, until an import says otherwise."""
    product = given.product(product_id)
    changed = await _changed(services, product_id, partial(put_product, product=product))
    response.status_code = 201 if changed.outcome == "added" else 200
    return changed


@router.delete(
    "/products/{product_id:path}",
    summary="Remove one product",
    responses=problems(NotFoundError, *_BUSY),
)
async def delete_product(
    product_id: ProductId, services: ServicesDep, actor: CatalogueTeam
) -> ProductChanged:
    """Take a product out of the live index at once, as a new version, until an import brings it back."""
    return await _changed(services, product_id, partial(remove_product, product_id=product_id))


@router.post(
    "/batch",
    summary="Put and delete many products",
    response_model=BatchOut,
    responses=problems(InvalidInputError, RequestInProgressError, IdempotencyKeyReusedError, *_BUSY),
)
async def change_batch(
    given: BatchIn, services: ServicesDep, actor: CatalogueTeam, key: IdempotencyKey = None
) -> Response:
    """Put and delete up to 500 products as one new version, which is live when the response comes.

    A product that cannot be used is left as it is and has the outcome `refused`; the others are changed.
    To delete a product that is not there changes nothing. The next import replaces what was changed here,
    with a warning for each product that differs.
    """
    call = call_of(actor, key, "catalogue-batch", given.model_dump(mode="json"))
    with services.changes.admit():
        answer, again = await services.changes.run(partial(_batch, services, given, call))
    return to_response(answer, again=again)


def _batch(services: Services, given: BatchIn, call: IdempotentRequest | None) -> tuple[StoredResponse, bool]:
    start, changes = perf_counter(), given.changes()

    def act(keep: SaveResponse) -> StoredResponse:
        services.live.refresh()
        report = change_products(
            services.settings, services.live.shop, changes, accept_removals=given.accept_removals
        )
        services.live.refresh()
        result = batch_out(changes, report, perf_counter() - start)
        answer = StoredResponse(200, result.model_dump_json().encode())
        # A crash before this line is harmless: the batch, sent again, finds its products as it wants them.
        with services.store.writing() as work:
            keep(work, answer)
        return answer

    return run_idempotent(services.store, call, datetime.now(UTC), act)


async def _changed(services: Services, product_id: str, change: "partial[BuildReport]") -> ProductChanged:
    """Changes are made one after the other, each on the version that the one before has made."""
    start = perf_counter()

    def make() -> BuildReport:
        services.live.refresh()
        report = change(services.settings, services.live.shop)
        services.live.refresh()
        return report

    with services.changes.admit():
        report = await services.changes.run(make)
    counts = report.counts()
    outcome = next((kind for kind in ("added", "changed", "removed") if counts[kind]), "unchanged")
    return ProductChanged.model_validate(
        {
            "product_id": product_id,
            "outcome": outcome,
            "index_version": report.manifest.version,
            "seconds": round(perf_counter() - start, 3),
        }
    )
