"""The items of a dataset's photos, as a service would show them."""

from spark_vision.app.container import version_store
from spark_vision.app.suggestion_policy import load_policy
from spark_vision.core.errors import DatasetError
from spark_vision.evaluation.evaluator import Evaluator
from spark_vision.evaluation.protocols.items import ItemEvaluation, PhotoItems, item_figures
from spark_vision.media.files import read_picture
from spark_vision.search.suggester import Suggester


def evaluate_items(bench: Evaluator) -> ItemEvaluation:
    """Find the items of all photos and hold them against the boxes of the dataset.

    Regions are looked for whatever the settings say; probabilities are those of the live version, or of
    the model, where they were fitted for it. Raises DatasetError where no photo has a box.
    """
    if all(query.box is None for query in bench.dataset.queries):
        raise DatasetError(f"{bench.dataset.folder}: photos.csv has no boxes, so there are no items to find.")
    suggester, photos, by_photo = _suggester(bench), [], bench.dataset.by_photo()
    for done, (photo, queries) in enumerate(by_photo.items(), start=1):
        items = suggester.suggest(read_picture(photo, bench.settings.picture_limits))
        photos.append(PhotoItems.of(items, queries))
        bench.progress("looking at photos", done, len(by_photo))
    splits = bench.dataset.splits
    return ItemEvaluation(
        model=bench.catalogue.encoder.spec.model,
        index_version=bench.shop.gallery.version,
        split=splits[0] if len(splits) == 1 else None,
        calibrated=suggester.judgement.calibration is not None,
        products=len(bench.catalogue.products),
        photos=len(photos),
        boxes=sum(len(photo.truths) for photo in photos),
        figures=item_figures(photos, bench.options.resampling),
        seed=bench.options.resampling.seed,
    )


def _suggester(bench: Evaluator) -> Suggester:
    store, gallery = version_store(bench.settings), bench.shop.gallery
    live = store.folder(store.live()) if store.has_live() else store.root
    settings = bench.settings.model_copy(update={"regions": "objects"})
    return Suggester(bench.catalogue.encoder, gallery, load_policy(settings, live, gallery.encoder))
