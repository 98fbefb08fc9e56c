"""What a poster earned."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from spark_vision.core.earnings_summary import Earned, Summary
from spark_vision.core.errors import StoreUnavailableError
from spark_vision.database.store import UnitOfWork
from spark_vision.earnings.payouts import threshold
from spark_vision_api.auth.access import Member
from spark_vision_api.http.cursors import MAX_LENGTH
from spark_vision_api.http.error_handlers import CursorError
from spark_vision_api.openapi import problems
from spark_vision_api.services import Services, ServicesDep
from spark_vision_api.v1.orders.routes import entry_out, payout_terms
from spark_vision_api.v1.orders.schemas import BalanceOut, DayOut, EarningsOut, PostEarningsOut

router = APIRouter(prefix="/v1/me", tags=["earnings"])
_POSTS = 100


@router.get("/earnings", summary="Get your earnings", responses=problems(CursorError, StoreUnavailableError))
def show_earnings(
    services: ServicesDep,
    actor: Member,
    days: Annotated[int, Query(ge=1, le=366, description="Days up to today, for a chart.")] = 30,
    limit: Annotated[int, Query(ge=1, le=100, description="Entries a page.")] = 50,
    cursor: Annotated[str, Query(max_length=MAX_LENGTH)] = "",
) -> EarningsOut:
    """Balances, clicks and earnings by day and by post, and the ledger's entries."""
    account_id = actor.id or ""
    listing = f"entries of {account_id}"
    behind = services.cursors.read(cursor, listing)
    now = datetime.now(UTC)
    today = now.date()
    first = today - timedelta(days=days - 1)
    with services.store.reading() as work:
        found = work.ledger.entries(account_id, None if behind is None else int(behind[1]), limit + 1)
        summaries = work.ledger.summaries(account_id)
        on_hold = work.ledger.on_hold(account_id, now - payout_terms(services).hold)
        by_day = _days(work, account_id, first, today)
        posts = _posts(work, account_id)
    more, found = len(found) > limit, found[:limit]
    place, last = found[-1] if found else (0, None)
    return EarningsOut(
        balances=[_balance(summary, on_hold.get(summary.currency, 0), services) for summary in summaries],
        days=by_day,
        posts=posts,
        entries=[entry_out(entry) for _, entry in found],
        next=services.cursors.write(listing, last.posting.at, str(place)) if more and last else None,
    )


def _balance(summary: Summary, on_hold: int, services: Services) -> BalanceOut:
    return BalanceOut(
        currency=summary.currency,
        balance=summary.balance,
        commissions=summary.commissions,
        refunds=summary.refunds,
        payouts=summary.payouts,
        on_hold=on_hold,
        threshold=threshold(services.settings.payout_threshold, summary.currency),
    )


def _days(work: UnitOfWork, account_id: str, first: date, last: date) -> list[DayOut]:
    since = datetime.combine(first, time(), UTC)
    earned = _by_what(work.ledger.by_day(account_id, since))
    clicks = work.clicks.by_day(account_id, since)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [DayOut(day=day, clicks=clicks.get(day, 0), earned=earned[day.isoformat()]) for day in days]


def _posts(work: UnitOfWork, account_id: str) -> list[PostEarningsOut]:
    earned = _by_what(work.ledger.by_post(account_id, _POSTS))
    clicks = work.clicks.by_post(account_id)
    ids = [*earned, *(post_id for post_id in clicks if post_id not in earned)][:_POSTS]
    return [
        PostEarningsOut(post_id=post_id, clicks=clicks.get(post_id, 0), earned=earned[post_id])
        for post_id in ids
    ]


def _by_what(sums: list[Earned]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for one in sums:
        found[one.of][one.currency] = one.amount
    return found
