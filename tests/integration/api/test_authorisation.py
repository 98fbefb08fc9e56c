"""Who may do what: every principal at every operation of the OpenAPI file, on a draft and a published post.

To add an operation, add a line to TABLE: method and path as in the OpenAPI file, the rule, and a request
that is let pass without changing anything (a stale `If-Match`, a body that is refused later), with the
statuses that say so. `{post_id}` and `{tag_id}` in a path, `{account}` in a body stand for the ids. An
operation without a line fails `test_every_operation_has_a_line`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.social.accounts import revoke, suspend
from spark_vision_api import create_app
from tests.integration.api.conftest import FEED
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import COLOURS, picture

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
PRINCIPALS = ("nobody", "owner", "another", "catalogue", "moderator", "admin", "revoked", "suspended")
STALE = {"headers": {"If-Match": '"999999"'}}
POINT = {"json": {"x": 0.5, "y": 0.5}, **STALE}
BOXES = {"json": {"boxes": []}, **STALE}


@dataclass(frozen=True)
class Line:
    """One operation. rule: see `verdict`; passed: the statuses of those who may."""

    method: str
    path: str
    rule: str
    passed: tuple[int, ...] = (200,)
    request: dict[str, Any] = field(default_factory=dict)


TABLE = (
    Line("GET", "/healthz", "open"),
    Line("GET", "/readyz", "open"),
    Line("GET", "/metrics", "open"),
    Line("POST", "/v1/search/photo", "anybody", (422,), {"content": b""}),
    Line("GET", "/v1/search/products", "anybody", (200,), {"params": {"q": "mug"}}),
    Line("GET", "/v1/products/{product_id}", "anybody"),
    Line("GET", "/v1/products/{product_id}/image", "anybody"),
    Line("GET", "/v1/products/{product_id}/posts", "anybody"),
    Line("GET", "/v1/index", "anybody"),
    Line("GET", "/v1/index/versions", "anybody"),
    Line("POST", "/v1/index/versions/{version}/activate", "team", (404,)),
    Line("POST", "/v1/index/versions/{version}/verify", "team", (404,)),
    Line("GET", "/v1/index/versions/{version}/report", "team", (404,)),
    Line("GET", "/v1/index/versions/{version}/report.html", "team", (404,)),
    Line("POST", "/v1/index/rollback", "team", (409,)),
    Line("POST", "/v1/catalogue/imports", "team", (400, 415, 422), {"content": b""}),
    Line("GET", "/v1/catalogue/imports", "team"),
    Line("GET", "/v1/catalogue/imports/{import_id}", "team", (404,)),
    Line("POST", "/v1/catalogue/imports/{import_id}/cancel", "team", (404,)),
    Line("POST", "/v1/catalogue/imports/{import_id}/accept", "team", (404,)),
    Line("POST", "/v1/catalogue/imports/{import_id}/discard", "team", (404,)),
    Line("GET", "/v1/catalogue/imports/{import_id}/report", "team", (404,)),
    Line("GET", "/v1/catalogue/imports/{import_id}/report.html", "team", (404,)),
    Line("GET", "/v1/catalogue/imports/{import_id}/issues.csv", "team", (404,)),
    Line("POST", "/v1/catalogue/schedules", "team", (422,), {"json": {}}),
    Line("GET", "/v1/catalogue/schedules", "team"),
    Line("GET", "/v1/catalogue/schedules/{schedule_id}", "team", (404,)),
    Line("PATCH", "/v1/catalogue/schedules/{schedule_id}", "team", (404,), {"json": {}}),
    Line("DELETE", "/v1/catalogue/schedules/{schedule_id}", "team", (404,)),
    Line("POST", "/v1/catalogue/schedules/{schedule_id}/run", "team", (404,)),
    Line("GET", "/v1/catalogue/learned-views", "team"),
    Line("DELETE", "/v1/catalogue/learned-views/{view_id}", "team", (404,)),
    Line("POST", "/v1/catalogue/learned-views/{view_id}/restore", "team", (404,)),
    Line("GET", "/v1/catalogue/learned-views/{view_id}/picture", "team", (404,)),
    Line("PUT", "/v1/catalogue/products/{product_id}", "team", (422,), {"json": {}}),
    Line("DELETE", "/v1/catalogue/products/{product_id}", "team", (404,)),
    Line("POST", "/v1/catalogue/batch", "team", (422,), {"json": {}}),
    Line("GET", "/v1/posts", "anybody"),
    Line("POST", "/v1/posts", "posts", (415,), {"content": b"x", "headers": {"Content-Type": "text/plain"}}),
    Line("GET", "/v1/me/posts", "member"),
    Line("GET", "/v1/me/earnings", "member"),
    Line("GET", "/v1/me/sessions", "member"),
    Line("DELETE", "/v1/me/sessions", "member", (204,)),
    Line("DELETE", "/v1/me/sessions/{session_id}", "member", (404,)),
    Line("GET", "/v1/posts/{post_id}", "seen"),
    Line("GET", "/v1/posts/{post_id}/photo", "seen"),
    Line("GET", "/v1/shop/{tag_id}", "seen", (302,), {"follow_redirects": False}),
    Line("PUT", "/v1/posts/{post_id}/smile", "seen by members"),
    Line("DELETE", "/v1/posts/{post_id}/smile", "seen by members"),
    Line("GET", "/v1/posts/{post_id}/suggestions", "own"),
    Line("PATCH", "/v1/posts/{post_id}", "own", (412,), {"json": {"caption": "mine"}, **STALE}),
    Line("DELETE", "/v1/posts/{post_id}", "own", (412,), STALE),
    Line("POST", "/v1/posts/{post_id}/publish", "own", (412,), STALE),
    Line("POST", "/v1/posts/{post_id}/hide", "own", (412,), STALE),
    Line("POST", "/v1/posts/{post_id}/remove", "moderate", (422,), {"json": {"reason": " "}}),
    Line("POST", "/v1/posts/{post_id}/reinstate", "moderate", (409,)),
    Line("PUT", "/v1/posts/{post_id}/boxes", "own", (412,), BOXES),
    Line("PUT", "/v1/posts/{post_id}/tags/{product_id}", "own", (412,), POINT),
    Line("DELETE", "/v1/posts/{post_id}/tags/{product_id}", "own", (412,), STALE),
    Line(
        "POST", "/v1/posts/{post_id}/suggestions/{suggestion_id}/reject", "own", (412,), {"json": {}, **STALE}
    ),
    Line("DELETE", "/v1/posts/{post_id}/suggestions/{suggestion_id}/reject", "own", (412,), STALE),
    Line("POST", "/v1/orders", "team", (422,), {"json": {"kind": "order", "lines": []}}),
    Line("POST", "/v1/payouts", "admin", (409,), {"json": {"account_id": "{account}", "currency": "EUR"}}),
)


def verdict(rule: str, principal: str, *, published: bool) -> int | None:
    """The status that a principal is refused with; None where they may.

    open: whoever asks. anybody: with a good key or none. member: any account. posts, team, admin: those
    roles. seen: who may see the post; own: who runs it, its poster or an admin. moderate: moderators and
    admins, of posts that they may see.
    """
    if rule == "open":
        return None
    if principal in ("revoked", "suspended"):
        return 401
    if principal == "nobody" and rule not in ("anybody", "seen"):
        return 401
    role = {"owner": "poster", "another": "poster"}.get(principal, principal)
    roles = {"posts": ("poster", "admin"), "team": ("catalogue", "admin"), "admin": ("admin",)}
    if rule in roles:
        return None if role in roles[rule] else 403
    if rule == "moderate":
        if role not in ("moderator", "admin"):
            return 403
        return None if published or role == "admin" else 404
    if rule in ("anybody", "member") or principal in ("owner", "admin"):
        return None
    if not published:
        return 404  # That there is a draft is nobody's business.
    return 403 if rule == "own" else None


@dataclass(frozen=True)
class Scene:
    """A service with its people, and a draft and a published post of the owner's, each with a tag."""

    client: TestClient
    people: dict[str, Person]
    posts: dict[bool, tuple[str, str]]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("service")
    for name in COLOURS:
        (folder / f"{name}.png").write_bytes(picture(name))
    (folder / "catalogue.csv").write_text(FEED)
    settings = Settings(
        index_dir=folder / "index", data_dir=folder / "data", model="fake", wrong_key_rate="", key_rate=""
    )
    build_index(settings, str(folder / "catalogue.csv"))
    with TestClient(create_app(settings)) as client:
        people = {"owner": person(client, "owner"), "another": person(client, "another")}
        people["catalogue"] = person(client, "catalogue", Role.CATALOGUE)
        people["moderator"] = person(client, "moderator", Role.MODERATOR)
        people["suspended"] = person(client, "suspended", Role.ADMIN)
        suspend(client.app.state.services.store, "suspended", datetime.now(UTC))
        people["admin"] = person(client, "admin", Role.ADMIN)
        people["revoked"] = person(client, "revoked", Role.ADMIN)
        revoke(client.app.state.services.store, "revoked", None, datetime.now(UTC))
        people["nobody"] = Person(client, "", "")
        published, (tag,) = people["owner"].publish("red-mug")
        draft = people["owner"].draft()
        yield Scene(
            client, people, {True: (published, tag), False: (draft, people["owner"].tag(draft, "red-mug"))}
        )


def test_every_operation_has_a_line() -> None:
    """And no line is of an operation that is gone."""
    known = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert {(line.method, line.path) for line in TABLE} == known
    assert len(TABLE) == len(known)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line.method} {line.path}")
def test_who_may(scene: Scene, line: Line) -> None:
    for published, (post, tag) in scene.posts.items():
        for principal in PRINCIPALS:
            answer = _ask(scene, line, principal, post, tag)
            refused = verdict(line.rule, principal, published=published)
            allowed = line.passed if refused is None else (refused,)
            assert answer.status_code in allowed, (principal, published, answer.status_code, answer.text)


def _ask(scene: Scene, line: Line, principal: str, post: str, tag: str) -> Any:
    stands = {"post_id": post, "tag_id": tag, "product_id": "red-mug"}
    if line.path.startswith("/v1/catalogue/products"):
        stands["product_id"] = "no-such"
    path = line.path
    for name in ("post_id", "tag_id", "product_id", "version", "import_id", "suggestion_id", "session_id"):
        path = path.replace(f"{{{name}}}", stands.get(name, "0" * 32))
    request = json.loads(
        json.dumps({**line.request, "content": None}).replace("{account}", scene.people["owner"].id)
    )
    request["content"] = line.request.get("content")
    someone = scene.people[principal]
    if not someone.key:
        return scene.client.request(line.method, path, **request)
    return someone.ask(line.method, path, **request)
