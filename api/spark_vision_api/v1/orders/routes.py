"""What the shop tells: orders and refunds; and payouts."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel
from starlette.responses import Response

from spark_vision.core.earnings import Entry, Sale
from spark_vision.core.errors import (
    BelowThresholdError,
    ConflictError,
    IdempotencyKeyReusedError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    RequestInProgressError,
    StoreUnavailableError,
)
from spark_vision.core.idempotency import StoredResponse
from spark_vision.database.idempotency import SaveResponse, run_idempotent
from spark_vision.database.store import UnitOfWork
from spark_vision.earnings.orders import (
    CommissionTerms,
    Order,
    OrderLine,
    Refund,
    record_order,
    record_refund,
)
from spark_vision.earnings.payouts import Payout, PayoutTerms, record_payout
from spark_vision_api.auth.access import Admin, CatalogueTeam
from spark_vision_api.auth.visitors import digest_of
from spark_vision_api.http.idempotency import IdempotencyKey, call_of, to_response
from spark_vision_api.http.strict_json import StrictJsonRoute
from spark_vision_api.openapi import problems
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.v1.orders.schemas import EntryOut, OrderIn, OrderOut, PayoutIn, RefundIn, SaleOut

router = APIRouter(prefix="/v1", tags=["earnings"], route_class=StrictJsonRoute)
_CREATES = (
    PermissionDeniedError,
    NotFoundError,
    ConflictError,
    InvalidInputError,
    RequestInProgressError,
    IdempotencyKeyReusedError,
    StoreUnavailableError,
)


@router.post(
    "/orders",
    summary="Report an order or a refund",
    status_code=201,
    response_model=OrderOut,
    responses=problems(*_CREATES),
)
def create_order(
    told: Annotated[OrderIn | RefundIn, Body(discriminator="kind")],
    services: ServicesDep,
    actor: CatalogueTeam,
    key: IdempotencyKey = None,
) -> Response:
    """Credit the poster whose tag led to an order, or take back what a refund undoes.

    The last click of the visitor to the very product counts, within the window that the service is set
    to. An order line or refund that was told before changes nothing, with or without a key.
    """
    now = datetime.now(UTC)

    def act(keep: SaveResponse) -> StoredResponse:
        def kept(work: UnitOfWork, sales: tuple[Sale, ...]) -> None:
            keep(work, _answer(_order_out(sales)))

        if isinstance(told, OrderIn):
            return _answer(
                _order_out(
                    record_order(services.store, _order(told, services, now), terms(services), now, kept)
                )
            )
        return _answer(_order_out((record_refund(services.store, _refund(told, now), now, kept),)))

    call = call_of(actor, key, "orders", told.model_dump(mode="json"))
    answer, again = run_idempotent(services.store, call, now, act)
    return to_response(answer, again=again)


@router.post(
    "/payouts",
    summary="Pay a poster out",
    status_code=201,
    response_model=EntryOut,
    responses=problems(*_CREATES, BelowThresholdError),
)
def create_payout(
    told: PayoutIn, services: ServicesDep, actor: Admin, key: IdempotencyKey = None
) -> Response:
    """Record the payment of an account's balance in a currency, without the commissions on hold.

    Commissions are on hold for `SPARK_VISION_PAYOUT_HOLD_DAYS` after their order.
    """
    now = datetime.now(UTC)
    payout = Payout(told.account_id, told.currency, told.note)

    def act(keep: SaveResponse) -> StoredResponse:
        def kept(work: UnitOfWork, entry: Entry) -> None:
            keep(work, _answer(entry_out(entry)))

        return _answer(entry_out(record_payout(services.store, payout, payout_terms(services), now, kept)))

    call = call_of(actor, key, "payouts", told.model_dump(mode="json"))
    answer, again = run_idempotent(services.store, call, now, act)
    return to_response(answer, again=again)


def terms(services: Services) -> CommissionTerms:
    """What orders are settled by."""
    return CommissionTerms(services.rates, timedelta(days=services.settings.attribution_days))


def payout_terms(services: Services) -> PayoutTerms:
    """Return when balances may be paid out, by the settings."""
    settings = services.settings
    return PayoutTerms(settings.payout_threshold, timedelta(days=settings.payout_hold_days))


def entry_out(entry: Entry) -> EntryOut:
    """A line of the ledger."""
    posting = entry.posting
    return EntryOut(
        kind=posting.kind.value,
        amount=posting.money.amount,
        currency=posting.money.currency,
        balance=entry.balance,
        at=posting.at,
        post_id=posting.post_id,
        product_id=posting.product_id,
        note=posting.note,
    )


def _order(told: OrderIn, services: Services, now: datetime) -> Order:
    visitor = digest_of(services.secret(), f"cookie {told.visitor}") if told.visitor else ""
    lines = tuple(OrderLine(line.line_id, line.product_id, line.amount) for line in told.lines)
    return Order(told.order_id, told.currency, told.ordered_at or now, lines, visitor, told.click_id)


def _refund(told: RefundIn, now: datetime) -> Refund:
    return Refund(told.refund_id, told.order_id, told.line_id, told.amount, told.refunded_at or now)


def _answer(shown: BaseModel) -> StoredResponse:
    return StoredResponse(201, shown.model_dump_json().encode())


def _order_out(sales: tuple[Sale, ...]) -> OrderOut:
    return OrderOut(
        order_id=sales[0].order_id,
        currency=sales[0].price.currency,
        lines=[_sale_out(sale) for sale in sales],
    )


def _sale_out(sale: Sale) -> SaleOut:
    return SaleOut(
        line_id=sale.line_id,
        product_id=sale.product_id,
        amount=sale.price.amount,
        refunded=sale.refunded,
        commission=sale.commission,
        post_id=None if sale.click is None else sale.click.post_id,
        poster_id=None if sale.click is None else sale.click.account_id,
    )
