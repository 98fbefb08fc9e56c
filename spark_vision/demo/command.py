"""The bundled shop, indexed and shown: what a newcomer sees first."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.product import Product
from spark_vision.core.progress import Progress, no_progress
from spark_vision.demo.demo_posts import seed_demo_posts
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.dataset_run import DatasetRun, evaluate_dataset
from spark_vision.evaluation.results import QueryResult
from spark_vision.media.annotate import Card, Row, annotate
from spark_vision.media.contact_sheet import contact_sheet
from spark_vision.media.decode import decode
from spark_vision.media.files import read_picture
from spark_vision.search.loaded_index import LoadedIndex

if TYPE_CHECKING:
    from PIL.Image import Image

_SPLIT = "demo"
_CARDS = 5
_SHEET_WIDTH = 2400


@dataclass(frozen=True)
class DemoResult:
    """Where the contact sheet is, the figures of `evaluate --json` for the demo photos, an admin's key."""

    sheet: Path
    key: str
    evaluation: dict[str, Any]


def run_demo(settings: Settings, folder: Path, progress: Progress = no_progress) -> DemoResult:
    """Index the demo shop, suggest products for the items in its photos, and draw what came out.

    Writes `contact-sheet.jpg` and a picture a photo to `folder/photos`; posts some of the photos, unless that
    was done before. Raises DatasetError where the
    installation has no demo shop.
    """
    shop = demo_shop()
    build_index(settings, str(shop), progress=progress)
    run = evaluate_dataset(settings, shop, _SPLIT, progress=progress)
    sheet = _draw(run, folder)
    key = seed_demo_posts(settings, folder, progress)
    return DemoResult(sheet, key, run.run.as_json())


def _draw(run: DatasetRun, folder: Path) -> Path:
    by_photo: dict[Path, list[QueryResult]] = defaultdict(list)
    for result in run.run.results:
        by_photo[result.query.photo].append(result)
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    pages: list[Image] = []
    for photo, results in by_photo.items():
        page = annotate(read_picture(photo), [_row(result, run.shop) for result in results])
        page.save(folder / "photos" / f"{photo.stem}.png")
        pages.append(page)
    sheet = folder / "contact-sheet.jpg"
    contact_sheet(pages, columns=2, width=_SHEET_WIDTH).save(sheet, quality=88)
    return sheet


def _row(result: QueryResult, shop: LoadedIndex) -> Row:
    right = [shop.gallery.product(product_id).title for product_id in sorted(result.query.relevant)]
    heading = " / ".join(right) or "nothing of this shop"
    found = zip(result.product_ids[:_CARDS], result.similarities[:_CARDS], strict=True)
    cards = [
        _card(shop, shop.gallery.product(product_id), float(similarity), product_id in result.query.relevant)
        for product_id, similarity in found
    ]
    return Row(result.query.box, heading, tuple(cards))


def _card(shop: LoadedIndex, product: Product, similarity: float, right: bool) -> Card:
    price = "" if product.price is None else str(product.price)
    picture = decode(shop.pictures.read(product.images[0]))
    return Card(picture, (product.title, f"similarity {similarity:.3f}", price), right)
