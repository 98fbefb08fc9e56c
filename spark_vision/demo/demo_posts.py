"""Posts for the demo shop, made as posters make them: a photo, suggestions, confirmed tags, published."""

from datetime import UTC, datetime
from pathlib import Path

from spark_vision.app.container import open_shop
from spark_vision.app.photo_searcher import IndexPhotoSearcher
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, migrate_store, open_store
from spark_vision.core.account import Account, Actor, Role
from spark_vision.core.geometry import Box, Point
from spark_vision.core.progress import Progress, no_progress
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.datasets import Query, read_dataset
from spark_vision.media.sanitise import sanitise_photo
from spark_vision.social.accounts import add_account, add_key, authenticate
from spark_vision.tagging.context import ANY_VERSION, TaggingContext
from spark_vision.tagging.posts import create_post, publish, set_boxes
from spark_vision.tagging.suggestions import PostSuggestions, compute_suggestions
from spark_vision.tagging.tags import ChangeRequest, TagPlacement, put_tag

NAME = "Spark Homeware"
_CAPTIONS = {
    "0001": "Everything on one shelf.",
    "0007": "",
    "0013": "Laid for two.",
    "0019": "A corner to read in.",
    "0025": "Warm light, early evening.",
    "0031": "",
}
_POSTS = 15


def seed_demo_posts(settings: Settings, folder: Path, progress: Progress = no_progress) -> str:
    """An admin's account with some published posts, unless it is there; its key.

    The key is kept in `folder/key`, readable by its owner alone; one that was revoked is made anew.
    """
    store = open_store(settings)
    try:
        migrate_store(settings, store)
        room = build_tagging_context(settings, store)
        return _kept_key(room, folder / "key") or _furnished(settings, room, folder, progress)
    finally:
        store.close()


def _kept_key(room: TaggingContext, path: Path) -> str:
    key = path.read_text().strip() if path.is_file() else ""
    return key if key and authenticate(room.store, key).account is not None else ""


def _furnished(settings: Settings, room: TaggingContext, folder: Path, progress: Progress) -> str:
    now = datetime.now(UTC)
    with room.store.reading() as work:
        known = work.accounts.named(NAME)
    key = add_account(room.store, NAME, Role.ADMIN, now) if known is None else add_key(room.store, NAME, now)
    if known is None:
        _post_all(settings, room, key.account, progress)
    path = folder / "key"
    path.touch(mode=0o600)
    path.write_text(key.secret + "\n")
    return key.secret


def _post_all(settings: Settings, room: TaggingContext, account: Account, progress: Progress) -> None:
    looker = IndexPhotoSearcher(open_shop(settings))
    photos: dict[Path, list[Query]] = {}
    for query in read_dataset(demo_shop()).only("demo").queries:
        if query.relevant and query.box is not None:
            photos.setdefault(query.photo, []).append(query)
    chosen = list(photos.items())[:_POSTS][::-1]  # the first one ends up newest
    for done, (photo, queries) in enumerate(chosen, 1):
        _post(settings, room, Actor(account), looker, photo, queries)
        progress("post", done, len(chosen))


def _post(
    settings: Settings,
    room: TaggingContext,
    actor: Actor,
    looker: IndexPhotoSearcher,
    photo: Path,
    queries: list[Query],
) -> None:
    clean = sanitise_photo(photo.read_bytes(), settings.picture_limits)
    post = create_post(room, actor, clean, _CAPTIONS.get(photo.stem, ""), datetime.now(UTC))
    boxes = tuple(query.box for query in queries if query.box is not None)
    set_boxes(room, actor, post.id, boxes, ANY_VERSION)
    shown = compute_suggestions(room, actor, post.id, looker, datetime.now(UTC))
    for query in queries:
        if query.box is not None:
            for product_id in query.relevant:
                place = _place(shown, query.box, product_id)
                put_tag(
                    room,
                    ChangeRequest(actor, post.id, ANY_VERSION, datetime.now(UTC)),
                    product_id,
                    place,
                    on_shelf=True,
                )
    publish(room, actor, post.id, ANY_VERSION, datetime.now(UTC))


def _place(shown: PostSuggestions, box: Box, product_id: str) -> TagPlacement:
    """The middle of the box; as a confirmation where the product was suggested, else by hand."""
    point = Point(box.x + box.width / 2, box.y + box.height / 2)
    suggested = (found for item in shown.held.items for found in item["suggestions"])
    ids = {found["product_id"]: found["id"] for found in suggested}
    return TagPlacement(point, ids.get(product_id), box)
