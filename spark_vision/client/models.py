"""What the service answers with, as values. A field that it adds one day is left out, not an error."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Box:
    """A region of a picture, in shares of it: 0..1 from the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with its ISO 4217 currency; the amount is text, so that no digit is lost."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class ProductCard:
    """What one shows of a product."""

    title: str
    price: Price | None
    availability: str
    brand: str
    product_type: str
    link: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What moved a probability. words: in English; effect: in log-odds, above 0 where it speaks for the
    product, 0 for what tells where the similarity comes from; code: stays the same when the words change,
    None in what was kept with a post before there were codes.
    """

    words: str
    effect: float
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One product that may be in a region.

    probability: 0..1, or None; similarity: -1..1, bigger is closer; id and standing: where the suggestion
    is kept with a post; why: what moved the probability, strongest first;
    found_by: in a search by text, the fields that matched, and `picture`.
    """

    product_id: str
    title: str
    probability: float | None
    similarity: float
    reference_image: str
    id: str = ""
    standing: str = "open"
    why: list[Reason] = field(default_factory=list)
    found_by: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why there is no suggestion."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Item:
    """One region with its suggestions, best first; box: None for the whole photo."""

    box: Box | None
    suggestions: list[Suggestion]
    no_match: NoMatch | None


@dataclass(frozen=True, slots=True)
class Looked:
    """The products in a photo. products: every one that is suggested, by id."""

    index_version: str
    model: str
    items: list[Item]
    products: dict[str, ProductCard]


@dataclass(frozen=True, slots=True)
class Found:
    """The products that fit a text, best first."""

    query: str
    index_version: str
    suggestions: list[Suggestion]
    products: dict[str, ProductCard]
    no_match: NoMatch | None


@dataclass(frozen=True, slots=True)
class Poster:
    """Who posted."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PhotoCopy:
    """A smaller copy of a photo; url: relative to the service."""

    width: int
    height: int
    url: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo; copies: narrowest first."""

    width: int
    height: int
    url: str
    copies: list[PhotoCopy]


@dataclass(frozen=True, slots=True)
class Tag:
    """A product's place in a post, in shares of the picture. shop: the way to buy it, relative."""

    id: str
    product_id: str
    x: float
    y: float
    suggestion_id: str | None
    by_hand: bool
    tagged_at: datetime
    product: ProductCard | None
    shop: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post. version: what a change may name as seen; smiles: 0 where the answer does not tell."""

    id: str
    poster: Poster
    caption: str
    state: str
    created_at: datetime
    published_at: datetime | None
    photo: Photo
    tags: list[Tag]
    version: int
    smiles: int = 0
    smiled: bool = False
    earns: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of posts; next: the cursor of the next one, None at the end."""

    posts: list[Post]
    next: str | None


@dataclass(frozen=True, slots=True)
class Smiles:
    """Smiles at a post."""

    smiles: int
    smiled: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """An order line as it is kept; amounts in minor units."""

    line_id: str
    product_id: str
    amount: int
    refunded: int
    commission: int
    post_id: str | None
    poster_id: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order, or the line of a refund, as it is kept."""

    order_id: str
    currency: str
    lines: list[Sale]


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has in one currency, in minor units."""

    currency: str
    balance: int
    commissions: int
    refunds: int
    payouts: int
    threshold: int
    on_hold: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger."""

    kind: str
    amount: int
    currency: str
    balance: int
    at: datetime
    post_id: str
    product_id: str
    note: str


@dataclass(frozen=True, slots=True)
class Earnings:
    """What an account earned; next: the cursor of the next page of entries."""

    balances: list[Balance]
    entries: list[Entry]
    next: str | None
