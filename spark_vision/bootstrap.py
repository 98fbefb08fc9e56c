"""Settings to wired services: the one place where the packages beside each other meet."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spark_vision.catalogue.read import open_source
from spark_vision.encoding.load import load_encoder
from spark_vision.indexing.build import BuildInput, BuildReport, build_version
from spark_vision.indexing.gallery import FaissGallery
from spark_vision.indexing.versions import VersionStore
from spark_vision.ports import Encoder, PictureSource, Progress, silent
from spark_vision.settings import Settings
from spark_vision.suggestion.suggest import Suggester

LoadEncoder = Callable[[str], Encoder]


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
    return _build(settings, version_store(settings), catalogue.path, encoder, progress)


def open_shop(settings: Settings, version: str | None = None) -> Shop:
    """Load an index version (None: the live one) and the encoder that it was made with.

    Raises IndexVersionError's and ModelError's children.
    """
    gallery = version_store(settings).load(version)
    encoder = load_encoder(gallery.encoder.model, settings.device)
    source = open_source(gallery.manifest.source)
    return Shop(Suggester(encoder, gallery), gallery, source.pictures(settings.picture_limits))


def _build(
    settings: Settings, store: VersionStore, source: Path, encoder: Encoder, progress: Progress
) -> BuildReport:
    catalogue = open_source(source)
    given = BuildInput(
        source=str(catalogue.path),
        rows=catalogue.rows(),
        pictures=catalogue.pictures(settings.picture_limits),
        encoder=encoder,
        limits=settings.picture_limits,
    )
    return build_version(store, given, progress)
