"""An OpenID provider to test against, on a port of this machine: strict where it has to be, and false on request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "safeconduct", "s3cret-of-the-client"
Data = dict[str, Any]


@cache
def _first_key() -> RSAKey:
    """Return the key that every provider begins with: to make one takes up to a second."""
    return RSAKey.generate_key(2048, auto_kid=True)


class Provider:
    """A provider at which somebody is always signed in.

    Attributes:
        person: What it says of them.
        userinfo: What it says of them only when asked.
        change: Applied to the claims of a token before it is signed.
        sign: Makes a token of claims.
        asked: Queries of the authorization endpoint, and forms of the token endpoint.
        ended: Queries of the address at which sessions end.
        is_down: Whether it answers 500 to everything.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.person: Data = {"sub": "u-1", "name": "Aino Virtanen", "email": "aino@uni.example", "groups": ["office"]}
        self.userinfo: Data = {}
        self.change: Callable[[Data], Data] = lambda claims: claims
        self.sign: Callable[[Data], str] = self.signed
        self.metadata: Data = {}
        self.answer: Data = {}
        self.key = _first_key()
        self.published = [self.key]
        self.asked: list[Data] = []
        self.ended: list[Data] = []
        self.is_down = False
        self._codes: dict[str, Data] = {}
        self.app = self._routes()

    def signed(self, claims: Data, key: RSAKey | None = None, **header: Any) -> str:
        """Return a token."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, key or self.key)

    def unsigned(self, claims: Data) -> str:
        """Return a token that nobody signed. By hand: the library would refuse."""
        return f"{_part({'alg': 'none', 'kid': self.key.kid})}.{_part(claims)}."

    def by_secret(self, secret: bytes) -> Callable[[Data], str]:
        """Return what signs with a secret that others know too."""

        def sign(claims: Data) -> str:
            text = f"{_part({'alg': 'HS256', 'kid': self.key.kid})}.{_part(claims)}"
            return f"{text}.{_letters(hmac.digest(secret, text.encode(), 'sha256'))}"

        return sign

    def _routes(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def fail(request: Request, call: Any) -> Response:
            return Response("down", 500) if self.is_down else await call(request)

        app.get("/.well-known/openid-configuration")(self._about)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/keys")(self._keys)
        app.get("/userinfo")(self._userinfo)
        app.get("/end")(self._end)
        return app

    async def _about(self) -> Data:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **self.metadata,
        }

    async def _keys(self) -> Data:
        return {"keys": [key.as_dict(private=False) for key in self.published]}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"], **self.answer})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

    async def _token(self, request: Request) -> Response:
        body = (await request.body()).decode()
        form = dict(part.split("=", 1) for part in body.split("&"))
        form["authorization"] = request.headers.get("authorization", "")
        self.asked.append(form)
        asked = self._codes.pop(form["code"], None)
        if asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if _letters(digest) != asked["code_challenge"] or not self._is_client(form):
            return JSONResponse({"error": "invalid_client"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        token = {"access_token": "a-token", "token_type": "Bearer", "expires_in": 300}
        return JSONResponse({**token, "id_token": self.sign(self.change(claims))})

    async def _end(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.ended.append(asked)
        return RedirectResponse(asked["post_logout_redirect_uri"], 302)

    def _is_client(self, form: Data) -> bool:
        methods = self.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if methods == ["none"]:
            return bool(form["client_id"] == CLIENT and not form["authorization"])
        if methods == ["client_secret_post"]:
            return bool((form["client_id"], form["client_secret"]) == (CLIENT, SECRET))
        return bool(form["authorization"] == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode())

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a-token"
        return JSONResponse({"sub": self.person["sub"], **self.userinfo})


def _part(data: Data) -> str:
    return _letters(json.dumps(data).encode())


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@contextmanager
def serving(make: Callable[[str], Any]) -> Iterator[str]:
    """Serve an application on a port of this machine, over HTTP.

    Args:
        make: Returns the application that is served at an address.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(make(address), log_config=None, access_log=False, timeout_graceful_shutdown=2)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + 60
            while not server.started and thread.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert server.started
            yield address
        finally:
            server.should_exit = True
            thread.join(30)
