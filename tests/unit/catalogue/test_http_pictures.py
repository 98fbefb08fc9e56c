"""Pictures by http, against real servers on this machine."""

import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from spark_vision.catalogue.addresses import is_allowed
from spark_vision.catalogue.fetched import FetchedStore
from spark_vision.catalogue.http import FetchLimits, HttpPictures, is_url
from spark_vision.core.errors import PictureNotFoundError, PictureTooLargeError
from spark_vision.media.limits import PictureLimits
from tests.picture_host import LOOPBACK, Answer, Server, answer, serving

QUICK = FetchLimits(seconds=5, connect_seconds=2, backoff=0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[HttpPictures]:
    with closing(
        HttpPictures(FetchedStore(tmp_path), PictureLimits(max_bytes=1000), QUICK, LOOPBACK)
    ) as pictures:
        yield pictures


def test_a_picture_comes_over_redirects(server: Server, pictures: HttpPictures) -> None:
    server.answers = {"/a": [answer(302, Location="/b%20c?d=e")], "/b%20c?d=e": [answer(200, b"picture")]}
    assert pictures.read(server.url("/a")) == b"picture"


def test_names_with_spaces_and_umlauts_are_quoted(server: Server, pictures: HttpPictures) -> None:
    server.answers = {"/gr%C3%BCn%20a.jpg": [answer(200, b"picture")]}
    assert pictures.read(server.url("/grün a.jpg")) == b"picture"


def test_an_unchanged_picture_costs_a_304(server: Server, pictures: HttpPictures, tmp_path: Path) -> None:
    server.answers = {
        "/a": [answer(200, b"picture", ETag='"1"'), answer(304), answer(200, b"new", ETag='"2"')]
    }
    assert [pictures.read(server.url("/a")) for _ in range(3)] == [b"picture", b"picture", b"new"]
    assert [headers.get("If-None-Match") for _, headers in server.asked] == [None, '"1"', '"1"']
    (kept,) = tmp_path.rglob("*.picture")
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")  # damaged: fetched anew, without a condition
    assert pictures.read(server.url("/a")) == b"new"
    assert server.asked[-1][1].get("If-None-Match") is None


def test_a_server_in_trouble_is_asked_again(server: Server, pictures: HttpPictures) -> None:
    server.answers = {"/a": [answer(503), answer(429, Retry_After="0"), answer(200, b"picture")]}
    assert pictures.read(server.url("/a")) == b"picture"


def test_trouble_that_stays_is_told(server: Server, pictures: HttpPictures) -> None:
    server.answers = {"/a": [answer(500)], "/gone": [answer(404)]}
    with pytest.raises(PictureNotFoundError, match=r"/a: cannot be fetched \(the server says 500\)"):
        pictures.read(server.url("/a"))
    assert len(server.asked) == QUICK.attempts
    with pytest.raises(PictureNotFoundError, match="says 404"):
        pictures.read(server.url("/gone"))
    assert len(server.asked) == QUICK.attempts + 1


def test_redirects_end(server: Server, pictures: HttpPictures) -> None:
    server.answers = {"/a": [answer(302, Location="/a")]}
    with pytest.raises(PictureNotFoundError, match="redirected more than 5 times"):
        pictures.read(server.url("/a"))


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 100)
    except OSError:
        handler.close_connection = True


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.02)
    except OSError:
        pass
    handler.close_connection = True


@pytest.mark.parametrize(
    "body", [endless, answer(200, b"x" * 1001), answer(200, b"x", Content_Length="9" * 15)]
)
def test_too_large_is_refused_however_it_comes(server: Server, pictures: HttpPictures, body: Answer) -> None:
    server.answers = {"/a": [body]}
    with pytest.raises(PictureTooLargeError, match="/a"):
        pictures.read(server.url("/a"))


def dripping_headers(handler: BaseHTTPRequestHandler) -> None:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.02)
    except OSError:
        pass
    handler.close_connection = True


@pytest.mark.parametrize("drip", [dripping, dripping_headers])
def test_an_answer_that_drips_is_given_up(server: Server, tmp_path: Path, drip: Answer) -> None:
    server.answers = {"/a": [dripping]}
    with (
        closing(
            HttpPictures(
                FetchedStore(tmp_path), fetch=FetchLimits(seconds=0.3, attempts=1), networks=LOOPBACK
            )
        ) as slow,
        pytest.raises(PictureNotFoundError, match=r"within 0\.3 s|cannot be fetched"),
    ):
        slow.read(server.url("/a"))


def test_a_cut_off_body_is_no_picture(server: Server, pictures: HttpPictures) -> None:
    def cut_off(handler: BaseHTTPRequestHandler) -> None:
        answer(200, b"half", Content_Length="8")(handler)
        handler.close_connection = True

    server.answers = {"/a": [cut_off]}
    with pytest.raises(PictureNotFoundError, match="cannot be fetched"):
        pictures.read(server.url("/a"))


def test_a_host_gets_only_so_many_requests_at_once(server: Server, tmp_path: Path) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def busy(handler: BaseHTTPRequestHandler) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        answer(200, b"x")(handler)

    server.answers = {f"/{number}": [busy] for number in range(12)}
    with closing(
        HttpPictures(FetchedStore(tmp_path), fetch=FetchLimits(a_host=3), networks=LOOPBACK)
    ) as pictures:
        threads = [
            threading.Thread(target=pictures.read, args=(server.url(f"/{number}"),)) for number in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= most[0] <= 3
    assert len(server.asked) == 12


HOSTS = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "[::1]",
    "0.0.0.0",
    "[::]",
]


@pytest.mark.parametrize("host", [*HOSTS, "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "[fe80::1]"])
def test_private_hosts_are_refused_before_anything_is_sent(server: Server, tmp_path: Path, host: str) -> None:
    with (
        closing(HttpPictures(FetchedStore(tmp_path), fetch=QUICK)) as guarded,
        pytest.raises(PictureNotFoundError, match=r"not a public address|cannot be resolved"),
    ):
        guarded.read(f"http://{host}:{server.port}/a")
    assert server.asked == []


def test_a_redirect_into_a_private_network_is_refused(server: Server, pictures: HttpPictures) -> None:
    for target in ("http://10.0.0.1/", "http://[::1]:9/", "//169.254.169.254/latest/meta-data"):
        server.answers = {"/a": [answer(302, Location=target)]}
        with pytest.raises(PictureNotFoundError, match="not a public address"):
            pictures.read(server.url("/a"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://h/a", "gopher://h", "http://u:p@h/a"])
def test_other_schemes_and_users_are_refused(server: Server, pictures: HttpPictures, target: str) -> None:
    server.answers = {"/a": [answer(302, Location=target)]}
    with pytest.raises(PictureNotFoundError, match=r"not fetched|no address"):
        pictures.read(server.url("/a"))


REFUSED = """127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
255.255.255.255 192.0.2.1 198.18.0.1 240.0.0.1 ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:10.0.0.1
64:ff9b::a00:1 2002:a00:1:: ::127.0.0.1 2001:db8::1 192.0.0.192 192.0.0.9 168.63.129.16
::ffff:168.63.129.16 64:ff9b::a83f:8110 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1 3fff::1 3fff:fff::1
5f00::1 64:ff9b:1::1 100::1 100:0:0:1::1 2001:2::1 2001:20::1 2001::4136:e378 2002:101:101:: 2620:4f:8000::1
fd00:ec2::254 4000::1"""


@pytest.mark.parametrize("address", REFUSED.split())
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_public_addresses(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address))


def test_what_is_an_address() -> None:
    assert [is_url(text) for text in ("HTTPS://a/b", "http://a", "a/http://b", "c:/a", "file:///a")] == [
        True,
        True,
        False,
        False,
        False,
    ]
