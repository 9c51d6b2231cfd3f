"""How a session lasts and ends, what other sites cannot do with it, and the pages for people."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from joserfc import jwt

from service.access import attempts
from service.access.routes import GUARDS
from service.background import tidy
from service.storage.columns import now
from service.storage.tables import sessions, sign_ins
from tests.service.asking import codes
from tests.service.door import HTML, Browser, Door, Open, query_of
from tests.service.providing import CLIENT
from tests.service.stored import small

# -- sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_ends_by_itself(door: Door) -> None:
    for over in ({"expires_at": now()}, {"last_used_at": now() - timedelta(minutes=60)}):
        browser = door.browser()
        browser.sign_in()
        assert browser.get("/auth/me").status_code == 200
        door.set(sessions, **over)
        response = browser.get("/auth/me")
        assert codes(response, 401) == {"header:Cookie": "session-ended"}
        assert browser.session is None  # the browser was told to forget it
        assert codes(browser.get("/auth/me"), 401) == {"header:Authorization": "credentials-needed"}


def test_a_session_in_use_goes_on_until_its_last_hour(opening: Open) -> None:
    with opening(session_minutes=90, session_idle_minutes=30) as door:
        browser = door.browser()
        browser.sign_in()
        row = door.session()
        assert row["expires_at"] - row["created_at"] < timedelta(minutes=90, seconds=5)
        door.set(sessions, last_used_at=now() - timedelta(minutes=29))
        assert browser.get("/auth/me").status_code == 200
        used = door.session()["last_used_at"]
        assert now() - used < timedelta(minutes=1)
        browser.get("/auth/me")
        assert door.session()["last_used_at"] == used  # at most once a minute
        assert door.session()["expires_at"] == row["expires_at"]


def test_what_is_over_is_cleared_away(door: Door) -> None:
    for over in (True, False):
        browser = door.browser()
        browser.sign_in()
        door.browser().leave()
        if over:
            door.set(sessions, expires_at=now())
            door.set(sign_ins, expires_at=now())
    door.database.write(tidy)
    assert door.session()["expires_at"] > now()
    assert len(door.rows(sign_ins)) == 1


def test_each_sign_in_has_a_new_session_and_ends_the_one_before(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    before = browser.session
    assert before
    browser.sign_in()
    assert browser.session not in (None, before)
    assert len(door.rows(sessions)) == 1
    old = door.browser()
    old.cookies.set("safeconduct", before)
    assert codes(old.get("/auth/me"), 401) == {"header:Cookie": "session-ended"}


def test_a_session_that_was_planted_is_no_session_afterwards(door: Door) -> None:
    browser = door.browser()
    browser.cookies.set("safeconduct", "planted")
    browser.sign_in()
    planted = door.browser()
    planted.cookies.set("safeconduct", "planted")
    assert codes(planted.get("/auth/me"), 401) == {"header:Cookie": "session-ended"}


def test_a_key_counts_more_than_a_cookie(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    headers = {"Authorization": f"Bearer {door.administrators['theirs']}"}
    me = browser.get("/auth/me", headers=headers).json()
    assert (me["kind"], me["organisation"]) == ("key", door.organisation("theirs"))
    assert me["csrf_token"] is None
    bad = {"Authorization": "Bearer sck_x.y"}
    assert codes(browser.get("/auth/me", headers=bad), 401) == {"header:Authorization": "bad-credentials"}


def test_an_ended_session_is_not_the_same_as_none(opening: Open) -> None:
    with opening(anonymous=True) as door:
        assert door.ask("GET", "/v1/facts").status_code == 200
        response = door.ask("GET", "/v1/facts", headers={"Cookie": "safeconduct=x"})
        assert codes(response, 401) == {"header:Cookie": "session-ended"}


# -- other sites ------------------------------------------------------------------------------------------------------


def test_another_site_changes_nothing(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    token = browser.get("/auth/me").json()["csrf_token"]
    here, right = {"Origin": door.address}, {"X-CSRF-Token": token}
    elsewhere = {
        "no origin": {},
        "another origin": {"Origin": "https://evil.example"},
        "another port": {"Origin": "http://127.0.0.1:1"},
        "no scheme": {"Origin": door.address.partition("//")[2]},
        "null": {"Origin": "null"},
        "another site": {"Sec-Fetch-Site": "cross-site"},
        "a neighbour": {"Sec-Fetch-Site": "same-site"},
        "both, and they differ": {**here, "Sec-Fetch-Site": "cross-site"},
        "both, the other way": {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    }

    def change(headers: dict[str, str]) -> httpx2.Response:
        return browser.post("/v1/agreements", json={"arrangement": small()}, headers=headers)

    for kind, headers in elsewhere.items():
        for each in (headers, {**headers, **right}):
            response = change(each)
            assert codes(response, 403) == {"header:Origin": "cross-site"}, kind
    for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": token[:-1]}, {"X-CSRF-Token": browser.session or ""}):
        response = change({**here, **wrong})
        assert codes(response, 403) == {"header:X-CSRF-Token": "csrf-token-needed"}
    assert browser.get("/v1/agreements").json()["items"] == []
    for headers in (here, {"Sec-Fetch-Site": "same-origin"}, {**here, "Sec-Fetch-Site": "same-origin"}):
        assert change({**headers, **right}).status_code == 201


def test_every_route_that_changes_something_is_guarded(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    for (method, path), guard in GUARDS.items():
        if method in ("GET", "HEAD") or guard == "public":
            continue
        response = browser.request(method, re.sub(r"\{\w+\}", "x", path), headers={"Origin": "https://evil.example"})
        assert codes(response, 403) == {"header:Origin": "cross-site"}, (method, path)


def test_another_sessions_token_is_not_good(sqlite_door: Door) -> None:
    browser, other = sqlite_door.browser(), sqlite_door.browser()
    browser.sign_in()
    other.sign_in()
    token = other.get("/auth/me").json()["csrf_token"]
    headers = {"Origin": sqlite_door.address, "X-CSRF-Token": token}
    response = browser.post("/v1/agreements", json={"arrangement": small()}, headers=headers)
    assert codes(response, 403) == {"header:X-CSRF-Token": "csrf-token-needed"}


def test_keys_need_no_token(sqlite_door: Door) -> None:
    key, elsewhere = sqlite_door.administrators["ours"], {"Origin": "https://elsewhere.example"}
    response = sqlite_door.ask("POST", "/v1/agreements", key, json={"arrangement": small()}, headers=elsewhere)
    assert response.status_code == 201


def test_another_site_signs_nobody_out(door: Door) -> None:
    browser = door.browser()
    browser.sign_in()
    token = browser.get("/auth/me").json()["csrf_token"]
    evil = {"Origin": "https://evil.example"}
    for response in (
        browser.post("/auth/sign-out", headers=evil),
        browser.post("/auth/sign-out", data={"csrf_token": token}, headers=evil),
        browser.post("/auth/sign-out", headers={"Origin": door.address}),
        browser.post("/auth/sign-out", json={"csrf_token": token}, headers={"Origin": door.address}),
    ):
        assert response.status_code == 403
    assert browser.get("/auth/me").status_code == 200
    for _ in range(2):  # also where nobody is signed in any more
        assert (
            browser.post("/auth/sign-out", data={"csrf_token": token}, headers={"Origin": door.address}).status_code
            == 204
        )


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\r\nSet-Cookie:x=y",
        "/\tx",
        "auth",
        "javascript:alert(1)",
        "/" + "x" * 501,
        "/ü",
    ],
)
def test_nobody_is_sent_elsewhere_afterwards(path: str) -> None:
    assert not attempts.is_local(path)


def test_an_address_of_another_host_is_refused_before_anything(sqlite_door: Door) -> None:
    response = sqlite_door.browser().sign_in(f"/auth/sign-in?next={quote('//evil.example', safe='')}")
    assert codes(response, 422) == {"query:next": "bad-value"}
    assert sqlite_door.provider.asked == []
    assert attempts.is_local("/docs?x=1#/access")


# -- pages ------------------------------------------------------------------------------------------------------------


def test_pages_lead_people_in_and_out(sqlite_door: Door) -> None:
    browser = sqlite_door.browser()
    browser.headers.update(HTML)
    assert 'href="auth"' in browser.get("/docs").text
    out = browser.get("/auth")
    assert 'href="/auth/sign-in"' in out.text
    assert "Sign out" not in out.text
    sqlite_door.provider.person["name"] = "<script>alert(1)</script>"
    signed_in = browser.sign_in()
    assert urlsplit(str(signed_in.url)).path == "/auth"
    assert 'href="/"' in signed_in.text  # to what they came for
    assert "&lt;script&gt;" in signed_in.text
    assert "<script" not in signed_in.text
    assert "script-src" not in signed_in.headers["content-security-policy"]
    assert "default-src 'none'" in signed_in.headers["content-security-policy"]
    assert signed_in.headers["referrer-policy"] == "same-origin"  # else the form would come from `null`
    assert signed_in.headers["cache-control"] == "no-store"
    token = re.search(r'name="csrf_token" value="([^"]+)"', signed_in.text)
    assert token
    out = browser.post("/auth/sign-out", data={"csrf_token": token[1]}, headers={"Origin": sqlite_door.address})
    assert "You are not signed in" in out.text


def sign_out(browser: Browser) -> httpx2.Response:
    """Press the button of the page, and go on where it leads by itself."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/auth", headers=HTML).text)
    assert token
    origin = {"Origin": browser.origin, **HTML}
    page = browser.post("/auth/sign-out", data={"csrf_token": token[1]}, headers=origin)
    on = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    return browser.get(unescape(on[1]), headers=HTML) if on else page


def test_the_session_at_the_provider_ends_as_well_where_it_offers_that(door: Door) -> None:
    plain, browser = door.browser(), door.browser()
    plain.sign_in()
    assert door.session()["id_token"] is None  # nobody wants it back
    assert "You are not signed in" in sign_out(plain).text
    assert door.provider.ended == []
    door.provider.metadata["end_session_endpoint"] = f"{door.provider.issuer}/end?of=x"
    door.forget()
    browser.sign_in()
    token = door.session()["id_token"]
    assert jwt.decode(token, door.provider.key).claims["sub"] == "u-1"
    assert "You are not signed in" in sign_out(browser).text
    (asked,) = door.provider.ended
    back = f"{door.address}/auth"
    assert asked == {"of": "x", "client_id": CLIENT, "id_token_hint": token, "post_logout_redirect_uri": back}
    assert door.rows(sessions) == []
    assert browser.session is None


@pytest.mark.parametrize("said", ["http://evil.example/end", "javascript:alert(1)", 7, None, "https://a b/end"])
def test_nobody_is_sent_to_what_is_no_address(sqlite_door: Door, said: object) -> None:
    sqlite_door.provider.metadata["end_session_endpoint"] = said
    browser = sqlite_door.browser()
    browser.sign_in()
    assert sqlite_door.session()["id_token"] is None
    assert "You are not signed in" in sign_out(browser).text


def test_whoever_signs_out_is_out_here_also_while_the_provider_is_down(sqlite_door: Door) -> None:
    sqlite_door.provider.metadata["end_session_endpoint"] = f"{sqlite_door.provider.issuer}/end"
    browser = sqlite_door.browser()
    browser.sign_in()
    sqlite_door.provider.is_down = True
    sqlite_door.forget()
    assert "You are not signed in" in sign_out(browser).text
    assert sqlite_door.rows(sessions) == []


def test_a_token_too_long_for_an_address_is_left_out(sqlite_door: Door) -> None:
    sqlite_door.provider.metadata["end_session_endpoint"] = f"{sqlite_door.provider.issuer}/end"
    sqlite_door.provider.person["roles"] = ["x" * 6000]
    browser = sqlite_door.browser()
    browser.sign_in()
    assert "You are not signed in" in sign_out(browser).text
    assert set(sqlite_door.provider.ended[0]) == {"client_id", "post_logout_redirect_uri"}


def test_a_refusal_is_a_page_for_people(sqlite_door: Door) -> None:
    sqlite_door.provider.person["groups"] = []
    response = sqlite_door.browser().sign_in(**HTML)
    assert response.status_code == 403
    assert response.headers["content-type"].startswith("text/html")
    assert "nothing that it says gives you a role here" in response.text
    assert response.headers["x-request-id"] in response.text
    sqlite_door.provider.is_down = True
    down = sqlite_door.browser().get("/auth/callback?state=x&code=<b>", headers=HTML)
    assert down.status_code == 400
    assert "<b>" not in down.text


def test_below_a_path_everything_stays_below_it(opening: Open, database_url: str) -> None:
    with opening(public_url="https://x.example/transfers") as door:
        browser = Browser(door.address)
        there = browser.get("/auth/sign-in", follow_redirects=False)
        assert query_of(there.headers["location"])["redirect_uri"] == "https://x.example/transfers/auth/callback"
        assert "__Secure-safeconduct_sign_in=" in there.headers["set-cookie"]
        assert door.rows(sign_ins)[0]["next"] == "/transfers/auth"
