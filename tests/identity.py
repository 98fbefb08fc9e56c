"""A small identity provider, as real as its clients can tell: discovery, RS256 keys, PKCE, codes good once.

It stands at `localhost` while our service is at 127.0.0.1: another site, as providers are.
"""

import secrets
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlencode

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "spark-vision", "not-that-secret"
_LOGIN = """<!doctype html><html lang="en"><title>Example ID</title><h1>Example ID</h1>
<form method="post"><label>Name <input name="name"></label><button>Go on</button></form>"""


@dataclass
class Identity:
    """The provider, and what it may be told to do wrong.

    claims: put over those of the next tokens (None: left out); userinfo, document: what those answer;
    down: 503 to all; error: instead of a code; back_with: put over what it sends the browser back with.
    """

    port: int
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}))
    signs_with: Any = None
    secret: str | None = SECRET
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    error: str = ""
    back_with: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redeemed: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}/realm"

    def routes(self) -> list[Route]:
        return [
            Route("/realm/.well-known/openid-configuration", self._document),
            Route("/realm/keys", self._keys),
            Route("/realm/authorize", self._authorize, methods=["GET", "POST"]),
            Route("/realm/token", self._token, methods=["POST"]),
            Route("/realm/userinfo", self._userinfo),
        ]

    async def _document(self, request: Request) -> Response:
        return self._said(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                **self.document,
            }
        )

    async def _keys(self, request: Request) -> Response:
        return self._said(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        if request.method == "GET":
            return HTMLResponse(_LOGIN)
        async with request.form() as form:
            name = str(form["name"])
        answer = {"state": asked["state"], "iss": self.issuer}
        if self.error:
            answer["error"] = self.error
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.codes[answer["code"]] = {**asked, "name": name}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, **self.back_with})}", 303)

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            given = {name: str(value) for name, value in form.items()}
        self.redeemed.append(given)
        asked = self.codes.pop(given.get("code", ""), None)
        if not self._knows(request, given):
            return self._said({"error": "invalid_client"}, 401)
        challenge = create_s256_code_challenge(given.get("code_verifier", ""))
        if (
            asked is None
            or given["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return self._said({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(16)
        tokens = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        return self._said({**tokens, "id_token": self._id_token(asked, access)})

    def _knows(self, request: Request, given: dict[str, str]) -> bool:
        """Whether the client shows its secret as RFC 6749 2.3.1 wants it, or has none and gives its name."""
        methods = self.document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.secret is None or methods == ["client_secret_post"]:
            shown = given.get("client_id"), given.get("client_secret")
            return shown == (CLIENT, self.secret) and "authorization" not in request.headers
        _, _, basic = request.headers.get("authorization", "").partition("Basic ")
        name, _, secret = b64decode(basic).decode().partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT, self.secret)

    def _id_token(self, asked: dict[str, str], access: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": f"subject of {asked['name']}",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked.get("nonce"),
            "at_hash": create_half_hash(access, "RS256").decode(),
            "preferred_username": asked["name"],
            "roles": ["poster"],
            **self.claims,
        }
        held = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, held, self.signs_with or self.key)

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        return self._said(self.userinfo)

    def _said(self, value: dict[str, Any], status: int = 200) -> Response:
        return Response("closed", 503) if self.down else JSONResponse(value, status)


@contextmanager
def provided() -> Iterator[Identity]:
    """A provider at a free port of localhost, for the time of a block."""
    identity = Identity(0)
    app = Starlette(routes=identity.routes())
    server = uvicorn.Server(uvicorn.Config(app, host="localhost", port=0, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        identity.port = server.servers[0].sockets[0].getsockname()[1]
        yield identity
    finally:
        server.should_exit = True
        thread.join()
