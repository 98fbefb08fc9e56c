"""Settings to an evaluation: apart from the rest, so that a look-up need not load scikit-learn."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from spark_vision.bootstrap import Shop, build, feed_pictures, version_store
from spark_vision.catalogue.read import open_source
from spark_vision.domain.embedding import Picture
from spark_vision.encoding.load import load_encoder
from spark_vision.evaluation.datasets import Query, read_dataset
from spark_vision.evaluation.run import Evaluation, Options, evaluate
from spark_vision.imaging.crop import crop
from spark_vision.imaging.files import read_picture
from spark_vision.indexing.versions import VersionStore
from spark_vision.ports import Progress, silent
from spark_vision.settings import Settings
from spark_vision.suggestion.suggest import Suggester


@dataclass(frozen=True)
class DatasetRun:
    """An evaluation with the shop that it was made on."""

    shop: Shop
    evaluation: Evaluation


def evaluate_dataset(
    settings: Settings,
    folder: Path,
    split: str | None = None,
    model: str | None = None,
    progress: Progress = silent,
) -> DatasetRun:
    """Index a dataset folder's catalogue in a place of its own and look its photos up.

    The live index is left alone; embeddings are shared with it, so that a second run is quick.
    Raises DatasetError and what building raises.
    """
    dataset = read_dataset(folder).only(split)
    encoder = load_encoder(model or settings.model, settings.device)
    catalogue = open_source(folder / "catalogue.csv")
    with TemporaryDirectory(prefix="spark-vision-") as place:
        store = VersionStore(Path(place), version_store(settings).cache)
        build(settings, store, catalogue, encoder, progress)
        gallery = store.load()
    shop = Shop(Suggester(encoder, gallery), gallery, feed_pictures(settings, catalogue))

    def read(query: Query) -> Picture:
        return crop(read_picture(query.photo, settings.picture_limits), query.box)

    options = Options(progress=progress)
    return DatasetRun(shop, evaluate(gallery, encoder, dataset.queries, read, options))
