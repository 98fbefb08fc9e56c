"""Amounts in integer minor units: no cent is lost to rounding that nobody asked for."""

import re
from dataclasses import dataclass

from spark_vision.core.errors import InvalidInputError

MAX_AMOUNT = 10**12
"""The largest amount of one order line or refund; sums of millions of them fit 64 bits."""
BASIS = 10_000
"""Basis points of the whole: a rate of 500 is 5 %."""

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN
    BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP
    GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI
    UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL HRK CUC
    """.split()
)
"""Currencies of ISO 4217 that shops use, a few retired ones included."""

_CURRENCY = re.compile(r"[A-Z]{3}")
# ISO 4217: the currencies that do not have two digits behind the point.
_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


@dataclass(frozen=True, slots=True)
class Money:
    """So many minor units (cents, yen, fils) of an ISO 4217 currency; raises InvalidInputError."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if not _CURRENCY.fullmatch(self.currency):
            raise InvalidInputError(
                f"A currency is three capital letters (ISO 4217), such as EUR: not {self.currency[:20]!r}."
            )


def minor_units(currency: str) -> int:
    """How many minor units make one: 100 cents a euro, 1 yen a yen, 1000 fils a dinar."""
    return int(10 ** _DIGITS.get(currency, 2))


def share(amount: int, basis_points: int) -> int:
    """A share of an amount, rounded down to whole minor units.

    >>> share(999, 500)
    49
    """
    return amount * basis_points // BASIS
