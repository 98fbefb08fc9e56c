"""A shop's own model: gathered, judged as it was, taught, judged again, and kept beside the old one."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from spark_vision.app.settings import Settings
from spark_vision.core.errors import ModelError, SparkVisionError
from spark_vision.core.progress import Progress
from spark_vision.embedding.model_name import LocalModel, parse_model
from spark_vision.evaluation.compare import Difference
from spark_vision.evaluation.dataset_run import Plan, bench_on
from spark_vision.evaluation.records.run import Run
from spark_vision.training.architecture import Architecture
from spark_vision.training.continued_training import TrainingContext
from spark_vision.training.errors import TrainingError
from spark_vision.training.export import WEIGHTS_NAME
from spark_vision.training.fine_tuning import ShopPlan, fine_tune, refine_plan
from spark_vision.training.minilm import MiniLM
from spark_vision.training.onnx_graphs import add_onnx_graphs
from spark_vision.training.shop_card import Before, shop_card
from spark_vision.training.training_data import Confirmed, ShopMaterial, collect_training_data

LEAST_PRODUCTS, LEAST_REGIONS, LEAST_JUDGED = 4, 20, 20
ORDER = "order.json"
SHOWN = ("recall@1", "recall@5", "recall@10", "mrr")


@dataclass(frozen=True)
class TrainOrder:
    """start: the MODEL to begin with; out: a folder that is new or empty; resume: go on where it was."""

    start: str
    catalogue: str
    confirmed: Confirmed
    out: Path
    plan: ShopPlan
    resume: bool = False

    @property
    def work(self) -> Path:
        """Where small copies of pictures and checkpoints are until the model is done."""
        return self.out.with_name(f"{self.out.name}.work")

    def as_dict(self) -> dict[str, object]:
        """What must be the same when a run is resumed."""
        return {
            "start": self.start,
            "catalogue": self.catalogue,
            "confirmed": asdict(self.confirmed),
            "plan": asdict(self.plan),
        }


@dataclass(frozen=True)
class FineTuned:
    """What came of it: the folder, what was learnt from, and both models on the same look-ups."""

    out: Path
    shop: ShopMaterial
    before: Run
    after: Run
    differences: dict[str, Difference]

    @property
    def is_better(self) -> bool:
        """Whether the interval of the difference in recall@1 lies above nought."""
        interval = self.differences["recall@1"].interval
        return interval is not None and interval[0] > 0


def train_for_shop(
    settings: Settings, order: TrainOrder, progress: Progress, teacher: MiniLM | None = None
) -> FineTuned:
    """Fine-tune a model on a shop's catalogue and confirmed tags, and compare it with the one it began as.

    teacher: of texts; None for the installed one. Nothing that exists is written over. Raises TrainingError
    where there is too little to learn from or to judge with, DatasetError, CatalogueError, StoreError's and
    ModelError's children.
    """
    start = _start(order.start)
    _check_out(order.out)
    shop = _gathered(settings, order, progress)
    before = _judge(settings, order.start, shop, progress)
    shape = Architecture.of(start.path)
    plan = refine_plan(order.plan, len(shop.material.paths()), shape.image_size)
    desk = TrainingContext(
        shape,
        teacher or MiniLM(),
        order.work,
        _nobody,
        lambda done, total: progress("learning", done, total),
    )
    draft = order.work / "model"
    fine_tune(start.path, shop.material, plan, desk, draft)
    add_onnx_graphs(draft)
    after = _judge(settings, f"local-dir:{draft}", shop, progress)
    found = after.against(before)
    (draft / "README.md").write_text(_card(order, shop, found, plan.image.epochs), encoding="utf-8")
    shutil.copytree(draft, order.out, dirs_exist_ok=True)
    shutil.rmtree(order.work)
    return FineTuned(order.out, shop, before, after, found)


def _nobody(line: str) -> None:
    """The log is in the work folder; the terminal has a bar."""


def _start(name: str) -> LocalModel:
    model = parse_model(name)
    if not isinstance(model, LocalModel) or not (model.path / WEIGHTS_NAME).is_file():
        raise ModelError(
            f"{name}: a folder alone can learn on; name spark-mini or local-dir:PATH, with {WEIGHTS_NAME}."
        )
    return model


def _check_out(out: Path) -> None:
    """Raise TrainingError where the model cannot go there in the end: not after an hour of learning."""
    if out.is_dir() and not any(out.iterdir()):
        return
    if out.exists():
        what = "holds a model already" if (out / WEIGHTS_NAME).exists() else "is there already"
        raise TrainingError(f"{out} {what}, and nothing is written over; name another --out.")


def _gathered(settings: Settings, order: TrainOrder, progress: Progress) -> ShopMaterial:
    """What to learn from and to judge with; where it cannot be had, nothing is left of a new run."""
    _open_work(order)
    try:
        shop = collect_training_data(settings, order.catalogue, order.confirmed, order.work, progress)
        _check(shop, order)
    except SparkVisionError:
        if not order.resume:
            shutil.rmtree(order.work)
        raise
    return shop


def _open_work(order: TrainOrder) -> None:
    """Begin where nothing is, or see that what is resumed is the same run."""
    kept = order.work / ORDER
    wanted = json.dumps(order.as_dict(), indent=2, default=str)
    if not order.resume:
        _make_work(order.work)
        kept.write_text(wanted, encoding="utf-8")
    elif not kept.is_file():
        raise TrainingError(f"{order.work}: there is nothing to resume; run the command without --resume.")
    elif kept.read_text(encoding="utf-8") != wanted:
        raise TrainingError(
            f"{kept} tells of another run than this one; repeat its options, or name another --out."
        )


def _make_work(work: Path) -> None:
    if (work / ORDER).is_file():
        raise TrainingError(
            f"{work} holds a run that was stopped: go on with --resume; to begin anew, remove the folder."
        )
    try:
        work.mkdir(parents=True, exist_ok=True)
        if any(work.iterdir()):
            raise TrainingError(f"{work} is where the work would go, and is not empty; name another --out.")
    except OSError as error:
        raise TrainingError(f"{work}: cannot be made ({error.strerror}); name another --out.") from error


def _check(shop: ShopMaterial, order: TrainOrder) -> None:
    """Raise TrainingError naming all that there is too little of."""
    have = (
        (len(shop.material.products), LEAST_PRODUCTS, f"products with a picture in {order.catalogue}"),
        (shop.regions, LEAST_REGIONS, "confirmed regions of one product each to learn from"),
        (len(shop.judged.queries), LEAST_JUDGED, "confirmed regions of other photos to judge with"),
    )
    missing = [f"{count} {what} (at least {least})" for count, least, what in have if count < least]
    if missing:
        first = f" The first picture that was refused: {shop.refused[0]}" if shop.refused else ""
        raise TrainingError(f"There is too little in {order.confirmed.place}: {'; '.join(missing)}.{first}")


def _judge(settings: Settings, model: str, shop: ShopMaterial, progress: Progress) -> Run:
    return bench_on(settings, shop.judged, Plan(shop.judged.folder, None, model), progress).photos()


def _card(order: TrainOrder, shop: ShopMaterial, found: dict[str, Difference], epochs: int) -> str:
    rows = {
        name: Before(found[name].second, found[name].first, found[name].interval)
        for name in SHOWN
        if name in found
    }
    return shop_card(
        order.out.name,
        order.start,
        {
            "products": len(shop.material.products),
            "pictures": len(shop.material.paths()),
            "confirmed regions": shop.regions,
            "look-ups held out": len(shop.judged.queries),
            "epochs": epochs,
            "seed": order.plan.seed,
        },
        rows,
    )
