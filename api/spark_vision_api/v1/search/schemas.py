"""What look-ups take and give."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spark_vision.core.suggestion import Fit
from spark_vision.search.query import MAX_BOXES, MAX_TOP, MAX_WORDS
from spark_vision_api.v1 import examples
from spark_vision_api.v1.products.schemas import ProductCard

Top = Annotated[int, Field(ge=1, le=MAX_TOP, description="Suggestions an item, at most.")]
Boxes = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(
        max_length=MAX_BOXES,
        description="A region as X,Y,WIDTH,HEIGHT in shares of the upright picture; may be repeated.",
        examples=[["0.1,0.2,0.5,0.5"]],
    ),
]
Points = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(
        max_length=MAX_BOXES,
        description="Where somebody tapped, as X,Y in shares of the upright picture; may be repeated.",
        examples=[["0.25,0.5"]],
    ),
]
Words = Annotated[
    str,
    Field(
        max_length=MAX_WORDS,
        description="What is meant, such as `the bag`: narrows what is in the photo by a text.",
        examples=["the bag"],
    ),
]
Find = Annotated[
    bool | None,
    Field(
        description="Whether things are looked for in a photo without boxes and points; without, as the"
        " service is set up. `false` looks the whole photo up alone, which is the fastest.",
    ),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Size = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class BoxIn(BaseModel):
    """A region of a picture that a client asks about: numbers only, and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid")

    x: Share
    y: Share
    width: Size
    height: Size


class PointIn(BaseModel):
    """Where somebody tapped on a picture."""

    model_config = ConfigDict(strict=True, extra="forbid")

    x: Share
    y: Share


class BoxOut(BaseModel):
    """A region of a picture, in shares of it: 0..1 from the top left."""

    x: float
    y: float
    width: float
    height: float


class VariantOut(BaseModel):
    """Another product of the suggested one's group that matched, too: another colour, another size."""

    product_id: str
    title: str
    similarity: float


class ReasonOut(BaseModel):
    """What moved a probability."""

    code: str | None = Field(
        default=None,
        description="Stays the same when the words change; more may come. Null in suggestions that were"
        " kept with a post before there were codes.",
        examples=["well_ahead"],
    )
    words: str = Field(description="In English.", examples=["well ahead of the next product"])
    effect: float = Field(
        description="In log-odds; above 0 where it speaks for the product, 0 for what tells where the"
        " similarity comes from."
    )


class SuggestionOut(BaseModel):
    """One product that may be in a region."""

    product_id: str = Field(examples=["golden-delicious"])
    title: str = Field(examples=["Golden Delicious"])
    probability: float | None = Field(
        description="That this product is in the region, 0..1; null where nothing was fitted that could tell."
    )
    similarity: float = Field(description="Of the closest reference image, -1..1; bigger is closer.")
    reference_image: str = Field(
        description="The catalogue's picture that matched best, in the feed's words."
    )
    variants: list[VariantOut] = Field(description="Of the same item group, best first.")
    why: list[ReasonOut] = Field(description="What moved the probability, strongest first.")


class FoundSuggestionOut(SuggestionOut):
    """A product that a text found."""

    found_by: list[str] = Field(
        description="What found the product: `title`, `category`, `brand`, `color`, `id`, `gtin`,"
        " `description` or `picture`.",
        examples=[["title", "picture"]],
    )


class NoMatchOut(BaseModel):
    """Why there is no suggestion, or none to be sure of."""

    reason: str = Field(
        description="`index_empty`, `filtered_out`, `nothing_alike`, or `below_threshold`: the suggestions"
        " are guesses, less sure than the target precision asks.",
        examples=["index_empty"],
    )
    detail: str


class ItemOut(BaseModel):
    """One region with its suggestions, best first; `box` is null for the whole photo."""

    box: BoxOut | None
    source: Literal["asked", "found", "photo"] = Field(
        description="Whether the region was asked for, found in the photo, or is the whole photo."
    )
    calibrated: bool = Field(
        description="Whether probabilities were fitted for this index version; where not, there may be some"
        " by the fit that came with the model, made for another shop."
    )
    fit: Fit | None = Field(
        default=None,
        description="What probabilities were fitted on: another shop by the maker of the model (`bundled`),"
        " this shop's own pictures (`self`), a labelled dataset, or confirmed tags. Null without a fit.",
    )
    suggestions: list[SuggestionOut]
    no_match: NoMatchOut | None


class PhotoSearch(BaseModel):
    """The products in a photo: an item for each box and each point in their order, or for each thing that
    was found in it, surest first; then one for the whole photo.
    """

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.PHOTO_SEARCH))

    index_version: str
    model: str
    items: list[ItemOut]
    products: dict[str, ProductCard] = Field(description="Every product that is suggested, by id.")
    timings: dict[str, float] = Field(description="Seconds of each stage.")


class ProductSearch(BaseModel):
    """The products whose texts or pictures fit a text, best first."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.PRODUCT_SEARCH))

    query: str
    index_version: str
    model: str
    suggestions: list[FoundSuggestionOut]
    products: dict[str, ProductCard] = Field(description="Every product that is suggested, by id.")
    no_match: NoMatchOut | None
