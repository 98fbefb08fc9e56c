"""A process that posts and decides until it is killed, and says what was acknowledged."""

import json
import os
import random
import signal
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.decision import DecisionKind, RejectReason
from spark_vision.core.errors import StoreError
from spark_vision.core.geometry import Point
from spark_vision.core.idempotency import IdempotentRequest, StoredResponse
from spark_vision.core.post import Photo, Post
from spark_vision.database.engine import open_engine
from spark_vision.database.idempotency import SaveResponse, run_idempotent
from spark_vision.database.photo_files import FsspecPhotoFiles
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.feedback.view_recorder import ViewRecorder
from spark_vision.media.sanitise import CleanPhoto
from spark_vision.tagging import posts, tags
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.suggestions import compute_suggestions, get_cached_suggestions
from tests.integration.database.factories import NOW, FewProducts, picture, suggestion_id

# So few that posts share photos, and so many that uploads bring new ones.
PICTURES = 16
PRODUCTS = ("mug", "bowl", "lamp")


@cache
def _picture(seed: int) -> CleanPhoto:
    return picture(seed, 400, 300)


for _seed in range(PICTURES):
    _picture(_seed)


class LastFiles(FsspecPhotoFiles):
    """Photo files whose process ends when the first of them are written, and their row is not."""

    def write(self, photo: Photo, files: Mapping[int, bytes]) -> None:
        super().write(photo, files)
        os.kill(os.getpid(), signal.SIGKILL)


def open_room(url: str, photos: str) -> TaggingContext:
    return TaggingContext(Store(open_engine(url)), FsspecPhotoFiles(photos), ViewRecorder(lambda: NOW))


def ends_by_itself(seed: int) -> bool:
    return seed % 4 == 0


def account(account_id: str) -> Actor:
    return Actor(Account(account_id, "Ada", Role.POSTER))


def create(room: TaggingContext, actor: Actor, key: str, seed: int, now: Any = NOW) -> str:
    """The id of the post that a key stands for, made now or before; its caption is the key."""

    def act(keep: SaveResponse) -> StoredResponse:
        def and_then(work: UnitOfWork, post: Post) -> None:
            keep(work, StoredResponse(201, post.id.encode()))

        post = posts.create_post(room, actor, _picture(seed), key, NOW, and_then)
        return StoredResponse(201, post.id.encode())

    assert actor.id is not None
    answer, _ = run_idempotent(room.store, IdempotentRequest(actor.id, key, key), now, act)
    return answer.body.decode()


def snapshot(work: UnitOfWork, post_id: str) -> dict[str, Any] | None:
    """All that is known of a post, as a JSON value; waits for whoever still holds it."""
    post = work.posts.held(post_id)
    if post is None:
        return None
    return {
        "caption": post.caption,
        "state": post.state.value,
        "version": post.version,
        "photo": post.photo.digest,
        "tags": {tag.product_id: [tag.point.x, tag.standing.value] for tag in work.tags.of(post_id)},
        "rejected": sorted(held.product_id for held in work.tags.rejections(post_id)),
        "log": [decision.id for decision in work.decisions.of(post_id)],
    }


def replayed(work: UnitOfWork, post_id: str) -> tuple[set[str], set[str]]:
    """What the log alone says is tagged, and what is rejected."""
    tagged: set[str] = set()
    rejected: set[str] = set()
    for decision in work.decisions.of(post_id):
        if decision.kind is DecisionKind.REJECTED:
            rejected.add(decision.product_id)
        elif decision.kind is DecisionKind.WITHDRAWN:
            tagged.discard(decision.product_id)
            rejected.discard(decision.product_id)
        else:
            tagged.add(decision.product_id)
    return tagged, rejected


def work_until_killed(url: str, photos: str, account_id: str, seed: int, said: Path) -> None:
    """Post and decide; a line for what is begun, and one for what was acknowledged.

    Each fourth one ends by itself, between file and row, where hardly another kill would come.
    """
    room, dice, actor = open_room(url, photos), random.Random(seed), account(account_id)
    if ends_by_itself(seed):
        room = replace(room, files=LastFiles(photos))
    out = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(**value: Any) -> None:
        os.write(out, json.dumps(value).encode() + b"\n")

    def told(post_id: str) -> None:
        with room.store.writing() as work:
            seen = snapshot(work, post_id)
        say(post=post_id, seen=seen)

    for number in count():
        # Who ends at the first file brings a photo that nobody has posted.
        photo = PICTURES + seed if ends_by_itself(seed) else dice.randrange(PICTURES)
        key = f"{seed}-{number}"
        say(key=key, photo=photo)
        post_id = create(room, actor, key, photo)
        say(key=key, photo=photo, made=post_id)
        compute_suggestions(room, actor, post_id, FewProducts(PRODUCTS), NOW)
        told(post_id)
        for _ in range(dice.randrange(2, 12)):
            try:
                _change(room, actor, post_id, dice)
            except StoreError:
                continue
            told(post_id)
        if dice.random() < 0.5:
            say(post=post_id, leaving=True)
            posts.delete(room, actor, post_id, ANY_VERSION)
            say(post=post_id, seen=None)


def _change(room: TaggingContext, actor: Actor, post_id: str, dice: random.Random) -> None:
    ask, product = tags.ChangeRequest(actor, post_id, ANY_VERSION, NOW), dice.choice(PRODUCTS)
    shown = get_cached_suggestions(room, actor, post_id, "v1")
    assert shown is not None
    wanted = suggestion_id(shown, product)
    point = Point(round(dice.random(), 3), 0.5)
    what = dice.choice(["hand", "confirm", "confirm", "remove", "reject", "unreject", "publish", "hide"])
    if what in ("hand", "confirm"):
        place = tags.TagPlacement(point, wanted if what == "confirm" else None)
        tags.put_tag(room, ask, product, place, on_shelf=True)
    elif what == "remove":
        tags.remove_tag(room, ask, product)
    elif what == "reject":
        tags.reject(room, ask, wanted, RejectReason.OTHER)
    elif what == "unreject":
        tags.unreject(room, ask, wanted)
    elif what == "publish":
        posts.publish(room, actor, post_id, ANY_VERSION, NOW)
    else:
        posts.hide(room, actor, post_id, ANY_VERSION)
