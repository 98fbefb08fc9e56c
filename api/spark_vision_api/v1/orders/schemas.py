"""Orders and refunds as the shop tells them, and what posters earn by them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from spark_vision.core.money import MAX_AMOUNT
from spark_vision.earnings.payouts import LONGEST_NOTE
from spark_vision_api.v1 import examples

_STRICT = ConfigDict(strict=True, extra="forbid")
_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
OuterId = Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTABLE, examples=["A-1001"])]
Minor = Annotated[
    int, Field(gt=0, le=MAX_AMOUNT, description="In whole minor units of the currency: 1250 are 12.50 EUR.")
]
Currency = Annotated[
    str, Field(pattern="^[A-Z]{3}$", description="A currency of ISO 4217.", examples=["EUR"])
]
# Strict text would refuse JSON's way to write a moment.
Moment = Annotated[AwareDatetime, Field(strict=False)]


class LineIn(BaseModel):
    """One line of an order; amount: what was paid for it, without shipping."""

    model_config = _STRICT

    line_id: OuterId
    product_id: Annotated[str, Field(min_length=1, max_length=1000, pattern=_PRINTABLE)]
    amount: Minor


class OrderIn(BaseModel):
    """An order, with what tells the visitor: the id of one of their clicks."""

    model_config = _STRICT

    kind: Literal["order"] = "order"
    order_id: OuterId
    currency: Currency
    ordered_at: Moment | None = Field(default=None, description="Now, where it is left out.")
    click_id: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")] = Field(
        default="", description="As the shop's page got it with the visitor (SPARK_VISION_CLICK_PARAMETER)."
    )
    visitor: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")] = Field(
        default="", description="In its place: the value of the visitor's cookie `spark_visitor`."
    )
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=200)]


class RefundIn(BaseModel):
    """A refund of an order line, in part or whole."""

    model_config = _STRICT

    kind: Literal["refund"]
    refund_id: OuterId
    order_id: OuterId
    line_id: OuterId
    amount: Minor
    refunded_at: Moment | None = Field(default=None, description="Now, where it is left out.")


class SaleOut(BaseModel):
    """An order line as it is kept."""

    line_id: str
    product_id: str
    amount: int
    refunded: int
    commission: int = Field(description="Of the whole amount; what refunds take back is in the ledger.")
    post_id: str | None = Field(description="The post whose tag led to it; null where none did.")
    poster_id: str | None


class OrderOut(BaseModel):
    """An order, or the line of a refund, as it is kept."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.ORDER))

    order_id: str
    currency: str
    lines: list[SaleOut]


class PayoutIn(BaseModel):
    """A payment of an account's whole balance in a currency."""

    model_config = _STRICT

    account_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9a-f]+$")]
    currency: Currency
    note: Annotated[str, Field(max_length=LONGEST_NOTE, description="Such as the bank's reference.")] = ""


class EntryOut(BaseModel):
    """A line of the ledger. amount: signed; balance: in this currency, with this line."""

    kind: Literal["commission", "refund", "payout"]
    amount: int
    currency: str
    balance: int
    at: datetime
    post_id: str
    product_id: str
    note: str


class BalanceOut(BaseModel):
    """What an account has in one currency, in minor units; refunds and payouts are negative."""

    currency: str
    balance: int
    commissions: int
    refunds: int
    payouts: int
    on_hold: int = Field(description="Of the balance: commissions whose orders are too recent for a payout.")
    threshold: int = Field(description="The amount from which the balance without `on_hold` is paid out.")


class DayOut(BaseModel):
    """One day (UTC): clicks, and what was earned, by currency, without payouts."""

    day: date
    clicks: int
    earned: dict[str, int]


class PostEarningsOut(BaseModel):
    """What one post brought; the post may be gone since."""

    post_id: str
    clicks: int
    earned: dict[str, int]


class EarningsOut(BaseModel):
    """What an account earned."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.EARNINGS))

    balances: list[BalanceOut]
    days: list[DayOut] = Field(description="Every day of the time that was asked for, oldest first.")
    posts: list[PostEarningsOut] = Field(description="Those that brought most first, 100 at most.")
    entries: list[EntryOut] = Field(description="The ledger, latest first, a page at a time.")
    next: str | None = Field(description="The cursor of the next page of entries.")
