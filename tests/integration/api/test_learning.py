"""What posters decide changes the next look-up at once, and what they take back is gone from it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.social.accounts import reinstate, revoke, suspend
from tests.integration.api.conftest import Start
from tests.integration.api.people import Person, person
from tests.integration.api.pictures import half_and_half

BLUE = "kitchen/blue mug"


def similarity(asker: Person, product: str = BLUE) -> float:
    """Of a product to the photo that is half red, half blue, as somebody finds it without posting."""
    return found(asker)[product]["similarity"]


def found(asker: Person) -> dict[str, dict[str, Any]]:
    answer = asker.ask("POST", "/v1/search/photo", files={"photo": ("p.png", half_and_half())})
    assert answer.status_code == 200, answer.text
    return {held["product_id"]: held for held in answer.json()["items"][-1]["suggestions"]}


def posted(poster: Person) -> str:
    files = {"photo": ("p.png", half_and_half())}
    return str(poster.ask("POST", "/v1/posts", files=files, data={"caption": ""}).json()["id"])


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """No account is new here, but where a test says so."""
    return settings.model_copy(update={"learn_new_account_days": 0})


def confirmed(poster: Person, *, publish: bool = True) -> str:
    """A post in which the blue mug's suggestion is confirmed."""
    post_id = posted(poster)
    items = poster.ask("GET", f"/v1/posts/{post_id}/suggestions").json()["items"]
    wanted = next(held["id"] for held in items[-1]["suggestions"] if held["product_id"] == BLUE)
    place = {"x": 0.5, "y": 0.5, "suggestion_id": wanted}
    assert poster.ask("PUT", f"/v1/posts/{post_id}/tags/{BLUE}", json=place).status_code == 200
    if publish:
        published(poster, post_id)
    return post_id


def published(poster: Person, post_id: str) -> None:
    assert poster.ask("POST", f"/v1/posts/{post_id}/publish").status_code == 200


@pytest.fixture
def ada(client: TestClient) -> Person:
    return person(client, "Ada")


@pytest.fixture
def bob(client: TestClient) -> Person:
    return person(client, "Bob")


def test_a_confirmation_changes_the_next_suggestion_at_once_and_its_undo_restores_it(
    ada: Person, bob: Person
) -> None:
    before = found(bob)
    post_id = confirmed(ada)
    after = found(bob)
    assert after[BLUE]["similarity"] > before[BLUE]["similarity"] + 0.05
    assert after[BLUE]["why"] == [
        {"code": "poster_confirmed", "words": "like a photo that a poster confirmed", "effect": 0.0}
    ]
    assert after[BLUE]["reference_image"] == before[BLUE]["reference_image"]
    items = bob.ask("GET", f"/v1/posts/{posted(bob)}/suggestions").json()["items"]
    own = {held["product_id"]: held for held in items[-1]["suggestions"]}
    assert own[BLUE]["similarity"] > before[BLUE]["similarity"] + 0.05
    assert ada.ask("DELETE", f"/v1/posts/{post_id}/tags/{BLUE}").status_code == 204
    assert found(bob) == before


def test_a_deleted_post_has_taught_nothing(ada: Person, bob: Person) -> None:
    before = found(bob)
    post_id = confirmed(ada)
    assert found(bob) != before
    assert ada.ask("DELETE", f"/v1/posts/{post_id}").status_code == 204
    assert found(bob) == before


def test_what_was_learned_outlives_restarts_and_rebuilds(
    settings: Settings, ada: Person, start: Start, feed: Any
) -> None:
    confirmed(ada)
    learned = found(ada)
    build_index(settings, str(feed))
    again = person(start(), "Cy")
    assert found(again) == learned


def test_a_rejection_counts_for_who_said_it_until_another_agrees(ada: Person, bob: Person) -> None:
    before = similarity(bob)
    rejected(ada)
    assert similarity(ada) < before - 0.3
    assert similarity(bob) == before
    rejected(bob)
    assert similarity(person(ada.client, "Cy")) < before - 0.3


def rejected(poster: Person) -> None:
    post_id = posted(poster)
    items = poster.ask("GET", f"/v1/posts/{post_id}/suggestions").json()["items"]
    wanted = next(held["id"] for held in items[-1]["suggestions"] if held["product_id"] == BLUE)
    said = poster.ask("POST", f"/v1/posts/{post_id}/suggestions/{wanted}/reject", json={})
    assert said.status_code == 200, said.text
    published(poster, post_id)


def test_learning_can_be_switched_off(settings: Settings, feed: Any, start: Start) -> None:
    build_index(settings, str(feed))
    client = start(settings.model_copy(update={"learning": "off"}))
    ada = person(client, "Ada")
    before = found(ada)
    confirmed(ada)
    assert found(ada) == before


def test_words_find_what_they_found(ada: Person, bob: Person) -> None:
    before = bob.ask("GET", "/v1/search/products?q=blue").json()["suggestions"]
    confirmed(ada)
    assert bob.ask("GET", "/v1/search/products?q=blue").json()["suggestions"] == before


VIEWS = "/v1/catalogue/learned-views"


@pytest.fixture
def team(client: TestClient) -> Person:
    return person(client, "Tea", Role.CATALOGUE)


def test_the_catalogue_team_sees_removes_and_restores_what_was_learned(
    ada: Person, bob: Person, team: Person
) -> None:
    before = found(bob)
    post_id = confirmed(ada, publish=False)
    (view,) = team.ask("GET", VIEWS).json()["views"]
    assert (view["product_id"], view["stance"], view["poster"]) == (BLUE, "confirmed", "Ada")
    assert (view["product"]["title"], view["removed_at"], view["box"]) == ("Blue mug", None, None)
    # A draft's picture is its poster's alone.
    assert view["picture"] is None
    place = f"{VIEWS}/{view['id']}"
    assert team.ask("GET", f"{place}/picture").status_code == 404
    published(ada, post_id)
    learned = found(bob)
    assert learned != before
    (view,) = team.ask("GET", VIEWS, params={"product_id": BLUE}).json()["views"]
    picture = team.ask("GET", view["picture"])
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert team.ask("GET", VIEWS, params={"product_id": "red-mug"}).json()["views"] == []

    assert team.ask("DELETE", place, headers={"If-Match": '"77"'}).status_code == 412
    removed = team.ask("DELETE", place, headers={"If-Match": f'"{view["version"]}"'})
    assert (removed.status_code, removed.headers["ETag"]) == (204, f'"{view["version"] + 1}"')
    assert found(bob) == before
    back = team.ask("POST", f"{place}/restore", headers={"If-Match": removed.headers["ETag"]})
    assert (back.status_code, back.json()["removed_at"]) == (200, None)
    assert found(bob) == learned
    assert ada.ask("DELETE", f"/v1/posts/{post_id}/tags/{BLUE}").status_code == 204
    assert team.ask("DELETE", place).status_code == 409
    assert team.ask("GET", VIEWS).json()["views"] == []


def test_learned_views_are_listed_page_by_page(ada: Person, team: Person) -> None:
    for colour in ("red", "blue", "green"):
        ada.tag(ada.draft(colour=colour), "red-mug")
    first = team.ask("GET", VIEWS, params={"limit": 2}).json()
    rest = team.ask("GET", VIEWS, params={"limit": 2, "cursor": first["next"]}).json()
    ids = [view["id"] for view in (*first["views"], *rest["views"])]
    assert (len(set(ids)), rest["next"]) == (3, None)
    other = {"product_id": "red-mug", "cursor": first["next"]}
    assert team.ask("GET", VIEWS, params=other).status_code == 422


def nobody(client: TestClient) -> Person:
    return Person(client, "", "")


def test_a_draft_teaches_nobody_but_its_poster(ada: Person) -> None:
    before, own = found(nobody(ada.client)), found(ada)
    post_id = confirmed(ada, publish=False)
    assert found(nobody(ada.client)) == before
    assert found(ada)[BLUE]["similarity"] > own[BLUE]["similarity"]
    published(ada, post_id)
    after = found(nobody(ada.client))
    assert after != before
    assert ada.ask("POST", f"/v1/posts/{post_id}/hide").status_code == 200
    assert found(nobody(ada.client)) == before
    published(ada, post_id)
    assert found(nobody(ada.client)) == after


def test_an_account_without_good_standing_has_taught_nothing(ada: Person) -> None:
    store = ada.client.app.state.services.store
    before = found(nobody(ada.client))
    confirmed(ada)
    after = found(nobody(ada.client))
    assert after != before
    suspend(store, "Ada", datetime.now(UTC))
    assert found(nobody(ada.client)) == before
    reinstate(store, "Ada")
    assert found(nobody(ada.client)) == after
    revoke(store, "Ada", None, datetime.now(UTC))
    assert found(nobody(ada.client)) == before


def test_new_accounts_move_a_product_little_however_many_they_are(
    settings: Settings, feed: Any, start: Start
) -> None:
    build_index(settings, str(feed))
    client = start(settings.model_copy(update={"learn_new_account_days": 7}))
    before = found(nobody(client))
    for number in range(12):
        confirmed(person(client, f"new-{number}"))
    many = found(nobody(client))[BLUE]["similarity"] - before[BLUE]["similarity"]
    established = start(settings)
    confirmed(person(established, "old"))
    one = found(nobody(established))[BLUE]["similarity"] - before[BLUE]["similarity"]
    assert 0 < many < one


def test_a_removed_post_stays_removed_and_teaches_nothing(ada: Person) -> None:
    mod = person(ada.client, "Mo", Role.MODERATOR)
    before = found(nobody(ada.client))
    post_id = confirmed(ada)
    reason = {"reason": "Shows a person who did not agree."}
    removed = mod.ask("POST", f"/v1/posts/{post_id}/remove", json=reason)
    assert (removed.status_code, removed.json()["state"]) == (200, "removed")
    assert found(nobody(ada.client)) == before
    assert nobody(ada.client).ask("GET", f"/v1/posts/{post_id}").status_code == 404
    again = ada.ask("POST", f"/v1/posts/{post_id}/publish")
    assert again.status_code == 409
    assert reason["reason"] in again.json()["detail"]
    assert ada.ask("POST", f"/v1/posts/{post_id}/hide").status_code == 409
    assert ada.ask("GET", f"/v1/posts/{post_id}").json()["removal_reason"] == reason["reason"]
    assert mod.ask("POST", f"/v1/posts/{post_id}/reinstate").json()["state"] == "published"
    assert nobody(ada.client).ask("GET", f"/v1/posts/{post_id}").status_code == 200


def test_an_admins_hide_is_final_too(ada: Person) -> None:
    post_id = confirmed(ada)
    admin = person(ada.client, "Root", Role.ADMIN)
    assert admin.ask("POST", f"/v1/posts/{post_id}/hide").json()["state"] == "removed"
    assert ada.ask("POST", f"/v1/posts/{post_id}/publish").status_code == 409
