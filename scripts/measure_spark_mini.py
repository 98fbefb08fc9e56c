"""Everything that spark-mini is meant to reach, in one table: aim, figure, 95 % interval, reached or not.

    python scripts/measure_spark_mini.py --data ../shared/data [--model models/spark-mini] [--unseen FOLDER]

Figures are made through ONNX Runtime, as the program runs the model. --unseen names a model that was
trained without 16 groceries (docs/training.md); without it, its rows are said not to have been measured.
Speed is that of the moment: it is taken in processes of their own, and on a busy machine it says little.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from scripts.spark_mini.figures import Embedder, grocery_figures, measure
from scripts.spark_mini.statistics import Array, Figure, accuracy
from spark_vision.app.settings import Settings
from spark_vision.catalogue.read import open_source
from spark_vision.core.errors import SparkVisionError
from spark_vision.core.product import FeedRow
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import load_encoder
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.media.files import read_picture
from spark_vision.training.splits import Split, SplitPlan, make_split
from spark_vision.training.texts import category_prompt
from spark_vision.training.vocabulary import load_concepts, single_words

# The demo shop's kinds of goods whose concept in the word lists has another name.
KINDS = {
    "Pans": "frying pan",
    "Plant Pots": "flower pot",
    "Table Lamps": "lamp",
    "Cushions": "pillow",
    "Side Tables": "coffee table",
}
WORDS = Path(__file__).parent / "words_to_categories.csv"
UNSEEN = SplitPlan(groceries_left_out=16)
AT_ONCE = 32
FIRST = 3


@dataclass(frozen=True)
class Aim:
    """A row of the table: the figure's name, and at least or at most how much it should be."""

    name: str
    aim: float
    at_most: bool = False


AIMS = (
    Aim("grocery photo -> catalogue, recall@1", 0.74),
    Aim("grocery photo -> catalogue, recall@5", 0.95),
    Aim("unseen groceries photo -> catalogue, recall@1", 0.42),
    Aim("unseen groceries photo -> catalogue, recall@5", 0.82),
    Aim("grocery photo -> train photos, recall@1", 0.84),
    Aim("fashion title -> picture, recall@1", 0.25),
    Aim("fashion title -> picture, recall@10", 0.75),
    Aim("fashion zero-shot categories, weighted F1", 0.84),
    Aim("fashion picture -> same category @1", 0.80),
    Aim("clothing zero-shot, accuracy", 0.92),
    Aim("demo shop, test photos at their boxes, recall@1", 0.60),
    Aim("demo shop, test photos at their boxes, recall@5", 0.88),
    Aim("words that no title has, category among 3", 0.85),
    Aim("of these, words that no word list has either", 0.85),
    Aim("demo shop, English words, first product of the kind", 0.85),
    Aim("demo shop, Italian words, first product of the kind", 0.85),
    Aim("one picture (ms)", 7.0, at_most=True),
    Aim("pictures a second in batches", 150.0),
    Aim("one text (ms)", 5.0, at_most=True),
    Aim("loading (s)", 0.5, at_most=True),
)


def main() -> int:
    """Measure and print; the exit status."""
    options = _options()
    if options.speed:
        print(json.dumps(_speed_here(options.model)))
        return 0
    try:
        split = make_split(options.data, SplitPlan())
        figures = _quality(options.model, split)
        if options.unseen is not None:
            unseen = make_split(options.data, UNSEEN)
            figures |= grocery_figures(encoder_embedder(_encoder(options.unseen)), unseen, thorough=False)
    except SparkVisionError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(table(figures, _speed(options.model))))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=Path("models/spark-mini"), help="model folder")
    parser.add_argument("--unseen", type=Path, help="model folder trained without 16 groceries")
    parser.add_argument("--speed", action="store_true", help="only the speed, once, as JSON")
    return parser.parse_args()


def table(figures: Mapping[str, Figure], speed: Mapping[str, float]) -> Iterator[str]:
    """Lines of a Markdown table with every aim."""
    yield "| held-out part | queries | aim | figure | |"
    yield "|---|---|---|---|---|"
    for aim in AIMS:
        sign = "<=" if aim.at_most else ">="
        if (figure := figures.get(aim.name)) is not None:
            shown = f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"
            mark = _mark(aim, figure.value)
            yield f"| {aim.name} | {figure.queries} | {sign} {aim.aim:g} | {shown} | {mark} |"
        elif (value := speed.get(aim.name)) is not None:
            yield f"| {aim.name} | | {sign} {aim.aim:g} | {value:.3g} | {_mark(aim, value)} |"
        else:
            yield f"| {aim.name} | | {sign} {aim.aim:g} | not measured | |"


def _mark(aim: Aim, value: float) -> str:
    return "ok" if (value <= aim.aim if aim.at_most else value >= aim.aim) else "missed"


def _quality(folder: Path, split: Split) -> dict[str, Figure]:
    encoder = _encoder(folder)
    figures = measure(encoder_embedder(encoder), split)
    figures |= demo_figures(folder)
    figures |= word_figures(encoder, sorted({product.category for product in split.held_out_fashion}))
    return figures | shop_word_figures(encoder)


def _encoder(folder: Path) -> Encoder:
    return load_encoder(f"local-dir:{folder}", runtime="onnx")


def encoder_embedder(encoder: Encoder) -> Embedder:
    """The program's own encoder as what `measure` asks for; each picture is encoded once."""
    known: dict[Path, Array] = {}

    def pictures(paths: Sequence[Path]) -> Array:
        new = [path for path in dict.fromkeys(paths) if path not in known]
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            prepared = np.stack([encoder.prepare(read_picture(path)) for path in some])
            known.update(zip(some, encoder.finish(encoder.forward(prepared)), strict=True))
        return np.stack([known[path] for path in paths])

    return Embedder(pictures, encoder.encode_texts)


def demo_figures(folder: Path) -> dict[str, Figure]:
    """The demo shop's `test` photos, cropped at their boxes, among its products."""
    with TemporaryDirectory() as place:
        plan = Plan(demo_shop(), "test", f"local-dir:{folder}")
        run = open_bench(Settings(index_dir=Path(place)), plan).photos()
    rows = {}
    for name in ("recall@1", "recall@5"):
        figure = run.figures[name]
        low, high = figure.interval or (float("nan"), float("nan"))
        rows[f"demo shop, test photos at their boxes, {name}"] = Figure(
            figure.value or 0.0, low, high, len(run.results)
        )
    return rows


def word_figures(encoder: Encoder, categories: Sequence[str]) -> dict[str, Figure]:
    """Whether a word's category is among the three whose names are nearest to it.

    No title has a word of `words_to_categories.csv`; the word lists of training have most of them.
    """
    with WORDS.open(encoding="utf-8", newline="") as lines:
        asked = list(csv.DictReader(lines))
    names = encoder.encode_texts([category_prompt(category) for category in categories])
    words = encoder.encode_texts([row["word"] for row in asked])
    near = np.argsort(-(words @ names.T), axis=1, kind="stable")[:, :FIRST].tolist()
    found = np.array(
        [
            any(categories[number] in row["categories"].split("|") for number in first)
            for row, first in zip(asked, near, strict=True)
        ],
        dtype=np.int64,
    )
    listed = {pair.text.lower() for pair in single_words()}
    other = found[[row["word"].lower() not in listed for row in asked]]
    return {
        "words that no title has, category among 3": accuracy(np.ones_like(found), found),
        "of these, words that no word list has either": accuracy(np.ones_like(other), other),
    }


def shop_word_figures(encoder: Encoder) -> dict[str, Figure]:
    """Whether the first product for a word of the word lists is of the kind that the word names."""
    rows = open_source(demo_shop() / "catalogue.csv").rows()
    shown = [
        (demo_shop() / image, row.product.product_type.rpartition(" > ")[2])
        for row in rows
        if isinstance(row, FeedRow)
        for image in row.product.images
    ]
    pictures = encoder_embedder(encoder).pictures([file for file, _ in shown])
    concepts = {concept.english: concept for concept in load_concepts("things")}
    found: dict[str, list[bool]] = {"English": [], "Italian": []}
    for kind in sorted({kind for _, kind in shown}):
        concept = concepts.get(KINDS.get(kind, kind.lower().removesuffix("s")))
        if concept is not None:
            for language, words in (("English", concept.synonyms), ("Italian", concept.italian)):
                first = (encoder.encode_texts(words) @ pictures.T).argmax(1)
                found[language] += [shown[row][1] == kind for row in first.tolist()]
    hits = {language: np.array(each, dtype=np.int64) for language, each in found.items()}
    return {
        f"demo shop, {language} words, first product of the kind": accuracy(np.ones_like(each), each)
        for language, each in hits.items()
    }


def _speed(folder: Path) -> dict[str, float]:
    """Medians over processes of their own: a model is loaded but once in a process."""
    command = [sys.executable, __file__, "--speed", "--model", str(folder)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _speed_here(folder: Path) -> dict[str, float]:
    started = time.perf_counter()
    encoder = _encoder(folder)
    loading = time.perf_counter() - started
    rng = np.random.default_rng(0)
    prepared = np.stack(
        [encoder.prepare(rng.integers(0, 256, (384, 384, 3), dtype=np.uint8)) for _ in range(AT_ONCE)]
    )
    return {
        "one picture (ms)": 1000 * _median_time(lambda: encoder.finish(encoder.forward(prepared[:1])), 50),
        "pictures a second in batches": AT_ONCE
        / _median_time(lambda: encoder.finish(encoder.forward(prepared)), 10),
        "one text (ms)": 1000
        * _median_time(lambda: encoder.encode_texts(["red running shoes for women"]), 50),
        "loading (s)": loading,
    }


def _median_time(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times + 3):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[3:])


if __name__ == "__main__":
    sys.exit(main())
