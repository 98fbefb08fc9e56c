"""Posts over HTTP: photos come in with all they carry, and go out as pixels."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image, PngImagePlugin
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from tests.integration.api.conftest import FEED, Start
from tests.integration.api.pictures import COLOURS, picture, problem
from tests.integration.api.posters import Person, person


@pytest.fixture
def ada(client: TestClient, settings: Settings) -> Person:
    return person(client, settings, "Ada")


@pytest.fixture
def ben(client: TestClient, settings: Settings) -> Person:
    return person(client, settings, "Ben")


@pytest.fixture
def post(ada: Person) -> str:
    answer = ada.post(caption="Two mugs")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def talkative() -> bytes:
    """A sideways JPEG that tells of its place, its owner and its colours."""
    image = Image.new("RGB", (700, 500), COLOURS["blue"])
    image.paste(COLOURS["red"], (0, 0, 350, 500))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "SECRET-ARTIST"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "SECRET-PLACE"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT", icc_profile=b"SECRET-PROFILE" * 20)
    return out.getvalue()


def test_of_a_photo_its_pixels_alone_are_kept(ada: Person, settings: Settings) -> None:
    sent = talkative()
    assert sent.count(b"SECRET") > 3
    made = ada.post(sent).json()
    photo = made["photo"]
    assert (photo["width"], photo["height"]) == (500, 700)
    assert [(copy["width"], copy["height"]) for copy in photo["copies"]] == [(320, 448)]
    for size in [photo, *photo["copies"]]:
        got = ada.client.get(size["url"], headers={"Authorization": f"Bearer {ada.key}"})
        assert got.headers["content-type"] == "image/jpeg"
        with Image.open(BytesIO(got.content)) as image:
            assert image.size == (size["width"], size["height"])
            assert set(image.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }
            red, _, blue = image.getpixel((10, 10))  # type: ignore[misc]
            assert red > blue
    for path in settings.data_dir.rglob("*.jpg"):
        assert b"SECRET" not in path.read_bytes()
        assert b"Exif" not in path.read_bytes()


def test_text_in_a_png_is_not_kept(ada: Person, settings: Settings) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRET")
    out = BytesIO()
    Image.new("RGB", (50, 40)).save(out, "PNG", pnginfo=info)
    assert ada.post(out.getvalue()).status_code == 201
    (path,) = settings.data_dir.rglob("*.jpg")
    assert b"SECRET" not in path.read_bytes()


def test_a_post_from_draft_to_the_world_and_back(ada: Person, ben: Person, post: str) -> None:
    nobody = Person(ada.client)
    for other in (ben, nobody):
        problem(other.ask("GET", f"/{post}"), 404, "not-found")
        problem(other.ask("GET", f"/{post}/photo"), 404, "not-found")
    published = ada.ask("POST", f"/{post}/publish")
    assert published.json()["state"] == "published"
    assert nobody.ask("GET", f"/{post}").json()["caption"] == "Two mugs"
    photo = nobody.ask("GET", f"/{post}/photo?width=1")
    assert photo.headers["cache-control"] == "public, max-age=300"
    assert "vary" not in photo.headers
    same = nobody.ask("GET", f"/{post}/photo?width=1", headers={"If-None-Match": photo.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    problem(ben.ask("POST", f"/{post}/hide"), 403, "not-allowed")
    problem(nobody.ask("POST", f"/{post}/hide"), 401, "key-needed")
    assert ada.ask("POST", f"/{post}/hide").json()["state"] == "hidden"
    problem(nobody.ask("GET", f"/{post}"), 404, "not-found")
    assert ada.ask("DELETE", f"/{post}").status_code == 204
    problem(ada.ask("GET", f"/{post}"), 404, "not-found")
    problem(ada.ask("DELETE", f"/{post}"), 404, "not-found")


def test_what_depends_on_who_asks_says_so_to_caches(ada: Person, post: str) -> None:
    for path in (f"/{post}", f"/{post}/photo"):
        headers = ada.ask("GET", path).headers
        assert (headers["cache-control"], headers["vary"]) == ("private, no-cache", "Authorization, Cookie")


def test_a_draft_cannot_be_hidden(ada: Person, post: str) -> None:
    problem(ada.ask("POST", f"/{post}/hide"), 409, "conflict")


def test_a_change_says_what_it_builds_on(ada: Person, post: str) -> None:
    seen = ada.ask("GET", f"/{post}").headers["etag"]
    caption = {"json": {"caption": "Mugs"}}
    problem(ada.ask("PATCH", f"/{post}", **caption), 428, "version-needed")
    changed = ada.ask("PATCH", f"/{post}", headers={"If-Match": seen}, **caption)
    assert changed.json()["caption"] == "Mugs"
    assert changed.headers["etag"] != seen
    for stale in (seen, f"W/{changed.headers['etag']}", '"x"', "nonsense", ""):
        for method, path, body in [
            ("PATCH", "", caption),
            ("PUT", "/boxes", {"json": {"boxes": []}}),
            ("PUT", "/tags/red-mug", {"json": {"x": 0, "y": 0}}),
            ("POST", "/publish", {}),
            ("DELETE", "", {}),
        ]:
            problem(ada.ask(method, f"/{post}{path}", headers={"If-Match": stale}, **body), 412, "stale")
    many = f'"77", {changed.headers["etag"]}'
    assert ada.ask("POST", f"/{post}/publish", headers={"If-Match": many}).status_code == 200


def test_an_upload_that_is_sent_again_is_one_post(ada: Person, ben: Person) -> None:
    key = {"Idempotency-Key": "k-1"}
    first, again = ada.post(caption="A", headers=key), ada.post(caption="A", headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    problem(ada.post(caption="B", headers=key), 422, "key-reused")
    assert ben.post(caption="A", headers=key).json()["id"] != first.json()["id"]
    assert ada.post(caption="A").json()["id"] != first.json()["id"]
    bad = {"Idempotency-Key": "k-2"}
    problem(ada.post(b"no picture", headers=bad), 415, "picture-format")
    assert ada.post(headers=bad).status_code == 201
    problem(ada.post(headers={"Idempotency-Key": "x" * 256}), 422, "invalid-request")


def test_what_is_no_upload_is_refused(ada: Person, client: TestClient) -> None:
    problem(ada.ask("POST", "", content=picture(), headers={"Content-Type": "image/png"}), 415, "media-type")
    problem(ada.ask("POST", "", files={"picture": picture()}), 400, "malformed-form")
    problem(ada.ask("POST", "", files={"caption": ("", b"x")}), 400, "malformed-form")
    problem(ada.post(b""), 422, "picture-damaged")
    problem(ada.post(picture()[:60]), 422, "picture-damaged")
    problem(ada.post(caption="x" * 2201), 422, "invalid-input")
    problem(ada.post(caption="x\0"), 422, "invalid-input")
    problem(ada.post(picture() + b"\0" * 200_000), 413, "picture-too-large")
    problem(Person(client).post(), 401, "key-needed")
    problem(Person(client, "sv_wrong").post(), 401, "key-needed")


def test_a_catalogue_account_does_not_post(client: TestClient, settings: Settings) -> None:
    problem(person(client, settings, "Shop", Role.CATALOGUE).post(), 403, "not-allowed")


def test_reasons_that_were_kept_before_they_had_codes_are_read(ada: Person, post: str) -> None:
    ada.suggested(post)
    old = {"words": "looks very alike", "effect": 1.5}
    store = ada.client.app.state.services.store
    with store.writing() as work:
        held = work.suggestions.of(post)
        items = [
            {**item, "suggestions": [{**one, "why": [old]} for one in item["suggestions"]]}
            for item in held.items
        ]
        work.suggestions.put(replace(held, items=tuple(items)))
    assert ada.suggested(post)["red-mug"]["why"] == [{"code": None, **old}]


def test_suggestions_are_kept_and_decided_on(ada: Person, ben: Person, post: str) -> None:
    boxes = {"boxes": [{"x": 0, "y": 0, "width": 0.5, "height": 1}]}
    assert ada.ask("PUT", f"/{post}/boxes", json=boxes, headers={"If-Match": "*"}).status_code == 200
    red = ada.suggested(post, item=0)["red-mug"]
    assert red["standing"] == "open"
    assert ada.suggested(post, item=0)["red-mug"] == red
    tag = ada.tag(post, "red-mug", suggestion_id=red["id"]).json()
    assert (tag["by_hand"], tag["box"], tag["product"]["title"]) == (False, boxes["boxes"][0], "Red mug")
    blue = ada.suggested(post)["kitchen/blue mug"]
    rejected = ada.ask("POST", f"/{post}/suggestions/{blue['id']}/reject", json={"reason": "not_wanted"})
    assert (rejected.json()["product_id"], rejected.json()["reason"]) == ("kitchen/blue mug", "not_wanted")
    standings = {name: held["standing"] for name, held in ada.suggested(post).items()}
    assert standings == {"red-mug": "confirmed", "kitchen/blue mug": "rejected", "green-mug": "open"}
    assert ada.ask("DELETE", f"/{post}/suggestions/{blue['id']}/reject").status_code == 204
    assert ada.ask("DELETE", f"/{post}/tags/red-mug").status_code == 204
    problem(ada.ask("DELETE", f"/{post}/tags/red-mug"), 404, "not-found")
    assert {held["standing"] for held in ada.suggested(post).values()} == {"open"}
    problem(ben.ask("GET", f"/{post}/suggestions"), 404, "not-found")
    figures = ada.client.get("/metrics").text
    assert 'spark_vision_decisions_total{kind="confirmed"} 1.0' in figures


def test_tags_of_what_cannot_be_bought_are_hidden_and_come_back(
    ada: Person, post: str, feed: Path, settings: Settings, start: Start
) -> None:
    for product in ("red-mug", "green-mug", "kitchen/blue mug"):
        assert ada.tag(post, product).status_code == 200
    ada.ask("POST", f"/{post}/publish")
    nobody = Person(ada.client)

    def shown(of: Person) -> dict[str, str | None]:
        tags = of.ask("GET", f"/{post}").json()["tags"]
        return {tag["product_id"]: tag["hidden_because"] for tag in tags}

    assert shown(nobody) == {"red-mug": None, "kitchen/blue mug": None}
    assert shown(ada) == {"red-mug": None, "green-mug": "sold_out", "kitchen/blue mug": None}
    lines = [line for line in FEED.splitlines() if "blue" not in line]
    feed.write_text("\n".join(lines).replace("out_of_stock", "in_stock"))
    build_index(settings, str(feed))
    ada.client.app.state.services.live.refresh()
    assert shown(nobody) == {"red-mug": None, "green-mug": None}
    assert shown(ada)["kitchen/blue mug"] == "gone"
    problem(ada.tag(post, "kitchen/blue mug2"), 404, "not-found")
    assert ada.tag(post, "kitchen/blue mug", x=0.75).json()["x"] == 0.75


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"x": 2, "y": 0}, 422, "invalid-request"),
        ({"x": True, "y": 0}, 422, "invalid-request"),
        ({"x": "0.5", "y": 0}, 422, "invalid-request"),
        ({"x": 0.5}, 422, "invalid-request"),
        ({"x": 0.5, "y": 0, "z": 0}, 422, "invalid-request"),
        ({"x": 0.5, "y": 0, "box": {"x": 0.9, "y": 0, "width": 0.5, "height": 1}}, 422, "invalid-input"),
        ({"x": 0.5, "y": 0, "suggestion_id": "nothing"}, 404, "not-found"),
    ],
)
def test_a_tag_that_cannot_be_is_refused(ada: Person, post: str, body: dict, status: int, code: str) -> None:
    problem(ada.ask("PUT", f"/{post}/tags/red-mug", json=body), status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"x": 0.1, "x": 0.2, "y": 0}', 400, "bad-request"),
        (b'{"x": NaN, "y": 0}', 422, "invalid-request"),
        (b'{"x": 1e999, "y": 0}', 422, "invalid-request"),
        (b"{", 422, "invalid-request"),
        (b"\xff", 400, "bad-request"),
        (b"[" * 50_000, 400, "bad-request"),
        (b" " * 300_000, 413, "body-too-large"),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    ada: Person, post: str, body: bytes, status: int, code: str
) -> None:
    sent = ada.ask("PUT", f"/{post}/tags/red-mug", content=body, headers={"Content-Type": "application/json"})
    problem(sent, status, code)


def test_what_a_crash_left_is_settled_when_the_service_starts(
    ada: Person, settings: Settings, start: Start
) -> None:
    services = ada.client.app.state.services
    made = ada.post().json()
    with services.store.writing() as work:
        post = work.posts.get(made["id"])
        work.posts.remove(post.id)
        work.photos.leave_unless_used(post.photo.digest)
    assert list(settings.data_dir.rglob("*.jpg"))
    start()
    assert list(settings.data_dir.rglob("*.jpg")) == []
