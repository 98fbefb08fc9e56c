"""Settings to an evaluation: apart from the rest, so that a look-up need not load scikit-learn."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from spark_vision.app.container import BuildOptions, build, feed_pictures, version_store
from spark_vision.app.settings import Settings
from spark_vision.catalogue.read import Source, open_source
from spark_vision.core.ids import value_digest
from spark_vision.core.product import FeedIssue, FeedRow, Product
from spark_vision.core.progress import Progress, no_progress
from spark_vision.embedding.load import load_encoder
from spark_vision.evaluation.adapters.open import open_dataset
from spark_vision.evaluation.datasets import Dataset
from spark_vision.evaluation.evaluator import DEFAULT_BENCH, BenchOptions, Catalogue, Evaluator
from spark_vision.evaluation.records.run import Run
from spark_vision.index.versions import VersionStore
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.suggester import Suggester

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What to evaluate. split: None for all; model, kind: None for the settings' (see BuildOptions)."""

    folder: Path
    split: str | None = None
    model: str | None = None
    kind: str | None = None
    options: BenchOptions = DEFAULT_BENCH


@dataclass(frozen=True)
class DatasetRun:
    """A run with the shop that it was made on."""

    shop: LoadedIndex
    run: Run


@dataclass(frozen=True)
class _ListedSource(Source):
    """A catalogue whose products are known already; `path` is the folder of their pictures."""

    products: tuple[Product, ...] = ()

    def digest(self) -> str:
        """SHA-256 over ids and places of pictures."""
        return value_digest([[product.id, *product.images] for product in self.products])

    def rows(self) -> Iterator[FeedRow | FeedIssue]:
        """The products, without lines."""
        return (FeedRow(None, product) for product in self.products)


def open_bench(settings: Settings, plan: Plan, progress: Progress = no_progress) -> Evaluator:
    """Index a dataset's catalogue in a place of its own, ready for protocols.

    The live index is left alone; embeddings are shared with it, so that a second run is quick. Where one may
    not write beside it they are not.
    Raises DatasetError and what building raises.
    """
    return bench_on(settings, open_dataset(plan.folder, plan.split), plan, progress)


def bench_on(settings: Settings, dataset: Dataset, plan: Plan, progress: Progress = no_progress) -> Evaluator:
    """The same for a dataset that is read already; the plan's folder and split do not matter."""
    encoder = load_encoder(plan.model or settings.model, settings.device, settings.runtime)
    source = _source(dataset)
    cache = _shared_cache(version_store(settings).cache)
    with TemporaryDirectory(prefix="spark-vision-") as place:
        store = VersionStore(Path(place), cache)
        build(settings, store, source, encoder, progress, BuildOptions(kind=plan.kind))
        gallery = store.load()
    shop = LoadedIndex(Suggester(encoder, gallery), gallery, feed_pictures(settings, source))
    catalogue = Catalogue(shop, encoder, tuple(_products(source)))
    return Evaluator(dataset, catalogue, settings, plan.options, progress)


def _shared_cache(cache: Path) -> Path | None:
    """The folder of the live index's embeddings, if one may write there."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=cache):
            return cache
    except OSError as error:
        _log.warning("%s cannot be written (%s): all is encoded anew", cache, error.strerror)
        return None


def evaluate_dataset(
    settings: Settings,
    folder: Path,
    split: str | None = None,
    model: str | None = None,
    progress: Progress = no_progress,
) -> DatasetRun:
    """Look a dataset's photos up in its own catalogue; raises what `open_bench` raises."""
    bench = open_bench(settings, Plan(folder, split, model), progress)
    return DatasetRun(bench.shop, bench.photos())


def _source(dataset: Dataset) -> Source:
    if dataset.products:
        return _ListedSource(dataset.folder.resolve(), products=dataset.products)
    return open_source(dataset.folder / "catalogue.csv")


def _products(source: Source) -> Iterator[Product]:
    for row in source.rows():
        if isinstance(row, FeedRow):
            yield row.product
