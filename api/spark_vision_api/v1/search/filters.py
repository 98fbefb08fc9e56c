"""Which products a look-up may answer with: the query's conditions, and a form's."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from spark_vision.core.product import Availability
from spark_vision.core.product_filter import ProductFilter

_MOST = 20
Text = Annotated[str, Field(max_length=750)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=_MOST)]
Availabilities = Annotated[list[Availability], Field(max_length=len(Availability))]
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern="^([A-Za-z]{3})?$")]

_CATEGORY = "A product type, or the beginning of one in whole steps, such as `Apparel > Shoes`."
_BRAND = "In any case of letters; of several any is enough."
_COLOR = "In any case of letters; of several any is enough, also one of a product of several colours."
_PRICE = "Inclusive, of what one pays now; a product without a price is in no range."
_CURRENCY = "ISO 4217; without it, amounts of any currency are compared."


class FilterIn(BaseModel):
    """What a product must be: an empty condition asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    category: Text = Field(default="", description=_CATEGORY, examples=["Apparel > Shoes"])
    brand: Words = Field(default=[], description=_BRAND)
    color: Words = Field(default=[], description=_COLOR)
    availability: Availabilities = Field(default=[], description="Of several any is enough.")
    min_price: Amount | None = Field(default=None, description=_PRICE)
    max_price: Amount | None = Field(default=None, description=_PRICE)
    currency: Currency = Field(default="", description=_CURRENCY)

    def wanted(self) -> ProductFilter:
        """The filter; raises InvalidInputError where no price could be in the range."""
        return ProductFilter(
            category=self.category,
            brands=tuple(self.brand),
            colors=tuple(self.color),
            availability=tuple(self.availability),
            min_price=self.min_price,
            max_price=self.max_price,
            currency=self.currency.upper(),
        )


def none() -> list[Any]:
    """An empty list for a query that says nothing. `list` itself would do, but pydantic asks at each request
    what the factory's parameters are, which for a class of C's takes a third of a millisecond.
    """
    return []


@dataclass(frozen=True)
class _What:
    category: str
    brand: list[str]
    color: list[str]
    availability: list[Availability]


# Coroutines, though nothing is awaited: FastAPI would run plain functions in threads.
async def _what(
    brand: Annotated[Words, Query(default_factory=none, description=_BRAND)],
    color: Annotated[Words, Query(default_factory=none, description=_COLOR)],
    availability: Annotated[
        Availabilities, Query(default_factory=none, description="Of several any is enough.")
    ],
    category: Annotated[Text, Query(description=_CATEGORY, examples=["Apparel > Shoes"])] = "",
) -> _What:
    return _What(category, brand, color, availability)


async def _wanted(
    what: Annotated[_What, Depends(_what)],
    min_price: Annotated[Amount | None, Query(description=_PRICE)] = None,
    max_price: Annotated[Amount | None, Query(description=_PRICE)] = None,
    currency: Annotated[Currency, Query(description=_CURRENCY)] = "",
) -> ProductFilter:
    return ProductFilter(
        what.category,
        tuple(what.brand),
        tuple(what.color),
        tuple(what.availability),
        min_price,
        max_price,
        currency.upper(),
    )


Wanted = Annotated[ProductFilter, Depends(_wanted)]
"""The filter that the conditions of a query make."""
