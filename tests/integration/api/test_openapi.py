"""The OpenAPI file: current, whole, and true."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from spark_vision_api.http.problems import KINDS
from spark_vision_api.v1.index import schemas as index_schemas
from spark_vision_api.v1.orders import schemas as orders_schemas
from spark_vision_api.v1.posts import schemas as posts_schemas
from spark_vision_api.v1.products import schemas as products_schemas
from spark_vision_api.v1.search import schemas as search_schemas

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [
    (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_committed_file_is_current(client: TestClient) -> None:
    script = ROOT / "scripts" / "export_openapi.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert client.get("/openapi.json").json() == DOCUMENT


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_is_described_with_its_problems(method: str, path: str, operation: dict) -> None:
    assert operation["summary"]
    assert operation["description"]
    for status, response in operation["responses"].items():
        if status >= "400":
            (media_type,) = response["content"]
            assert media_type == "application/problem+json"
            assert response["content"][media_type]["examples"]


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    assert "HTTPValidationError" not in text
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize(
    "model",
    [
        search_schemas.PhotoSearch,
        search_schemas.ProductSearch,
        products_schemas.ProductOut,
        posts_schemas.PostOut,
        posts_schemas.SuggestionsOut,
        orders_schemas.OrderOut,
        orders_schemas.EarningsOut,
        index_schemas.IndexOut,
        index_schemas.VersionsOut,
        index_schemas.LivenessOut,
        index_schemas.Ready,
    ],
)
def test_every_example_is_of_its_shape(model: type[BaseModel]) -> None:
    (example,) = model.model_json_schema()["examples"]
    assert model.model_validate(example).model_dump(mode="json") == example


def test_the_guide_names_every_operation_and_every_problem() -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for path in DOCUMENT["paths"]:
        assert path.partition("{")[0] in guide, path
    for error in KINDS:
        assert f"`{error.code}`" in guide, error.code


def test_operation_ids_are_nouns_with_a_verb() -> None:
    ids = [
        operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()
    ]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in ids), ids
    wanted = {"posts_create", "posts_get", "posts_publish", "posts_tags_put", "search_photo", "orders_create"}
    assert wanted <= set(ids)


def test_summaries_say_what_an_operation_does() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            first = operation["summary"].split()[0]
            assert first not in ("A", "An", "The", "All", "What", "My"), (path, operation["summary"])
