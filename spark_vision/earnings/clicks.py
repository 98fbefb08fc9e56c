"""The way from a tag to the shop: where it leads, and that it was gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit
from uuid import uuid4

from spark_vision.core.account import Actor
from spark_vision.core.earnings import Click
from spark_vision.core.errors import NotFoundError
from spark_vision.core.post import Post, PostState
from spark_vision.core.product import Product
from spark_vision.core.tag import Tag
from spark_vision.database.store import Store
from spark_vision.tagging.context import get_visible_post


@dataclass(frozen=True, slots=True)
class TagClick:
    """Someone follows a tag. visitor: a digest that names nobody; empty: the visit is not to be counted."""

    tag_id: str
    actor: Actor
    visitor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClickTarget:
    """Where a tag leads: the product's page; click_id: empty where nothing was counted."""

    link: str
    click_id: str = ""


def record_click(store: Store, visit: TagClick, shelf: Callable[[str], Product | None]) -> ClickTarget:
    """The product's page, and the click counted: once a visitor and hour, and neither the poster's own nor
    an admin's.

    Raises NotFoundError where there is no such tag to be seen, or the product or its page is gone.
    """
    with store.reading() as work:
        tag = work.tags.get(visit.tag_id)
        if tag is None:
            raise NotFoundError(f"There is no tag {visit.tag_id[:100]!r}.")
        post = get_visible_post(work, tag.post_id, visit.actor)
    product = shelf(tag.product_id)
    if product is None or not is_web_page(product.link):
        raise NotFoundError("The shop has no page for this product now.")
    if not visit.visitor or post.state is not PostState.PUBLISHED or post.is_run_by(visit.actor):
        return ClickTarget(product.link)
    click = _click(visit, tag, post, product)
    with store.writing() as work:
        return ClickTarget(product.link, work.clicks.count(click))


def _click(visit: TagClick, tag: Tag, post: Post, product: Product) -> Click:
    return Click(
        id=uuid4().hex,
        tag_id=tag.id,
        post_id=post.id,
        account_id=post.poster.id,
        product_id=product.id,
        category=product.product_type,
        visitor=visit.visitor,
        first_at=visit.at,
        last_at=visit.at,
    )


def is_web_page(link: str) -> bool:
    """Whether a link of a feed leads to a page, by http or https, and to nothing else."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    sane = link.isprintable() and " " not in link and "\\" not in link
    return sane and parts.scheme in ("http", "https") and bool(parts.hostname)


def with_parameter(link: str, name: str, value: str) -> str:
    """The link with one query parameter more, or in place of one of the same name; all else stays as it is
    written: what looks the same to us need not to a shop.
    """
    parts = urlsplit(link)
    others = [
        part for part in parts.query.split("&") if part and unquote_plus(part.partition("=")[0]) != name
    ]
    return urlunsplit(parts._replace(query="&".join([*others, urlencode({name: value})])))
