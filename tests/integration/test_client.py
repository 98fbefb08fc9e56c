"""The client against the service: its examples as they are printed, and its patience."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.client import ApiError, Client, NoAnswerError
from spark_vision.client.build import build
from spark_vision.client.models import Reason, Suggestion
from spark_vision.client.transport import Transport
from spark_vision.core.account import Role
from tests.fakes import Shelf, encoded, noise
from tests.integration.api.server import Server, serving

PAGE = Path(__file__).resolve().parents[2] / "docs" / "client.md"


@pytest.fixture
def server(tmp_path: Path, shelf: Shelf) -> Iterator[Server]:
    shelf.fill(4)
    settings = Settings(index_dir=tmp_path / "index", data_dir=tmp_path / "data", model="fake")
    build_index(settings, str(shelf.feed))
    with serving(settings) as running:
        yield running


def test_the_examples_run_as_they_are_printed(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, flags=re.MULTILINE)
    code = "\n".join(re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks)
    known = {"url": server.url, "key": server.account("Ada", Role.POSTER).secret, "photo": encoded(noise(2))}
    exec(compile(code, str(PAGE), "exec"), known)
    shown = capsys.readouterr().out
    assert "p002 1.0" in shown  # The photo is that product's picture.
    assert "Ada My kitchen ['p002']" in shown
    assert "404 /problems/not-found" in shown


def test_the_shop_tells_orders(server: Server) -> None:
    with Client(server.url, server.account("The shop", Role.CATALOGUE).secret) as client:
        line = {"line_id": "1", "product_id": "p001", "amount": 500}
        told = {"kind": "order", "order_id": "A/1", "currency": "EUR", "lines": [line]}
        assert client.order(told).lines[0].amount == 500
        assert client.order(told) == client.order(told)
        with pytest.raises(ApiError) as caught:
            client.order({**told, "currency": "euro"})
    assert (caught.value.status, caught.value.type) == (422, "/problems/invalid-request")
    assert caught.value.errors[0]["field"].endswith("currency")
    assert caught.value.request_id


def test_no_web_framework_and_no_model_is_loaded() -> None:
    code = (
        "import sys, spark_vision.client\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'fastapi', 'starlette', 'torch', 'faiss', 'sqlalchemy', 'numpy', 'onnxruntime'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Answers(httpx2.BaseTransport):
    """A network that answers as it is told to, or breaks."""

    def __init__(self, *answers: httpx2.Response | None) -> None:
        self._answers = list(answers)
        self.asked = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        answer = self._answers.pop(0)
        if answer is None:
            raise httpx2.ConnectError("broken", request=request)
        return answer


def busy(seconds: str, status: int = 503) -> httpx2.Response:
    return httpx2.Response(status, headers={"Retry-After": seconds}, json={"type": "/problems/overloaded"})


def patient(*answers: httpx2.Response | None) -> tuple[Transport, Answers, list[float]]:
    network, slept = Answers(*answers), list[float]()
    http = httpx2.Client(base_url="http://service", transport=network)
    return Transport(http, attempts=4, sleep=slept.append), network, slept


def test_what_is_busy_is_asked_again_when_it_says() -> None:
    transport, network, slept = patient(busy("3"), None, busy("9999", 429), httpx2.Response(200, json={}))
    assert transport.send("GET", "/x").json() == {}
    assert network.asked == 4
    assert (slept[0], slept[2]) == (3.0, 30.0)


def test_patience_ends() -> None:
    transport, network, _ = patient(*(busy("1") for _ in range(4)))
    with pytest.raises(ApiError) as caught:
        transport.send("GET", "/x")
    assert (caught.value.type, network.asked) == ("/problems/overloaded", 4)
    transport, _, _ = patient(None, None, None, None)
    with pytest.raises(NoAnswerError):
        transport.send("GET", "/x")


def test_what_may_not_be_repeated_is_not() -> None:
    transport, network, slept = patient(busy("1"))
    with pytest.raises(ApiError):
        transport.send("POST", "/x", again=False)
    assert (network.asked, slept) == (1, [])


@pytest.mark.parametrize("answer", [httpx2.Response(502, text="<html>"), httpx2.Response(500, json=[1])])
def test_an_error_that_is_no_problem_document_is_one_all_the_same(answer: httpx2.Response) -> None:
    transport, _, _ = patient(answer)
    with pytest.raises(ApiError, match="about:blank"):
        transport.send("GET", "/x")


@dataclass(frozen=True)
class Inner:
    at: datetime | None


@dataclass(frozen=True)
class Outer:
    inner: list[Inner]
    by: dict[str, Inner]
    more: int = 3
    later: list[Inner] = field(default_factory=list)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"words": "closer", "effect": -1.5, "code": "another_closer"}, "another_closer"),
        ({"words": "closer", "effect": -1.5}, None),
    ],
)
def test_a_suggestion_says_why_also_where_it_was_kept_before_there_were_codes(
    told: dict[str, Any], code: str | None
) -> None:
    held = {
        "product_id": "p",
        "title": "P",
        "probability": 0.5,
        "similarity": 0.5,
        "reference_image": "p.jpg",
    }
    assert build(Suggestion, {**held, "why": [told]}).why == [Reason("closer", -1.5, code)]
    assert build(Suggestion, held).why == []


def test_values_are_built_by_their_types() -> None:
    moment: dict[str, Any] = {"at": "2026-05-01T12:00:00Z", "new": 1}
    made = build(Outer, {"inner": [moment], "by": {"a": {"at": None}}, "unheard of": 2})
    assert made == Outer([Inner(datetime(2026, 5, 1, 12, tzinfo=UTC))], {"a": Inner(None)})
    assert build(Outer, {"inner": [], "by": {}}).later == []
    with pytest.raises(TypeError, match="without inner"):
        build(Outer, {"by": {}})
    with pytest.raises(TypeError, match="no Outer"):
        build(Outer, [])
