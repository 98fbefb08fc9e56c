"""Bearer tokens of an identity provider whose keys are made here."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from spark_vision.app.settings import Settings
from spark_vision.core.account import Role
from spark_vision.core.errors import AuthenticationRequiredError, InvalidInputError, PermissionDeniedError
from spark_vision.social.provisioning import account_id_of
from spark_vision_api.auth.oidc import TokenVerifier
from tests.integration.api.conftest import Start
from tests.integration.api.pictures import problem

ISSUER, AUDIENCE = "https://id.example", "spark-vision"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "second", "use": "sig"})


def write_keys(path: Path, *keys: Any) -> None:
    path.write_text(json.dumps(KeySet(list(keys)).as_dict(private=False)))


@pytest.fixture
def provider(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a service that takes the provider's tokens."""
    write_keys(tmp_path / "jwks.json", KEY)
    return settings.model_copy(
        update={
            "oidc_issuer": ISSUER,
            "oidc_audience": AUDIENCE,
            "oidc_jwks": str(tmp_path / "jwks.json"),
            "oidc_role_claim": "realm_access.roles",
            "anonymous_browsing": False,
        }
    )


def token(key: Any = KEY, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    now = int(time.time())
    whole = {
        "iss": ISSUER,
        "aud": ["another", AUDIENCE],
        "sub": "person-1",
        "exp": now + 300,
        "iat": now,
        "preferred_username": "Ada",
        "realm_access": {"roles": ["offline", "poster"]},
        **claims,
    }
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid, **(header or {})}, kept, key, algorithms=[alg])


def test_a_token_tells_who_and_in_which_role(provider: Settings) -> None:
    person = TokenVerifier(provider).read(token())
    assert (person.subject, person.name, person.role) == ("person-1", "Ada", Role.POSTER)
    mighty = TokenVerifier(provider).read(token(realm_access={"roles": ["admin", "poster"]}))
    assert mighty.role == Role.ADMIN


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_here_is_refused(provider: Settings, claims: dict[str, Any]) -> None:
    with pytest.raises(AuthenticationRequiredError):
        TokenVerifier(provider).read(token(**claims))


def part(value: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signature_by(secret: bytes, text: str) -> str:
    digest = hmac.digest(secret, text.encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def test_a_token_that_was_not_signed_by_the_provider_is_refused(provider: Settings) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "first"})
    head, claims, signature = token().split(".")
    confused = f"{part({'alg': 'HS256', 'kid': 'first'})}.{claims}"  # The public key as a shared secret.
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for forged in (
        token(stranger),
        f"{confused}.{signature_by(KEY.as_pem(private=False), confused)}",
        token(header={"kid": "unheard-of"}),
        f"{none}.{claims}.",
        f"{head}.{claims[:-2]}.{signature}",
        "a.b.c",
        "..",
        "x" * 20_000 + "..",
    ):
        with pytest.raises(AuthenticationRequiredError):
            TokenVerifier(provider).read(forged)


def test_a_token_without_a_role_is_refused_unless_there_is_a_default(provider: Settings) -> None:
    for roles in ({"roles": []}, {"roles": ["guest"]}, "poster", None, {"roles": [["poster"], {}]}):
        with pytest.raises(PermissionDeniedError, match="realm_access"):
            TokenVerifier(provider).read(token(realm_access=roles))
    lenient = provider.model_copy(update={"oidc_default_role": Role.POSTER})
    assert TokenVerifier(lenient).read(token(realm_access=None)).role == Role.POSTER


def test_a_key_that_the_provider_brought_later_is_found(provider: Settings, tmp_path: Path) -> None:
    clock = [0.0]
    asked = []

    def fetch(place: str) -> bytes:
        asked.append(place)
        return Path(place).read_bytes()

    tokens = TokenVerifier(provider, fetch, lambda: clock[0])
    tokens.read(token())
    write_keys(tmp_path / "jwks.json", OTHER)
    with pytest.raises(AuthenticationRequiredError):  # Looked at a moment ago.
        tokens.read(token(OTHER, "ES256"))
    clock[0] += 61
    assert tokens.read(token(OTHER, "ES256")).subject == "person-1"
    assert len(asked) == 2


def test_keys_that_cannot_be_read_refuse_all(provider: Settings) -> None:
    missing = provider.model_copy(update={"oidc_jwks": "/nowhere/jwks.json"})
    with pytest.raises(AuthenticationRequiredError, match="keys cannot be had"):
        TokenVerifier(missing).read(token())


def test_settings_must_be_whole(provider: Settings) -> None:
    with pytest.raises(InvalidInputError, match="AUDIENCE"):
        TokenVerifier(provider.model_copy(update={"oidc_audience": ""}))


def test_the_service_takes_tokens_beside_keys(provider: Settings, start: Start) -> None:
    client = start(provider)

    def ask(bearer: str) -> Any:
        return client.get("/v1/index/versions", headers={"Authorization": f"Bearer {bearer}"})

    assert ask(token()).status_code == 200
    assert ask(token()).status_code == 200
    problem(ask(token(exp=1_000_000_000)), 401, "key-needed")
    problem(ask(token(realm_access={})), 403, "not-allowed")
    problem(ask("sv_unknown"), 401, "key-needed")
    # Another person of the same name, and one without any.
    assert ask(token(sub="person-2")).status_code == 200
    assert ask(token(sub="person-3", preferred_username=None)).status_code == 200
    with client.app.state.services.store.reading() as work:
        names = [work.accounts.get(account_id_of(ISSUER, f"person-{n}")).name for n in (1, 2, 3)]
    assert names[0] == "Ada"
    assert names[1].startswith("Ada user ")
    assert names[2].startswith("user ")
