"""Products, whole and as cards."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from spark_vision.core.product import Price, Product
from spark_vision.earnings.clicks import is_web_page
from spark_vision_api.v1 import examples


class PriceOut(BaseModel):
    """An amount with its ISO 4217 currency. The amount is text, so that no digit is lost."""

    amount: str = Field(examples=["24.00"])
    currency: str = Field(examples=["EUR"])


class ProductCard(BaseModel):
    """What one shows of a product beside a suggestion."""

    title: str
    price: PriceOut | None = Field(description="What one pays now.")
    regular_price: PriceOut | None = Field(description="Where it is on sale: what one pays when it is not.")
    availability: Literal["in_stock", "out_of_stock", "preorder", "backorder"]
    brand: str
    product_type: str
    link: str = Field(description="The shop's page, as the feed has it; empty where it has none.")


class ProductOut(ProductCard):
    """A product as it was in the feed."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.PRODUCT))

    id: str
    description: str
    color: str
    material: str
    pattern: str
    size: str
    gender: str
    item_group_id: str
    gtin: str
    reference_images: list[str] = Field(description="In the feed's words; the first is the main one.")
    index_version: str


def product_card(product: Product) -> dict[str, Any]:
    """A ProductCard's fields."""
    return {
        "title": product.title,
        "price": _price(product.price),
        "regular_price": _price(product.regular_price),
        "availability": product.availability.value,
        "brand": product.brand,
        "product_type": product.product_type,
        "link": product.link if is_web_page(product.link) else "",
    }


def _price(price: Price | None) -> dict[str, str] | None:
    return None if price is None else {"amount": str(price.amount), "currency": price.currency}
