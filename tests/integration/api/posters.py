"""People who post, and what they send."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from spark_vision.app.settings import Settings
from spark_vision.app.store import open_store
from spark_vision.core.account import Role
from spark_vision.social.accounts import add_account
from tests.integration.api.pictures import half_and_half


@dataclass
class Person:
    """Somebody with a key (or without), at a service."""

    client: TestClient
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **options: Any) -> Response:
        """A request under /v1/posts."""
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        headers = {**own, **options.pop("headers", {})}
        return self.client.request(method, f"/v1/posts{path}", headers=headers, **options)

    def post(self, picture: bytes | None = None, caption: str = "", **options: Any) -> Response:
        """Upload a photo; half red, half blue where none is given."""
        files = {"photo": ("photo.png", half_and_half() if picture is None else picture)}
        return self.ask("POST", "", files=files, data={"caption": caption}, **options)

    def tag(self, post: str, product: str, **fields: Any) -> Response:
        return self.ask("PUT", f"/{post}/tags/{product}", json={"x": 0.25, "y": 0.5, **fields})

    def suggested(self, post: str, item: int = -1) -> dict[str, dict[str, Any]]:
        """The suggestions of one item, by product."""
        answer = self.ask("GET", f"/{post}/suggestions")
        assert answer.status_code == 200, answer.text
        return {held["product_id"]: held for held in answer.json()["items"][item]["suggestions"]}


def person(client: TestClient, settings: Settings, name: str, role: Role = Role.POSTER) -> Person:
    """An account with a key, at a service that has started."""
    store = open_store(settings)
    key = add_account(store, name, role, datetime.now(UTC)).secret
    store.close()
    return Person(client, key)
