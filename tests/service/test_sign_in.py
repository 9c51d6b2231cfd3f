"""Signing in at an OpenID provider, over HTTP: the whole way, and what is not believed on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from openapi_spec_validator import validate
from pydantic import TypeAdapter
from starlette.responses import Response

from service.access import cookies
from service.access.sessions import digest
from service.logs import JsonLines
from service.routes.sign_in import Caller
from service.settings import Settings
from service.storage.columns import now
from service.storage.tables import people, sign_ins
from tests.service.asking import codes
from tests.service.door import Door, Open, query_of, refused
from tests.service.providing import SECRET, Provider
from tests.service.stored import small

Data = dict[str, Any]

# -- the whole way ----------------------------------------------------------------------------------------------------


def test_somebody_signs_in_works_and_signs_out(door: Door) -> None:
    browser = door.browser()
    arrived = browser.sign_in("/auth/sign-in?next=/auth/me")
    assert arrived.url == f"{door.address}/auth/me"
    me = TypeAdapter(Caller).validate_json(arrived.content, strict=True)
    person = door.person()
    assert (me.kind, me.id, me.name) == ("person", person["id"], "Aino Virtanen")
    assert (me.organisation, me.roles) == (door.organisation(), ["administrator", "reviewer"])
    assert (person["issuer"], person["subject"], person["email"]) == (door.provider.issuer, "u-1", "aino@uni.example")
    made = browser.change("POST", "/v1/agreements", json={"arrangement": small()})
    assert made.status_code == 201, made.text
    assert browser.get("/v1/agreements").json()["items"][0]["created_by"] == person["id"]
    assert browser.change("POST", "/auth/sign-out").status_code == 204
    assert browser.session is None
    assert codes(browser.get("/v1/agreements"), 401) == {"header:Authorization": "credentials-needed"}
    assert [action for _, action, _ in door.audited()] == ["person.signed-in", "person.signed-out"]
    assert {actor for actor, _, _ in door.audited()} == {person["id"]}
    assert door.audited(of="theirs") == []


def test_what_goes_to_the_provider_is_new_each_time(sqlite_door: Door) -> None:
    for _ in range(2):
        sqlite_door.browser().sign_in()
    first, _, second, _ = sqlite_door.provider.asked
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    assert first["redirect_uri"] == f"{sqlite_door.address}/auth/callback"
    assert "offline_access" not in first["scope"]


def test_nothing_in_the_database_lets_anybody_in(door: Door) -> None:
    browser = door.browser()
    browser.leave()
    under_way = browser.cookies.get("safeconduct_sign_in")
    (attempt,) = door.rows(sign_ins)
    browser.sign_in()
    row = door.session()
    assert browser.session
    assert under_way
    assert len(browser.session) == 43  # 256 bits
    assert row["token_sha256"] == digest(browser.session)
    assert browser.session not in str(row)
    assert attempt["browser_sha256"] == digest(under_way)


def test_cookies_are_for_the_browser_and_for_this_service_alone(sqlite_door: Door) -> None:
    browser = sqlite_door.browser()
    there = browser.get("/auth/sign-in", follow_redirects=False)
    back = browser.get(there.headers["location"], follow_redirects=False).headers["location"]
    arrived = browser.get(back, follow_redirects=False)
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/auth")
    for response, name in ((there, "safeconduct_sign_in"), (arrived, "safeconduct")):
        (said,) = (each for each in response.headers.get_list("set-cookie") if each.startswith(f"{name}="))
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(said.split("; "))
        assert "Secure" not in said  # HTTP on this machine
    for url, name, path in (
        ("https://x.example", "__Host-safeconduct", "/"),
        ("https://x.example/transfers", "__Secure-safeconduct", "/transfers"),
    ):
        made = Response()
        cookies.put(made, Settings(public_url=url), "session", "t", 60)
        said = made.headers["set-cookie"]
        assert said.startswith(f"{name}=t;")
        assert {"HttpOnly", "SameSite=lax", "Secure", f"Path={path}", "Max-Age=60"} <= set(said.split("; "))


def test_claims_that_the_token_leaves_out_are_asked_for(door: Door) -> None:
    del door.provider.person["groups"]
    door.provider.userinfo = {
        "groups": ["lab"],
        "name": "Somebody else",
        "orcid": "https://orcid.org/0000-0002-1825-0097",
    }
    assert door.browser().sign_in("/auth/sign-in?next=/auth/me").json()["roles"] == ["submitter"]
    assert (door.person()["name"], door.person()["orcid"]) == ("Aino Virtanen", "0000-0002-1825-0097")
    door.provider.userinfo["sub"] = "u-2"
    door.set(people, disabled_at=None)
    assert codes(door.browser().sign_in(), 403) == {"": "sign-in-refused"}


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
def test_the_service_proves_itself_as_the_provider_wants(opening: Open, method: str) -> None:
    with opening(oidc_client_secret="" if method == "none" else SECRET) as door:
        door.provider.metadata["token_endpoint_auth_methods_supported"] = [method]
        assert door.browser().sign_in("/auth/sign-in?next=/auth/me").status_code == 200


def test_keys_of_the_provider_may_change(sqlite_door: Door) -> None:
    assert sqlite_door.browser().sign_in("/auth/sign-in?next=/auth/me").status_code == 200
    sqlite_door.provider.key = RSAKey.generate_key(2048, auto_kid=True)
    sqlite_door.provider.published = [sqlite_door.provider.key]
    assert sqlite_door.browser().sign_in("/auth/sign-in?next=/auth/me").status_code == 200


def test_the_interface_says_how_sessions_are_used(sqlite_door: Door) -> None:
    said = sqlite_door.ask("GET", "/openapi.json").json()
    validate(said)
    assert said["components"]["securitySchemes"]["session"]["name"] == "safeconduct"
    assert said["paths"]["/v1/keys"]["get"]["security"] == [{"key": []}, {"session": []}]
    assert "/auth/callback" not in said["paths"]


# -- what is not believed ---------------------------------------------------------------------------------------------


def _with(**more: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.change = lambda claims: {**claims, **more}

    return change


def _without(name: str) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.change = lambda claims: {key: value for key, value in claims.items() if key != name}

    return change


def _signing(make: Callable[[Provider], Callable[[Data], str]]) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.sign = make(provider)

    return change


OTHER = RSAKey.generate_key(2048, auto_kid=True)
FALSE: dict[str, Callable[[Provider], None]] = {
    "another nonce": _with(nonce="x" * 43),
    "no nonce": _without("nonce"),
    "expired": _with(exp=int(time.time()) - 120),
    "no end": _without("exp"),
    "of the future": _with(iat=int(time.time()) + 3600),
    "for another client": _with(aud="another"),
    "for nobody": _without("aud"),
    "for several, made for another": _with(aud=["safeconduct", "another"], azp="another"),
    "for several, made for nobody": _with(aud=["safeconduct", "another"]),
    "of another issuer": _with(iss="https://id.example"),
    "of no issuer": _without("iss"),
    "about nobody": _without("sub"),
    "about a number": _with(sub=7),
    "about somebody too long": _with(sub="x" * 256),
    "with another access token": _with(at_hash="x" * 22),
    "another key": _signing(lambda provider: lambda claims: provider.signed(claims, OTHER)),
    "a key not published": _signing(lambda provider: lambda claims: provider.signed(claims, OTHER, kid=OTHER.kid)),
    "not signed": _signing(lambda provider: provider.unsigned),
    "signed with our secret": _signing(lambda provider: provider.by_secret(SECRET.encode())),
    "signed with the public key as secret": _signing(
        lambda provider: provider.by_secret(provider.key.as_pem(private=False))
    ),
    "cut short": _signing(lambda provider: lambda claims: provider.signed(claims)[:-8]),
    "changed": _signing(lambda provider: lambda claims: _changed(provider.signed(claims))),
    "no parts": _signing(lambda _: lambda _: "x"),
    "parts that are none": _signing(lambda _: lambda _: "x.y.z"),
    "a list for a head": _signing(lambda provider: lambda claims: "W10." + provider.signed(claims).partition(".")[2]),
    "an empty head": _signing(lambda provider: lambda claims: "e30." + provider.signed(claims).partition(".")[2]),
    "no token": _signing(lambda _: lambda _: ""),
    "no text": _signing(lambda _: lambda _: {"a": 1}),  # type: ignore[arg-type,return-value]
}


def _changed(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{signature}"


def test_tokens_that_are_not_to_be_believed_let_nobody_in(door: Door) -> None:
    honest, sign = door.provider.change, door.provider.sign
    for kind, falsify in FALSE.items():
        door.provider.change, door.provider.sign = honest, sign
        falsify(door.provider)
        response = door.browser().sign_in()
        assert response.status_code == 403, kind
        assert "believed" in (said := refused(door, response)) or "ID token" in said, kind
        assert str(response.url).startswith(f"{door.address}/auth/callback")
    assert door.audited() == door.audited(of="theirs") == [("anonymous", "sign-in.refused", "bad-token")] * len(FALSE)
    door.provider.change, door.provider.sign = honest, sign
    assert door.browser().sign_in("/auth/sign-in?next=/auth/me").status_code == 200


def test_an_answer_to_nothing_is_refused(door: Door) -> None:
    browser = door.browser()
    back = browser.leave()
    state = query_of(back)["state"]
    for wrong in (back.replace(state, state[:-1] + "_"), "/auth/callback?code=x", "/auth/callback", f"{back[:-43]}"):
        assert codes(browser.get(wrong), 400) == {"query:state": "sign-in-unknown"}
        browser = door.browser()
        back = browser.leave()
        state = query_of(back)["state"]
    assert refused(door, door.browser().get(back), "sign-in-unknown", 400)  # somebody else's browser
    other = door.browser()
    other.leave()
    assert refused(door, other.get(back), "sign-in-unknown", 400)
    door.set(sign_ins, expires_at=now() - timedelta(seconds=1))
    assert refused(door, browser.get(back), "sign-in-unknown", 400)
    assert door.audited() == []


def test_an_answer_is_good_once(door: Door) -> None:
    browser = door.browser()
    back = browser.leave()
    token = browser.cookies.get("safeconduct_sign_in")
    assert browser.get(back).status_code == 200
    assert token
    again = door.browser()
    again.cookies.set("safeconduct_sign_in", token)
    assert codes(again.get(back), 400) == {"query:state": "sign-in-unknown"}


def test_a_code_of_another_sign_in_is_not_redeemed(door: Door) -> None:
    # PKCE: the code was asked for with another verifier.
    theirs = query_of(door.browser().leave())["code"]
    browser = door.browser()
    back = browser.leave()
    refused(door, browser.get(back.replace(query_of(back)["code"], theirs)))


def test_an_answer_of_another_provider_is_refused(sqlite_door: Door) -> None:
    sqlite_door.provider.answer = {"iss": "https://id.example"}
    refused(sqlite_door, sqlite_door.browser().sign_in())
    sqlite_door.provider.answer = {}
    sqlite_door.provider.metadata["authorization_response_iss_parameter_supported"] = True
    sqlite_door.set(sign_ins, expires_at=now())
    with_iss = sqlite_door.browser()
    sqlite_door.provider.answer = {"iss": sqlite_door.provider.issuer}
    assert with_iss.sign_in("/auth/sign-in?next=/auth/me").status_code == 200


def test_a_refusal_of_the_provider_is_told(sqlite_door: Door) -> None:
    browser = sqlite_door.browser()
    state = query_of(browser.leave())["state"]
    response = browser.get(f"/auth/callback?state={state}&error=access_denied&error_description=<b>no</b>")
    assert "`access_denied`" in refused(sqlite_door, response)
    assert "<b>" not in response.text


def test_whoever_begins_sign_ins_without_end_is_stopped(opening: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.published.SIGN_INS_PER_MINUTE", 2)
    with opening() as door:
        browser = door.browser()
        for _ in range(2):
            browser.leave()
        assert codes(browser.sign_in(), 429) == {"": "too-many-requests"}
        assert len(door.rows(sign_ins)) == 2


def test_nothing_secret_and_nobodys_name_is_logged(sqlite_door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    browser = sqlite_door.browser()
    back = browser.leave()
    under_way = browser.cookies["safeconduct_sign_in"]
    browser.get(back)
    token = browser.session
    browser.change("POST", "/auth/sign-out")
    sqlite_door.provider.person["groups"] = []
    browser.sign_in()
    asked = [value for each in sqlite_door.provider.asked for value in each.values()]
    secrets = {SECRET, token, under_way, "Aino", "aino@uni.example", "u-1", *query_of(back).values(), *asked}
    secrets -= {"S256", "code", "safeconduct", "authorization_code", "openid profile email", asked[1], ""}
    # The browser is in this thread; pytest hears the server's own log of requests, which a service has switched off.
    heard = [each for each in caplog.records if each.threadName != "MainThread" and each.name != "uvicorn.access"]
    lines = [JsonLines().format(record) for record in heard]
    assert any("a sign-in was refused" in line for line in lines)
    assert any("/auth/callback" in line for line in lines)
    for secret in secrets:
        if secret and not secret.startswith("http"):
            assert not [line for line in lines if secret in line], secret


# -- when things are missing ------------------------------------------------------------------------------------------


def test_a_provider_that_is_down_is_told_and_sessions_go_on(door: Door) -> None:
    before, under_way = door.browser(), door.browser()
    before.sign_in()
    back = under_way.leave()
    door.provider.is_down = True
    response = under_way.get(back)
    assert codes(response, 503) == {"": "identity-provider-away"}
    assert response.headers["retry-after"]
    assert before.get("/auth/me").status_code == 200
    door.provider.is_down = False
    assert under_way.sign_in("/auth/sign-in?next=/auth/me").status_code == 200


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://id.example"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(sqlite_door: Door, about: Data) -> None:
    sqlite_door.provider.metadata = about
    assert codes(sqlite_door.browser().sign_in(), 503) == {"": "identity-provider-away"}
    sqlite_door.provider.metadata = {}
    assert sqlite_door.browser().sign_in("/auth/sign-in?next=/auth/me").status_code == 200


def test_a_provider_that_is_nowhere_is_told(opening: Open) -> None:
    with opening(oidc_issuer="http://127.0.0.1:9") as door:
        assert codes(door.browser().sign_in(), 503) == {"": "identity-provider-away"}
        assert door.ask("GET", "/auth/me", door.administrators["ours"]).status_code == 200


def test_a_service_without_a_provider_says_so(opening: Open) -> None:
    with opening(oidc_issuer="") as door:
        browser = door.browser()
        for path in ("/auth", "/auth/sign-in", "/auth/callback?state=x&code=y"):
            assert codes(browser.get(path), 404) == {"": "no-sign-in"}
        assert browser.post("/auth/sign-out").status_code == 204
        browser.cookies.set("safeconduct", "x")
        assert codes(browser.get("/auth/me"), 401) == {"header:Authorization": "credentials-needed"}
        assert "account" not in browser.get("/docs").text
