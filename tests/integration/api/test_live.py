"""The live version: none yet, another one, a damaged one; and no answer that mixes two."""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from spark_vision.app.container import BuildOptions, build_index, open_shop, version_store
from spark_vision.app.settings import Settings
from spark_vision.embedding.encoder import Encoder
from spark_vision.index.calibrations import CALIBRATION, keep_calibration
from spark_vision.search.calibration import Calibration
from spark_vision.search.features import FEATURES
from spark_vision.search.loaded_index import LoadedIndex
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import COLOURS, picture, problem

PHOTO = "/v1/search/photo"
PNG = {"Content-Type": "image/png"}


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def served(client: TestClient) -> str:
    return client.get("/v1/index").json()["version"]


def build(settings: Settings, feed: Path, mark: str) -> str:
    """A version whose product ids begin with a mark."""
    lines = [f"{mark}-{name},{name},{name}.png" for name in COLOURS]
    path = feed.with_name(f"{mark}.csv")
    path.write_text("\n".join(["id,title,image_link", *lines]) + "\n")
    # No product stays, which the guard would hold.
    return build_index(settings, str(path), options=BuildOptions(accept_removals=True)).manifest.version


def test_without_an_index_it_starts_and_says_what_to_do(settings: Settings, feed: Path, start: Start) -> None:
    client = start()
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/").status_code == 200
    for answer in (
        client.get("/readyz"),
        client.get("/v1/index"),
        client.post(PHOTO, content=picture(), headers=PNG),
        client.get("/v1/search/products?q=red"),
        client.get("/v1/products/red-mug"),
    ):
        value = problem(answer, 503, "index-not-found")
        assert "spark-vision index build" in value["detail"]
        assert str(settings.index_dir) not in value["detail"]
        assert answer.headers["retry-after"]
    assert client.get("/v1/index/versions").json() == {"versions": []}
    build_index(settings, str(feed))
    wait_until(lambda: client.get("/readyz").status_code == 200)


def test_ready_and_index_tell_what_is_served(client: TestClient) -> None:
    ready, index = client.get("/readyz").json(), client.get("/v1/index").json()
    assert ready == {"status": "ready", "index_version": index["version"], "model": "fake", "failure": None}
    assert (index["products"], index["pictures"], index["dimension"]) == (3, 3, 64)
    assert index["metric"] == "inner_product"
    assert "source" not in index


def test_another_version_is_served_without_a_restart(settings: Settings, feed: Path, start: Start) -> None:
    first = build(settings, feed, "a")
    client = start()
    assert served(client) == first
    second = build(settings, feed, "b")
    wait_until(lambda: served(client) == second)
    assert client.get("/v1/products/b-red").status_code == 200
    problem(client.get("/v1/products/a-red"), 404, "product-not-found")
    version_store(settings).rollback()
    wait_until(lambda: served(client) == first)
    rows = client.get("/v1/index/versions").json()["versions"]
    assert {row["version"]: (row["live"], row["served"]) for row in rows} == {
        first: (True, True),
        second: (False, False),
    }


def test_another_calibration_counts_without_a_restart(settings: Settings, feed: Path, start: Start) -> None:
    build(settings, feed, "a")
    client = start()

    def whole() -> dict[str, Any]:
        item: dict[str, Any] = client.post(PHOTO, content=picture(), headers=PNG).json()["items"][-1]
        return item

    assert not whole()["calibrated"]
    shop = open_shop(settings)
    folder = version_store(settings).folder(shop.gallery.version)
    keep_calibration(folder, fitted(shop, bias=-2.0).as_dict())
    wait_until(lambda: bool(whole()["calibrated"]))
    modest = whole()["suggestions"][0]["probability"]
    keep_calibration(folder, fitted(shop, bias=2.0).as_dict())
    wait_until(lambda: bool(whole()["suggestions"][0]["probability"] > modest))
    # One that cannot be read changes nothing.
    (folder / CALIBRATION).write_text("{}")
    client.app.state.services.live.refresh()
    assert whole()["suggestions"][0]["probability"] > modest


def fitted(shop: LoadedIndex, bias: float) -> Calibration:
    """A fit for which every product is as likely as any other."""
    none = (0.0,) * len(FEATURES)
    fingerprint = shop.gallery.encoder.fingerprint
    return Calibration(fingerprint, FEATURES, none, none, bias, ((0.9, 0.5),), 0.0, "a test", {})


def test_a_damaged_version_leaves_the_old_one_serving(settings: Settings, feed: Path, start: Start) -> None:
    good = build(settings, feed, "a")
    client = start(watch_seconds=3600)
    bad = build(settings, feed, "b")
    (settings.index_dir / "versions" / bad / "vectors.faiss").write_bytes(b"damaged")
    client.app.state.services.live.refresh()  # What the watch does, at a moment of our choosing.
    failure = client.get("/v1/index").json()["failure"]
    assert failure["version"] == bad
    assert failure["type"] == "/problems/index-damaged"
    assert str(settings.index_dir) not in str(failure)
    assert client.get("/readyz").json()["failure"] == failure
    assert client.post(PHOTO, content=picture(), headers=PNG).json()["index_version"] == good
    version_store(settings).rollback()
    client.app.state.services.live.refresh()
    assert client.get("/readyz").json()["failure"] is None


def test_a_lost_index_folder_leaves_the_loaded_version_serving(
    client: TestClient, settings: Settings
) -> None:
    version = served(client)
    shutil.rmtree(settings.index_dir)
    wait_until(lambda: client.get("/readyz").json()["failure"] is not None)
    assert client.post(PHOTO, content=picture(), headers=PNG).json()["index_version"] == version


def test_a_version_whose_folder_is_gone_leaves_the_loaded_one_serving(
    settings: Settings, feed: Path, start: Start
) -> None:
    versions = settings.index_dir / "versions"
    first = build(settings, feed, "a")
    client = start(watch_seconds=3600)
    live = client.app.state.services.live
    shutil.rmtree(versions / first)
    live.refresh()
    assert client.get("/readyz").json()["failure"] is None
    second = build(settings, feed, "b")
    shutil.rmtree(versions / second)
    live.refresh()
    assert client.get("/readyz").json()["failure"]["version"] == second
    assert client.post(PHOTO, content=picture(), headers=PNG).json()["index_version"] == first


def test_a_failure_that_nobody_foresaw_does_not_end_the_watch(
    settings: Settings, feed: Path, start: Start
) -> None:
    def moody(settings: Settings, version: str | None = None, held: Encoder | None = None) -> LoadedIndex:
        if version == first:
            raise MemoryError("all gone")
        return open_shop(settings, version, held)

    first = build(settings, feed, "a")
    client = start(open_shop=moody)
    value = problem(client.get("/readyz"), 503, "shop-unavailable")
    assert "all gone" not in str(value)
    second = build(settings, feed, "b")
    wait_until(lambda: client.get("/readyz").status_code == 200)
    assert served(client) == second


def test_no_answer_mixes_versions(settings: Settings, feed: Path, start: Start) -> None:
    roomy = settings.model_copy(update={"waiting_lookups": 64})
    marks = {build(settings, feed, mark): mark for mark in "ab"}
    client = start(roomy, watch_seconds=0.005)
    store = version_store(settings)

    def ask(_: int) -> dict[str, Any]:
        answer = client.post(PHOTO, content=picture(), headers=PNG)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    seen = set()
    with ThreadPoolExecutor(4) as threads:
        for turn in range(20):
            store.activate(sorted(marks)[turn % 2])
            for body in threads.map(ask, range(12)):
                ids = {held["product_id"] for item in body["items"] for held in item["suggestions"]}
                assert ids == {f"{marks[body['index_version']]}-{name}" for name in COLOURS}
                assert set(body["products"]) == ids
                seen.add(body["index_version"])
    assert seen == set(marks)
