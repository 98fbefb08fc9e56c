"""Settings to a calibration: labelled photos are looked up, and probabilities fitted on what comes out.

Photos are a dataset's, or those of posters who said what they show.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from spark_vision.app.container import load_uncalibrated, version_store
from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, names_store, open_store, settings_of_store
from spark_vision.app.suggestion_policy import bundled_calibration, region_proposer
from spark_vision.core.embedding import Picture
from spark_vision.core.errors import CalibrationError, InvalidInputError, PhotoMissingError
from spark_vision.core.geometry import Box, iou
from spark_vision.core.ids import value_digest
from spark_vision.core.post import Post, PostState
from spark_vision.core.progress import Progress, no_progress
from spark_vision.database.store import UnitOfWork
from spark_vision.evaluation.calibration_fit import LabelledRegion, fit, log_loss_of
from spark_vision.evaluation.datasets import Dataset, Query, read_dataset
from spark_vision.evaluation.decision_labels import DecidedPost, DecidedRegion, PostOf, decided_posts
from spark_vision.evaluation.protocols.items import OVERLAP
from spark_vision.evaluation.protocols.open_set import draw_products
from spark_vision.evaluation.store_dataset import logged_decisions
from spark_vision.index.calibrations import keep_calibration
from spark_vision.media.crop import crop
from spark_vision.media.decode import decode
from spark_vision.media.files import read_picture
from spark_vision.search.calibration import Calibration
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.whole_photo import WholePhoto, encode_whole_photo

_DEEP = 60
_TAKEN_OUT = 1 / 3
_DRAWS = 4
_GAPS_WEIGH = 0.25


_Finder = Callable[[WholePhoto], tuple[Box, ...]]


def calibrate(
    settings: Settings,
    place: str,
    split: str | None = None,
    progress: Progress = no_progress,
    *,
    even_if_worse: bool = False,
) -> Calibration:
    """Fit the live version's probabilities on known photos, and keep them with the version.

    place: a dataset folder; or where posters' decisions are: `store` for the settings' own, a store's folder,
    a database's address. split: of a dataset; None for all. even_if_worse: keep also what says less of these
    photos than the fit that came with the model.
    Raises InvalidInputError, DatasetError, CalibrationError, StoreError's children, and what opening a
    version raises.
    """
    folder = Path(place)
    is_dataset = (folder / "photos.csv").is_file()
    if split is not None and not is_dataset and names_store(place):
        raise InvalidInputError("--split is for dataset folders; what posters said has none: leave it out.")
    shop = load_uncalibrated(settings)
    if is_dataset or split is not None:
        regions = labelled_regions(shop, read_dataset(folder).only(split), settings, progress)
        words = f"{folder.name}, split {split or 'all'}"
    else:
        regions = decided_regions(shop, settings_of_store(settings, place), progress)
        words = f"what posters said of {len({region.photo for region in regions})} photos"
    made = fit(with_gaps(regions), shop.gallery.encoder.fingerprint, words)
    calibration = replace(made, kind="labelled" if is_dataset or split is not None else "confirmed")
    if not even_if_worse:
        _check_worth(calibration, bundled_calibration(shop.gallery.encoder), regions)
    keep_calibration(version_store(settings).folder(shop.gallery.version), calibration.as_dict())
    return calibration


def _check_worth(made: Calibration, came: Calibration | None, regions: Sequence[LabelledRegion]) -> None:
    """Raise CalibrationError where the fit that came with the model, which knows none of these photos, says
    more of them than the new one does of those that it did not see.
    """
    if came is None or made.figures["log_loss"] < (before := log_loss_of(came, regions)):
        return
    raise CalibrationError(
        f"Nothing was changed: what is true of these photos is less likely by the new fit (log-loss"
        f" {made.figures['log_loss']:.3f} on {made.figures['regions']:.0f} regions, cross-fitted) than by the"
        f" one that came with the model ({before:.3f}). More photos may help; --anyway keeps it all the same."
    )


def labelled_regions(
    shop: LoadedIndex, dataset: Dataset, settings: Settings, progress: Progress = no_progress
) -> list[LabelledRegion]:
    """The regions of a dataset's photos, looked up: boxes that are known, those that are found where it is
    known what they show, and each whole photo; in a dataset without boxes the whole photos alone.

    Raises CalibrationError where the photos show products that the index does not have.
    """
    by_photo = dataset.by_photo()
    _check_products(shop, dataset)
    boxed = any(query.box is not None for query in dataset.queries)
    finder = _finder(settings, shop) if boxed else None
    regions: list[LabelledRegion] = []
    for done, (photo, queries) in enumerate(by_photo.items(), start=1):
        picture = read_picture(photo, settings.picture_limits)
        parts = list(_parts(queries))
        if finder is not None and _says_where(queries):
            parts += [_found(box, queries) for box in finder(_overview(shop, picture))]
        regions += _looked_up(shop, picture, str(photo), parts)
        progress("looking up photos", done, len(by_photo))
    return regions


def decided_regions(
    shop: LoadedIndex, settings: Settings, progress: Progress = no_progress
) -> list[LabelledRegion]:
    """The regions of published photos that their posters decided about, looked up in the catalogue alone.

    Products that left the catalogue are taken off; where nothing else was tagged, so is the region. Raises
    StoreError's children.
    """
    store = open_store(settings)
    files = build_tagging_context(settings, store).files
    with store.reading() as work:
        posts = list(decided_posts(logged_decisions(work), _published(work)))
    regions: list[LabelledRegion] = []
    for done, decided in enumerate(posts, start=1):
        photo = decided.post.photo
        try:
            picture = decode(files.read(photo, photo.width), settings.picture_limits)
        except PhotoMissingError:  # its decisions stay in the log
            continue
        regions += _looked_up(shop, picture, photo.digest, list(_still_sold(shop, decided)))
        progress("looking up posts", done, len(posts))
    return regions


def _published(work: UnitOfWork) -> PostOf:
    """Drafts are still being decided about."""

    def post_of(post_id: str) -> Post | None:
        post = work.posts.get(post_id)
        return None if post is None or post.state is PostState.DRAFT else post

    return post_of


def _still_sold(shop: LoadedIndex, decided: DecidedPost) -> Iterator[DecidedRegion]:
    for region in decided.regions:
        sold = frozenset(product_id for product_id in region.relevant if _has(shop, product_id))
        if sold or not region.relevant:
            yield replace(region, relevant=sold)


def _has(shop: LoadedIndex, product_id: str) -> bool:
    try:
        shop.gallery.product(product_id)
    except KeyError:
        return False
    return True


def open_set(regions: list[LabelledRegion], seed: int = 0) -> list[LabelledRegion]:
    """The regions as they would be if a third of the products that they show were not in the shop."""
    products = {product_id for region in regions for product_id in region.relevant}
    removed = draw_products(products, _TAKEN_OUT, seed)
    return [region.without(removed) for region in regions]


def with_gaps(regions: list[LabelledRegion]) -> list[LabelledRegion]:
    """The regions, and several times as they would be in a shop with gaps, which together weigh a quarter:
    enough to learn what a thing looks like that the shop has not, while most things are taken to be there.
    """
    gaps = [region for seed in range(_DRAWS) for region in open_set(regions, seed)]
    return [*regions, *(replace(region, weight=_GAPS_WEIGH / _DRAWS) for region in gaps)]


def _finder(settings: Settings, shop: LoadedIndex) -> _Finder:
    proposer = region_proposer(settings, shop.gallery.encoder)
    return lambda seen: seen.regions(proposer, settings.regions_most)


def _overview(shop: LoadedIndex, picture: Picture) -> WholePhoto:
    encoder = shop.suggester.encoder
    return encode_whole_photo(encoder, picture, encoder.prepare(picture))


def _looked_up(
    shop: LoadedIndex, picture: Picture, photo: str, parts: Sequence[DecidedRegion]
) -> Iterator[LabelledRegion]:
    """photo: what names it, so that no photo is in two folds."""
    import numpy as np

    if not parts:
        return
    encoder, gallery = shop.suggester.encoder, shop.gallery
    prepared = np.stack([encoder.prepare(crop(picture, part.box)) for part in parts])
    ranked = gallery.search_products(encoder.finish(encoder.forward(prepared)), _DEEP)
    for part, matches in zip(parts, ranked, strict=True):
        yield LabelledRegion(
            value_digest([photo])[:16],
            part.box,
            part.found,
            tuple(match.product_id for match in matches),
            tuple(match.similarity for match in matches),
            part.relevant,
        )


def _parts(queries: Sequence[Query]) -> Iterator[DecidedRegion]:
    for query in queries:
        if query.box is not None:
            yield DecidedRegion(query.box, False, query.relevant)
    yield DecidedRegion(None, False, frozenset().union(*(query.relevant for query in queries)))


def _says_where(queries: Sequence[Query]) -> bool:
    """Whether it is known of a photo's regions what they show: by boxes, or since it shows nothing."""
    return any(query.box is not None for query in queries) or not any(query.relevant for query in queries)


def _found(box: Box, queries: Sequence[Query]) -> DecidedRegion:
    """What a found region shows: the products whose boxes it overlaps well."""
    shown = [query.relevant for query in queries if query.box and iou(box, query.box) >= OVERLAP]
    return DecidedRegion(box, True, frozenset().union(*shown))


def _check_products(shop: LoadedIndex, dataset: Dataset) -> None:
    for query in dataset.queries:
        for product_id in query.relevant:
            if not _has(shop, product_id):
                raise CalibrationError(
                    f"photos.csv, line {query.line}: the live index has no product {product_id!r};"
                    " build it from the catalogue that the photos belong to."
                )
