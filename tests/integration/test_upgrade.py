"""An index and a store that the first version made open in this one."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import open_shop, update_index
from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.media.decode import decode
from spark_vision_api import create_app

MADE = Path(__file__).parents[1] / "cases" / "first_version"
MAKERS_KEY = "sv_TCKgyzrhlFb8M-hVD1BfEpvW5mA-gw7TsNFINLE-d3g"
POST = "12224fb5aba849e99d90dc54d163b706"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a service whose folders are copies of what the first version left."""
    shutil.copytree(MADE, tmp_path, dirs_exist_ok=True)
    with closing(sqlite3.connect(tmp_path / "data" / "store.sqlite")) as store:
        store.executescript((tmp_path / "data" / "store.sql").read_text())
    return Settings(index_dir=tmp_path / "index", data_dir=tmp_path / "data")


def test_the_index_suggests_and_an_unchanged_feed_leaves_it_live(settings: Settings, tmp_path: Path) -> None:
    photo = decode((demo_shop() / "images" / "SH-002-1.jpg").read_bytes())
    items = open_shop(settings).suggester.suggest(photo)
    assert items[0].suggestions[0].product.id == "SH-002"

    shutil.copytree(demo_shop() / "images", tmp_path / "shop" / "images")
    rows = (demo_shop() / "catalogue.csv").read_text().splitlines()
    kept = [row for row in rows if row.startswith(("id,", "SH-001,", "SH-002,", "SH-030,", "SH-060,"))]
    (tmp_path / "shop" / "feed.csv").write_text("\n".join(kept))
    assert update_index(settings, str(tmp_path / "shop" / "feed.csv")).outcome == "unchanged"


def test_the_store_has_its_post_tag_click_and_commission(settings: Settings) -> None:
    maker = {"Authorization": f"Bearer {MAKERS_KEY}"}
    with TestClient(create_app(settings)) as client:
        (post,) = client.get("/v1/posts").json()["posts"]
        assert (post["id"], post["caption"], post["smiles"]) == (POST, "A mug from before", 1)
        assert client.get(post["photo"]["url"]).headers["content-type"] == "image/jpeg"

        own = client.get(f"/v1/posts/{POST}", headers=maker).json()
        assert [tag["product_id"] for tag in own["tags"]] == ["SH-002"]
        earned = client.get("/v1/me/earnings", headers=maker).json()
        assert [(sum_["currency"], sum_["balance"]) for sum_ in earned["balances"]] == [("EUR", 120)]
        assert sum(day["clicks"] for day in earned["days"]) == 1

        assert client.delete(f"/v1/posts/{POST}/smile", headers=maker).json()["smiles"] == 0
