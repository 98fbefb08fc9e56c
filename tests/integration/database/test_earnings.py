"""Orders, refunds, payouts and the ledger, on each database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from spark_vision.core.account import Account, Role
from spark_vision.core.earnings import Click, EntryKind, Rates
from spark_vision.core.errors import BelowThresholdError, ConflictError, InvalidInputError, NotFoundError
from spark_vision.database.engine import open_engine
from spark_vision.database.migrate import migrate
from spark_vision.database.store import Store
from spark_vision.earnings.orders import (
    CommissionTerms,
    Order,
    OrderLine,
    Refund,
    record_order,
    record_refund,
)
from spark_vision.earnings.payouts import Payout, PayoutTerms, record_payout

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TERMS = CommissionTerms(Rates({"": 1000}), timedelta(days=30))
PAYS = PayoutTerms(10, timedelta(0))
VISITOR = "v" * 64


@pytest.fixture
def shop(sql_store: Store) -> Store:
    """A store with two posters, who each tagged the product `mug`."""
    with sql_store.writing() as work:
        for name in ("ada", "ben"):
            work.accounts.add(Account(name, name, Role.POSTER), NOW)
    return sql_store


def click(store: Store, account: str, at: datetime, **fields: str) -> Click:
    made = Click(
        id=f"{account}-{at.timestamp():.0f}",
        tag_id=f"tag-{account}",
        post_id=f"post-{account}",
        account_id=account,
        product_id=fields.get("product_id", "mug"),
        category="Kitchen > Mugs",
        visitor=fields.get("visitor", VISITOR),
        first_at=at,
        last_at=at,
    )
    with store.writing() as work:
        work.clicks.count(made)
    return made


def order(number: str = "o1", amount: int = 1_000, at: datetime = NOW, visitor: str = VISITOR) -> Order:
    return Order(number, "EUR", at, (OrderLine("1", "mug", amount),), visitor)


def balance(store: Store, account: str, currency: str = "EUR") -> int:
    with store.writing() as work:
        return work.ledger.balance(account, currency)


def test_the_last_click_is_credited(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(hours=5))
    click(shop, "ben", NOW - timedelta(hours=3))
    (sale,) = record_order(shop, order(), TERMS, NOW)
    assert sale.click is not None
    assert (sale.click.account_id, sale.commission) == ("ben", 100)
    assert (balance(shop, "ada"), balance(shop, "ben")) == (0, 100)


def test_a_way_that_is_gone_again_within_the_hour_counts_once_and_is_the_last(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(minutes=50))
    click(shop, "ben", NOW - timedelta(minutes=40))
    click(shop, "ada", NOW - timedelta(minutes=30))
    with shop.reading() as work:
        assert work.clicks.by_post("ada") == {"post-ada": 1}
        assert work.clicks.by_day("ada", NOW - timedelta(days=1)) == {NOW.date(): 1}
    (sale,) = record_order(shop, order(), TERMS, NOW)
    assert sale.click is not None
    assert sale.click.account_id == "ada"


@pytest.mark.parametrize(
    ("at", "fields"),
    [
        (NOW - timedelta(days=30, seconds=1), {}),
        (NOW + timedelta(seconds=1), {}),
        (NOW - timedelta(days=1), {"product_id": "plate"}),
        (NOW - timedelta(days=1), {"visitor": "w" * 64}),
    ],
    ids=["before the window", "after the order", "another product", "another visitor"],
)
def test_a_click_that_did_not_lead_to_it_is_not_credited(
    shop: Store, at: datetime, fields: dict[str, str]
) -> None:
    click(shop, "ada", at, **fields)
    (sale,) = record_order(shop, order(), TERMS, NOW)
    assert (sale.click, sale.commission, balance(shop, "ada")) == (None, 0, 0)


def test_a_click_at_the_very_edge_of_the_window_counts(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(days=30))
    assert record_order(shop, order(), TERMS, NOW)[0].click is not None


def test_a_click_id_stands_for_its_visitor(shop: Store) -> None:
    first = click(shop, "ada", NOW - timedelta(hours=5))
    click(shop, "ben", NOW - timedelta(hours=3))
    told = replace(order(visitor=""), click_id=first.id)
    assert record_order(shop, told, TERMS, NOW)[0].click.account_id == "ben"
    assert record_order(shop, replace(told, order_id="o2", click_id="no\0ne"), TERMS, NOW)[0].click is None


def test_an_order_told_again_changes_nothing(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(hours=5))
    first = record_order(shop, order(), TERMS, NOW)
    more = replace(order(), lines=(*order().lines, OrderLine("2", "mug", 500)))
    again = record_order(shop, more, TERMS, NOW)
    assert again[0] == first[0]
    assert balance(shop, "ada") == 150
    for changed in (order(amount=999), replace(order(), currency="USD")):
        with pytest.raises(ConflictError, match="told with another"):
            record_order(shop, changed, TERMS, NOW)
    assert balance(shop, "ada") == 150


def test_orders_told_at_once_have_one_effect(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(hours=5))
    with ThreadPoolExecutor(8) as threads:
        told = [threads.submit(record_order, shop, order(f"o{n % 4}"), TERMS, NOW) for n in range(24)]
        assert len({one.result()[0].id for one in told}) == 4
    assert balance(shop, "ada") == 400


@pytest.mark.parametrize(
    "wrong",
    [
        order(amount=0),
        order(amount=-1),
        order(amount=10**12 + 1),
        order(at=NOW + timedelta(minutes=6)),
        replace(order(), currency="eur"),
        replace(order(), currency="XXX"),
        replace(order(), currency="ZZZ"),
        replace(order(), currency="BTC"),
        replace(order(), currency=""),
        replace(order(), lines=order().lines * 2),
    ],
)
def test_an_order_that_cannot_be_right_is_refused_whole(shop: Store, wrong: Order) -> None:
    with pytest.raises(InvalidInputError):
        record_order(shop, wrong, TERMS, NOW)
    with shop.reading() as work:
        assert work.sales.held("o1", "1") is None


def refund(number: str, amount: int, line: str = "1") -> Refund:
    return Refund(number, "o1", line, amount, NOW)


def test_refunds_take_the_commission_back(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(hours=5))
    record_order(shop, order(), TERMS, NOW)
    record_refund(shop, refund("r1", 333), NOW)
    assert balance(shop, "ada") == 66
    record_refund(shop, refund("r1", 333), NOW)  # Told again.
    assert balance(shop, "ada") == 66
    with pytest.raises(ConflictError, match="667 of it are left"):
        record_refund(shop, refund("r2", 668), NOW)
    with pytest.raises(ConflictError, match="r1"):
        record_refund(shop, refund("r1", 1), NOW)
    with pytest.raises(NotFoundError):
        record_refund(shop, refund("r3", 1, line="2"), NOW)
    assert record_refund(shop, refund("r2", 667), NOW).refunded == 1_000
    assert balance(shop, "ada") == 0
    with shop.reading() as work:
        kinds = [entry.posting.kind for _, entry in work.ledger.entries("ada", None, 10)]
        (summary,) = work.ledger.summaries("ada")
    assert kinds == [EntryKind.REFUND, EntryKind.REFUND, EntryKind.COMMISSION]
    assert (summary.commissions, summary.refunds, summary.payouts, summary.balance) == (100, -100, 0, 0)


def test_a_commission_is_on_hold_until_its_order_is_old_enough(shop: Store) -> None:
    terms = PayoutTerms(10, timedelta(days=14))
    click(shop, "ada", NOW - timedelta(days=16))
    record_order(shop, order("old", 20_000, NOW - timedelta(days=14)), TERMS, NOW)
    record_order(shop, order("new", 50_000, NOW - timedelta(days=13)), TERMS, NOW)
    with shop.reading() as work:
        assert work.ledger.on_hold("ada", NOW - terms.hold) == {"EUR": 5_000}
        assert work.ledger.on_hold("ben", NOW - terms.hold) == {}
    entry = record_payout(shop, Payout("ada", "EUR"), terms, NOW)
    assert (entry.posting.money.amount, entry.balance) == (-2_000, 5_000)
    with pytest.raises(BelowThresholdError, match="5000 are on hold"):
        record_payout(shop, Payout("ada", "EUR"), terms, NOW)
    # What is refunded within the hold is never paid, and takes nothing from what is not on hold.
    record_refund(shop, Refund("r1", "new", "1", 30_000, NOW), NOW)
    with shop.reading() as work:
        assert work.ledger.on_hold("ada", NOW - terms.hold) == {"EUR": 2_000}
    later = record_payout(shop, Payout("ada", "EUR"), terms, NOW + timedelta(days=1))
    assert (later.posting.money.amount, later.balance) == (-2_000, 0)


def test_a_refund_after_a_payout_lowers_the_next_one(shop: Store) -> None:
    terms = PayoutTerms(1, timedelta(days=14))
    click(shop, "ada", NOW - timedelta(days=20))
    record_order(shop, order("old", 20_000, NOW - timedelta(days=15)), TERMS, NOW)
    record_payout(shop, Payout("ada", "EUR"), terms, NOW)
    record_refund(shop, Refund("r1", "old", "1", 20_000, NOW), NOW)
    record_order(shop, order("new", 50_000, NOW), TERMS, NOW)
    with pytest.raises(BelowThresholdError):
        record_payout(shop, Payout("ada", "EUR"), terms, NOW)
    paid = record_payout(shop, Payout("ada", "EUR"), terms, NOW + timedelta(days=14))
    assert (paid.posting.money.amount, paid.balance) == (-3_000, 0)


def test_a_balance_is_paid_out_from_the_threshold_on(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(hours=5))
    record_order(shop, order(amount=9_999), TERMS, NOW)
    with pytest.raises(BelowThresholdError, match="999"):
        record_payout(shop, Payout("ada", "EUR", ""), PAYS, NOW)
    record_order(shop, order("o2", 10), TERMS, NOW)
    entry = record_payout(shop, Payout("ada", "EUR", "transfer 7"), PAYS, NOW)
    assert (entry.posting.money.amount, entry.balance, entry.number) == (-1_000, 0, 3)
    with pytest.raises(BelowThresholdError):
        record_payout(shop, Payout("ada", "EUR", ""), PayoutTerms(0, timedelta(0)), NOW)
    with pytest.raises(NotFoundError):
        record_payout(shop, Payout("nobody", "EUR", ""), PAYS, NOW)
    # A refund after the payout leaves a debt, which the next commissions pay.
    record_refund(shop, Refund("r", "o2", "1", 10, NOW), NOW)
    assert balance(shop, "ada") == -1


def test_earnings_are_summed_by_post_and_by_day(shop: Store) -> None:
    click(shop, "ada", NOW - timedelta(days=3))
    yesterday = NOW - timedelta(days=1)
    record_order(shop, order("o1", 1_000, yesterday), TERMS, NOW)
    record_order(shop, order("o2", 500), TERMS, NOW)
    with shop.reading() as work:
        days = work.ledger.by_day("ada", NOW - timedelta(days=30))
        (post,) = work.ledger.by_post("ada", 10)
    assert [(day.of, day.currency, day.amount) for day in days] == [
        ("2026-04-30", "EUR", 100),
        ("2026-05-01", "EUR", 50),
    ]
    assert (post.of, post.amount) == ("post-ada", 150)


@pytest.mark.parametrize("change", ["UPDATE ledger SET amount = 1000000", "DELETE FROM ledger"])
def test_nobody_changes_the_ledger(shop: Store, change: str) -> None:
    click(shop, "ada", NOW - timedelta(hours=5))
    record_order(shop, order(), TERMS, NOW)
    with pytest.raises(DBAPIError, match="append-only"), shop.engine.begin() as connection:
        connection.execute(text(change))
    assert balance(shop, "ada") == 100


class Books(RuleBasedStateMachine):
    """Orders, refunds and payouts in any order, against sums kept beside."""

    def __init__(self) -> None:
        super().__init__()
        self.paths = self._store()
        self.store = next(self.paths)
        self.paid: dict[str, int] = {}
        self.refunded: dict[str, int] = {}
        self.payouts = 0

    @staticmethod
    def _store() -> Iterator[Store]:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            engine = open_engine(f"sqlite:///{Path(folder) / 'store.sqlite'}")
            migrate(engine)
            store = Store(engine)
            with store.writing() as work:
                work.accounts.add(Account("ada", "ada", Role.POSTER), NOW)
            click(store, "ada", NOW - timedelta(hours=5))
            yield store
            store.close()

    def teardown(self) -> None:
        next(self.paths, None)

    @rule(number=st.integers(0, 5), amount=st.integers(1, 50_000))
    def sell(self, number: int, amount: int) -> None:
        name = f"o{number}"
        if self.paid.get(name, amount) != amount:
            with pytest.raises(ConflictError):
                record_order(self.store, order(name, amount), TERMS, NOW)
            return
        record_order(self.store, order(name, amount), TERMS, NOW)
        self.paid[name] = amount

    @rule(number=st.integers(0, 5), amount=st.integers(1, 50_000), name=st.uuids())
    def give_back(self, number: int, amount: int, name: object) -> None:
        line, told = f"o{number}", Refund(str(name), f"o{number}", "1", amount, NOW)
        done = self.refunded.get(line, 0)
        if done + amount > self.paid.get(line, 0):
            with pytest.raises((ConflictError, NotFoundError)):
                record_refund(self.store, told, NOW)
            return
        record_refund(self.store, told, NOW)
        self.refunded[line] = done + amount

    @rule()
    def pay(self) -> None:
        held = balance(self.store, "ada")
        if held < 1_000:
            with pytest.raises(BelowThresholdError):
                record_payout(self.store, Payout("ada", "EUR", ""), PAYS, NOW)
            return
        record_payout(self.store, Payout("ada", "EUR", ""), PAYS, NOW)
        self.payouts += held

    @invariant()
    def the_balance_is_the_sum(self) -> None:
        with self.store.reading() as work:
            entries = [entry for _, entry in work.ledger.entries("ada", None, 1_000)][::-1]
        total = 0
        for number, entry in enumerate(entries, 1):
            total += entry.posting.money.amount
            assert (entry.number, entry.balance) == (number, total)
        assert total == balance(self.store, "ada")
        kept = 0
        for line, paid in self.paid.items():
            kept += (paid // 10) * (paid - self.refunded.get(line, 0)) // paid
        assert total == kept - self.payouts


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
