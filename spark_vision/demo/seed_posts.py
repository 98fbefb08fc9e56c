"""A rehearsal of a shop's days: a dataset's photos are posted and tagged through the use cases themselves.

For trying out what works on a store, before a shop has tags of its own. The accounts are made up and say so.
"""

from datetime import datetime, timedelta
from pathlib import Path

from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.geometry import Point
from spark_vision.evaluation.datasets import Dataset, Query
from spark_vision.media.files import read_bytes
from spark_vision.media.sanitise import sanitise_photo
from spark_vision.social.accounts import add_account
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.posts import create_post, publish
from spark_vision.tagging.tags import ChangeRequest, TagPlacement, put_tag

STEP = timedelta(minutes=30)


def seed_from_dataset(room: TaggingContext, dataset: Dataset, posters: int, start: datetime) -> int:
    """Post each photo that shows a product, half an hour apart, in turn by so many made-up accounts.

    Each of its regions is tagged by hand with its right products. How many posts there are now. Raises what
    the use cases raise, such as NameTakenError where the store has been rehearsed on before.
    """
    accounts = [
        add_account(room.store, f"rehearsal-{number + 1}", Role.POSTER, start).account
        for number in range(posters)
    ]
    photos: dict[Path, list[Query]] = {}
    for query in dataset.queries:
        if query.relevant:
            photos.setdefault(query.photo, []).append(query)
    for number, (photo, queries) in enumerate(photos.items()):
        _post(room, accounts[number % posters], photo, queries, start + number * STEP)
    return len(photos)


def _post(room: TaggingContext, account: Account, photo: Path, queries: list[Query], now: datetime) -> None:
    actor = Actor(account)
    post = create_post(room, actor, sanitise_photo(read_bytes(photo)), "A rehearsal.", now)
    for query in queries:
        for product_id in sorted(query.relevant):
            ask = ChangeRequest(actor, post.id, ANY_VERSION, now)
            put_tag(room, ask, product_id, TagPlacement(_middle(query), box=query.box), on_shelf=True)
    publish(room, actor, post.id, ANY_VERSION, now)


def _middle(query: Query) -> Point:
    box = query.box
    return Point(0.5, 0.5) if box is None else Point(box.x + box.width / 2, box.y + box.height / 2)
