"""Every operation of the OpenAPI file, asked for what it says it takes and for what it says it does not.

Whatever comes, the answer is one that the file describes, and never a failure of ours.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from spark_vision.app.container import build_index
from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from tests.integration.api.conftest import FEED
from tests.integration.api.pictures import COLOURS, picture
from tests.integration.api.server import Server, serving

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    (method.upper(), path): SCHEMA[path][method.upper()]
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
}
WAYS = [(operation, GenerationMode.POSITIVE) for operation in OPERATIONS] + [
    # Where nothing is asked for, nothing can be wrong with it.
    ((method, path), GenerationMode.NEGATIVE)
    for method, path in OPERATIONS
    if DOCUMENT["paths"][path][method.lower()].keys() & {"parameters", "requestBody"}
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A shop of three mugs, behind a real server, without budgets."""
    folder = tmp_path_factory.mktemp("service")
    for name in COLOURS:
        (folder / f"{name}.png").write_bytes(picture(name))
    (folder / "catalogue.csv").write_text(FEED)
    given_settings = Settings(
        index_dir=folder / "index",
        data_dir=folder / "data",
        model="fake",
        key_rate="",
        address_rate="",
        wrong_key_rate="",
        max_picture_bytes=200_000,
    )
    build_index(given_settings, str(folder / "catalogue.csv"))
    with serving(given_settings) as running:
        yield running


@pytest.fixture(scope="module")
def session(server: Server) -> Iterator[requests.Session]:
    """An admin, who gets further than anybody."""
    key = server.account("An admin", Role.ADMIN)
    with requests.Session() as made:
        made.headers["Authorization"] = f"Bearer {key.secret}"
        yield made


@pytest.mark.parametrize(
    ("operation", "mode"), WAYS, ids=lambda way: getattr(way, "value", None) or " ".join(way)
)
def test_an_operation_answers_as_it_says(
    server: Server, session: requests.Session, operation: tuple[str, str], mode: GenerationMode
) -> None:
    strategy = OPERATIONS[operation].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=server.url,
            session=session,
            checks=CHECKS,
            headers={"Authorization": session.headers["Authorization"]},
        )

    ask()
