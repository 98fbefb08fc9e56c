"""Connections that send heads without an end, or nothing, or read nothing: others are answered as before."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from spark_vision.app.settings import Settings
from spark_vision_api.http.bounded_protocol import BoundedHttpProtocol
from tests.integration.api.server import Server, serving

HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"POST /v1/search/photo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


class Hurried(BoundedHttpProtocol):
    head_seconds = 0.6
    stalled_seconds = 1.0
    max_connections = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(index_dir=folder / "index", data_dir=folder / "data", model="fake")
    with serving(settings, Hurried) as running:
        yield running


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def answer_to(connection: socket.socket, sent: bytes, endless: bytes = b"") -> bytes:
    """Send, then go on with `endless` until the server closes; return all that it answered."""
    answer = b""
    connection.settimeout(0.05 if endless else 10)
    try:
        connection.sendall(sent)
        for _ in range(200):
            if endless:
                connection.sendall(endless)
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                continue
            answer += piece
            if not piece:
                return answer
    except (ConnectionResetError, BrokenPipeError):
        return answer
    raise AssertionError(f"the connection stays open; it answered {answer[:200]!r}")


def health_seconds(server: Server) -> float:
    started = time.perf_counter()
    with connect(server) as connection:
        connection.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    return time.perf_counter() - started


@pytest.mark.parametrize(
    ("sent", "endless"),
    [
        pytest.param(HEAD + b"X-Long: ", b"a" * 8192, id="header value"),
        pytest.param(HEAD, b"b" * 8192, id="header name"),
        pytest.param(b"GET /", b"c" * 8192, id="request line"),
        pytest.param(HEAD, b"d: 1\r\n" * 1000, id="number of headers"),
        pytest.param(CHUNKED + b"1\r\nz\r\n0\r\nT: ", b"e" * 8192, id="trailer"),
        pytest.param(CHUNKED + b"1;", b"f" * 8192, id="chunk extension"),
    ],
)
def test_a_head_without_an_end_is_refused_while_others_are_answered(
    server: Server, sent: bytes, endless: bytes
) -> None:
    with connect(server) as connection:
        answer = answer_to(connection, sent, endless)
    assert not answer or answer.split(b" ")[1] in (b"400", b"408", b"415", b"422", b"431", b"503")
    assert health_seconds(server) < 1


def test_a_head_that_is_too_large_says_so(server: Server) -> None:
    with connect(server) as connection:
        answer = answer_to(connection, HEAD + b"X: " + b"a" * 70_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in answer
    with connect(server) as connection:  # a large one within the bound
        connection.sendall(HEAD + b"X: " + b"a" * 50_000 + b"\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", HEAD])
def test_a_head_that_does_not_come_ends_the_connection(server: Server, sent: bytes) -> None:
    started = time.perf_counter()
    with connect(server) as connection:
        answer = answer_to(connection, sent)
    assert b"HTTP/1.1 408 " in answer
    assert time.perf_counter() - started < 8


def test_a_second_head_that_does_not_come_ends_the_connection(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert answer_to(connection, HEAD).startswith(b"HTTP/1.1 408 ")


def test_half_sent_heads_make_room_for_others(server: Server) -> None:
    with ExitStack() as held:
        for _ in range(60):
            held.enter_context(connect(server)).sendall(HEAD)
        assert health_seconds(server) < 2
        assert len(server.connections) <= Hurried.max_connections + 1


def test_a_body_that_goes_on_after_its_answer_ends_the_connection(server: Server) -> None:
    with connect(server) as connection:
        chunked = b"Transfer-Encoding: chunked\r\n\r\n"
        answer = answer_to(connection, HEAD + chunked, b"8000\r\n" + b"g" * 0x8000 + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


def ask_without_reading(connection: socket.socket, request: bytes) -> None:
    for _ in range(100):
        connection.sendall(request)
        time.sleep(0.1)


def test_a_client_that_reads_nothing_is_let_go(server: Server) -> None:
    request = HEAD.replace(b"/healthz", b"/openapi.json") + b"\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.settimeout(10)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            ask_without_reading(connection, request * 20)
