"""The tables are valid, and pictures are made once."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from scripts.rendering import render_log
from scripts.rendering.dataset import (
    CATALOGUE_COLUMNS,
    PHOTO_COLUMNS,
    catalogue_tasks,
    photo_tasks,
    pictures_of,
    write_catalogue,
    write_photos,
)
from scripts.rendering.homeware import demo_range
from scripts.rendering.labels import Box, box_of, label, visible_share
from scripts.rendering.plans import PhotoOrder, plan_photos
from scripts.rendering.runner import pending
from scripts.rendering.shots import Quality
from scripts.rendering.tasks import Outcome


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_catalogue_rows(tmp_path: Path) -> None:
    write_catalogue(demo_range(), tmp_path)
    rows = rows_of(tmp_path / "catalogue.csv")
    assert tuple(rows[0]) == CATALOGUE_COLUMNS
    assert len({row["id"] for row in rows}) == len(rows) == len(demo_range())
    for row in rows:
        assert all(row[name] for name in CATALOGUE_COLUMNS)
        assert row["price"].endswith(" EUR")
        assert float(row["price"].removesuffix(" EUR")) > 0
        assert row["availability"] in {"in_stock", "out_of_stock"}
        assert row["link"] == f"https://shop.example/p/{row['id']}"
        assert row["product_type"].count(" > ") >= 1
    assert {row["availability"] for row in rows} == {"in_stock", "out_of_stock"}


def test_photo_rows(tmp_path: Path) -> None:
    plans = plan_photos(demo_range(), PhotoOrder(6, 2, 1, "test", 5))
    boxes = (("SH-001", Box(0.1, 0.2, 0.3, 0.4)), ("SH-002", Box(0.5, 0.5, 0.5, 0.5)))
    outcomes = {}
    for plan in plans:
        meant = any(place.product_id for place in plan.scene.placements)
        outcomes[plan.photo] = Outcome(plan.photo, "x", boxes if meant else ())
    assert write_photos(plans, outcomes, tmp_path) == 0
    rows = rows_of(tmp_path / "photos.csv")
    assert tuple(rows[0]) == PHOTO_COLUMNS
    bare = [row for row in rows if not row["product_ids"]]
    assert len(bare) == 2
    assert all(row[name] == "" for row in bare for name in ("x", "y", "width", "height"))
    assert len(rows) == 2 + 2 * 4
    assert rows[0]["x"] == "0.10000"


def test_a_photo_whose_products_are_all_hidden_is_left_out(tmp_path: Path) -> None:
    plans = plan_photos(demo_range(), PhotoOrder(1, 0, 1, "test", 5))
    outcome = Outcome(plans[0].photo, "x")
    assert write_photos(plans, {plans[0].photo: outcome}, tmp_path) == 1
    assert rows_of(tmp_path / "photos.csv") == []


def test_box_of_a_mask_is_exact() -> None:
    mask = np.zeros((50, 100), dtype=bool)
    mask[10:20, 30:80] = True
    mask[25, 40] = True
    assert box_of(mask) == Box(0.3, 0.2, 0.5, 0.32)
    assert box_of(np.zeros((4, 4), dtype=bool)) is None
    assert box_of(np.ones((4, 4), dtype=bool)) == Box(0, 0, 1, 1)


def test_hidden_and_tiny_objects_get_no_label() -> None:
    mask = np.zeros((100, 100), dtype=bool)
    mask[40:60, 40:60] = True
    assert visible_share(mask, 800) == 0.5
    assert label(mask, 800) is not None
    assert label(mask, 1200) is None
    tiny = np.zeros((100, 100), dtype=bool)
    tiny[:2, :2] = True
    assert label(tiny, 4) is None


@pytest.mark.parametrize("box", [(-0.1, 0, 0.5, 0.5), (0, 0, 0, 0.5), (0.6, 0, 0.5, 0.5), (0, 1, 0.1, 0.1)])
def test_a_box_outside_the_picture_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="not a box"):
        Box(*box)


def test_only_what_is_missing_or_changed_is_pending(tmp_path: Path) -> None:
    tasks = catalogue_tasks(demo_range()[:1], Quality(), 64)
    assert pending(tasks, tmp_path) == tasks
    for task in tasks:
        (tmp_path / task.path).parent.mkdir(exist_ok=True)
        (tmp_path / task.path).write_bytes(b"x")
        render_log.note(tmp_path, Outcome(task.path, task.digest))
    assert pending(tasks, tmp_path) == []
    assert pending(catalogue_tasks(demo_range()[:1], Quality(samples=3), 64), tmp_path)
    (tmp_path / tasks[0].path).unlink()
    assert pending(tasks, tmp_path) == tasks[:1]


def test_ledger_survives_a_cut_line_and_keeps_the_last_word(tmp_path: Path) -> None:
    boxed = Outcome("photos/1.jpg", "b", (("SH-001", Box(0, 0, 0.5, 0.5)),))
    render_log.note(tmp_path, Outcome("photos/1.jpg", "a"))
    render_log.note(tmp_path, boxed)
    with (tmp_path / render_log.NAME).open("a", encoding="utf-8") as stream:
        stream.write('{"path": "photos/2.jpg", "dig')
    assert render_log.read(tmp_path) == {"photos/1.jpg": boxed}
    render_log.rewrite(tmp_path, render_log.read(tmp_path).values())
    assert len((tmp_path / render_log.NAME).read_text().splitlines()) == 1


def test_digests_tell_recipes_apart() -> None:
    plans = plan_photos(demo_range(), PhotoOrder(3, 1, 1, "test", 5))
    tasks = [*photo_tasks(plans, Quality(), 512), *photo_tasks(plans, Quality(), 256)]
    tasks += catalogue_tasks(demo_range(), Quality(), 384)
    assert len({task.digest for task in tasks}) == len(tasks)
    assert photo_tasks(plans, Quality(), 512)[0].digest == tasks[0].digest


def test_pictures_are_named_after_their_product() -> None:
    product = demo_range()[0]
    assert pictures_of(product)[0] == "images/SH-001-1.jpg"
    assert len(pictures_of(product)) == product.views
