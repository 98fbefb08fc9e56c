"""Accounts with keys, and what they do with the service, in a line each."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from spark_vision.core.account import Role
from spark_vision.social.accounts import add_account
from tests.integration.api.pictures import picture


@dataclass(frozen=True)
class Person:
    """An account that uses the service."""

    client: TestClient
    id: str
    key: str

    def ask(self, method: str, path: str, **request: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", **request.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **request)

    def draft(self, caption: str = "Look", colour: str = "red") -> str:
        answer = self.ask(
            "POST", "/v1/posts", files={"photo": ("p.png", picture(colour))}, data={"caption": caption}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def tag(self, post_id: str, product_id: str) -> str:
        answer = self.ask("PUT", f"/v1/posts/{post_id}/tags/{product_id}", json={"x": 0.5, "y": 0.25})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def publish(self, *product_ids: str, caption: str = "Look") -> tuple[str, list[str]]:
        """A published post with tags of some products; its id and theirs."""
        post_id = self.draft(caption)
        tags = [self.tag(post_id, product_id) for product_id in product_ids]
        assert self.ask("POST", f"/v1/posts/{post_id}/publish").status_code == 200
        return post_id, tags


def person(client: TestClient, name: str, role: Role = Role.POSTER) -> Person:
    key = add_account(client.app.state.services.store, name, role, datetime.now(UTC))
    return Person(client, key.account.id, key.secret)
