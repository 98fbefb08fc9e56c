"""Lists that may become long."""

import json
import tracemalloc

from spark_vision.core.product import FeedIssue
from spark_vision.index.changes import Change
from spark_vision.index.near_duplicates import NearDuplicate
from spark_vision.index.spooled_list import SpooledList, json_pieces


def test_what_goes_in_comes_out_in_order_however_often_it_is_read() -> None:
    pair = NearDuplicate("near", ("a", "a\n.png"), ("\ud800", "é"))
    held: SpooledList[NearDuplicate] = SpooledList(NearDuplicate)
    assert (len(held), list(held)) == (0, [])
    held.extend([pair, pair])
    assert [*held] == [*held] == [pair, pair]
    held.append(pair)
    assert len(list(held)) == len(held) == 3


def test_a_long_list_takes_disk_not_memory(tmp_path) -> None:
    tracemalloc.start()
    changes: SpooledList[Change] = SpooledList(Change, tmp_path)
    for number in range(50_000):
        changes.append(Change(f"product-{number}", "changed", ("price", "pictures")))
    assert sum(change.fields == ("price", "pictures") for change in changes) == 50_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000  # as objects they would take some 15 MB
    assert list(tmp_path.iterdir()) == []  # the file has no name, so that nothing of it stays


def test_json_in_pieces_is_the_document() -> None:
    issues: SpooledList[FeedIssue] = SpooledList(FeedIssue)
    document = {"version": "v", "seconds": {"read": 0.5}, "issues": issues, "last": None}
    assert json.loads("".join(json_pieces(document))) == {**document, "issues": []}
    issues.extend([FeedIssue("id is empty", line=3), FeedIssue("gone", "p", None, "a.png", "warning")])
    (first, second) = json.loads("".join(json_pieces(document)))["issues"]
    assert first == {"reason": "id is empty", "product_id": "", "line": 3, "image": "", "severity": "refused"}
    assert second["image"] == "a.png"
