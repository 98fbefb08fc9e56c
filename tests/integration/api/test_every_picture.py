"""Every bad picture through the API, looked up and posted, and every odd one that is good."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from tests.bad_pictures import DAMAGED, ODD_BUT_GOOD, OTHER_FORMATS, TOO_LARGE, text_bomb
from tests.integration.api.conftest import Start
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import picture, problem

PHOTO = "/v1/search/photo"
REFUSED = [
    *[(name, data, 422, "picture-damaged") for name, (data, _) in DAMAGED.items()],
    *[(name, data, 413, "picture-too-large") for name, (data, _) in TOO_LARGE.items()],
    *[(name, data, 415, "picture-format") for name, data in OTHER_FORMATS.items()],
]
NAMES = ["фото été 写真.jpg", "../../../etc/passwd", "a\\b\\c.jpg", "x" * 4000 + ".jpg", ""]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow speaks of what it skips


@pytest.fixture
def client(settings: Settings, feed: Any, start: Start) -> TestClient:
    """The three mugs, and photos as long as they may be by default."""
    build_index(settings, str(feed))
    return start(settings.model_copy(update={"max_picture_bytes": 20 * 1024 * 1024}))


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada")


def post(ada: Person, data: bytes, name: str = "p.jpg") -> Any:
    return ada.ask("POST", "/v1/posts", files={"photo": (name, data)})


def test_what_is_wrong_with_a_picture_is_said(client: TestClient, ada: Person) -> None:
    for name, data, status, code in REFUSED:
        looked_up = client.post(PHOTO, content=data, headers={"Content-Type": "image/jpeg"})
        for answer in (looked_up, post(ada, data)):
            assert answer.status_code == status, (name, answer.text)
            problem(answer, status, code)
    assert ada.ask("GET", "/v1/me/posts").json()["posts"] == []


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_packed_text_does_not_unpack(client: TestClient, ada: Person, kind: bytes) -> None:
    bomb = text_bomb(kind)
    answer = client.post(PHOTO, content=bomb, headers={"Content-Type": "image/png"})
    problem(answer, 422, "picture-damaged")
    problem(post(ada, bomb), 422, "picture-damaged")


def test_odd_pictures_are_taken_and_tell_nothing(client: TestClient, ada: Person) -> None:
    for name, data in ODD_BUT_GOOD.items():
        answer = client.post(PHOTO, content=data, headers={"Content-Type": "image/jpeg"})
        assert answer.status_code == 200, (name, answer.text)
        made = post(ada, data)
        assert made.status_code == 201, (name, made.text)
        shown = ada.ask("GET", made.json()["photo"]["url"])
        assert shown.headers["content-type"] == "image/jpeg"
        for word in (b"SECRET", b"Exif", b"ICC_PROFILE", b"PK\x05\x06"):
            assert word not in shown.content, name


@pytest.mark.parametrize("name", NAMES)
def test_a_name_plays_no_part(ada: Person, settings: Settings, name: str) -> None:
    made = post(ada, picture(), name)
    assert made.status_code == 201, made.text
    kept = {path.suffix for path in (settings.data_dir / "photos").rglob("*") if path.is_file()}
    assert kept <= {".jpg"}
