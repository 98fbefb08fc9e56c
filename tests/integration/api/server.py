"""The service behind a real server, for requests that no test client would send."""

import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn

from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.social.accounts import NewKey, add_account
from spark_vision_api import create_app
from spark_vision_api.http.bounded_protocol import BoundedHttpProtocol
from spark_vision_api.services import Services


@dataclass(frozen=True)
class Server:
    """Where it listens, and what it works with."""

    port: int
    services: Services
    connections: Collection[object]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def account(self, name: str, role: Role) -> NewKey:
        """A new account with its key."""
        return add_account(self.services.store, name, role, datetime.now(UTC))


@contextmanager
def serving(
    settings: Settings, protocol: type[BoundedHttpProtocol] = BoundedHttpProtocol
) -> Iterator[Server]:
    """Serve on 127.0.0.1, at a free port, for the time of a block."""
    app = create_app(settings, watch_seconds=0.5)
    config = uvicorn.Config(app, http=protocol, ws="none", log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    started = threading.Event()
    for _ in range(600):
        if server.started or not thread.is_alive():
            break
        started.wait(0.05)
    assert server.started
    try:
        yield Server(listener.getsockname()[1], app.state.services, server.server_state.connections)
    finally:
        server.should_exit = True
        thread.join(20)
