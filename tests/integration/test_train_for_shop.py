"""`spark-vision train`: a shop's own model, from its feed and confirmed tags to a folder that can be used."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from spark_vision.app.settings import Settings
from spark_vision.cli.app import app
from spark_vision.core.errors import DatasetError, SparkVisionError
from spark_vision.core.progress import no_progress
from spark_vision.embedding.bundled import bundled_model
from spark_vision.embedding.load import load_encoder
from spark_vision.training.errors import TrainingError
from spark_vision.training.fine_tuning import ShopPlan
from spark_vision.training.shop_training import TrainOrder, train_for_shop
from spark_vision.training.training_data import Confirmed, collect_training_data
from tests.teachers import HashTeacher

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 60, 200), "grey": (90, 90, 90)}
PLAN = ShopPlan(epochs=1, batch_size=4, phrases=40)


def paint(path: Path, colour: tuple[int, int, int], number: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", (48, 40), (255, 255, 255))
    image.paste(colour, (8, 8, 40, 32))
    image.putpixel((0, 0), (number, 0, 0))  # no two photos are the same file
    image.save(path)


def write(path: Path, *rows: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    catalogue, photos = [], []
    for number, (name, colour) in enumerate(COLOURS.items()):
        paint(folder / f"images/{name}.png", colour)
        catalogue.append((name, f"{name} scarf", f"images/{name}.png", "Apparel > Scarves", name, "9.00 EUR"))
        for shown in range(12):
            split = "train" if shown < 6 else "val"
            paint(folder / f"photos/{name}-{shown}.png", colour, 16 * number + shown)
            photos.append((f"photos/{name}-{shown}.png", name, split))
    write(
        folder / "catalogue.csv", ("id", "title", "image_link", "product_type", "color", "price"), *catalogue
    )
    write(folder / "photos.csv", ("photo", "product_ids", "split"), *photos)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index_dir=tmp_path / "index", data_dir=tmp_path / "data")


def order_for(shop: Path, out: Path) -> TrainOrder:
    return TrainOrder("spark-mini", str(shop / "catalogue.csv"), Confirmed(str(shop)), out, PLAN)


def test_a_run_that_is_stopped_goes_on_and_ends_in_a_model_beside_the_old_one(
    shop: Path, settings: Settings, tmp_path: Path
) -> None:
    order = order_for(shop, tmp_path / "tuned")
    bundled = bundled_model("spark-mini")
    assert bundled is not None
    weights = (bundled.path / "open_clip_model.safetensors").read_bytes()

    def stop(step: str, done: int, total: int | None = None) -> None:
        if step == "learning" and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_for_shop(settings, order, stop, HashTeacher())
    steps: list[int] = []
    done = train_for_shop(
        settings,
        replace(order, resume=True),
        lambda step, at, total=None: steps.append(at) if step == "learning" else None,
        HashTeacher(),
    )

    assert steps[0] > 1, "it began anew"
    assert done.shop.regions == 24
    assert len(done.before.results) == len(done.after.results) == 24
    assert not order.work.exists()
    assert "| look-ups held out | 24 |" in (order.out / "README.md").read_text(encoding="utf-8")
    assert (bundled.path / "open_clip_model.safetensors").read_bytes() == weights
    old, new = load_encoder("spark-mini"), load_encoder(f"local-dir:{order.out}", runtime="onnx")
    assert new.spec.fingerprint != old.spec.fingerprint
    asked = ["a red scarf"]
    assert 0.5 < float((old.encode_texts(asked) * new.encode_texts(asked)).sum()) < 1 - 1e-6

    with pytest.raises(TrainingError, match="holds a model already"):
        train_for_shop(settings, order, no_progress, HashTeacher())


def test_nothing_that_is_there_is_written_over_or_removed(
    shop: Path, settings: Settings, tmp_path: Path
) -> None:
    order = order_for(shop, tmp_path / "tuned")
    mine = order.work / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("precious")
    with pytest.raises(TrainingError, match=r"tuned\.work is where the work would go, and is not empty"):
        train_for_shop(settings, order, no_progress, HashTeacher())
    mine.rename(order.work / "order.json")  # as of a run that was stopped
    with pytest.raises(TrainingError, match="go on with --resume"):
        train_for_shop(settings, order, no_progress, HashTeacher())
    assert (order.work / "order.json").read_text() == "precious"
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("mine")
    paint(folder / "README.md.png", COLOURS["red"])
    for out in (file, folder):
        with pytest.raises(TrainingError, match="is there already, and nothing is written over"):
            train_for_shop(settings, replace(order, out=out), no_progress, HashTeacher())
    with pytest.raises(TrainingError, match=r"x\.work: cannot be made"):
        train_for_shop(settings, replace(order, out=file / "x"), no_progress, HashTeacher())


def test_too_little_is_refused_with_all_that_is_missing(
    shop: Path, settings: Settings, tmp_path: Path
) -> None:
    rows = (shop / "photos.csv").read_text(encoding="utf-8").splitlines()
    (shop / "photos.csv").write_text("\n".join([*rows[:4], rows[7], rows[8]]) + "\n", encoding="utf-8")

    with pytest.raises(TrainingError) as caught:
        train_for_shop(settings, order_for(shop, tmp_path / "tuned"), no_progress, HashTeacher())

    assert "3 confirmed regions of one product each to learn from (at least 20)" in caught.value.message
    assert "2 confirmed regions of other photos to judge with (at least 20)" in caught.value.message
    assert not (tmp_path / "tuned.work").exists()


def test_resuming_wants_the_same_run(shop: Path, settings: Settings, tmp_path: Path) -> None:
    order = replace(order_for(shop, tmp_path / "tuned"), resume=True)
    with pytest.raises(TrainingError, match="nothing to resume"):
        train_for_shop(settings, order, no_progress, HashTeacher())
    order.work.mkdir()
    (order.work / "order.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TrainingError, match="another run"):
        train_for_shop(settings, order, no_progress, HashTeacher())


def test_no_photo_is_learnt_from_and_judged_with(shop: Path, settings: Settings, tmp_path: Path) -> None:
    twin = shop / "photos/twin.png"
    twin.write_bytes((shop / "photos/red-7.png").read_bytes())  # red-7 is of the split val
    with (shop / "photos.csv").open("a", encoding="utf-8") as file:
        file.write("photos/twin.png,red,train\n")

    found = collect_training_data(
        settings, str(shop / "catalogue.csv"), Confirmed(str(shop)), tmp_path / "w", no_progress
    )

    assert found.regions == 24
    assert len(found.judged.queries) == 24


def test_one_split_is_parted_by_photo(shop: Path, settings: Settings, tmp_path: Path) -> None:
    text = (shop / "photos.csv").read_text(encoding="utf-8")
    (shop / "photos.csv").write_text(text.replace(",val", ",train"), encoding="utf-8")

    found = collect_training_data(
        settings, str(shop / "catalogue.csv"), Confirmed(str(shop)), tmp_path / "w", no_progress
    )

    assert (found.regions, len(found.judged.queries)) == (34, 14)
    everything = Confirmed(str(shop), judged_share=0.0)
    found = collect_training_data(
        settings, str(shop / "catalogue.csv"), everything, tmp_path / "w", no_progress
    )
    assert (found.regions, len(found.judged.queries)) == (48, 0)


def test_unclear_splits_are_asked_for(shop: Path, settings: Settings, tmp_path: Path) -> None:
    text = (shop / "photos.csv").read_text(encoding="utf-8")
    (shop / "photos.csv").write_text(
        text.replace(",val", ",june").replace(",train", ",may"), encoding="utf-8"
    )

    with pytest.raises(DatasetError, match="say with --learn which one"):
        collect_training_data(
            settings, str(shop / "catalogue.csv"), Confirmed(str(shop)), tmp_path / "w", no_progress
        )
    named = Confirmed(str(shop), "may", "june")
    assert (
        collect_training_data(
            settings, str(shop / "catalogue.csv"), named, tmp_path / "w", no_progress
        ).regions
        == 24
    )


def test_a_place_without_tags_is_one_line(shop: Path, tmp_path: Path) -> None:
    command = ["train", "--catalogue", str(shop / "catalogue.csv"), "--confirmed", str(tmp_path / "no")]
    result = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "tuned")])

    assert isinstance(result.exception, SparkVisionError)
    assert "there are no decisions of posters" in result.exception.message
