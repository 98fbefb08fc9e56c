"""The catalogue team's side of the service: keys, pictures on a server, waiting for imports."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from starlette.testclient import TestClient

from spark_vision.core.account import Role
from spark_vision.social.accounts import add_account

IMPORTS = "/v1/catalogue/imports"


def key(client: TestClient, role: Role = Role.CATALOGUE) -> dict[str, str]:
    """The headers of a new account with a role."""
    store = client.app.state.services.store
    made = add_account(store, f"{role}-{time.monotonic_ns()}", role, datetime.now(UTC))
    return {"Authorization": f"Bearer {made.secret}"}


@contextmanager
def pictures_at(files: dict[str, bytes], slow: float = 0) -> Iterator[str]:
    """The address of a folder of files; slow: seconds before each answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(slow)
            body = files.get(self.path.removeprefix("/media/"))
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/media/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def finished(client: TestClient, headers: dict[str, str], import_id: str) -> dict[str, Any]:
    """An import once it is over."""
    deadline = time.monotonic() + 120
    while True:
        found: dict[str, Any] = client.get(f"{IMPORTS}/{import_id}", headers=headers).json()
        if found["state"] not in ("queued", "running"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def wait_until_running(client: TestClient, headers: dict[str, str], import_id: str, step: str) -> None:
    deadline = time.monotonic() + 120
    while True:
        found = client.get(f"{IMPORTS}/{import_id}", headers=headers).json()
        if found["state"] == "running" and found["progress"]["step"] == step:
            return
        assert found["state"] in ("queued", "running"), found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
