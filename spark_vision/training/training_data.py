"""A shop's catalogue and confirmed tags to what a model can learn from, and look-ups that it must not see.

Pictures are decoded within their bounds, cut at their boxes and kept small in a folder of the run's own, so
that feeds with addresses, object stores of photos and boxes are all the same to training.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spark_vision.app.container import feed_pictures
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, open_store, settings_of_store
from spark_vision.catalogue.read import Source, open_source
from spark_vision.core import product as catalogue
from spark_vision.core.embedding import Picture
from spark_vision.core.errors import DatasetError, PictureError
from spark_vision.core.ids import content_digest, value_digest
from spark_vision.core.progress import Progress
from spark_vision.evaluation.confirmed_photos import JUDGED, LEARNED
from spark_vision.evaluation.datasets import Dataset, Query, read_dataset
from spark_vision.evaluation.store_dataset import TagSource, confirmed_dataset
from spark_vision.index.atomic_files import write_whole
from spark_vision.media.crop import crop
from spark_vision.media.decode import decode
from spark_vision.media.encode import jpeg, thumbnail
from spark_vision.media.files import read_bytes, read_picture
from spark_vision.training.folders import SHOP_NAME, Photo, Product
from spark_vision.training.splits import Material

MOST_IMAGES = 6  # of one product
KEPT_SIDE = 320
JUDGED_SHARE = 0.3
_QUALITY = 95
_LEARN = ("learned", "train")
_JUDGE = ("judged", "val", "validation")


@dataclass(frozen=True)
class Confirmed:
    """Where confirmed tags are: `store`, a database's address, a store's folder, or a dataset folder.

    learn, judge: splits of a dataset folder; None where their names tell. judged_share: of the photos, 0..1,
    where there is one split alone.
    """

    place: str
    learn: str | None = None
    judge: str | None = None
    seed: int = 0
    judged_share: float = JUDGED_SHARE


@dataclass(frozen=True)
class ShopMaterial:
    """What to learn from, what to judge with, and what could not be used.

    regions: confirmed regions to learn from; judged: look-ups of other photos, with the shop's products.
    """

    material: Material
    regions: int
    judged: Dataset
    refused: tuple[str, ...]


def collect_training_data(
    settings: Settings, feed: str, confirmed: Confirmed, work: Path, progress: Progress
) -> ShopMaterial:
    """Read a feed and the confirmed tags of its products, and keep their pictures under `work`.

    Raises CatalogueError, DatasetError or StoreError's children where one of them cannot be read or is empty.
    """
    source = open_source(feed)
    listed = tuple(row.product for row in source.rows() if isinstance(row, catalogue.FeedRow))
    asked = _confirmed(settings, source, confirmed, frozenset(product.id for product in listed), work)
    refused: list[str] = []
    shelf = _Shelf(settings, source, work / "pictures", refused)
    products, photos = [], []
    for done, product in enumerate(listed, start=1):
        images = list(shelf.images(product))
        if images:
            products.append(_product(product, images[0]))
            photos += [Photo(path, _key(product.id), "catalogue") for path in images[1:]]
        progress("reading the catalogue's pictures", done, len(listed))
    usable = {product.key for product in products}
    regions = list(shelf.regions(asked, usable, progress))
    judged = [query for query in asked if query.split == JUDGED and query.relevant]
    return ShopMaterial(
        Material(tuple(products), (*photos, *regions)),
        len(regions),
        Dataset(
            source.base,
            frozenset(product.id for product in listed),
            tuple(judged),
            listed,
            "confirmed region to product",
        ),
        tuple(refused),
    )


@dataclass(frozen=True)
class _Shelf:
    """Small copies of the pictures that are learnt from."""

    settings: Settings
    source: Source
    folder: Path
    refused: list[str]

    def images(self, product: catalogue.Product) -> Iterator[Path]:
        """Copies of a product's pictures, the main one first; those that cannot be read are noted."""
        read = feed_pictures(self.settings, self.source).read
        for image in product.images[:MOST_IMAGES]:
            file = self._file([product.id, image])
            try:
                if not file.is_file():
                    _keep(decode(read(image), self.settings.picture_limits), file)
            except PictureError as error:
                self.refused.append(f"{product.id}: {error.message}")
            else:
                yield file

    def regions(self, queries: Iterable[Query], usable: set[str], progress: Progress) -> Iterator[Photo]:
        """Copies of the regions to learn from; those that show several products teach no single match."""
        learned = [query for query in queries if query.split == LEARNED and len(query.relevant) == 1]
        for done, query in enumerate(learned, start=1):
            key = _key(next(iter(query.relevant)))
            file = self._file([str(query.photo), str(query.box)])
            try:
                if not file.is_file():
                    photo = read_picture(query.photo, self.settings.picture_limits)
                    _keep(crop(photo, query.box), file)
            except PictureError as error:
                self.refused.append(error.message)
            else:
                if key in usable:
                    yield Photo(file, key, "train")
            progress("reading confirmed photos", done, len(learned))

    def _file(self, what: list[str]) -> Path:
        return self.folder / f"{value_digest(what)[:24]}.jpg"


def _keep(picture: Picture, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, jpeg(thumbnail(picture, KEPT_SIDE), _QUALITY))


def _key(product_id: str) -> str:
    return f"{SHOP_NAME}/{product_id}"


def _product(product: catalogue.Product, picture: Path) -> Product:
    return Product(
        key=_key(product.id),
        title=product.title,
        description=product.description,
        category_path=product.product_type,
        colour=product.color,
        gender=product.gender,
        picture=picture,
    )


def _confirmed(
    settings: Settings, source: Source, confirmed: Confirmed, ids: frozenset[str], work: Path
) -> tuple[Query, ...]:
    folder = Path(confirmed.place)
    if (folder / "photos.csv").is_file():
        queries = _parted(read_dataset(folder), confirmed)
        return tuple(_known(queries, ids))
    where = settings_of_store(settings, confirmed.place)
    store = open_store(where)
    room = build_tagging_context(where, store)
    tags = TagSource(store, lambda photo: room.files.read(photo, photo.width), work / "photos")
    dataset, _ = confirmed_dataset(tags, source.path, confirmed.seed)
    return dataset.queries


def _known(queries: Iterable[Query], ids: frozenset[str]) -> Iterator[Query]:
    """Queries about products of the feed, with those alone."""
    for query in queries:
        if right := query.relevant & ids:
            yield replace(query, relevant=right)


def _parted(dataset: Dataset, confirmed: Confirmed) -> Iterator[Query]:
    """The queries as `learned` and `judged`: no photo, under whatever name, is on both sides."""
    sides = dict(_sides(dataset, confirmed))
    digests = {query.photo: content_digest(read_bytes(query.photo)) for query in dataset.queries}
    held = {digests[query.photo] for query in dataset.queries if sides.get(_part(query, sides)) == JUDGED}
    for query in dataset.queries:
        side = sides.get(_part(query, sides))
        if side == JUDGED or (side == LEARNED and digests[query.photo] not in held):
            yield replace(query, split=side)


def _part(query: Query, sides: dict[str | Path, str]) -> str | Path:
    return query.photo if query.photo in sides else query.split


def _sides(dataset: Dataset, confirmed: Confirmed) -> Iterator[tuple[str | Path, str]]:
    """Which split, or which photo where there is one split alone, is learnt from or judged with."""
    if confirmed.learn is None and confirmed.judge is None and len(dataset.splits) == 1:
        photos = sorted({query.photo for query in dataset.queries})
        drawn = np.random.default_rng(confirmed.seed).permutation(len(photos))
        judged = set(drawn[: round(confirmed.judged_share * len(photos))].tolist())
        yield from ((photo, JUDGED if n in judged else LEARNED) for n, photo in enumerate(photos))
        return
    learn = confirmed.learn or _named(dataset, _LEARN, "--learn")
    judge = confirmed.judge or _named(dataset, _JUDGE, "--judge")
    for split in (learn, judge):
        dataset.only(split)  # raises where there is none of that name
    if learn == judge:
        raise DatasetError(f"{dataset.folder}: the split {learn!r} cannot be learnt from and judged with.")
    yield learn, LEARNED
    yield judge, JUDGED


def _named(dataset: Dataset, names: tuple[str, ...], option: str) -> str:
    for name in names:
        if name in dataset.splits:
            return name
    raise DatasetError(
        f"{dataset.folder}: none of the splits {', '.join(dataset.splits)} is called {' or '.join(names)};"
        f" say with {option} which one to take."
    )
