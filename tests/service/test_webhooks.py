"""Webhooks: signed, sent if and only if the thing happened, tried again, given up visibly, and to nowhere private."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from pydantic import TypeAdapter
from sqlalchemy import func, select, update
from standardwebhooks import Webhook

from service.reviews.shapes import Act
from service.routes.webhooks import DeliveryPage, WebhookPage
from service.storage.columns import now
from service.storage.tables import deliveries, events
from service.telling import signing
from service.telling.addresses import AddressError, is_public, read_target, resolve
from service.telling.delivering import ATTEMPTS, BACKOFF, deliver
from service.telling.events import EventType
from service.verifying import check_database
from tests.service.asking import codes
from tests.service.receiving import Receiver, endless, receiver
from tests.service.stored import Service, name_of, service, small

LOCAL = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def telling(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that may send to this machine, and sends when it is told to."""
    with service(database_url, tmp_path, webhook_networks=LOCAL, workers=False) as running:
        yield running


def hook(telling: Service, target: Receiver, of: str = "ours", **more: Any) -> dict[str, Any]:
    response = telling.ask("POST", "/v1/webhooks", "administrator", of=of, json={"url": target.url, **more})
    assert response.status_code == 201, response.text
    return dict(response.json())


def happen(telling: Service, of: str = "ours") -> str:
    response = telling.ask("POST", "/v1/agreements", "submitter", of=of, json={"arrangement": small()})
    return name_of(response)


def listed(telling: Service, query: str = "") -> list[dict[str, Any]]:
    response = telling.ask("GET", f"/v1/deliveries{query}", "administrator")
    TypeAdapter(DeliveryPage).validate_json(response.content, strict=True)
    return list(response.json()["items"])


def hurry(telling: Service) -> None:
    """Let what waits be due."""
    with telling.database.writing() as connection:
        waiting = deliveries.c.state == "waiting"
        connection.execute(update(deliveries).where(waiting).values(next_at=now() - timedelta(seconds=1)))


def test_an_event_is_a_cloud_event_with_a_signature_that_others_verify(telling: Service, target: Receiver) -> None:
    made = hook(telling, target)
    name = happen(telling)
    assert deliver(telling.database, LOCAL) == 1
    ((headers, body),) = target.came
    event = Webhook(made["secret"]).verify(body, headers)  # raises where it is not right
    assert event == json.loads(body)
    assert headers["content-type"] == "application/cloudevents+json"
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "org.safeconduct.agreement.made", name)
    assert event["id"] == headers["webhook-id"]
    assert event["data"] == {"state": "draft", "version": 1, "outcome": "not_yet_permitted"}
    (line,) = listed(telling)
    assert (line["state"], line["attempts"], line["answered"]) == ("delivered", 1, 204)
    assert deliver(telling.database, LOCAL) == 0


def test_signatures_are_those_of_the_reference() -> None:
    from datetime import UTC, datetime

    secret, body, at = signing.new_secret(), b'{"a":1}', 1_700_000_000
    mine = signing.headers(secret, "msg_1", at, body)
    reference = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at, UTC), body.decode())
    assert mine == {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": reference}


def test_only_the_types_asked_for_are_sent_and_only_to_the_organisation(telling: Service, target: Receiver) -> None:
    hook(telling, target, types=["agreement.stepped"])
    hook(telling, target, of="theirs")
    name = happen(telling)
    deliver(telling.database, LOCAL)
    assert target.came == []
    body = {"to": "submitted", "reason": "x"}
    telling.ask("POST", f"/v1/agreements/{name}/steps", "submitter", json=body, headers={"If-Match": '"1"'})
    deliver(telling.database, LOCAL)
    assert [json.loads(body)["type"] for _, body in target.came] == ["org.safeconduct.agreement.stepped"]


def test_what_did_not_happen_is_not_told(telling: Service, target: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    hook(telling, target)
    telling.key("submitter")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("after the event was written")

    monkeypatch.setattr("service.audit.append", fail)
    response = telling.ask("POST", "/v1/agreements", "submitter", json={"arrangement": small()})
    assert response.status_code == 500
    with telling.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(events)).scalar() == 0


def test_what_fails_is_tried_again_later_with_the_same_id(telling: Service, target: Receiver) -> None:
    hook(telling, target)
    happen(telling)
    target.statuses = [500, 302, 204]
    for attempt in range(3):
        assert deliver(telling.database, LOCAL) == 1
        assert deliver(telling.database, LOCAL) == 0  # not due yet
        if attempt < 2:
            with telling.database.reading() as connection:
                due = connection.execute(select(deliveries.c.next_at)).scalar_one()
            assert 0.85 * BACKOFF[attempt] < (due - now()).total_seconds() < 1.1 * BACKOFF[attempt]
        hurry(telling)
    assert len({headers["webhook-id"] for headers, _ in target.came}) == 1
    assert len(target.came) == 3  # a redirect is not followed
    assert listed(telling)[0]["state"] == "delivered"


def test_what_is_given_up_is_visible_and_can_be_sent_again(telling: Service, target: Receiver) -> None:
    hook(telling, target)
    happen(telling)
    target.statuses = [503]
    for _ in range(ATTEMPTS):
        deliver(telling.database, LOCAL)
        hurry(telling)
    (dead,) = listed(telling, "?state=dead")
    assert (dead["attempts"], dead["answered"], dead["failure"]) == (ATTEMPTS, 503, "answered 503")
    assert deliver(telling.database, LOCAL) == 0
    target.statuses = [204]
    path = f"/v1/deliveries/{dead['id']}/replay"
    assert codes(telling.ask("POST", path, "administrator", of="theirs"), 404) == {"path:id": "unknown-delivery"}
    assert telling.ask("POST", path, "administrator").json()["state"] == "waiting"
    deliver(telling.database, LOCAL)
    assert listed(telling, "?state=dead") == []
    assert listed(telling)[0]["state"] == "delivered"


def test_a_receiver_that_is_gone_switches_its_webhook_off_in_sight_of_all(telling: Service, target: Receiver) -> None:
    made = hook(telling, target)
    happen(telling)
    happen(telling)
    target.statuses = [410]
    deliver(telling.database, LOCAL)
    assert len(target.came) == 1
    assert {(each["state"], each["failure"]) for each in listed(telling)} == {
        ("dead", "answered 410"),
        ("dead", "not sent: answered 410 before"),
    }
    path = f"/v1/webhooks/{made['id']}"
    assert telling.ask("GET", path, "administrator").json()["enabled"] is False
    assert codes(telling.ask("GET", path, "administrator", of="theirs"), 404) == {"path:id": "unknown-webhook"}
    happen(telling)
    assert len(listed(telling)) == 2
    entry = telling.ask("GET", "/v1/audit?limit=200", "administrator").json()["items"]
    (ended,) = [each for each in entry if each["action"] == "webhook.disabled"]
    assert (ended["actor"], ended["object"]) == ("sender", made["id"])
    assert ended["detail"] == {"reason": "its receiver answered 410"}
    target.statuses = [204]
    assert codes(telling.ask("POST", f"{path}/enable", "administrator", of="theirs"), 404)
    for _ in range(2):  # on again, and on as it was
        assert telling.ask("POST", f"{path}/enable", "administrator").json()["enabled"] is True
    happen(telling)
    deliver(telling.database, LOCAL)
    assert listed(telling)[0]["state"] == "delivered"
    with telling.database.reading() as connection:
        assert check_database(connection)


def test_a_receiver_that_never_comes_to_an_end_holds_nobody_up(
    telling: Service, target: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.telling.delivering._ATTEMPT_SECONDS", 0.5)
    with endless() as url:
        for _ in range(3):  # theirs is due before ours
            telling.ask("POST", "/v1/webhooks", "administrator", of="theirs", json={"url": url})
        happen(telling, of="theirs")
        hook(telling, target)
        happen(telling)
        begun = time.monotonic()
        assert deliver(telling.database, LOCAL) == 4
        assert time.monotonic() - begun < 5
    assert len(target.came) == 1
    theirs = telling.ask("GET", "/v1/deliveries", "administrator", of="theirs").json()["items"]
    assert {(each["state"], each["failure"]) for each in theirs} == {("waiting", "not received: too slow")}


def test_organisations_take_turns(telling: Service, target: Receiver) -> None:
    hook(telling, target, of="theirs")
    for _ in range(25):
        happen(telling, of="theirs")
    hook(telling, target)
    name = happen(telling)
    deliver(telling.database, LOCAL)
    assert name in [json.loads(body)["subject"] for _, body in target.came]


def test_a_webhook_gets_its_events_in_their_order(telling: Service, target: Receiver) -> None:
    hook(telling, target)
    made = [happen(telling) for _ in range(5)]
    deliver(telling.database, LOCAL)
    assert [json.loads(body)["subject"] for _, body in target.came] == made


def test_a_type_that_never_comes_is_refused(telling: Service, target: Receiver) -> None:
    body = {"url": target.url, "types": ["agreement.steped"]}
    response = telling.ask("POST", "/v1/webhooks", "administrator", json=body)
    assert codes(response, 422) == {"/types/0": "wrong-type"}
    kinds = get_args(Act.model_fields["kind"].annotation)
    assert sorted(get_args(EventType)) == sorted(["agreement.made", *(f"agreement.{kind}" for kind in kinds)])


def test_two_that_send_at_once_send_each_event_once(telling: Service, target: Receiver) -> None:
    hook(telling, target)
    for _ in range(5):
        happen(telling)
    with ThreadPoolExecutor(3) as threads:
        counts = list(threads.map(lambda _: deliver(telling.database, LOCAL), range(3)))
    assert sum(counts) == 5
    assert len({headers["webhook-id"] for headers, _ in target.came}) == len(target.came) == 5


def test_what_a_dead_process_had_in_hand_is_sent_by_another(
    telling: Service, target: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(telling, target)
    happen(telling)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.telling.delivering._send", die)
    with pytest.raises(KeyboardInterrupt):
        deliver(telling.database, LOCAL)
    monkeypatch.undo()
    assert deliver(telling.database, LOCAL) == 0  # perhaps it is still being sent
    hurry(telling)
    assert deliver(telling.database, LOCAL) == 1
    assert len(target.came) == 1


def test_a_removed_webhook_gets_nothing_more(telling: Service, target: Receiver) -> None:
    made = hook(telling, target)
    happen(telling)
    path = f"/v1/webhooks/{made['id']}"
    assert codes(telling.ask("DELETE", path, "administrator", of="theirs"), 404) == {"path:id": "unknown-webhook"}
    listing = telling.ask("GET", "/v1/webhooks", "administrator")
    TypeAdapter(WebhookPage).validate_json(listing.content, strict=True)
    assert made["secret"] not in listing.text
    assert telling.ask("DELETE", path, "administrator").status_code == 204
    assert deliver(telling.database, LOCAL) == 0


def test_the_service_sends_by_itself(database_url: str, tmp_path: Path, target: Receiver) -> None:
    with service(database_url, tmp_path, webhook_networks=LOCAL) as running:
        hook(running, target)
        happen(running)
        deadline = time.monotonic() + 15
        while not target.came and time.monotonic() < deadline:
            time.sleep(0.05)
    assert len(target.came) == 1


# -- to nowhere private -----------------------------------------------------------------------------------------------

PRIVATE = (
    "127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 192.0.2.1 198.18.0.1 224.0.0.1 "
    "240.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 "
    "64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::1 2001:0:7f00:1::1 2001:db8::1"
).split()


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_that_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"])
def test_addresses_that_are(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://user@example.org/",
        "https://example.org/#x",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "x",
        "https://does-not-exist.invalid/",
        "https://" + "a" * 2000,
        "https://\u2488\u24db.example/",
    ],
)
def test_nothing_is_sent_there(stored: Service, url: str) -> None:
    response = stored.ask("POST", "/v1/webhooks", "administrator", json={"url": url})
    assert codes(response, 422).keys() == {"/url"}


def test_a_name_that_later_leads_elsewhere_leads_nowhere(
    telling: Service, target: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(telling, target)
    happen(telling)
    assert deliver(telling.database, ()) == 1  # the network is no longer allowed
    assert target.came == []
    assert listed(telling)[0]["failure"] == "not sent: it has to begin with `https://`"


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*hosts: str) -> None:
        found = [(0, 0, 0, "", (host, 443)) for host in hosts]
        monkeypatch.setattr("service.telling.addresses.socket.getaddrinfo", lambda *_, **__: found)

    url = read_target("https://example.org/x", ())
    answer("93.184.215.14")
    pinned = resolve(url, ()).pinned
    assert pinned == httpx2.URL("https://93.184.215.14/x")
    answer("93.184.215.14", "10.0.0.1")
    with pytest.raises(AddressError):
        resolve(url, ())
    assert resolve(url, (ip_network("10.0.0.0/8"),)).address == ip_address("93.184.215.14")
    answer()
    with pytest.raises(AddressError):
        resolve(url, ())
