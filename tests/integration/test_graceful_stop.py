"""A service that is told to stop while it is answering."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from tests.fakes import Shelf, encoded, noise


def test_what_is_under_way_is_answered_and_nothing_new_is_taken(tmp_path: Path, shelf: Shelf) -> None:
    shelf.fill(2)
    build_index(Settings(index_dir=tmp_path / "index", model="fake"), str(shelf.feed))
    log = (tmp_path / "log").open("wb")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "spark_vision.cli", "serve", "--port", str(port)]
    environment = {
        **os.environ,
        "SPARK_VISION_INDEX_DIR": str(tmp_path / "index"),
        "SPARK_VISION_DATA_DIR": str(tmp_path / "data"),
    }
    service = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)
    try:
        photo = encoded(noise(1))
        with connected(port, service) as connection:
            head = (
                f"POST /v1/search/photo HTTP/1.1\r\nHost: t\r\nContent-Type: image/png\r\n"
                f"Content-Length: {len(photo)}\r\nExpect: 100-continue\r\n\r\n"
            )
            connection.sendall(head.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100")  # It is in the middle of it.
            connection.sendall(photo[:50])
            service.send_signal(signal.SIGTERM)
            wait_until_closed(port)
            connection.sendall(photo[50:])
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert service.wait(20) in (0, -signal.SIGTERM)
    finally:
        service.kill()
        service.wait()
        log.close()
    text = (tmp_path / "log").read_text()
    assert "Traceback" not in text
    assert '"route": "/v1/search/photo", "status": 200' in text
    assert "127.0.0.1:" not in text.replace(f"127.0.0.1:{port}", "")  # No client's address.


def connected(port: int, service: subprocess.Popen[bytes]) -> socket.socket:
    end = monotonic() + 60
    while monotonic() < end:
        assert service.poll() is None
        try:
            return socket.create_connection(("127.0.0.1", port), 20)
        except OSError:
            sleep(0.1)
    raise AssertionError("the service never came up")


def wait_until_closed(port: int) -> None:
    end = monotonic() + 20
    while monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            return
        sleep(0.05)
    raise AssertionError("the service still takes connections")
