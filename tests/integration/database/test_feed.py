"""The feed by product and by category: what is found, and with how little work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert

from spark_vision.core.account import Account, Role
from spark_vision.core.feed import Cursor, FeedFilter, PageSpec
from spark_vision.database.store import Store
from spark_vision.database.tables.decisions import TagRow
from spark_vision.database.tables.posts import PhotoRow, PostRow

NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)
POSTS = 9_000
POSTERS = ("ada", "ben")


def products_of(number: int) -> set[str]:
    """What is tagged in a post; 0 is the newest."""
    tagged = {"common"} if number % 2 else {"other"}
    if number >= 2 * POSTS // 3:
        tagged.add("old")
    if number in (3, 4, 4_000):
        tagged.add("rare")
    if number % 45 == 0:
        tagged.add("thin")
    return tagged


def is_published(number: int) -> bool:
    return number % 10 != 9


@pytest.fixture
def full_store(sql_store: Store) -> Store:
    """A store with a feed that is longer than what is looked at post by post, and many tags at its end."""
    with sql_store.writing() as work:
        for poster in POSTERS:
            work.accounts.add(Account(poster, poster, Role.POSTER), NEWEST)
    with sql_store.engine.begin() as connection:
        connection.execute(insert(PhotoRow), [_photo()])
        connection.execute(insert(PostRow), [_post(number) for number in range(POSTS)])
        tagged = ((number, product) for number in range(POSTS) for product in sorted(products_of(number)))
        tags = [_tag(place, number, product) for place, (number, product) in zip(count(), tagged)]
        connection.execute(insert(TagRow), tags)
    return sql_store


def _photo() -> dict[str, Any]:
    return {
        "digest": "photo",
        "width": 1,
        "height": 1,
        "widths": [],
        "state": "kept",
        "token": "t",
        "since": NEWEST,
    }


def post_id(number: int) -> str:
    return f"post {POSTS - number:06}"


def _post(number: int) -> dict[str, Any]:
    at = NEWEST - timedelta(seconds=number // 3)  # Some are of one moment.
    return {
        "id": post_id(number),
        "poster_id": POSTERS[number % 7 == 0],
        "photo_digest": "photo",
        "caption": "",
        "state": "published" if is_published(number) else "hidden",
        "version": 1,
        "boxes": [],
        "created_at": at,
        "published_at": at,
    }


def _tag(place: int, number: int, product: str) -> dict[str, Any]:
    return {
        "id": f"tag {place}",
        "post_id": post_id(number),
        "product_id": product,
        "x": 0.5,
        "y": 0.5,
        "box": None,
        "suggestion_id": None,
        "decision_id": "d",
        "tagged_at": NEWEST,
    }


def wanted(asked: FeedFilter) -> list[str]:
    """The definition: all posts, newest first, that are as is asked for."""
    found = []
    for number in filter(is_published, range(POSTS)):
        products = products_of(number)
        of_poster = asked.poster_id in (None, POSTERS[number % 7 == 0])
        of_product = asked.product_id is None or asked.product_id in products
        of_any = asked.any_of is None or not products.isdisjoint(asked.any_of)
        if of_poster and of_product and of_any:
            found.append(post_id(number))
    return found


def pages(store: Store, asked: FeedFilter, length: int) -> Iterator[list[str]]:
    behind: Cursor = None
    while True:
        with store.reading() as work:
            page = work.feed.published(asked, PageSpec(behind, length))
        yield [place.id for place in page]
        if len(page) < length:
            return
        behind = (page[-1].at, page[-1].id)


ASKED = (
    FeedFilter(),
    FeedFilter(product_id="rare"),
    FeedFilter(product_id="common"),
    FeedFilter(product_id="thin"),
    FeedFilter(product_id="old"),
    FeedFilter(product_id="absent"),
    FeedFilter(any_of=()),
    FeedFilter(any_of=("rare", "absent")),
    FeedFilter(any_of=("common", "rare", "thin")),
    FeedFilter(any_of=("old", "absent")),
    FeedFilter(any_of=("common", "rare"), product_id="rare"),
    FeedFilter(any_of=("thin",), product_id="rare"),
    FeedFilter(any_of=("common",), product_id="old"),
    FeedFilter(any_of=("old",), poster_id="ben"),
    FeedFilter(any_of=("rare", "thin"), poster_id="ben"),
    FeedFilter(any_of=("old",), poster_id="nobody"),
)


def test_pages_by_product_and_category_are_what_they_are_by_definition(full_store: Store) -> None:
    for asked in ASKED:
        found = [post for page in pages(full_store, asked, 700) for post in page]
        assert found == wanted(asked), asked
        with full_store.reading() as work:
            first = work.feed.published(asked, PageSpec(None, 21))
        assert [place.id for place in first] == wanted(asked)[:21], asked


STEPS = 1_000


def steps_of(engine: Engine) -> list[int]:
    """What transactions from now on take, as SQLite counts it, goes into the list."""
    ticks: list[int] = []

    def count_steps(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: ticks.append(STEPS), STEPS)

    event.listen(engine, "begin", count_steps)
    return ticks


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_a_page_of_a_category_takes_little_work_however_many_products_it_has(
    full_store: Store, engine: Engine
) -> None:
    """SQLite counts its steps: to look for each of the products in each post would be millions of them."""
    ticks = steps_of(engine)
    many = tuple(f"product {number}" for number in range(3_000))
    for tagged in ((), ("rare",), ("thin",), ("common",), ("old",)):
        ticks.clear()
        with full_store.reading() as work:
            found = work.feed.published(FeedFilter(any_of=(*many, *tagged)), PageSpec(None, 21))
        assert len(found) == min(21, len(wanted(FeedFilter(any_of=tagged)))), tagged
        assert sum(ticks) < 400_000, tagged


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_statistics_lead_nobody_to_each_of_many_tags_posts(full_store: Store, engine: Engine) -> None:
    ticks, taken = steps_of(engine), []
    for statement in ("SELECT 1", "ANALYZE"):
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        ticks.clear()
        with full_store.reading() as work:
            assert len(work.feed.published(FeedFilter(any_of=("common",)), PageSpec(None, 300))) == 300
        taken.append(sum(ticks))
    without, having = taken
    assert having < 2 * without
