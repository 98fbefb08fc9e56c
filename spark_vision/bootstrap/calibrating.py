"""Settings to a calibration: labelled photos are looked up, and probabilities fitted on what comes out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spark_vision.bootstrap import Shop, plain_shop, version_store
from spark_vision.bootstrap.judging import region_proposer
from spark_vision.domain.box import Box, iou
from spark_vision.domain.calibration import Calibration
from spark_vision.domain.embedding import Picture
from spark_vision.domain.ids import value_digest
from spark_vision.errors import CalibrationError
from spark_vision.evaluation.calibrate import LabelledRegion, fit
from spark_vision.evaluation.datasets import Dataset, Query, read_dataset
from spark_vision.evaluation.protocols.open_set import draw_products
from spark_vision.imaging.crop import crop
from spark_vision.imaging.files import read_picture
from spark_vision.indexing.calibrations import keep_calibration
from spark_vision.ports import Progress, silent
from spark_vision.settings import Settings
from spark_vision.suggestion.find import Overview, overview

_DEEP = 60
_TAKEN_OUT = 1 / 3
_DRAWS = 4
_GAPS_WEIGH = 0.25
_OVERLAP = 0.4


_Finder = Callable[[Overview], tuple[Box, ...]]


@dataclass(frozen=True)
class _Part:
    """A region of a photo before it is looked up."""

    box: Box | None
    found: bool
    relevant: frozenset[str]


def calibrate(
    settings: Settings, folder: Path, split: str | None = None, progress: Progress = silent
) -> Calibration:
    """Fit the live version's probabilities on a dataset's photos, and keep them with the version.

    Raises DatasetError, CalibrationError, and what opening a version raises.
    """
    shop = plain_shop(settings)
    regions = labelled_regions(shop, read_dataset(folder).only(split), settings, progress)
    words = f"{folder.name}, split {split or 'all'}"
    calibration = fit(with_gaps(regions), shop.gallery.encoder.fingerprint, words)
    keep_calibration(version_store(settings).folder(shop.gallery.version), calibration.as_dict())
    return calibration


def labelled_regions(
    shop: Shop, dataset: Dataset, settings: Settings, progress: Progress = silent
) -> list[LabelledRegion]:
    """The regions of a dataset's photos, looked up: boxes that are known, those that are found, and each
    whole photo; in a dataset without boxes the whole photos alone.

    Raises CalibrationError where the photos show products that the index does not have.
    """
    by_photo = dataset.by_photo()
    _check_products(shop, dataset)
    boxed = any(query.box is not None for query in dataset.queries)
    finder = _finder(settings, shop) if boxed else None
    regions: list[LabelledRegion] = []
    for done, (photo, queries) in enumerate(by_photo.items(), start=1):
        regions += _looked_up(shop, read_picture(photo, settings.picture_limits), queries, finder)
        progress("looking up photos", done, len(by_photo))
    return regions


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


def _finder(settings: Settings, shop: Shop) -> _Finder:
    proposer = region_proposer(settings, shop.gallery.encoder)
    return lambda seen: seen.regions(proposer, settings.regions_most)


def _looked_up(
    shop: Shop, picture: Picture, queries: Sequence[Query], finder: _Finder | None
) -> Iterator[LabelledRegion]:
    import numpy as np

    parts = list(_parts(queries))
    encoder, gallery = shop.suggester.encoder, shop.gallery
    if finder is not None:
        seen = overview(encoder, picture, encoder.prepare(picture))
        parts += [_found(box, queries) for box in finder(seen)]
    prepared = np.stack([encoder.prepare(crop(picture, part.box)) for part in parts])
    ranked = gallery.search_products(encoder.finish(encoder.forward(prepared)), _DEEP)
    for part, matches in zip(parts, ranked, strict=True):
        yield LabelledRegion(
            value_digest([str(queries[0].photo)])[:16],
            part.box,
            part.found,
            tuple(match.product_id for match in matches),
            tuple(match.similarity for match in matches),
            part.relevant,
        )


def _parts(queries: Sequence[Query]) -> Iterator[_Part]:
    for query in queries:
        if query.box is not None:
            yield _Part(query.box, False, query.relevant)
    yield _Part(None, False, frozenset().union(*(query.relevant for query in queries)))


def _found(box: Box, queries: Sequence[Query]) -> _Part:
    """What a found region shows: the products whose boxes it overlaps well."""
    shown = [query.relevant for query in queries if query.box and iou(box, query.box) >= _OVERLAP]
    return _Part(box, True, frozenset().union(*shown))


def _check_products(shop: Shop, dataset: Dataset) -> None:
    for query in dataset.queries:
        for product_id in query.relevant:
            try:
                shop.gallery.product(product_id)
            except KeyError:
                raise CalibrationError(
                    f"photos.csv, line {query.line}: the live index has no product {product_id!r};"
                    " build it from the catalogue that the photos belong to."
                ) from None
