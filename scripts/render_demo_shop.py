#!/usr/bin/env python3
"""Render Spark Homeware, the demo shop, or a range of made-up products for training.

    scripts/render_demo_shop.py --sheets docs/pictures       the demo shop, and its contact sheets
    scripts/render_demo_shop.py --training --products 200 --scenes 500 --seed 7 --out DIR
    scripts/render_demo_shop.py --fresh-photos 40 --seed 7 --out DIR    other photos of the demo products

The same seed gives the same scenes, and on one machine the same bytes. What is there already and
was made from the same recipe is not rendered again, so that an interrupted run can be repeated.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.rendering import render_log
from scripts.rendering.contact_sheet import contact_sheet, save_within
from scripts.rendering.dataset import catalogue_tasks, photo_tasks, pictures_of, write_catalogue, write_photos
from scripts.rendering.errors import RenderingError
from scripts.rendering.homeware import SEED, demo_range
from scripts.rendering.plans import PhotoOrder, PhotoPlan, plan_photos
from scripts.rendering.products import Product
from scripts.rendering.runner import pending, run
from scripts.rendering.shots import Quality
from scripts.rendering.tasks import Outcome, Task
from scripts.rendering.training_range import training_range

DEMO_SHOP = Path(__file__).resolve().parent.parent / "spark_vision" / "demo_shop"

STUDIO_SAMPLES, ROOM_SAMPLES = 12, 8  # a person sees no difference to more, once denoised


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, render, write the tables. 0 when all is there, 1 on an error, 2 on a mistake."""
    options = parse(arguments)
    products, plans = planned(options)
    tasks: list[Task] = []
    if options.only != "photos":
        tasks += catalogue_tasks(products, quality(options, STUDIO_SAMPLES), options.picture_size)
    if options.only != "catalogue":
        tasks += photo_tasks(plans, quality(options, ROOM_SAMPLES), options.size)
    todo = pending(tasks, options.out)
    selected = todo if options.limit is None else todo[: options.limit]
    print(
        f"{len(tasks)} pictures, {len(tasks) - len(todo)} there already, "
        f"rendering {len(selected)} with {options.jobs} processes",
        flush=True,
    )
    try:
        render(selected, options.out, options.jobs)
    except RenderingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; run the same command to go on", file=sys.stderr)
        return 130
    finish(products, plans, options)
    if options.sheets:
        sheets(products, plans, options.out, options.sheets)
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, checked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add = parser.add_argument
    add("--out", type=Path, help="data set folder (default: the demo shop in the package)")
    add("--training", action="store_true", help="a range of made-up products instead of the shop")
    add("--products", type=_count, default=200, help="products of a training range")
    add("--scenes", type=_count, help="photos (default: 136, for training 500)")
    add("--fresh-photos", type=_count, help="so many other photos of the demo shop's products, to measure on")
    add("--seed", type=int, default=7, help="of a training range or fresh photos; any but the demo shop's")
    add("--samples", type=_count, help="light paths a pixel (default: 12 in the studio, 8 in rooms)")
    add("--noisy", action="store_true", help="do not denoise")
    add("--size", type=_count, default=512, help="longer side of a photo, in pixels")
    add("--picture-size", type=_count, default=384, help="side of a catalogue picture, in pixels")
    add("--jobs", type=_count, default=os.cpu_count() or 1, help="processes")
    add("--only", choices=("catalogue", "photos"), help="render one half only")
    add("--sheets", type=Path, help="folder for contact sheets of what is there")
    add("--limit", type=_count, help="render at most so many pictures in this run")
    options = parser.parse_args(arguments)
    if options.training and options.fresh_photos:
        parser.error("--training and --fresh-photos are two things")
    apart = options.training or options.fresh_photos
    if apart and options.out is None:
        parser.error("--training and --fresh-photos need --out: the demo shop's folder is not for them")
    if apart and (options.seed == SEED or options.seed < 0):
        parser.error(f"--seed {options.seed} is not free: {SEED} is the demo shop's own")
    options.out = options.out or DEMO_SHOP
    return options


def quality(options: argparse.Namespace, samples: int) -> Quality:
    """The quality that was asked for, or the usual one with so many samples."""
    return Quality(samples=options.samples or samples, denoise=not options.noisy)


def planned(options: argparse.Namespace) -> tuple[tuple[Product, ...], list[PhotoPlan]]:
    """Products and photos of the demo shop, or of a training range."""
    if options.fresh_photos:
        products, count = demo_range(), options.fresh_photos
        order = PhotoOrder(count, max(count * 18 // 136, 1), 0, "fresh", options.seed)
    elif not options.training:
        products = demo_range()
        count = options.scenes or 136
        order = PhotoOrder(count, max(count * 18 // 136, 1), max(count * 24 // 136, 1), "test", SEED)
    else:
        products = training_range(options.products, options.seed)
        count = options.scenes or 500
        order = PhotoOrder(count, count // 10, 0, "train", options.seed)
    return products, plan_photos(products, order)


def render(tasks: Sequence[Task], out: Path, jobs: int) -> None:
    """Render with a bar on a terminal, and a line every so many pictures elsewhere."""
    if sys.stdout.isatty():
        try:
            from rich.progress import Progress
        except ImportError:
            pass  # the lines below will do
        else:
            with Progress() as progress:
                bar = progress.add_task("rendering", total=len(tasks))
                run(tasks, out, jobs, lambda _: progress.advance(bar))
            return
    run(tasks, out, jobs, lines(len(tasks)))


def lines(total: int) -> Callable[[Outcome], None]:
    """A report that prints a line a picture: how many, how long, which."""
    start, done = time.monotonic(), 0

    def report(outcome: Outcome) -> None:
        """Print one line."""
        nonlocal done
        done += 1
        seconds = time.monotonic() - start
        left = seconds / done * (total - done)
        print(f"{done}/{total}  {seconds:.0f} s, about {left:.0f} s left  {outcome.path}", flush=True)

    return report


def finish(products: Sequence[Product], plans: Sequence[PhotoPlan], options: argparse.Namespace) -> None:
    """Write the tables from the ledger, and the ledger in order."""
    known = render_log.read(options.out)
    write_catalogue(products, options.out)
    if options.only == "catalogue" and not (options.out / "photos").is_dir():
        return
    left_out = write_photos(plans, known, options.out)
    render_log.rewrite(options.out, known.values())
    note = f", {left_out} photos not rendered or without a clear product" if left_out else ""
    print(f"{len(products)} products and {len(plans) - left_out} photos in {options.out}{note}")


def sheets(products: Sequence[Product], plans: Sequence[PhotoPlan], out: Path, folder: Path) -> None:
    """Write contact sheets: all products, all photos, and the demo's photos with their boxes."""
    folder.mkdir(parents=True, exist_ok=True)
    boxes = {Path(name).name: outcome.boxes for name, outcome in render_log.read(out).items()}
    photos = [out / plan.photo for plan in plans]
    demo = [out / plan.photo for plan in plans if plan.split == "demo"]
    wanted = (
        ("catalogue", [out / pictures_of(product)[0] for product in products], 11, 146, None),
        ("photos", photos, 12, 150, None),
        ("boxes", demo, 6, 300, boxes),
    )
    for name, pictures, columns, cell, drawn in wanted:
        there = [picture for picture in pictures if picture.is_file()]
        if there:
            path = folder / f"demo-shop-{name}.jpg"
            save_within(contact_sheet(there, columns, cell, drawn), path)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
