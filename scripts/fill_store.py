"""Fill an empty store with made-up posts, so that the feed can be measured at its size.

    python scripts/fill_store.py --data DIR --index DIR [--posts 100000] [--seed 0]

Twenty photos of the demo shop are posted as anybody would post them; the other posts show them again, with
up to three tags of products of the live index and some smiles. The same seed makes the same posts.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from spark_vision.app.container import version_store
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, migrate_store, open_store
from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.product_filter import EVERYTHING
from spark_vision.database.store import Store
from spark_vision.database.tables.decisions import TagRow
from spark_vision.database.tables.posts import PostRow
from spark_vision.database.tables.smiles import SmileRow
from spark_vision.media.sanitise import sanitise_photo
from spark_vision.tagging.posts import create_post

_PHOTOS = Path(__file__).resolve().parents[1] / "spark_vision" / "demo_shop" / "photos"
_NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)
_POSTERS = 50
_BLOCK = 5_000


def main() -> None:
    options = _options()
    settings = Settings(index_dir=options.index, data_dir=options.data)
    chance = random.Random(options.seed)
    store = open_store(settings)
    migrate_store(settings, store)
    posters = _posters(store)
    digests = _photos(settings, store, posters)
    products = version_store(settings).load().product_ids(EVERYTHING)
    rows = _posts(chance, options.posts, posters, digests)
    with store.engine.begin() as connection:
        while block := list(islice(rows, _BLOCK)):
            connection.execute(insert(PostRow), block)
            tags = [tag for post in block for tag in _tags(chance, post, products)]
            smiles = [smile for post in block for smile in _smiles(chance, post, posters)]
            connection.execute(insert(TagRow), tags)
            connection.execute(insert(SmileRow), smiles)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    store.close()
    print(f"{options.posts:,} posts of {len(posters)} posters, {len(products)} products")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _posters(store: Store) -> list[Account]:
    posters = [Account(f"{number:032x}", f"Poster {number}", Role.POSTER) for number in range(_POSTERS)]
    with store.writing() as work:
        for poster in posters:
            work.accounts.add(poster, _NEWEST)
    return posters


def _photos(settings: Settings, store: Store, posters: list[Account]) -> list[str]:
    room = build_tagging_context(settings, store)
    digests = []
    for place, path in enumerate(sorted(_PHOTOS.iterdir())[:20]):
        clean = sanitise_photo(path.read_bytes(), settings.picture_limits)
        post = create_post(room, Actor(posters[place]), clean, "", _NEWEST)
        digests.append(post.photo.digest)
    return digests


def _posts(
    chance: random.Random, count: int, posters: list[Account], digests: list[str]
) -> Iterator[dict[str, Any]]:
    at = _NEWEST
    for number in range(count):
        at -= timedelta(seconds=chance.randrange(1, 600))
        yield {
            "id": f"{chance.getrandbits(128):032x}",
            "poster_id": chance.choice(posters).id,
            "photo_digest": chance.choice(digests),
            "caption": f"Look {number}, and what one says of it in a line or two of text. " * 2,
            "state": "published" if chance.random() < 0.95 else "hidden",
            "version": 4,
            "boxes": [],
            "created_at": at,
            "published_at": at,
        }


def _tags(chance: random.Random, post: dict[str, Any], products: list[str]) -> Iterator[dict[str, Any]]:
    for product in chance.sample(products, chance.randrange(1, 4)):
        yield {
            "id": f"{chance.getrandbits(128):032x}",
            "post_id": post["id"],
            "product_id": product,
            "x": chance.random(),
            "y": chance.random(),
            "box": None,
            "suggestion_id": None,
            "decision_id": f"{chance.getrandbits(128):032x}",
            "tagged_at": post["created_at"],
        }


def _smiles(chance: random.Random, post: dict[str, Any], posters: list[Account]) -> Iterator[dict[str, Any]]:
    for poster in chance.sample(posters, chance.randrange(0, 6)):
        yield {"post_id": post["id"], "account_id": poster.id, "smiled_at": post["created_at"]}


if __name__ == "__main__":
    main()
