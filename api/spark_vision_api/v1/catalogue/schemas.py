"""What the catalogue team sends and gets: imports, single products."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from spark_vision.catalogue.credentials import Credentials
from spark_vision.catalogue.detect import Format
from spark_vision.core.catalogue_import import CatalogueImport, ImportState
from spark_vision.core.product import Availability, Price, Product
from spark_vision.core.userinfo import has_userinfo
from spark_vision.earnings.clicks import is_web_page
from spark_vision.imports.product_changes import BatchReport, ProductChange
from spark_vision_api.v1 import examples
from spark_vision_api.v1.search.filters import Amount

Kind = Literal["flat", "hnsw", "ivf", "ivf-pq"]


def _check_userinfo(address: str) -> str:
    if has_userinfo(address):
        raise ValueError("must not hold a user or password; send them in `credentials`")
    return address


Address = Annotated[str, Field(max_length=2000, pattern=r"^https?://\S+$"), AfterValidator(_check_userinfo)]
Text = Annotated[str, Field(max_length=5000)]
Word = Annotated[str, Field(max_length=750)]


def _web_page(link: str) -> str:
    """Return a link that is empty or leads to a page by http or https; raises ValueError."""
    if link and not is_web_page(link):
        raise ValueError("Send an http or https address without blanks or control characters.")
    return link


class ImportOptions(BaseModel):
    """How a feed is to be imported."""

    model_config = ConfigDict(extra="forbid")

    pictures_base: Address | None = Field(
        default=None,
        description="The address that relative pictures are relative to; without, that of the feed.",
        examples=["https://shop.example/media/"],
    )
    format: Format | None = Field(default=None, description="Without, the content tells.")
    kind: Kind | None = Field(default=None, description="Of the index; without, the size decides.")
    live: bool = Field(default=True, description="Make it live, or leave it beside the live version.")


class CredentialsIn(BaseModel):
    """What a feed's host asks for: a user and a password, or a token. They are never shown again."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(max_length=200, pattern="^[^:]*$")] = ""
    password: Annotated[str, Field(max_length=500)] = Field(default="", repr=False)
    token: Annotated[str, Field(max_length=4000, pattern=r"^[\x21-\x7e]*$")] = Field(default="", repr=False)

    @model_validator(mode="after")
    def _check_one(self) -> "CredentialsIn":
        if bool(self.user) == bool(self.token) or (self.token and self.password):
            raise ValueError("should have a user and a password, or a token")
        return self

    def credentials(self) -> Credentials:
        """Return the credentials for the core."""
        return Credentials(self.user, self.password, self.token)


class ImportIn(ImportOptions):
    """A feed that is to be fetched, or lies in the folder of imports: one of the two."""

    address: Address | None = Field(default=None, examples=["https://shop.example/feed.xml"])
    path: Annotated[str, Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="In the folder that the settings allow.", examples=["nightly/feed.csv"]
    )
    credentials: CredentialsIn | None = Field(
        default=None, description="For the address; without, those of the settings for its host."
    )


class ProgressOut(BaseModel):
    """How far a run has come."""

    step: str = Field(
        description="start, fetch, read, encode; then comparing and writing, which take a moment.",
        examples=["encode"],
    )
    done: int
    total: int | None = Field(description="Null where it is not known.")


class FailureOut(BaseModel):
    """Why an import came to nothing."""

    type: str = Field(examples=["/problems/catalogue"])
    detail: str


class IssueOut(BaseModel):
    """Something wrong in the feed."""

    line: int | None = Field(description="1 is the header; null where a source has no lines.")
    product_id: str
    severity: Literal["refused", "warning"]
    reason: str
    image: str


class IssueGroupOut(BaseModel):
    """Issues of one reason."""

    reason: str = Field(description="With … for what differs.")
    severity: Literal["refused", "warning"]
    attribute: str = Field(description="The attribute that is at fault, or empty.")
    count: int
    examples: list[IssueOut] = Field(description="The first five.")


class ReferenceOut(BaseModel):
    """A picture of a product."""

    product_id: str
    image: str


class LookalikeOut(BaseModel):
    """Two products that share a picture."""

    kind: Literal["equal", "near"] = Field(description="Byte by byte, or to the eye.")
    one: ReferenceOut
    other: ReferenceOut


class HoldOut(BaseModel):
    """Why a version is held beside the live one."""

    reason: str = Field(examples=["It would remove 27,358 of 29,970 live products (91%)."])
    removed: int = Field(description="Live products that the version does not have.")
    before: int = Field(description="Products of the live version.")


class ImportResult(BaseModel):
    """What a run did; the lists hold their first hundred entries, the report has all."""

    version: str
    outcome: Literal["published", "beside", "held", "unchanged"]
    held: HoldOut | None = Field(default=None, description="Why the version is held beside the live one.")
    feed_not_modified: bool = Field(
        default=False, description="The feed's server said that it has not changed since it was fetched."
    )
    model: str
    kind: str
    products: int
    pictures: int
    encoded: int = Field(description="Pictures through the model.")
    reused: int = Field(description="Pictures whose embeddings were known.")
    seconds: dict[str, float] = Field(description="Of each step.")
    counts: dict[str, int]
    issue_groups: list[IssueGroupOut] = Field(
        default=[], description="All issues by reason: refusals first, then by count."
    )
    issues: list[IssueOut]
    near_duplicates: list[LookalikeOut]


class ImportOut(BaseModel):
    """An import as it stands."""

    model_config = ConfigDict(json_schema_extra=examples.shown(examples.IMPORT))

    id: str
    state: ImportState
    origin: Literal["sent", "address", "folder"]
    source: str = Field(description="The file's name, the address or the path.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int = Field(description="How often it was begun: more than once where it was broken off.")
    progress: ProgressOut
    failure: FailureOut | None
    result: ImportResult | None = Field(description="Once it is done or held.")


class ImportsOut(BaseModel):
    """Imports, newest first."""

    imports: list[ImportOut]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


class PriceIn(BaseModel):
    """An amount with its currency."""

    model_config = ConfigDict(extra="forbid")

    amount: Amount = Field(examples=["24.00"])
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = Field(examples=["EUR"])

    def price(self) -> Price:
        """The domain's word for it."""
        return Price(self.amount, self.currency)


class ProductIn(BaseModel):
    """A product as it shall be: what is left out is empty, but for the pictures, which stay."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=examples.shown(examples.PRODUCT_IN))

    title: Annotated[str, Field(min_length=1, max_length=1000)]
    image_links: list[Annotated[str, Field(min_length=1, max_length=2000)]] | None = Field(
        default=None,
        min_length=1,
        max_length=11,
        description="Addresses (http, https), or pictures that it has; without, those that it has stay.",
    )
    description: Text = ""
    link: Annotated[str, Field(max_length=2000), AfterValidator(_web_page)] = ""
    price: PriceIn | None = Field(default=None, description="What one pays now.")
    regular_price: PriceIn | None = Field(default=None, description="Where it is on sale.")
    availability: Availability = Availability.IN_STOCK
    brand: Word = ""
    product_type: Word = ""
    color: Word = ""
    material: Word = ""
    pattern: Word = ""
    size: Word = ""
    gender: Word = ""
    item_group_id: Word = ""
    gtin: Annotated[str, Field(pattern=r"^(\d{8}|\d{12,14})?$")] = ""

    def product(self, product_id: str) -> Product:
        """The domain's word for it; without images where they stay as they are."""
        texts = self.model_dump(exclude={"id", "image_links", "price", "regular_price"})
        return Product(
            id=product_id,
            images=tuple(dict.fromkeys(self.image_links or ())),
            price=None if self.price is None else self.price.price(),
            regular_price=None if self.regular_price is None else self.regular_price.price(),
            **texts,
        )


ProductIdIn = Annotated[str, Field(min_length=1, max_length=200)]
MAX_BATCH = 500


class BatchPutIn(ProductIn):
    """A product to put, with its id."""

    id: ProductIdIn

    def change(self) -> ProductChange:
        """Return the change for the core."""
        return ProductChange(self.id, self.product(self.id))


class BatchIn(BaseModel):
    """Products to put and to delete in one version; at most 500 together, each named once."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=examples.shown(examples.BATCH_IN))

    puts: list[BatchPutIn] = Field(default=[], max_length=MAX_BATCH)
    deletes: list[ProductIdIn] = Field(default=[], max_length=MAX_BATCH)
    accept_removals: bool = Field(
        default=False, description="Delete also more than the share of the live products that is allowed."
    )

    @model_validator(mode="after")
    def _check_ids(self) -> "BatchIn":
        ids = [*(put.id for put in self.puts), *self.deletes]
        if not 0 < len(ids) <= MAX_BATCH:
            raise ValueError(f"should name 1 to {MAX_BATCH} products, got {len(ids):,}")
        if repeated := [product_id for product_id, count in Counter(ids).items() if count > 1]:
            raise ValueError(f"should name each product once; {repeated[0][:100]!r} is named again")
        return self

    def changes(self) -> list[ProductChange]:
        """Return the changes for the core, puts first."""
        deletes = [ProductChange(product_id, None) for product_id in self.deletes]
        return [*(put.change() for put in self.puts), *deletes]


class BatchEntryOut(BaseModel):
    """What became of one product of a batch."""

    product_id: str
    action: Literal["put", "delete"]
    outcome: Literal["added", "changed", "removed", "unchanged", "refused"]
    detail: str | None = Field(description="Why it was refused.")


class BatchOut(BaseModel):
    """What became of a batch: one version, and an entry for each product in the order of the request."""

    index_version: str
    seconds: float
    counts: dict[str, int] = Field(description="Number of products by outcome.")
    products: list[BatchEntryOut]


def batch_out(changes: Sequence[ProductChange], report: BatchReport, seconds: float) -> BatchOut:
    """Return a batch's report for clients."""
    entries = [
        BatchEntryOut(
            product_id=change.product_id,
            action="delete" if change.product is None else "put",
            outcome=report.outcome(change.product_id),
            detail=report.refused.get(change.product_id),
        )
        for change in changes
    ]
    counts: Counter[str] = Counter(entry.outcome for entry in entries)
    return BatchOut(
        index_version=report.version, seconds=round(seconds, 3), counts=dict(counts), products=entries
    )


class ProductChanged(BaseModel):
    """What became of a product, and the version that has it so."""

    product_id: str
    outcome: Literal["added", "changed", "unchanged", "removed"]
    index_version: str
    seconds: float = Field(description="From the request to the version being live.")


def import_out(made: CatalogueImport) -> ImportOut:
    """An import for the outside."""
    failure = made.failure
    return ImportOut(
        id=made.id,
        state=made.state,
        origin=made.order.origin,
        source=made.order.source,
        created_at=made.created_at,
        started_at=made.started_at,
        finished_at=made.finished_at,
        attempts=made.attempts,
        progress=ProgressOut(step=made.progress.step, done=made.progress.done, total=made.progress.total),
        failure=None
        if failure is None
        else FailureOut(type=f"/problems/{failure.code}", detail=failure.detail),
        result=None if made.result is None else ImportResult.model_validate(_result(made.result)),
    )


_REFERENCE = ("product_id", "image")


def _result(result: dict[str, Any]) -> dict[str, Any]:
    pairs = [
        {
            "kind": pair["kind"],
            **{
                side: dict(zip(("product_id", "image"), pair[side], strict=True)) for side in ("one", "other")
            },
        }
        for pair in result["near_duplicates"]
    ]
    return {**result, "near_duplicates": pairs}
