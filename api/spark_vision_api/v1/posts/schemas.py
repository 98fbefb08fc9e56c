"""Posts with their photos and tags, and what changes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spark_vision.core.decision import RejectReason
from spark_vision.core.post import MAX_CAPTION, MAX_REASON, PostState
from spark_vision.search.suggester import MAX_BOXES
from spark_vision_api.v1 import examples
from spark_vision_api.v1.products.schemas import ProductCard
from spark_vision_api.v1.search.schemas import BoxIn, BoxOut, ItemOut, Share, SuggestionOut

_STRICT = ConfigDict(strict=True, extra="forbid")


class CaptionIn(BaseModel):
    """Another caption."""

    model_config = _STRICT

    caption: Annotated[str, Field(max_length=MAX_CAPTION)]


class BoxesIn(BaseModel):
    """The regions that suggestions are wanted for, beside the whole photo."""

    model_config = _STRICT

    boxes: Annotated[list[BoxIn], Field(max_length=MAX_BOXES)]


class TagIn(BaseModel):
    """Where a tag is to sit, in shares of the picture."""

    model_config = _STRICT

    x: Share
    y: Share
    suggestion_id: Annotated[
        str | None,
        Field(max_length=64, description="The suggestion that is confirmed; without, it is tagged by hand."),
    ] = None
    box: BoxIn | None = None


class RejectIn(BaseModel):
    """Why a suggestion is rejected."""

    model_config = _STRICT

    reason: Annotated[RejectReason, Field(strict=False)] = RejectReason.OTHER


class PhotoSizeOut(BaseModel):
    """One size of a photo; where it is, and how much room it takes."""

    width: int
    height: int
    url: str


class PhotoOut(PhotoSizeOut):
    """A photo; copies: smaller ones, for pages, narrowest first."""

    copies: list[PhotoSizeOut]


class PosterOut(BaseModel):
    """Who posted it."""

    id: str
    name: str


class TagOut(BaseModel):
    """A product's place in a post."""

    id: str
    product_id: str
    x: float
    y: float
    box: BoxOut | None
    suggestion_id: str | None = Field(description="What was confirmed; null where it was tagged by hand.")
    by_hand: bool
    tagged_at: datetime
    hidden_because: Literal["sold_out", "gone"] | None = Field(
        description="Why others do not see the tag now; it comes back with the product. They are not sent it."
    )
    product: ProductCard | None = Field(description="As the live index has it; null where it has it not.")
    shop: str = Field(description="Leads to the product's page and counts the click.")


class PostOut(BaseModel):
    """A post as its reader may see it."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.POST))

    id: str
    poster: PosterOut
    caption: str
    state: PostState
    removal_reason: str = Field(default="", description="Why a moderator removed it; else empty.")
    created_at: datetime
    published_at: datetime | None
    photo: PhotoOut
    boxes: list[BoxOut] = Field(description="The regions that suggestions are wanted for.")
    tags: list[TagOut]
    version: int = Field(description="The ETag's number: rises with each change.")


class RemovalIn(BaseModel):
    """Why a post is removed; its poster reads it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=MAX_REASON, examples=["Shows a person who did not agree."])


class RejectionOut(BaseModel):
    """A suggestion that was rejected."""

    suggestion_id: str
    product_id: str
    reason: RejectReason
    rejected_at: datetime


class PostSuggestionOut(SuggestionOut):
    """A suggestion that is kept with a post."""

    id: str = Field(description="Stays the same for the same post, region and product.")
    standing: Literal["open", "confirmed", "by_hand", "rejected"] = Field(
        description="What was decided of the product in this post."
    )


class PostItemOut(ItemOut):
    """One region of a post's photo."""

    suggestions: list[PostSuggestionOut]  # type: ignore[assignment]


class SuggestionsOut(BaseModel):
    """A post's suggestions: an item for each box in their order, then one for the whole photo."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.SUGGESTIONS))

    post_id: str
    index_version: str
    model: str
    computed_at: datetime
    items: list[PostItemOut]
    products: dict[str, ProductCard] = Field(description="Every product that is suggested, by id.")
