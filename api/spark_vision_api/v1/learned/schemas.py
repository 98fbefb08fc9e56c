"""Learned views as the catalogue team gets them."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from spark_vision.feedback.view_recorder import ViewDetails
from spark_vision_api.presenters.posts import ProductLookup
from spark_vision_api.v1.products.schemas import ProductCard, product_card
from spark_vision_api.v1.search.schemas import BoxOut


class LearnedViewOut(BaseModel):
    """What a poster's decision taught: a region of a photo that is, or is not, a product."""

    id: str
    product_id: str
    product: ProductCard | None = Field(description="Null where the shop has no such product now.")
    stance: Literal["confirmed", "rejected"]
    poster: str = Field(description="The name of who decided.")
    box: BoxOut | None = Field(description="Null for the whole photo.")
    picture: str | None = Field(description="Where its picture is; null where the post is not published.")
    learned_at: datetime
    removed_at: datetime | None = Field(description="When the team took it out of suggestions.")
    version: int = Field(description="For `If-Match`.")


class LearnedViewsOut(BaseModel):
    """Learned views, newest first."""

    views: list[LearnedViewOut]
    next: str | None = Field(description="The cursor of the next page.")


def learned_view_out(shown: ViewDetails, shelf: ProductLookup) -> LearnedViewOut:
    """A view with its product as the shelf has it."""
    view, product = shown.view, shelf(shown.view.product_id)
    picture = None if shown.photo is None else f"/v1/catalogue/learned-views/{view.id}/picture"
    return LearnedViewOut(
        id=view.id,
        product_id=view.product_id,
        product=None if product is None else ProductCard(**product_card(product)),
        stance=view.stance.value,
        poster=shown.poster,
        box=None if view.box is None else BoxOut(**asdict(view.box)),
        picture=picture,
        learned_at=view.learned_at,
        removed_at=view.removed_at,
        version=view.version,
    )
