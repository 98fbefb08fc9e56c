"""The service's operations as methods."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx2

from spark_vision.client.build import build
from spark_vision.client.models import (
    Box,
    Earnings,
    Found,
    Item,
    Looked,
    Order,
    Page,
    Post,
    Smiles,
    Tag,
)
from spark_vision.client.transport import Transport

T = TypeVar("T")
_SECONDS = 60.0


class Client:
    """One service, with one key; a context manager, and safe to share between threads.

    Methods raise ApiError for what the service refuses and NoAnswerError where it does not answer. What
    can be repeated without a second effect is repeated when the service is busy: reads, changes to a
    state, and creating calls, which carry an idempotency key.
    """

    def __init__(
        self, url: str, key: str = "", *, timeout: float = _SECONDS, transport: Transport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        http = httpx2.Client(base_url=url, headers=headers, timeout=timeout)
        self._transport = transport or Transport(http)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    # Looking things up.

    def search_photo(
        self,
        photo: bytes | Path,
        boxes: Sequence[Box] = (),
        top: int = 5,
        *,
        points: Sequence[tuple[float, float]] = (),
        words: str = "",
        find: bool | None = None,
    ) -> Looked:
        """The products in a photo, for each box and each point (x, y), and for the whole of it.

        words: what is meant, such as "the bag"; find: whether things are looked for where there are
        neither boxes nor points (None: as the service is set up). Nothing of the photo is kept.
        """
        params = {
            "top": top,
            "box": [f"{box.x},{box.y},{box.width},{box.height}" for box in boxes],
            "point": [f"{x},{y}" for x, y in points],
            **({"words": words} if words else {}),
            **({} if find is None else {"find": str(find).lower()}),
        }
        headers = {"Content-Type": "application/octet-stream"}
        return self._ask(
            Looked, "POST", "/v1/search/photo", content=_bytes(photo), params=params, headers=headers
        )

    def search_products(self, text: str, top: int = 10) -> Found:
        """The products that fit a text, best first."""
        return self._ask(Found, "GET", "/v1/search/products", params={"q": text, "top": top})

    # Posts.

    def create_post(self, photo: bytes | Path, caption: str = "", key: str = "") -> Post:
        """A draft with a photo; key: an idempotency key of your own, to go on after a restart."""
        return self._ask(
            Post,
            "POST",
            "/v1/posts",
            files={"photo": ("photo", _bytes(photo))},
            data={"caption": caption},
            headers={"Idempotency-Key": key or uuid4().hex},
        )

    def post(self, post_id: str) -> Post:
        """A post that you may see."""
        return self._ask(Post, "GET", f"/v1/posts/{_part(post_id)}")

    def suggestions(self, post_id: str) -> list[Item]:
        """What a post of yours may show: an item for each box, then one for the whole photo."""
        answer = self._transport.send("GET", f"/v1/posts/{_part(post_id)}/suggestions").json()
        return [build(Item, item) for item in answer["items"]]

    def tag(self, post_id: str, product_id: str, x: float, y: float, suggestion_id: str | None = None) -> Tag:
        """Tag a product at a point, 0..1 from the top left; with a suggestion's id it is confirmed."""
        where = {"x": x, "y": y} | ({"suggestion_id": suggestion_id} if suggestion_id else {})
        return self._ask(Tag, "PUT", f"/v1/posts/{_part(post_id)}/tags/{_part(product_id)}", json=where)

    def untag(self, post_id: str, product_id: str) -> None:
        """Take a tag away."""
        self._transport.send("DELETE", f"/v1/posts/{_part(post_id)}/tags/{_part(product_id)}")

    def reject(self, post_id: str, suggestion_id: str, reason: str = "other") -> None:
        """Say no to a suggestion: not_in_photo, wrong_variant, not_wanted or other."""
        path = f"/v1/posts/{_part(post_id)}/suggestions/{_part(suggestion_id)}/reject"
        self._transport.send("POST", path, json={"reason": reason})

    def publish(self, post_id: str) -> Post:
        """Show a post to everybody."""
        return self._ask(Post, "POST", f"/v1/posts/{_part(post_id)}/publish")

    def delete_post(self, post_id: str) -> None:
        """Remove a post and its photo."""
        self._transport.send("DELETE", f"/v1/posts/{_part(post_id)}")

    # The feed.

    def feed(self, cursor: str = "", limit: int = 20, **only: str) -> Page:
        """A page of published posts, newest first; only: product, poster, category."""
        return self._ask(Page, "GET", "/v1/posts", params={"limit": limit, "cursor": cursor, **only})

    def all_posts(self, **only: str) -> Iterator[Post]:
        """Every published post, newest first, a page at a time."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.feed(cursor, 50, **only)
            yield from page.posts
            cursor = page.next

    def smile(self, post_id: str) -> Smiles:
        """Smile at a post."""
        return self._ask(Smiles, "PUT", f"/v1/posts/{_part(post_id)}/smile")

    def unsmile(self, post_id: str) -> Smiles:
        """Smile no longer."""
        return self._ask(Smiles, "DELETE", f"/v1/posts/{_part(post_id)}/smile")

    # Earnings.

    def order(self, order: dict[str, Any], key: str = "") -> Order:
        """Tell an order or a refund (for the catalogue team's keys); see docs/earnings.md."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self._ask(Order, "POST", "/v1/orders", json=order, headers=headers)

    def earnings(self, cursor: str = "", days: int = 30) -> Earnings:
        """What you earned."""
        return self._ask(Earnings, "GET", "/v1/me/earnings", params={"days": days, "cursor": cursor})

    def _ask(self, kind: type[T], method: str, path: str, **request: Any) -> T:
        return build(kind, self._transport.send(method, path, **request).json())


def _part(text: str) -> str:
    """A part of a path; an id may hold slashes, and must not lead elsewhere."""
    return quote(text, safe="")


def _bytes(photo: bytes | Path) -> bytes:
    return photo if isinstance(photo, bytes) else photo.read_bytes()
