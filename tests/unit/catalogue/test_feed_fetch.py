"""Feeds by http: conditions, credentials, and what no message may repeat."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from spark_vision.catalogue.credentials import Credentials, credentials_by_origin, parse_credentials
from spark_vision.catalogue.feed_cache import FeedCache
from spark_vision.catalogue.feed_fetch import FeedLimits, FeedRequest, fetch_feed
from spark_vision.core.errors import CatalogueError, InvalidInputError
from tests.picture_host import LOOPBACK, Server, answer, serving

FEED = b"id,title,image_link\n1,Mug,mug.png\n"
NOON = "Tue, 01 Dec 2026 12:00:00 GMT"
LIMITS = FeedLimits(max_bytes=10_000, seconds=10)


@pytest.fixture
def host() -> Iterator[Server]:
    with serving() as host:
        yield host


def request(
    host: Server, cache: FeedCache | None = None, credentials: Credentials | None = None
) -> FeedRequest:
    return FeedRequest(host.url("/feed.csv"), LIMITS, LOOPBACK, credentials, cache)


@pytest.mark.parametrize(
    ("validator", "condition"),
    [
        ({"ETag": '"1"'}, "If-None-Match"),
        ({"Last_Modified": NOON}, "If-Modified-Since"),
    ],
)
def test_an_unchanged_feed_costs_a_304(
    host: Server, tmp_path: Path, validator: dict[str, str], condition: str
) -> None:
    cache, target = FeedCache(tmp_path / "feeds"), tmp_path / "feed"
    host.answers["/feed.csv"] = [answer(200, FEED, **validator), answer(304)]
    assert fetch_feed(request(host, cache), target) is True
    target.unlink()
    assert fetch_feed(request(host, cache), target) is False
    assert target.read_bytes() == FEED
    assert [condition in headers for _, headers in host.asked] == [False, True]


def test_a_cached_feed_that_is_damaged_is_fetched_whole(host: Server, tmp_path: Path) -> None:
    cache, target = FeedCache(tmp_path / "feeds"), tmp_path / "feed"
    host.answers["/feed.csv"] = [answer(200, FEED, ETag='"1"')]
    fetch_feed(request(host, cache), target)
    (kept,) = (tmp_path / "feeds").glob("*.feed")
    kept.write_bytes(FEED[:-5])
    assert fetch_feed(request(host, cache), target) is True
    assert "If-None-Match" not in host.asked[-1][1]


def test_a_304_that_nobody_asked_for_is_an_error(host: Server, tmp_path: Path) -> None:
    host.answers["/feed.csv"] = [answer(304)]
    with pytest.raises(CatalogueError, match="says 304"):
        fetch_feed(request(host, FeedCache(tmp_path)), tmp_path / "feed")


@pytest.mark.parametrize(
    ("credentials", "header"),
    [
        (Credentials("ann", "p:ä ss"), "Basic " + b64encode("ann:p:ä ss".encode()).decode()),
        (Credentials(token="s3cr3t"), "Bearer s3cr3t"),
    ],
)
def test_credentials_go_to_their_own_host_alone(
    host: Server, tmp_path: Path, credentials: Credentials, header: str
) -> None:
    with serving() as elsewhere:
        host.answers["/feed.csv"] = [answer(302, Location="/moved.csv")]
        host.answers["/moved.csv"] = [answer(302, Location=elsewhere.url("/feed.csv"))]
        elsewhere.answers["/feed.csv"] = [answer(200, FEED)]
        fetch_feed(request(host, credentials=credentials), tmp_path / "feed")
        assert [headers["Authorization"] for _, headers in host.asked] == [header, header]
        assert "Authorization" not in elsewhere.asked[0][1]
    assert "s3cr3t" not in repr(credentials)
    assert "ss" not in repr(credentials).replace("password", "")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_points_to_the_credentials(host: Server, tmp_path: Path, status: int) -> None:
    host.answers["/feed.csv"] = [answer(status)]
    with pytest.raises(CatalogueError, match="Check the feed's credentials") as caught:
        fetch_feed(request(host, credentials=Credentials(token="s3cr3t")), tmp_path / "feed")
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["http://ann:s3cr3t@127.0.0.1/f", "ftp://ann:s3cr3t@x/f", "http://ann:s3cr3t@[/f"]
)
def test_a_password_in_an_address_is_not_repeated(host: Server, tmp_path: Path, address: str) -> None:
    host.answers["/feed.csv"] = [answer(302, Location=address)]
    with pytest.raises(CatalogueError) as caught:
        fetch_feed(request(host), tmp_path / "feed")
    assert "s3cr3t" not in str(caught.value)


def test_settings_name_credentials_by_their_host() -> None:
    found = credentials_by_origin({"https://a.example/x": "bearer t", "http://b:81": "Basic u:p:q"})
    assert found == {"https://a.example:443": Credentials(token="t"), "http://b:81": Credentials("u", "p:q")}


@pytest.mark.parametrize(
    "text", ["", "s3cr3t", "basic s3cr3t", "bearer s3\ncr3t", "digest s3cr3t", "basic :s3cr3t"]
)
def test_credentials_that_are_neither_are_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_credentials(text)
    assert "s3" not in str(caught.value)
