"""The identity provider: where people are sent to sign in, and what it then vouches for (OpenID Connect Core 1.0).

The code flow with PKCE. A token is believed if the provider signed it, with a key that it publishes and not with a
shared secret, for us, for this very sign-in, and not too long ago.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from service.access.attempts import Attempt
from service.access.people import Vouched, refused
from service.problems import Problem, problem
from service.readers import is_address
from service.settings import Settings

log = logging.getLogger("safeconduct.access")
_SECONDS = httpx2.Timeout(8, connect=4)
_LEEWAY_SECONDS = 60
# What a provider says of itself is asked for again after this time; its keys also when a token names one not known.
_FRESH_SECONDS = 3600.0
# Made with a private key: a secret that is shared, or none at all, proves nothing about who signed.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_KEY_KINDS = ("RSA", "EC", "OKP")
_LONGEST_SUBJECT = 255  # by the standard
_LONGEST_HINT = 6000  # it becomes part of an address
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_AGAIN = "sign in again; if that does not help, tell the operator"
Data = dict[str, Any]


class DistrustedError(Problem):
    """A token came that is not to be believed: worth an entry in the audit log."""

    def __init__(self, message: str) -> None:
        super().__init__(403, refused(message, _AGAIN).faults)


class Provider:
    """The identity provider of the settings; nothing is asked of it before somebody signs in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.redirect_uri = f"{settings.public_url}/auth/callback"
        self.signed_out_uri = f"{settings.public_url}/auth"
        self._said: dict[str, tuple[float, Data]] = {}
        self._trust = httpx2.create_ssl_context()  # once: it takes tens of milliseconds

    async def address(self, attempt: Attempt) -> str:
        """Return where a browser is sent to sign in.

        Raises:
            Problem: 503, the provider does not answer.
        """
        about = await self._about()
        async with self._client(about) as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    async def vouched(self, attempt: Attempt, code: str, issuer: str | None) -> Vouched:
        """Redeem a code, and return what the provider says of who signed in.

        Args:
            issuer: Who says that it answers, where it does (RFC 9207).
        Raises:
            Problem: 503, the provider does not answer; 403, it does not redeem the code.
            DistrustedError: What it vouches with is not to be believed.
        """
        about = await self._about()
        is_promised = about.get("authorization_response_iss_parameter_supported") is True
        if issuer != self.settings.oidc_issuer and (issuer is not None or is_promised):
            raise refused("the answer is another provider's", _AGAIN)
        async with self._client(about) as client:
            try:
                token = await client.fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                )
            except OAuthError as error:
                # A wrong secret looks like this too, so the log has what the provider said.
                log.warning("the identity provider did not redeem a code", extra={"error": str(error.error)[:100]})
                raise refused("the identity provider did not accept the sign-in", _AGAIN) from None
            except (httpx2.HTTPError, ValueError) as error:
                raise _away("token_endpoint", error) from None
            claims = await self._verified(about, token, attempt.nonce)
            claims = await self._completed(about, client, claims)
        is_hint = _ends_sessions(about) and len(token["id_token"]) <= _LONGEST_HINT
        return Vouched(claims, token["id_token"] if is_hint else None)

    async def way_out(self, id_token: str | None) -> str | None:
        """Return where a browser is sent to end its session at the provider (OpenID Connect RP-Initiated Logout 1.0).

        Returns:
            The address; None where the provider offers none, or does not answer.
        """
        try:
            about = await self._about()
        except Problem:
            return None
        if not _ends_sessions(about):
            return None
        query = {"client_id": self.settings.oidc_client_id, "post_logout_redirect_uri": self.signed_out_uri}
        if id_token:
            query["id_token_hint"] = id_token
        there = str(about["end_session_endpoint"])
        return there + ("&" if "?" in there else "?") + urlencode(query)

    def _client(self, about: Data) -> Any:
        known = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic"
        if not self.settings.oidc_client_secret:
            method = "none"
        elif method not in known and "client_secret_post" in known:
            method = "client_secret_post"
        return AsyncOAuth2Client(
            client_id=self.settings.oidc_client_id,
            client_secret=self.settings.oidc_client_secret or None,
            scope=self.settings.oidc_scopes,
            redirect_uri=self.redirect_uri,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            timeout=_SECONDS,
            verify=self._trust,
        )

    async def _about(self) -> Data:
        """Return what the provider says of itself."""
        issuer = self.settings.oidc_issuer
        about = await self._read(issuer.rstrip("/") + "/.well-known/openid-configuration")
        wrong = [name for name in _ENDPOINTS if not is_address(str(about.get(name, "")).partition("?")[0])]
        if about.get("issuer") != issuer or wrong:
            self._said.clear()
            log.error("the identity provider is another one, or leaves things out", extra={"missing": wrong})
            raise _away("discovery", None)
        return about

    async def _read(self, url: str, *, anew: bool = False) -> Data:
        """Return a document of the provider, as it was within the last hour."""
        at, data = self._said.get(url, (0.0, {}))
        if data and not anew and time.monotonic() - at < _FRESH_SECONDS:
            return data
        try:
            async with httpx2.AsyncClient(timeout=_SECONDS, verify=self._trust) as client:
                answer = (await client.get(url)).raise_for_status()
            found = answer.json()
            if not isinstance(found, dict):
                raise ValueError("it is no object")
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(url, error) from None
        self._said[url] = time.monotonic(), found
        return found

    async def _verified(self, about: Data, token: Mapping[str, Any], nonce: str) -> Data:
        """Return the claims of a token that is to be believed."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise DistrustedError("the identity provider sent no ID token")
        try:
            decoded = await self._decoded(about, text)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.settings.oidc_issuer},
                    "aud": {"essential": True, "value": self.settings.oidc_client_id},
                    "sub": {"essential": True},
                },
                {
                    "nonce": nonce,
                    "client_id": self.settings.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            log.warning("an ID token was refused", extra={"reason": f"{type(error).__name__}: {error}"[:200]})
            raise DistrustedError("the ID token is not to be believed") from None
        if not isinstance(claims["sub"], str) or len(claims["sub"]) > _LONGEST_SUBJECT:
            raise DistrustedError("the ID token does not name anybody")
        return dict(claims)

    async def _decoded(self, about: Data, text: str) -> jwt.Token:
        offered = about.get("id_token_signing_alg_values_supported") or ["RS256"]
        allowed = [name for name in _ALGORITHMS if name in offered]
        if not allowed:  # the library would take its own choice for none
            raise ValueError("the provider signs in no way that is believed")
        registry = JWSRegistry(algorithms=allowed, strict_check_header=False)
        try:
            return jwt.decode(text, _keys(await self._read(about["jwks_uri"])), registry=registry)
        except InvalidKeyIdError:  # its keys may be new
            return jwt.decode(text, _keys(await self._read(about["jwks_uri"], anew=True)), registry=registry)

    async def _completed(self, about: Data, client: Any, claims: Data) -> Data:
        """Ask for the rest where the token leaves out what grants are about: many providers tell it only when asked."""
        missing = {grant.claim for grant in self.settings.oidc_grants} - claims.keys()
        url = about.get("userinfo_endpoint")
        if not missing or not isinstance(url, str) or not is_address(url) or not client.token.get("access_token"):
            return claims
        try:
            more = (await client.get(url)).raise_for_status().json()
        except (httpx2.HTTPError, OAuthError, ValueError) as error:
            raise _away("userinfo_endpoint", error) from None
        if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
            raise DistrustedError("the identity provider speaks of somebody else")
        return {**more, **claims}


def _ends_sessions(about: Data) -> bool:
    return is_address(str(about.get("end_session_endpoint", "")).partition("?")[0])


def _keys(data: Data) -> KeySet:
    found = data.get("keys")
    keys = [
        key
        for key in (found if isinstance(found, list) else [])
        if isinstance(key, dict) and key.get("kty") in _KEY_KINDS and key.get("use") != "enc"
    ]
    return KeySet.import_key_set({"keys": keys})


def _away(where: str, error: Exception | None) -> Problem:
    reason = f"{type(error).__name__}: {error}"[:200] if error else ""
    log.error("the identity provider does not answer as it should", extra={"where": where, "reason": reason})
    help = "try again in a minute; keys work meanwhile, and so do sessions that have begun"
    message = "nobody can sign in just now: the identity provider does not answer"
    return problem(503, "identity-provider-away", message, "", help, {"Retry-After": "30"})
