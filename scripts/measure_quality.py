"""Every table of docs/quality.md, as Markdown, in one run.

    python scripts/measure_quality.py --data ../shared/data [--model MODEL] [--only demo grocery ...]
    python scripts/measure_quality.py --data ../shared/data --write docs/quality.md

Runs are kept in --reports (with a page each), so that another model can be held against them:
`spark-vision evaluate DATASET --against out/reports/grocery`. Embeddings of catalogues and photos are cached
in --index; a second run of the same model is quick, except for photos made worse, which are encoded anew.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from spark_vision.app.settings import Settings
from spark_vision.core.embedding import unit_length
from spark_vision.core.errors import DatasetError, SparkVisionError
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.calibration_fit import cross_fitted
from spark_vision.evaluation.confidence import risk_coverage
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.datasets import Query
from spark_vision.evaluation.evaluator import BenchOptions, Evaluator
from spark_vision.evaluation.metric_table import compute_figures, confidences, correct
from spark_vision.evaluation.protocols.few_shot import Gallery, Labelled, Pooling, few_shot, split_by_photo
from spark_vision.evaluation.protocols.open_set import draw_products, take_out
from spark_vision.evaluation.ranking import ArrayRanker
from spark_vision.evaluation.records.folder import save_run
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.report import tables
from spark_vision.evaluation.report.page import render
from spark_vision.evaluation.slices import slices
from spark_vision.evaluation.zero_shot import zero_shot
from spark_vision.training.splits import SplitPlan, make_split

SHOWN = ("recall@1", "recall@5", "recall@10", "mrr", "map", "ndcg@10", "category_accuracy@1")
KNOWING = ("open_set_auroc", "fpr@95", "aurc")


@dataclass(frozen=True)
class Job:
    """Where things are, and with which model."""

    settings: Settings
    data: Path
    model: str | None
    reports: Path
    with_map: bool


def main() -> int:
    """Print the tables; the exit status."""
    options = _options()
    settings = Settings(index_dir=options.index)
    job = Job(settings, options.data, options.model, options.reports, options.map)
    try:
        for name in options.only:
            texts = []
            for text in PARTS[name](job):
                print(text, flush=True)
                texts.append(text)
            if options.write is not None:
                _write(options.write, name, "\n".join(texts))
    except SparkVisionError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


def _write(page: Path, name: str, text: str) -> None:
    """Put a part's tables in their place on a page, between the two comments that name it."""
    begin, end = f"<!-- measured: {name} -->", f"<!-- /measured: {name} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise DatasetError(f"{page}: has no place for {name}; it lies between {begin} and {end}.")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


def grocery(job: Job) -> Iterator[str]:
    """Phone photos against iconic pictures."""
    bench = _bench(job, job.data / "grocery", "val")
    run = bench.with_latency(bench.photos())
    yield _counted(run)
    yield tables.figures_table({"value (95 % interval)": run}, SHOWN)
    yield "\nLatency of single look-ups:\n"
    yield tables.extra_table(run.record.extras["latency"])
    yield from _kept(job, bench.with_robustness(run), "grocery")
    yield from _open_set(run, bench)
    train = _bench(job, job.data / "grocery", "train")
    yield from _few(run, bench, train)


def demo(job: Job) -> Iterator[str]:
    """The demo shop at true boxes."""
    bench = _bench(job, demo_shop(), "test")
    run = bench.photos()
    yield _counted(run)
    yield tables.figures_table({"value (95 % interval)": run}, (*SHOWN, *KNOWING))
    yield "\nBy size of the box and quality of the picture:\n"
    yield tables.slices_table(each for each in slices(run) if each.by not in ("category", "colour"))
    yield "\nOther questions to the same shop:\n"
    yield tables.figures_table({"a picture finds its others": bench.views(), "a title": bench.texts()}, SHOWN)
    sure = run.with_results(cross_fitted(run.results))
    yield "\nProbabilities as `spark-vision calibrate` fits them, each fitted on other photos:\n"
    yield tables.figures_table({"cross-fitted": sure}, ("ece", "aurc"))
    for precision in (0.8, 0.9):
        kept = risk_coverage(confidences(sure.results), correct(sure.results)).coverage_at(precision)
        yield f"At a precision of {precision:.0%} it answers {kept:.0%} of the look-ups.\n"
    yield from _kept(job, bench.with_robustness(run), "demo-shop")
    yield from _open_set(run, bench)
    confirmed, asked = split_by_photo(bench.dataset.queries, share=0.5, seed=0)
    labelled = Labelled(bench.dataset.queries, bench.encoded(bench.dataset.queries).embeddings)
    yield "\nWith confirmed views (half of the photos give them, the other half is looked up):\n"
    yield _shots(run, bench.gallery(), labelled.only(confirmed), labelled.only(asked))


def fashion(job: Job) -> Iterator[str]:
    """Titles and categories on products that were never trained on."""
    bench = _bench(job, job.data / "fashion", None)
    left_out = {
        product.key.partition("/")[2] for product in make_split(job.data, SplitPlan()).held_out_fashion
    }
    unseen = [product for product in bench.catalogue.products if product.id in left_out]
    run = bench.texts(unseen)
    yield f"{len(run.results):,} titles of {len(unseen):,} products left out of training, among all:\n"
    yield tables.figures_table({"value (95 % interval)": run}, ("recall@1", "recall@10", "mrr"))
    rows = [row for row, owner in enumerate(bench.references().owners) if owner in left_out]
    held = bench.references()
    types = {product.id: product.product_type.rpartition(" > ")[2] for product in unseen}
    labels = [types[held.owners[row]] for row in rows]
    found = zero_shot(bench.catalogue.encoder, held.references[rows], labels)
    yield "\nZero-shot categories (article type) of the same products:\n"
    row = [[str(found.categories), tables.cell(found.weighted_f1), tables.cell(found.accuracy)]]
    yield tables.table(["categories", "weighted F1", "accuracy"], row)


def speed(job: Job) -> Iterator[str]:
    """10,000 photos on 10,000 products, from embeddings that are there."""
    count, dimension = 10_000, 256
    rng = np.random.default_rng(0)
    products = unit_length(rng.standard_normal((count, dimension)))
    names = [f"p{number:05}" for number in range(count)]
    photos = unit_length(products + 0.9 * rng.standard_normal((count, dimension)) / dimension**0.5)
    queries = [
        Query(Path(f"{name}.jpg"), None, frozenset({name}), "made-up", n) for n, name in enumerate(names)
    ]
    before, marks = _peak(), [_clocks()]
    results = list(ArrayRanker(products, names, depth=100).rank(queries, photos))
    marks.append(_clocks())
    figures = compute_figures(results, {})
    marks.append(_clocks())
    steps = zip(("ranking, 100 deep", "all figures with 1,000 resamples"), pairwise(marks), strict=True)
    rows = [
        [name, *(f"{end - begin:.1f} s" for begin, end in zip(*span, strict=True))] for name, span in steps
    ]
    yield tables.table(["step", "by the clock", "of a processor"], rows)
    yield f"\nMemory rises by {_peak() - before:,.0f} MB. recall@1 is {tables.cell(figures['recall@1'])}.\n"


# The first one measures memory, which the others would blur.
PARTS: dict[str, Callable[[Job], Iterator[str]]] = {
    "speed": speed,
    "demo": demo,
    "grocery": grocery,
    "fashion": fashion,
}


def _bench(job: Job, folder: Path, split: str | None) -> Evaluator:
    return open_bench(job.settings, Plan(folder, split, job.model, options=BenchOptions(vectors=True)))


def _counted(run: Run) -> str:
    index = run.record.index
    return (
        f"{len(run.results):,} look-ups in {run.evaluation.photos:,} photos, {index.products:,} products, "
        f"{index.pictures:,} pictures; model {run.name}, fingerprint {run.record.encoder.fingerprint[:12]}.\n"
    )


def _kept(job: Job, run: Run, name: str) -> Iterator[str]:
    yield "\nMade worse, the same photos:\n"
    rows = [row for row in run.record.extras["robustness"] if row["figure"] == "recall@1"]
    yield tables.extra_table(rows)
    save_run(run, job.reports / name)
    page = job.reports / f"{name}.html"
    page.write_text(render([run], with_map=job.with_map), encoding="utf-8")


def _open_set(run: Run, bench: Evaluator) -> Iterator[str]:
    columns = {}
    for seed in range(3):
        removed = draw_products(bench.dataset.product_ids, 1 / 3, seed)
        columns[f"draw {seed + 1}"] = run.figures_of(take_out(run.results, removed))
    yield "\nOpen set, a third of the products taken out:\n"
    yield tables.values_table("figure", columns, ("recall@1", "open_set_auroc", "fpr@95"))


def _few(run: Run, bench: Evaluator, train: Evaluator) -> Iterator[str]:
    """Views from the training photos of the set, five a product at most."""
    wanted = _few_of_each(train.dataset.queries, 5)
    confirmed = Labelled(wanted, train.encoded(wanted).embeddings)
    asked = Labelled(bench.dataset.queries, bench.encoded(bench.dataset.queries).embeddings)
    yield "\nWith confirmed views (from the split train, which spark-mini was trained on):\n"
    yield _shots(run, bench.gallery(), confirmed, asked)


def _few_of_each(queries: tuple[Query, ...], most: int) -> list[Query]:
    order = np.random.default_rng(0).permutation(len(queries))
    given: dict[frozenset[str], int] = {}
    chosen = []
    for number in order.tolist():
        right = queries[number].relevant
        given[right] = given.get(right, 0) + 1
        if given[right] <= most:
            chosen.append(queries[number])
    return chosen


def _shots(run: Run, gallery: Gallery, confirmed: Labelled, asked: Labelled) -> str:
    rows = []
    for pooling in Pooling:
        for count, results in few_shot(gallery, confirmed, asked, (0, 1, 2, 5), pooling).items():
            figures = run.figures_of(results)
            shown = (tables.cell(figures[name]) for name in ("recall@1", "recall@5", "mrr"))
            rows.append([pooling.value, str(count), *shown])
    return tables.table(["pooling", "views a product", "recall@1", "recall@5", "mrr"], rows)


def _clocks() -> tuple[float, float]:
    """Seconds by the clock, and of processors: the latter do not depend on what else is running."""
    return time.perf_counter(), time.process_time()


def _peak() -> float:
    """Megabytes that the process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", default=None, help="MODEL; without, the settings' one")
    parser.add_argument(
        "--index", type=Path, default=Path("out/quality/index"), help="where embeddings are cached"
    )
    parser.add_argument("--reports", type=Path, default=Path("out/reports"), help="runs and pages")
    parser.add_argument("--map", action=argparse.BooleanOptionalAction, default=True, help="in the pages")
    parser.add_argument("--write", type=Path, default=None, help="a page whose tables are replaced")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
