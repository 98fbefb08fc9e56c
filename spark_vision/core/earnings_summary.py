"""Where clicks, sales and the ledger are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Earned:
    """What came of something in one currency: clicks are of all, whatever the currency."""

    of: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Summary:
    """An account's ledger in one currency, in minor units; refunds and payouts are negative."""

    currency: str
    balance: int
    commissions: int
    refunds: int
    payouts: int
