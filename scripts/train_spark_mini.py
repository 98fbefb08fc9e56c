"""Train the bundled model, or measure one: stop at any time, run again to go on.

python scripts/train_spark_mini.py --data ../shared/data --out models/spark-mini
python scripts/train_spark_mini.py --data ../shared/data --out models/spark-mini --measure

A folder given with --range has more goods, all of them learnt from, as `render_demo_shop.py --training`
makes them; several may be given.
"""

from __future__ import annotations

import os

# Before NumPy is loaded: its own threads would take the cores away from training.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import torch

from scripts.spark_mini.curves import draw_curves
from scripts.spark_mini.embedders import PreparedPictures, folder_embedder, imagenet_embedder
from scripts.spark_mini.figures import measure
from scripts.spark_mini.finishing import finish_plan, thorough_plan
from scripts.spark_mini.pipeline import Places, Recipe, train
from scripts.spark_mini.report import figures_table
from scripts.spark_mini.synonym_tuning import WordPlan
from spark_vision.app.settings import Settings
from spark_vision.core.errors import SparkVisionError
from spark_vision.core.progress import no_progress
from spark_vision.training.onnx_graphs import add_onnx_graphs
from spark_vision.training.refining import RefinePlan
from spark_vision.training.splits import Material, make_split
from spark_vision.training.training_data import Confirmed, collect_training_data


def main() -> int:
    """Parse, train or measure, and return the exit status."""
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    recipe = _recipe(options)
    places = Places(options.data, options.work, options.out)
    try:
        if not options.measure:
            _train(places, recipe, options)
        else:
            _measure(places, recipe)
    except SparkVisionError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with fashion, grocery, clothing")
    parser.add_argument("--out", type=Path, default=Path("models/spark-mini"), help="model folder")
    parser.add_argument("--work", type=Path, default=Path(".training/spark-mini"), help="checkpoints, log")
    parser.add_argument("--start", type=Path, help="model folder to refine, instead of ImageNet weights")
    parser.add_argument("--epochs", type=int, help="of the first model's image tower")
    parser.add_argument("--refine-epochs", type=int, help="of refining")
    parser.add_argument("--finish", action="store_true", help="go on with the last stages at length")
    parser.add_argument("--finish-epochs", type=int, help="of finishing")
    parser.add_argument("--thorough", action="store_true", help="finish deeper and longer; for a GPU")
    parser.add_argument("--device", default="cpu", help="what finishes thoroughly, such as cuda")
    parser.add_argument("--only-finish", action="store_true", help="finish --start without refining it")
    parser.add_argument("--words", action="store_true", help="teach the text tower the word lists in the end")
    parser.add_argument("--only-words", action="store_true", help="teach --start the word lists alone")
    parser.add_argument("--range", type=Path, action="append", default=[], help="folder of more products")
    parser.add_argument("--text-steps", type=int, help="of the text tower")
    parser.add_argument("--leave-out-groceries", type=int, default=0, help="products kept from training")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoints in --work")
    parser.add_argument("--measure", action="store_true", help="do not train: print the table of --out")
    return parser


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = Recipe()
    if options.epochs:
        recipe = replace(recipe, image=replace(recipe.image, epochs=options.epochs))
    if options.text_steps:
        recipe = replace(recipe, text=replace(recipe.text, steps=options.text_steps))
    refine = _adapted(RefinePlan(), options.refine_epochs, options.threads)
    finish = _adapted(_finish_plan(options), options.finish_epochs, options.threads)
    wanted = options.finish or options.only_finish or options.thorough
    recipe = replace(
        recipe,
        refine=None if options.only_finish or options.only_words else refine,
        finish=finish if wanted else None,
        words=WordPlan() if options.words or options.only_words else None,
    )
    split = replace(recipe.split, groceries_left_out=options.leave_out_groceries)
    return replace(recipe, split=split)


def _finish_plan(options: argparse.Namespace) -> RefinePlan:
    if options.thorough:
        return thorough_plan(options.device, workers=max(1, (os.cpu_count() or 2) - 1))
    return finish_plan()


def _adapted(plan: RefinePlan, epochs: int | None, threads: int) -> RefinePlan:
    return replace(plan, image=replace(plan.image, epochs=epochs or plan.image.epochs, threads=threads))


def _train(places: Places, recipe: Recipe, options: argparse.Namespace) -> None:
    if not options.resume:
        for old in (*places.work.glob("*.pt"), *places.work.glob("first/*")):
            old.unlink()

    def say(line: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)

    train(places, recipe, say, options.start, _more(options.range, places.work))
    add_onnx_graphs(places.out)
    if last := "finish" if recipe.finish else "refine" if recipe.refine else "":
        draw_curves(places.work / f"{last}.jsonl", places.work / "curves.png")


def _more(folders: list[Path], work: Path) -> Material:
    """The products of dataset folders with all their pictures, and their photos cut at their boxes."""
    more = Material(())
    for number, folder in enumerate(folders):
        wanted = Confirmed(str(folder), judged_share=0.0)
        gathered = collect_training_data(
            Settings(), str(folder / "catalogue.csv"), wanted, work / f"range-{number}", no_progress
        )
        for line in gathered.refused:
            print(line, file=sys.stderr)
        more = more.plus(gathered.material)
    return more


def _measure(places: Places, recipe: Recipe) -> None:
    split = make_split(places.data, recipe.split)
    prepared = PreparedPictures(recipe.architecture)
    before = measure(imagenet_embedder(recipe.architecture, prepared), split)
    after = measure(folder_embedder(places.out, prepared), split)
    named = {"ImageNet features": before, "model": after}
    places.work.mkdir(parents=True, exist_ok=True)
    as_json = {name: {row: asdict(figure) for row, figure in rows.items()} for name, rows in named.items()}
    (places.work / "figures.json").write_text(json.dumps(as_json, indent=2) + "\n")
    print(figures_table(named))


if __name__ == "__main__":
    sys.exit(main())
