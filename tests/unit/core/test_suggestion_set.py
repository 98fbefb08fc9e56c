"""Suggestions as they are kept: their ids outlive that they are computed anew."""

from datetime import UTC, datetime

from spark_vision.core.geometry import Box
from spark_vision.core.suggestion_set import SuggestionSet, assign_suggestion_ids, boxes_digest

BOX = {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5}


def items(*products: str) -> list[dict]:
    held = [{"product_id": name, "similarity": 0.5, "probability": None} for name in products]
    return [
        {"box": BOX, "suggestions": held, "no_match": None},
        {"box": None, "suggestions": held, "no_match": None},
    ]


def ids(post: str, *products: str) -> list[str]:
    return [
        held["id"] for item in assign_suggestion_ids(post, items(*products)) for held in item["suggestions"]
    ]


def test_an_id_is_of_a_post_a_region_and_a_product() -> None:
    first = ids("1", "a", "b")
    assert len(set(first)) == 4
    assert ids("1", "b", "a") == [first[1], first[0], first[3], first[2]]
    assert not set(first) & set(ids("2", "a", "b"))


def test_a_suggestion_is_found_with_what_speaks_for_it() -> None:
    held = SuggestionSet(
        "1", "v1", "fake", "", assign_suggestion_ids("1", items("a", "b")), datetime.now(UTC)
    )
    wanted = held.items[0]["suggestions"][1]["id"]
    found = held.find(wanted)
    assert found is not None
    product_id, evidence = found
    assert product_id == "b"
    assert evidence.box == Box(**BOX)
    assert (evidence.suggestion_id, evidence.similarity, evidence.index_version) == (wanted, 0.5, "v1")
    assert held.find("nothing") is None


def test_boxes_have_a_digest_by_their_order() -> None:
    one, two = Box(0, 0, 1, 1), Box(0, 0, 0.5, 1)
    assert boxes_digest((one, two)) != boxes_digest((two, one))
    assert boxes_digest(()) == boxes_digest(())
