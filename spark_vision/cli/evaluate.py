"""`spark-vision evaluate`: how good the matches are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spark_vision.app.settings import Settings
from spark_vision.cli import console
from spark_vision.cli.index import AsJson, IndexDir, Kind, settings_for
from spark_vision.core.errors import InvalidInputError
from spark_vision.core.progress import Progress

if TYPE_CHECKING:
    from spark_vision.evaluation.compare import Difference
    from spark_vision.evaluation.dataset_run import Plan
    from spark_vision.evaluation.metric_table import Metric
    from spark_vision.evaluation.records.run import Run


class Protocol(StrEnum):
    """What is looked up."""

    PHOTOS = "photos"
    VIEWS = "views"
    TITLES = "titles"
    ITEMS = "items"


Split = Annotated[str | None, typer.Option(help="A split of the dataset; without, all.")]
Against = Annotated[
    str | None, typer.Option(help="A saved RUN, or another MODEL, to compare with.", metavar="RUN|MODEL")
]
Save = Annotated[Path | None, typer.Option(help="Keep the run in this folder.", metavar="RUN")]
Asked = Annotated[
    Protocol,
    typer.Option(
        help="photos; views: a product's picture finds its others; titles: words find products;"
        " items: things are found in photos, against boxes."
    ),
]
Robustness = Annotated[bool, typer.Option("--robustness", help="Also with the photos made worse.")]
Latency = Annotated[bool, typer.Option("--latency", help="Also the time of single look-ups.")]
Depth = Annotated[int, typer.Option(min=1, help="Products ranked a look-up.")]


@dataclass(frozen=True)
class _Wanted:
    """What was asked for beside the figures."""

    protocol: Protocol
    robustness: bool
    latency: bool


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder, or a public dataset as published.")],
    split: Split = None,
    model: Annotated[str | None, typer.Option(help="MODEL to evaluate.")] = None,
    kind: Kind = None,
    against: Against = None,
    save: Save = None,
    protocol: Asked = Protocol.PHOTOS,
    robustness: Robustness = False,
    latency: Latency = False,
    depth: Depth = 1000,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Look a dataset's photos up in its own catalogue, and judge what is found."""
    from spark_vision.evaluation.dataset_run import Plan
    from spark_vision.evaluation.evaluator import BenchOptions

    settings = settings_for(index_dir)
    plan = Plan(dataset, split, model, kind, BenchOptions(depth, vectors=save is not None))
    wanted = _Wanted(protocol, robustness, latency)
    if protocol is Protocol.ITEMS:
        if against is not None or save is not None or robustness or latency:
            raise InvalidInputError(
                "Items keep no run: leave out --against, --save, --robustness and --latency."
            )
        _items(settings, plan, as_json=as_json)
        return
    with console.progress() as progress:
        run = _run(settings, plan, wanted, progress)
        if save is not None:
            _save(run, save)
        other = None if against is None else _other(settings, plan, against, wanted, progress)
    if other is not None:
        _compare(run, other, as_json=as_json)
    elif as_json:
        console.print_json(run.as_json())
    else:
        _print(run)


def _run(settings: Settings, plan: "Plan", wanted: _Wanted, progress: Progress) -> "Run":
    from spark_vision.evaluation.dataset_run import open_bench

    bench = open_bench(settings, plan, progress)
    run = {Protocol.PHOTOS: bench.photos, Protocol.VIEWS: bench.views, Protocol.TITLES: bench.texts}[
        wanted.protocol
    ]()
    if wanted.robustness:
        run = bench.with_robustness(run)
    return bench.with_latency(run) if wanted.latency else run


def _items(settings: Settings, plan: "Plan", *, as_json: bool) -> None:
    from spark_vision.evaluation.dataset_run import open_bench
    from spark_vision.evaluation.item_evaluation import evaluate_items

    with console.progress() as progress:
        found = evaluate_items(open_bench(settings, plan, progress))
    if as_json:
        console.print_json(found.as_json())
        return
    console.out.print(
        f"{found.model}: {found.boxes:,} boxes in {found.photos:,} photos, {found.products:,} products, "
        f"split {found.split or 'all'}{'' if found.calibrated else '; no probabilities'}\n"
    )
    console.out.print(_figures(found.figures))


def _figures(figures: "Mapping[str, Metric]") -> Any:
    table = console.table("figure", "value", "95 % interval")
    for name, figure in figures.items():
        table.add_row(name, _number(figure.value), _span(figure.interval))
    return table


def _other(settings: Settings, plan: "Plan", against: str, wanted: _Wanted, progress: Progress) -> "Run":
    from dataclasses import replace

    from spark_vision.evaluation.records.folder import is_run, load_run

    if is_run(Path(against)):
        return load_run(Path(against))
    plain = replace(wanted, robustness=False, latency=False)
    return _run(settings, replace(plan, model=against), plain, progress)


def _save(run: "Run", folder: Path) -> None:
    from spark_vision.evaluation.records.folder import save_run

    save_run(run, folder)
    console.err.print(f"The run is in {folder}.")


def _print(run: "Run") -> None:
    record, evaluation = run.record, run.evaluation
    console.out.print(
        f"{run.name}: {len(run.results):,} look-ups in {evaluation.photos:,} photos, "
        f"{record.index.products:,} products, split {record.dataset.split or 'all'}\n"
    )
    console.out.print(_figures(run.figures))
    for name, rows in record.extras.items():
        console.out.print(f"\n{name}")
        console.out.print(_table_of(rows))


def _table_of(rows: list[dict[str, Any]]) -> Any:
    table = console.table(*rows[0])
    for row in rows:
        table.add_row(
            *(_number(value) if isinstance(value, float) else _words(value) for value in row.values())
        )
    return table


def _words(value: Any) -> str:
    return _span((value[0], value[1])) if isinstance(value, list) else str(value)


def _compare(run: "Run", other: "Run", *, as_json: bool) -> None:
    """Both figures of each name on the same look-ups, and how much better the first is."""
    found = run.against(other)
    if as_json:
        console.print_json(
            {
                "models": [run.as_json(), other.as_json()],
                "difference": {name: each.difference for name, each in found.items()},
                "paired": {name: asdict(each) for name, each in found.items()},
            }
        )
        return
    names = (run.name, other.name) if run.name != other.name else (run.name, f"{other.name} (saved)")
    table = console.table("figure", *names, "difference", "95 % interval", "p")
    for name, each in found.items():
        table.add_row(name, *compared(each))
    console.out.print(table)


def compared(each: "Difference") -> tuple[str, ...]:
    """The cells of a difference: both figures, the difference, p and its interval."""
    shown = (_number(each.first), _number(each.second), f"{each.difference:+.3f}")
    p = "" if each.p is None else f"{each.p:.3f}"
    return (*shown, _span(each.interval, sign="+"), p)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _span(interval: tuple[float, float] | None, sign: str = "") -> str:
    return "" if interval is None else f"{interval[0]:{sign}.3f} to {interval[1]:{sign}.3f}"
