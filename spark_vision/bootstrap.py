"""Settings to wired services: the one place where the packages beside each other meet."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from spark_vision.catalogue.read import Source, open_source
from spark_vision.domain.embedding import Picture
from spark_vision.encoding.load import load_encoder
from spark_vision.evaluation.datasets import Query, read_dataset
from spark_vision.evaluation.run import Evaluation, Options, evaluate
from spark_vision.imaging.crop import crop
from spark_vision.imaging.files import read_picture
from spark_vision.indexing.build import BuildInput, BuildReport, build_version
from spark_vision.indexing.gallery import FaissGallery
from spark_vision.indexing.versions import VersionStore
from spark_vision.ports import Encoder, PictureSource, Progress, silent
from spark_vision.settings import Settings
from spark_vision.suggestion.suggest import Suggester


@dataclass(frozen=True)
class Shop:
    """A live index with all that a look-up needs: one version from start to end."""

    suggester: Suggester
    gallery: FaissGallery
    pictures: PictureSource


def version_store(settings: Settings) -> VersionStore:
    """The index folder of the settings."""
    return VersionStore(settings.index_dir)


def build_index(
    settings: Settings, source: str, model: str | None = None, progress: Progress = silent
) -> BuildReport:
    """Make an index version of a SOURCE and make it live; model: another MODEL than the settings'."""
    catalogue = open_source(source)  # before the model is loaded: a misspelt path is told at once
    encoder = load_encoder(model or settings.model, settings.device)
    return _build(settings, version_store(settings), catalogue, encoder, progress)


def open_shop(settings: Settings, version: str | None = None) -> Shop:
    """Load an index version (None: the live one) and the encoder that it was made with.

    Raises IndexVersionError's and ModelError's children.
    """
    gallery = version_store(settings).load(version)
    encoder = load_encoder(gallery.encoder.model, settings.device)
    source = Source(Path(gallery.manifest.source))  # which may be gone: suggestions do not need it
    return Shop(Suggester(encoder, gallery), gallery, source.pictures(settings.picture_limits))


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
        _build(settings, store, catalogue, encoder, progress)
        gallery = store.load()
    shop = Shop(Suggester(encoder, gallery), gallery, catalogue.pictures(settings.picture_limits))

    def read(query: Query) -> Picture:
        return crop(read_picture(query.photo, settings.picture_limits), query.box)

    options = Options(progress=progress)
    return DatasetRun(shop, evaluate(gallery, encoder, dataset.queries, read, options))


def _build(
    settings: Settings, store: VersionStore, source: Source, encoder: Encoder, progress: Progress
) -> BuildReport:
    given = BuildInput(
        source=str(source.path),
        rows=source.rows(),
        pictures=source.pictures(settings.picture_limits),
        encoder=encoder,
        limits=settings.picture_limits,
    )
    return build_version(store, given, progress)
