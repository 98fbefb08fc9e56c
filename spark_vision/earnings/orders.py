"""Orders and refunds, as the shop tells them: to whom a sale is owed, and what the ledger says of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from spark_vision.core.earnings import Click, EntryKind, Posting, Rates, Sale, commission
from spark_vision.core.errors import ConflictError, InvalidInputError, NotFoundError
from spark_vision.core.money import CURRENCIES, MAX_AMOUNT, Money
from spark_vision.database.store import Store, UnitOfWork

_CLOCK_SKEW = timedelta(minutes=5)
# Beginnings of a calendar stand for "unknown", and nothing can be counted back from them.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; amount: what was paid for it, minor units."""

    line_id: str
    product_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order. visitor: the digest of who ordered; click_id: of one of their clicks; one will do."""

    order_id: str
    currency: str
    ordered_at: datetime
    lines: tuple[OrderLine, ...]
    visitor: str = ""
    click_id: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of a part, or of all, of what was paid for an order line."""

    refund_id: str
    order_id: str
    line_id: str
    amount: int
    refunded_at: datetime


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """What an order is settled by. window: within which a click counts."""

    rates: Rates
    window: timedelta


OnRecorded = Callable[[UnitOfWork, tuple[Sale, ...]], None]
"""What else belongs into the transaction of an order or a refund."""


def record_order(
    store: Store, order: Order, terms: CommissionTerms, now: datetime, and_then: OnRecorded | None = None
) -> tuple[Sale, ...]:
    """Keep an order's lines and credit the posters whose tags led to them; the lines, in their order.

    The last click of the visitor to the very product within the window counts. A line that is known
    is left as it is, so that an order may be told again. Raises ConflictError where it was told
    differently, InvalidInputError where an amount, the currency or the time cannot be right.
    """
    _check_time("ordered_at", order.ordered_at, now)
    _check_currency(order.currency)
    for line in order.lines:
        _check_amount(line.amount)
    if len({line.line_id for line in order.lines}) != len(order.lines):
        raise InvalidInputError("The order has a line twice; give each line an id of its own.")
    with store.writing() as work:
        visitor = _visitor(work, order)
        sales = tuple(_take_line(work, order, line, visitor, terms) for line in order.lines)
        if and_then is not None:
            and_then(work, sales)
        return sales


def record_refund(store: Store, refund: Refund, now: datetime, and_then: OnRecorded | None = None) -> Sale:
    """Note a refund and take the commission on it back; the order line as it is then.

    A refund that is known changes nothing. Raises NotFoundError where there is no such order line,
    ConflictError where more would be refunded than was paid, or the refund was told differently.
    """
    _check_time("refunded_at", refund.refunded_at, now)
    _check_amount(refund.amount)
    with store.writing() as work:
        sale = _refund(work, refund, now)
        if and_then is not None:
            and_then(work, (sale,))
        return sale


def _refund(work: UnitOfWork, refund: Refund, now: datetime) -> Sale:
    sale = work.sales.held(refund.order_id, refund.line_id)
    if sale is None:
        raise NotFoundError("There is no such order line; tell the order before its refund.")
    known = work.sales.refunded(refund.refund_id)
    if known is not None:
        return _same_refund(sale, refund, known)
    taken_back = sale.taken_back(refund.amount)
    if not work.sales.refund(sale, refund.refund_id, refund.amount, refund.refunded_at):
        raise ConflictError("A refund of this id is being taken for another order line.")
    if sale.click is not None and taken_back:
        work.ledger.append(_posting(sale, sale.click, EntryKind.REFUND, -taken_back, now))
    return replace(sale, refunded=sale.refunded + refund.amount)


def _take_line(work: UnitOfWork, order: Order, line: OrderLine, visitor: str, terms: CommissionTerms) -> Sale:
    price = Money(line.amount, order.currency)
    click = None
    if visitor:
        since = order.ordered_at - terms.window
        click = work.clicks.last(visitor, line.product_id, since, order.ordered_at)
    earned = 0 if click is None else commission(price, click.category, terms.rates)
    sale = Sale(
        id=uuid4().hex,
        order_id=order.order_id,
        line_id=line.line_id,
        product_id=line.product_id,
        price=price,
        ordered_at=order.ordered_at,
        click=click,
        commission=earned,
    )
    if not work.sales.add(sale):
        return _same_sale(work, sale)
    if click is not None and earned:
        work.ledger.append(_posting(sale, click, EntryKind.COMMISSION, earned, order.ordered_at))
    return sale


def _same_sale(work: UnitOfWork, sale: Sale) -> Sale:
    known = work.sales.held(sale.order_id, sale.line_id)
    if known is None or (known.product_id, known.price) != (sale.product_id, sale.price):
        raise ConflictError(
            f"Order line {sale.line_id[:100]!r} was told with another product, amount or currency before;"
            " what changed since is a refund."
        )
    return known


def _same_refund(sale: Sale, refund: Refund, known: tuple[str, int]) -> Sale:
    if known != (sale.id, refund.amount):
        raise ConflictError(
            f"Refund {refund.refund_id[:100]!r} was told with another order line or amount before."
        )
    return sale


def _posting(sale: Sale, click: Click, kind: EntryKind, amount: int, at: datetime) -> Posting:
    return Posting(
        account_id=click.account_id,
        kind=kind,
        money=Money(amount, sale.price.currency),
        at=at,
        post_id=click.post_id,
        product_id=sale.product_id,
        sale_id=sale.id,
    )


def _visitor(work: UnitOfWork, order: Order) -> str:
    if not order.click_id:
        return order.visitor
    click = work.clicks.get(order.click_id)
    return order.visitor if click is None else click.visitor


def _check_time(name: str, moment: datetime, now: datetime) -> None:
    if moment < _EARLIEST:
        raise InvalidInputError(f"`{name}` is before {_EARLIEST.year}; leave it out where it is not known.")
    if moment > now + _CLOCK_SKEW:
        raise InvalidInputError(f"`{name}` is in the future; it is {now.isoformat(timespec='seconds')} here.")


def _check_currency(currency: str) -> None:
    if currency not in CURRENCIES:
        raise InvalidInputError(
            f"Currency {currency[:20]!r} is not in ISO 4217. Send the code of a currency in use, such as EUR."
        )


def _check_amount(amount: int) -> None:
    if not 0 < amount <= MAX_AMOUNT:
        raise InvalidInputError(f"An amount is in whole minor units, 1..{MAX_AMOUNT}: not {amount}.")
