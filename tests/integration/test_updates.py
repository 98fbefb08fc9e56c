"""Updates: the same result as a build, what they report, and what they leave alone."""

import json
from pathlib import Path

import faiss
import numpy as np
import pytest
from PIL import Image

from spark_vision.catalogue.read import open_source
from spark_vision.core.errors import CatalogueError, IndexRecallError
from spark_vision.embedding.fake_encoder import FakeEncoder
from spark_vision.index.build import BuildInput, BuildReport, build_version, update_version
from spark_vision.index.build_steps import VersionPolicy
from spark_vision.index.calibrations import CALIBRATION, keep_calibration, read_calibration
from spark_vision.index.versions import VersionStore

# Threads that wait for each other cost more than they bring for so little data.
faiss.omp_set_num_threads(1)

HEADER = "id,title,image_link,item_group_id,price"


class Shop:
    """A feed with a picture a product, and two index folders to compare."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, str] = {}
        self.store = VersionStore(folder / "index")
        self.encoder = FakeEncoder()

    def picture(self, name: str, seed: int) -> None:
        pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(self.folder / name)

    def add(self, number: int, title: str = "Mug", price: str = "9.00 EUR", group: str = "") -> None:
        self.picture(f"{number}.png", number)
        self.rows[f"p{number}"] = f"p{number},{title},{number}.png,{group},{price}"

    def given(self, rules: VersionPolicy | None = None) -> BuildInput:
        feed = self.folder / "catalogue.csv"
        feed.write_text("\n".join([HEADER, *self.rows.values()]) + "\n")
        source = open_source(feed)
        pictures = source.pictures()
        return BuildInput(
            str(feed),
            source.rows(),
            pictures,
            self.encoder,
            feed_digest=source.digest(),
            rules=rules or VersionPolicy(),
        )

    def update(self, rules: VersionPolicy | None = None) -> BuildReport:
        return update_version(self.store, self.given(rules))

    def built_elsewhere(self) -> BuildReport:
        return build_version(VersionStore(self.folder / "other"), self.given())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    for number in range(6):
        shop.add(number)
    return shop


def test_the_first_update_is_a_build(shop: Shop) -> None:
    report = shop.update()
    assert report.outcome == "published"
    assert report.counts()["added"] == report.manifest.content.products == 6


def test_an_update_with_nothing_changed_publishes_nothing(shop: Shop) -> None:
    first = shop.update()
    again = shop.update()
    assert (again.outcome, again.manifest.version) == ("unchanged", first.manifest.version)
    assert again.counts() == {**first.counts(), "added": 0, "unchanged": 6}
    assert shop.store.names() == [first.manifest.version]
    assert shop.encoder.pictures_encoded == 6


def test_an_update_equals_a_build_and_says_what_it_did(shop: Shop) -> None:
    shop.update()
    shop.add(1, price="7.00 EUR")
    shop.picture("2.png", 99)
    shop.add(7)
    del shop.rows["p3"]
    report = shop.update()
    assert report.manifest.content.digest == shop.built_elsewhere().manifest.content.digest
    told = {change.product_id: (change.kind, change.fields) for change in report.changes.changes}
    assert told == {
        "p1": ("changed", ("price",)),
        "p2": ("changed", ("pictures",)),
        "p3": ("removed", ()),
        "p7": ("added", ()),
    }
    assert (report.encoded, report.changes.unchanged) == (2, 3)


def test_a_damaged_live_version_is_made_anew(shop: Shop) -> None:
    first = shop.update().manifest.version
    (shop.store.folder(first) / "vectors.faiss").write_bytes(b"")
    report = shop.update()
    assert report.outcome == "published"
    assert len(shop.store.load()) == 6


def test_another_mistake_in_the_feed_is_a_change(shop: Shop) -> None:
    shop.update()
    shop.rows["bad"] = ",No id,1.png,,"
    assert shop.update().outcome == "published"
    assert shop.store.report(shop.store.live())["counts"] == {"refused": 1}


def test_a_picture_written_again_with_other_bytes_is_seen_however_fast(shop: Shop) -> None:
    shop.update()
    shop.picture("0.png", 77)
    assert [change.product_id for change in shop.update().changes.changes] == ["p0"]


def test_an_empty_feed_leaves_the_live_version(shop: Shop) -> None:
    live = shop.update().manifest.version
    shop.rows.clear()
    with pytest.raises(CatalogueError, match="stays as it is"):
        shop.update()
    assert shop.store.live() == live


def test_pictures_shared_by_products_are_told_unless_they_are_variants(shop: Shop) -> None:
    (shop.folder / "copy.png").write_bytes((shop.folder / "0.png").read_bytes())
    with Image.open(shop.folder / "1.png") as image:
        image.save(shop.folder / "near.webp", lossless=True)
    shop.rows["same"] = "same,Mug,copy.png,,"
    shop.rows["near"] = "near,Mug,near.webp,,"
    shop.add(8, group="g")
    shop.rows["size"] = "size,Mug,8.png,g,"
    pairs = {(pair.kind, pair.one[0], pair.other[0]) for pair in shop.update().lookalikes}
    assert pairs == {("equal", "p0", "same"), ("near", "near", "p1")}


def test_the_run_is_kept_with_the_version_and_the_page_escapes_the_feed(shop: Shop) -> None:
    shop.add(1, title="<script>alert(1)</script>")
    shop.rows["<b>x"] = "<b>x,Mug,gone.png,,"
    report = shop.update()
    folder = shop.store.folder(report.manifest.version)
    kept = json.loads((folder / "run.json").read_bytes())
    assert kept["counts"]["without_picture"] == 1
    assert kept["feed_digest"] == report.manifest.feed_digest
    page = (folder / "run.html").read_text()
    assert "data:image/webp;base64," in page
    assert "<script>" not in page
    assert "<b>x" not in page


def test_only_the_newest_versions_stay_and_rollback_still_works(shop: Shop) -> None:
    names = []
    for price in range(5):
        shop.add(0, price=f"{price}.00 EUR")
        names.append(shop.update(VersionPolicy(keep=2)).manifest.version)
    assert shop.store.names() == sorted(names)[-2:]
    assert shop.store.rollback() == names[3]
    with pytest.raises(Exception, match="no version was live before"):
        shop.store.rollback()


def test_the_version_to_go_back_to_stays_whatever_its_age(shop: Shop) -> None:
    first = shop.update().manifest.version
    for price in range(3):
        shop.add(0, price=f"{price}.50 EUR")
        shop.update()
    shop.store.activate(first)
    shop.add(0, price="99.00 EUR")
    shop.update(VersionPolicy(keep=1))
    assert shop.store.rollback() == first


@pytest.mark.parametrize("kind", ["hnsw", "ivf", "ivf-pq"])
def test_an_approximate_version_passes_the_gate_or_is_not_published(tmp_path: Path, kind: str) -> None:
    shop = Shop(tmp_path)
    for number in range(1000):
        shop.add(number)
    exact = shop.update().manifest.version
    report = shop.update(VersionPolicy(kind=kind, min_recall=0.9))
    recall = report.manifest.approximation.recall  # type: ignore[union-attr]
    assert recall.keys() == {"pictures", "texts"}
    assert min(recall.values()) >= 0.9
    queries = shop.encoder.encode_texts(["red mug", "blue", "green cup"])
    found, truth = shop.store.load().search(queries, 5), shop.store.load(exact).search(queries, 5)
    agreed = [match for ours, theirs in zip(found, truth, strict=True) for match in ours if match in theirs]
    assert len(agreed) >= 13  # an approximate index misses a row, but never scores one otherwise
    shop.add(1, price="1.00 EUR")
    with pytest.raises(IndexRecallError, match="not published"):
        shop.update(VersionPolicy(kind=kind, min_recall=1.01))
    assert shop.store.live() == report.manifest.version


def calibration(shop: Shop) -> dict[str, object] | None:
    return read_calibration(shop.store.folder(shop.store.live()))


@pytest.mark.parametrize(
    ("new", "model", "became"), [(1, 64, "inherited"), (99, 64, "left behind"), (1, 32, "left behind")]
)
def test_the_next_version_of_the_same_shop_goes_by_its_calibration(
    shop: Shop, new: int, model: int, became: str
) -> None:
    """However many products are new, it is the old fit or none: nothing is fitted on the way."""
    assert shop.update().calibration == "none"
    keep_calibration(shop.store.folder(shop.store.live()), {"fitted_on": "this shop"})
    for number in range(100, 100 + new):
        shop.add(number)
    shop.encoder = FakeEncoder(model)
    report = shop.update()
    assert report.calibration == became
    assert json.loads("".join(report.json()))["calibration"] == became
    assert calibration(shop) == ({"fitted_on": "this shop"} if became == "inherited" else None)
    shop.store.verify(shop.store.live())


def test_a_damaged_calibration_is_not_handed_on(shop: Shop) -> None:
    shop.update()
    keep_calibration(shop.store.folder(shop.store.live()), {"fitted_on": "this shop"})
    (shop.store.folder(shop.store.live()) / CALIBRATION).write_text("{}")
    shop.add(100)
    assert shop.update().calibration == "none"
    assert calibration(shop) is None
