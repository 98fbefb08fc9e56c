"""Settings to wired services: the one place where the packages beside each other meet.

What builds an index is imported when an index is built, so that a look-up starts quickly.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from spark_vision.app.settings import Settings
from spark_vision.app.suggestion_policy import load_policy, reload_calibration
from spark_vision.catalogue.addresses import networks
from spark_vision.catalogue.credentials import Credentials, credentials_by_origin
from spark_vision.catalogue.feed_cache import FeedCache
from spark_vision.catalogue.fetched import FetchedStore
from spark_vision.catalogue.http import FetchLimits, HttpPictures
from spark_vision.catalogue.pictures import FeedPictures, LocalPictures, folder_of_feed
from spark_vision.core.embedding import EncoderSpec
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.progress import Progress, no_progress
from spark_vision.embedding.batching import BatchingEncoder
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.lazy import lazy_encoder
from spark_vision.embedding.load import load_encoder
from spark_vision.embedding.locate import locate_model
from spark_vision.index.versions import VersionStore
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.suggester import Suggester
from spark_vision.search.words.fused_search import ProductWords

if TYPE_CHECKING:
    from spark_vision.catalogue.read import Source
    from spark_vision.index.build import BuildInput, BuildReport
    from spark_vision.index.build_steps import VersionPolicy


@dataclass(frozen=True)
class BuildOptions:
    """What may be asked of one run. format_name, kind: None where the content and the size decide;
    live: whether the version becomes the live one at once; accept_removals: hold it for nothing;
    feed_map: the file that maps the feed's columns.
    """

    format_name: str | None = None
    kind: str | None = None
    live: bool = True
    accept_removals: bool = False
    feed_map: Path | None = None


DEFAULT_OPTIONS = BuildOptions()


def version_store(settings: Settings) -> VersionStore:
    """The index folder of the settings."""
    return VersionStore(settings.index_dir)


def build_index(
    settings: Settings,
    source: str,
    model: str | None = None,
    progress: Progress = no_progress,
    options: BuildOptions = DEFAULT_OPTIONS,
) -> "BuildReport":
    """Make an index version of a SOURCE; model: another MODEL than the settings'."""
    from spark_vision.index.build import build_version

    # Before the model is loaded: a misspelt path is told at once.
    catalogue = feed_source(settings, source, options)
    encoder = _lazy_encoder(settings, model)
    given = _given(settings, catalogue, encoder, options)
    return build_version(version_store(settings), given, progress)


def update_index(
    settings: Settings,
    source: str,
    model: str | None = None,
    progress: Progress = no_progress,
    options: BuildOptions = DEFAULT_OPTIONS,
) -> "BuildReport":
    """Make what build_index would make, with the live version's model, unless it is live already."""
    from spark_vision.index.build import update_version

    catalogue = feed_source(settings, source, options)
    encoder = live_encoder(settings) if model is None else _lazy_encoder(settings, model)
    return update_version(version_store(settings), _given(settings, catalogue, encoder, options), progress)


def open_shop(settings: Settings, version: str | None = None, held: Encoder | None = None) -> LoadedIndex:
    """Load an index version (None: the live one) and the encoder that it was made with.

    held: an encoder that is loaded already; it is used again where it is the version's.
    Raises IndexVersionError's and ModelError's children.
    """
    shop = load_uncalibrated(settings, version, held)
    folder = version_store(settings).folder(shop.gallery.version)
    judged = load_policy(settings, folder, shop.gallery.encoder)
    return replace(shop, suggester=shop.suggester.judging_by(judged))


def recalibrated(settings: Settings, shop: LoadedIndex) -> LoadedIndex:
    """A shop with the calibration that its version has now: nothing else of the version is read again.

    Raises CalibrationError and IndexDamagedError.
    """
    folder = version_store(settings).folder(shop.gallery.version)
    judged = reload_calibration(shop.suggester.judgement, folder, shop.gallery.encoder)
    return replace(shop, suggester=shop.suggester.judging_by(judged))


def load_uncalibrated(
    settings: Settings, version: str | None = None, held: Encoder | None = None
) -> LoadedIndex:
    """The same, without what finds regions and judges matches: what a calibration is fitted with."""
    gallery = version_store(settings).load(version)
    encoder = held
    if encoder is None or encoder.spec.fingerprint != gallery.encoder.fingerprint:
        model = located(settings, gallery.encoder)
        encoder = BatchingEncoder(load_encoder(model, settings.device, settings.runtime))
    source = Path(gallery.manifest.source)  # which may be gone: suggestions do not need it
    pictures = LocalPictures(folder_of_feed(source), settings.picture_limits)
    suggester = Suggester(encoder, gallery, words=ProductWords(gallery))
    return LoadedIndex(suggester, gallery, _with_addresses(settings, pictures))


def build(
    settings: Settings,
    store: VersionStore,
    source: "Source",
    encoder: Encoder,
    progress: Progress,
    options: BuildOptions = DEFAULT_OPTIONS,
) -> "BuildReport":
    """Make a version of a source in any index folder, with an encoder that is loaded."""
    from spark_vision.index.build import build_version

    return build_version(store, _given(settings, source, encoder, options), progress)


def feed_pictures(settings: Settings, source: "Source") -> FeedPictures:
    """The pictures of a source, by file and by http(s); raises InvalidInputError."""
    return _with_addresses(settings, source.pictures(settings.picture_limits))


def _with_addresses(settings: Settings, pictures: LocalPictures) -> FeedPictures:
    return FeedPictures(pictures, picture_addresses(settings))


def picture_addresses(settings: Settings) -> HttpPictures:
    """Pictures by http(s); raises InvalidInputError where a network of the settings is misspelt."""
    try:
        allowed = networks(settings.picture_networks)
    except ValueError as error:
        raise InvalidInputError(f"SPARK_VISION_PICTURE_NETWORKS: {error}.") from error
    return HttpPictures(
        FetchedStore(version_store(settings).cache / "fetched"),
        settings.picture_limits,
        FetchLimits(seconds=settings.picture_timeout),
        allowed,
        fetch_credentials(settings),
    )


def fetch_credentials(settings: Settings) -> dict[str, Credentials]:
    """Return the credentials of hosts by their origins; raises InvalidInputError, which names none."""
    try:
        return credentials_by_origin(settings.fetch_credentials)
    except InvalidInputError as error:
        raise InvalidInputError(f"SPARK_VISION_FETCH_CREDENTIALS: {error.message}") from error


def feed_cache(settings: Settings) -> FeedCache:
    """Return the feeds that were fetched last."""
    return FeedCache(version_store(settings).cache / "feeds")


def live_encoder(settings: Settings) -> Encoder:
    """The encoder of the live version, of the settings where there is none; loaded when it is needed."""
    store = version_store(settings)
    if not store.has_live():
        return _lazy_encoder(settings, None)
    model = located(settings, store.manifest(store.live()).content.encoder)
    return _lazy_encoder(settings, model)


def located(settings: Settings, encoder: EncoderSpec) -> str:
    """Return the MODEL that loads an index's encoder on this machine; raises ModelNotFoundError."""
    return locate_model(encoder, settings.model, settings.model_folders)


def rules_of(settings: Settings, options: BuildOptions) -> "VersionPolicy":
    """How a version is made."""
    from spark_vision.index.build_steps import VersionPolicy
    from spark_vision.index.guard import GuardPolicy

    kind = options.kind or settings.index_kind
    guard = GuardPolicy(settings.max_removed_share, options.accept_removals)
    return VersionPolicy(
        kind, settings.keep_versions, settings.min_recall, options.live, guard, settings.picture_gone_runs
    )


def _lazy_encoder(settings: Settings, model: str | None) -> Encoder:
    memory = version_store(settings).cache / "encoders.json"
    return lazy_encoder(model or settings.model, settings.device, memory, settings.runtime)


def feed_source(settings: Settings, source: str, options: BuildOptions) -> "Source":
    """Return a feed or folder with what the settings and the map say of it.

    Raises:
        CatalogueError: If there is no such feed.
        InvalidInputError: If the map or the format is not usable.
    """
    from spark_vision.catalogue.feed_map import NO_MAP, read_map
    from spark_vision.catalogue.read import open_source
    from spark_vision.catalogue.shop import Shop as ExportedShop

    shop = ExportedShop(settings.shop_currency, settings.shop_url)
    feed_map = NO_MAP if options.feed_map is None else read_map(options.feed_map)
    return open_source(source, options.format_name, shop, feed_map)


def _given(settings: Settings, source: "Source", encoder: Encoder, options: BuildOptions) -> "BuildInput":
    from spark_vision.index.build import BuildInput

    return BuildInput(
        source=str(source.path),
        rows=source.rows(),
        pictures=feed_pictures(settings, source),
        encoder=encoder,
        limits=settings.picture_limits,
        feed_digest=source.digest(),
        rules=rules_of(settings, options),
    )
