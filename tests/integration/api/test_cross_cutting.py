"""Budgets, cursors, metrics, logs, browsing without a key."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx2 import Response
from itsdangerous import URLSafeSerializer
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from spark_vision.app.secret import signing_secret
from spark_vision.app.settings import Settings
from spark_vision.core.errors import InvalidInputError
from spark_vision_api.http.cursors import Cursors
from spark_vision_api.http.error_handlers import CursorError
from spark_vision_api.http.middleware.rate_limit import Budgets, subscriber
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import picture, problem
from tests.integration.api.posters import person

AT = datetime(2026, 5, 1, 12, 30, 1, 250_000, tzinfo=UTC)


def test_an_address_without_a_key_has_a_budget(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"address_rate": "3/hour"}))
    for _ in range(3):
        assert client.get("/v1/index/versions").status_code == 200
    refused = client.get("/v1/index/versions")
    problem(refused, 429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    # Whoever watches the service is not refused, nor is a body read that comes with too many.
    assert client.get("/healthz").status_code == 200
    problem(client.post("/v1/search/photo", content=b"x" * 150_000), 429, "too-many-requests")


def test_wrong_keys_are_counted_against_their_address(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"wrong_key_rate": "3/hour"}))
    for number in range(3):
        answer = client.get("/v1/index/versions", headers={"Authorization": f"Bearer made-up-{number}"})
        problem(answer, 401, "key-needed")
    answer = client.get("/v1/index/versions", headers={"Authorization": "Bearer another"})
    problem(answer, 429, "too-many-requests")
    assert client.get("/v1/index/versions").status_code == 200  # Without a key nothing was wrong.


def test_wrong_keys_on_the_page_for_signing_in_are_counted_with_them(
    settings: Settings, start: Start
) -> None:
    client = start(settings.model_copy(update={"wrong_key_rate": "3/hour"}))
    key = person(client, settings, "Ada").key
    assert client.post("/sign-in", data={"key": key}, follow_redirects=False).status_code == 303
    client.cookies.clear()
    for number in range(3):
        assert client.post("/sign-in", data={"key": f"made-up-{number}"}).status_code == 401
    refused = client.post("/sign-in", data={"key": key}, headers={"Accept": "text/html"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert "try again" in refused.text
    assert not client.cookies
    problem(
        client.get("/v1/index/versions", headers={"Authorization": f"Bearer {key}"}), 429, "too-many-requests"
    )
    assert client.get("/sign-in").status_code == 200


def test_a_key_has_a_budget_of_its_own() -> None:
    rates = Budgets(Settings(key_rate="2/hour", address_rate="1/hour"))
    for key in ("one", "two"):
        rates.recognised(key)
    assert [rates.wait("one", "a") > 0 for _ in range(3)] == [False, False, True]
    assert rates.wait("two", "a") == 0
    assert [rates.wait("", "a") > 0 for _ in range(2)] == [False, True]
    assert rates.wait("", "b") == 0


def test_a_key_that_is_not_known_counts_for_its_address() -> None:
    rates = Budgets(Settings(address_rate="2/hour"))
    assert [rates.wait(key, "a") > 0 for key in ("one", "two", "three")] == [False, False, True]
    rates.recognised("one")
    assert rates.wait("one", "a") == 0
    rates.wrong_key("one", "a")  # It was revoked.
    assert rates.wait("one", "a") > 0
    assert rates.wait("one", "b") == 0


def test_the_keys_that_were_known_longest_are_forgotten_first() -> None:
    rates = Budgets(Settings(address_rate="1/hour"))
    assert rates.wait("", "a") == 0
    for number in range(10_001):
        rates.recognised(f"{number}")
    assert [rates.wait(f"{number}", "a") > 0 for number in (0, 1, 10_000)] == [True, False, False]


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [("GET", "/v1/nothing", 404), ("GET", "/v1/orders", 405), ("POST", "/v1/orders", 422)],
)
def test_made_up_keys_have_the_budget_of_their_address(
    settings: Settings, start: Start, method: str, path: str, answer: int
) -> None:
    """Also where a request ends before its key is looked up."""
    client = start(settings.model_copy(update={"address_rate": "4/hour"}))
    ada = person(client, settings, "Ada").key

    def ask(method: str, path: str, key: str) -> Response:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return client.request(method, path, headers=headers, content=b"{" if method == "POST" else None)

    assert ask("GET", "/v1/posts", ada).status_code == 200
    for number in range(3):
        assert ask(method, path, f"made-up-{number}").status_code == answer
    problem(ask(method, path, "another"), 429, "too-many-requests")
    assert ask(method, path, ada).status_code == answer  # A key that was recognised counts for itself.


def test_what_is_no_bearer_key_counts_for_the_address(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"address_rate": "2/hour"}))
    for number in range(2):
        answer = client.get("/v1/index/versions", headers={"Authorization": f"Basic {number}"})
        assert answer.status_code == 200
    problem(client.get("/v1/index/versions", headers={"Authorization": "Basic 3"}), 429, "too-many-requests")


def test_an_empty_rate_is_no_bound_and_a_wrong_one_is_named() -> None:
    rates = Budgets(Settings(address_rate=""))
    assert all(rates.wait("", "a") == 0 for _ in range(5000))
    with pytest.raises(InvalidInputError, match="SPARK_VISION_KEY_RATE is 'often'"):
        Budgets(Settings(key_rate="often"))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_subscriber_is_one_address(address: str, counted: str) -> None:
    assert subscriber(address) == counted


def test_a_cursor_comes_back_as_it_was_written() -> None:
    cursors = Cursors(lambda: b"s" * 32)
    cursor = cursors.write("feed", AT, "post/1 é")
    assert cursors.read(cursor, "feed") == (AT, "post/1 é")
    assert cursors.read("", "feed") is None


@pytest.mark.parametrize(
    "forged",
    [
        "x",
        "é",
        "." * 900,
        URLSafeSerializer(b"t" * 32, salt="cursor").dumps(["feed", AT.isoformat(), "a"]),
        URLSafeSerializer(b"s" * 32, salt="other").dumps(["feed", AT.isoformat(), "a"]),
        Cursors(lambda: b"s" * 32).write("feed", AT, "a")[:-1],
        "a" + Cursors(lambda: b"s" * 32).write("feed", AT, "a"),
        Cursors(lambda: b"s" * 32).write("feed of Ada", AT, "a"),
    ],
)
def test_a_forged_cursor_is_refused(forged: str) -> None:
    with pytest.raises(CursorError):
        Cursors(lambda: b"s" * 32).read(forged, "feed")


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    secret = signing_secret(settings)
    assert len(secret) >= 32
    assert signing_secret(settings) == secret
    (file,) = settings.data_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signing_secret(Settings(data_dir=tmp_path / "other")) != secret


def test_a_secret_of_the_settings_is_taken_and_must_be_long(tmp_path: Path) -> None:
    given = Settings(data_dir=tmp_path, secret_key="k" * 40)
    assert signing_secret(given) == b"k" * 40
    assert "kkk" not in repr(given)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InvalidInputError, match="SPARK_VISION_SECRET_KEY"):
        signing_secret(Settings(data_dir=tmp_path, secret_key="short"))


def test_browsing_without_a_key_can_be_switched_off(settings: Settings, start: Start) -> None:
    client = start(settings.model_copy(update={"anonymous_browsing": False}))
    answer = client.get("/v1/index/versions")
    problem(answer, 401, "key-needed")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/healthz").status_code == 200


def test_metrics_show_what_happened(client: TestClient) -> None:
    before = client.get("/metrics").text
    assert "spark_vision_no_match_rate NaN" in before
    sent = client.post(
        "/v1/search/photo?box=0,0,0.5,0.5", content=picture(), headers={"Content-Type": "image/png"}
    )
    assert sent.status_code == 200
    client.get("/v1/products/kitchen/blue mug")
    client.get("/nothing/at/all")
    text = client.get("/metrics").text
    for line in (
        'spark_vision_requests_total{method="POST",route="/v1/search/photo",status="200"} 1.0',
        'spark_vision_requests_total{method="GET",route="/v1/products/{product_id:path}",status="200"} 1.0',
        'spark_vision_requests_total{method="GET",route="other",status="404"} 1.0',
        'spark_vision_stage_seconds_count{stage="forward"} 1.0',
        "spark_vision_items_total 2.0",
        "spark_vision_suggestions_total 6.0",
        "spark_vision_no_match_rate 0.0",
        "spark_vision_lookup_queue 0.0",
    ):
        assert line in text, line
    assert "blue mug" not in text


def test_the_log_has_a_line_a_request_that_tells_nothing_of_who_asked(client: TestClient) -> None:
    with capture_logs() as lines:
        client.get(
            "/v1/products/red-mug?note=secret", headers={"X-Request-ID": "find-me", "User-Agent": "somebody"}
        )
        client.get("/healthz")
    (line,) = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": "find-me",
        "method": "GET",
        "route": "/v1/products/{product_id:path}",
        "status": 200,
    }
