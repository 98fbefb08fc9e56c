"""`spark-vision train`: a model for one shop."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.evaluate import compared
from spark_vision.cli.index import AsJson, IndexDir, settings_for
from spark_vision.embedding.bundled import DEFAULT_MODEL

if TYPE_CHECKING:
    from spark_vision.training.shop_training import FineTuned

Place = Annotated[
    str,
    typer.Option(
        help="Confirmed tags: a dataset folder, a store's folder or address, or `store` for the settings'.",
        metavar="STORE_OR_DATASET",
    ),
]
Feed = Annotated[str, typer.Option(help="The shop's feed, or a folder of pictures.", metavar="FEED|FOLDER")]
Out = Annotated[Path, typer.Option(help="Where the new model goes; never over another.", metavar="FOLDER")]
Epochs = Annotated[
    int | None, typer.Option(min=1, help="Passes over the pictures; without, their number decides.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where a run with the same options stopped.")]


def train(
    catalogue: Feed,
    confirmed: Place,
    start: Annotated[str, typer.Option("--from", help="MODEL to begin with.")] = DEFAULT_MODEL,
    out: Out = Path("my-spark-mini"),
    epochs: Epochs = None,
    learn: Annotated[str | None, typer.Option(help="The split of a dataset to learn from.")] = None,
    judge: Annotated[str | None, typer.Option(help="The split of a dataset to judge with.")] = None,
    seed: Annotated[int, typer.Option(help="Of all chance.")] = 17,
    resume: Resume = False,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Fine-tune a model on a shop's own pictures and confirmed tags, and say what it gained."""
    from spark_vision.training.fine_tuning import ShopPlan
    from spark_vision.training.shop_training import TrainOrder, train_for_shop
    from spark_vision.training.training_data import Confirmed

    order = TrainOrder(
        start, catalogue, Confirmed(confirmed, learn, judge), out, ShopPlan(epochs, seed=seed), resume
    )
    with console.progress() as progress:
        done = train_for_shop(settings_for(index_dir), order, progress)
    if as_json:
        console.print_json(_document(done))
    else:
        _print(done, order.catalogue)


def _document(done: "FineTuned") -> dict[str, object]:
    model = f"local-dir:{done.out}"
    return {
        "model": model,
        "learnt_from": {
            "products": len(done.shop.material.products),
            "regions": done.shop.regions,
            "refused": list(done.shop.refused),
        },
        "before": done.before.as_json(),
        "after": {**done.after.as_json(), "model": model},
        "paired": {name: asdict(each) for name, each in done.differences.items()},
        "better": done.is_better,
    }


def _print(done: "FineTuned", catalogue: str) -> None:
    judged = len(done.shop.judged.queries)
    for reason in done.shop.refused:
        console.err.print(f"left out: {reason}")
    console.out.print(
        f"Learnt from {done.shop.regions:,} confirmed regions and the pictures of "
        f"{len(done.shop.material.products):,} products; judged on {judged:,} others.\n"
    )
    table = console.table("figure", "after", "before", "difference", "95 % interval", "p")
    for name, each in done.differences.items():
        table.add_row(name, *compared(each))
    console.out.print(table)
    model = f"local-dir:{done.out}"
    verdict = "It is better" if done.is_better else "It is not clearly better"
    console.out.print(
        f"\n{verdict}. The new model is in {done.out}; nothing uses it yet. To try it:\n"
        f"  spark-vision index build {catalogue} --model {model} --no-live\n"
        f"  spark-vision evaluate DATASET --model {model} --against {DEFAULT_MODEL}"
    )
