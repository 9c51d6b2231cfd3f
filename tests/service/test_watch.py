"""The watch: agreements are looked at again when law or day change; lost permissions first; a restart goes on."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import select, update

from engine.decision.statute import load_law
from service import watch
from service.app import create_app
from service.evaluating import evaluate_anew
from service.reviews.doing import today
from service.routes.watch import WatchRunPage
from service.storage.tables import agreements, events, watch_runs
from tests.service.asking import codes, problem
from tests.service.stored import SAFEGUARDS, Service
from tests.service.test_reviews import ONE, REASON, TWO, active, begin, do, go, read, signoff


def shelf_of(stored: Service) -> Any:
    return stored.client.app.state.shelf  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.background.Background.start", lambda self: None)
    monkeypatch.setattr("service.background.Background.stop", lambda self: None)


def enact(stored: Service, folder: Path, old: str, new: str) -> None:
    """Change the law that the service has."""
    file = folder / "rulesets" / "zz" / "data-act.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    shelf = shelf_of(stored)
    shelf._published = create_app(load_law(folder / "rulesets"), shelf.settings).state.shelf.published


BAN = ("state_secret in data.categories", "survey_microdata in data.categories")


def test_while_nothing_changes_nothing_is_said(stored: Service) -> None:
    name = active(stored)
    assert watch.look(shelf_of(stored)) == (1, 0)
    assert watch.look(shelf_of(stored)) == (0, 0)
    assert read(stored, name)["version"] == 6
    other = active(stored)  # after the day's run
    assert watch.look(shelf_of(stored)) == (1, 0)
    assert read(stored, other)["attention"] is None


def test_the_runs_are_listed_and_count_for_those_who_see_what_all_do(stored: Service, tmp_path: Path) -> None:
    active(stored)
    watch.look(shelf_of(stored))
    enact(stored, tmp_path, *BAN)
    watch.look(shelf_of(stored))
    response = stored.ask("GET", "/v1/watch-runs", "reader")
    TypeAdapter(WatchRunPage).validate_json(response.content, strict=True)
    new, old = response.json()["items"]
    assert (new["looked_at"], new["changed"]) == (1, 1)
    assert (old["looked_at"], old["changed"]) == (1, 0)
    assert new["day"] == old["day"] == today().isoformat()
    assert new["library_sha256"] == shelf_of(stored).published.law.library.digest != old["library_sha256"]
    assert new["finished_at"] >= new["started_at"] >= old["finished_at"]
    first = stored.ask("GET", "/v1/watch-runs?limit=1", "reader").json()
    assert [each["id"] for each in first["items"]] == [new["id"]]
    (theirs, _) = stored.ask("GET", "/v1/watch-runs", "reader", of="theirs").json()["items"]
    assert {**theirs, "looked_at": 1, "changed": 1} == new
    assert (theirs["looked_at"], theirs["changed"]) == (None, None)


def test_a_lost_permission_is_flagged_told_and_kept(stored: Service, tmp_path: Path) -> None:
    name = active(stored)
    draft = begin(stored)
    watch.look(shelf_of(stored))
    enact(stored, tmp_path, *BAN)
    assert watch.look(shelf_of(stored)) == (1, 1)
    found = read(stored, name)
    assert (found["state"], found["attention"]) == ("active", "permission_lost")
    assert (found["outcome"], found["watched_outcome"]) == ("permitted_with_conditions", "not_yet_permitted")
    act = found["acts"][-1]
    assert (act["kind"], act["by"], act["body"]["permission_lost"]) == ("outcome_changed", "watch", True)
    record = stored.ask("GET", f"/v1/evaluations/{act['body']['evaluation']}", "reader").json()
    assert record["outcome"] == "not_yet_permitted"
    with stored.database.reading() as connection:
        event = connection.execute(select(events).order_by(events.c.id.desc())).mappings().first()
    assert event
    assert (event["type"], event["subject"]) == ("agreement.outcome_changed", name)
    said = {name: event["data"][name] for name in ("outcome", "watched_outcome", "attention")}
    assert said == {name: found[name] for name in said}
    listed = stored.ask("GET", "/v1/agreements?attention=any", "reader").json()["items"]
    assert [each["id"] for each in listed] == [name]
    assert read(stored, draft)["version"] == 1
    # The flag stays until a reviewer has seen it.
    assert watch.look(shelf_of(stored), today() + timedelta(days=1))[1] == 0
    assert codes(do(stored, name, "attention", "submitter", REASON), 403)
    assert do(stored, name, "attention", "reviewer", REASON).json()["attention"] is None
    assert codes(do(stored, name, "attention", "reviewer", REASON), 409) == {"": "wrong-state"}


def test_a_dated_change_that_arrives_is_seen(stored: Service, tmp_path: Path) -> None:
    tomorrow = today() + timedelta(days=1)
    old = "when: [state_secret in data.categories]"
    dated = f'when: [survey_microdata in data.categories]\n    from: "{tomorrow}"'
    enact(stored, tmp_path, old, dated)
    name = active(stored)
    assert watch.look(shelf_of(stored), today()) == (1, 0)
    assert watch.look(shelf_of(stored), tomorrow) == (1, 1)
    assert read(stored, name)["attention"] == "permission_lost"


def test_what_lost_its_permission_while_it_was_reviewed_is_neither_approved_nor_begun(
    stored: Service, tmp_path: Path
) -> None:
    signed, approved = begin(stored, measures=SAFEGUARDS), begin(stored, measures=SAFEGUARDS)
    for name in (signed, approved):
        go(stored, name, "submitted", "in_review")
        signoff(stored, name)
    go(stored, approved, "approved")
    enact(stored, tmp_path, *BAN)
    for name, to, role in ((signed, "approved", "reviewer"), (approved, "active", "submitter")):
        response = do(stored, name, "steps", role, {"to": to, **REASON})
        assert codes(response, 409) == {"": "not-permitted"}
        assert (
            problem(response, 409)["errors"][0]["message"]
            == f"its outcome is `not_yet_permitted` by the law of {today()}"
        )
    assert [read(stored, name)["state"] for name in (signed, approved)] == ["in_review", "approved"]


@pytest.mark.parametrize("ago", [2, 0, -2])
def test_an_approval_is_not_bought_with_the_law_of_a_day_gone_by(stored: Service, tmp_path: Path, ago: int) -> None:
    """Yesterday the ban came, and it goes tomorrow: what counts is today, or the day to come that is asked about."""
    since, until = today() - timedelta(days=1), today() + timedelta(days=1)
    old = "when: [state_secret in data.categories]"
    enact(
        stored, tmp_path, old, f'when: [survey_microdata in data.categories]\n    from: "{since}"\n    until: "{until}"'
    )
    name = begin(stored, measures=SAFEGUARDS, as_of=str(today() - timedelta(days=ago)))
    assert read(stored, name)["outcome"] == ("permitted_with_conditions" if ago else "not_yet_permitted")
    go(stored, name, "submitted", "in_review")
    signoff(stored, name)
    response = do(stored, name, "steps", "reviewer", {"to": "approved", **REASON})
    if ago >= 0:
        assert codes(response, 409) == {"": "not-permitted"}
    else:
        assert response.json()["state"] == "approved"
        assert codes(do(stored, name, "steps", "submitter", {"to": "active", **REASON}), 409) == {"": "not-permitted"}


def test_an_agreement_that_cannot_be_decided_keeps_no_other_from_being_looked_at(
    stored: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, lost = active(stored, title="broken"), active(stored, title="lost")
    enact(stored, tmp_path, *BAN)

    def decide(body: bytes, *more: Any) -> Any:
        if b"broken" in body:
            raise RuntimeError("a mistake of ours")
        return evaluate_anew(body, *more)

    with monkeypatch.context() as patched:
        patched.setattr("service.watch.evaluate_anew", decide)
        watch.look(shelf_of(stored))
    assert [read(stored, name)["attention"] for name in (broken, lost)] == [None, "permission_lost"]
    assert watch.look(shelf_of(stored)) == (1, 1)
    assert read(stored, broken)["attention"] == "permission_lost"


def test_lost_permissions_come_before_other_changes(stored: Service, tmp_path: Path) -> None:
    gained, lost = active(stored, title="gained"), active(stored, title="lost")
    watch.look(shelf_of(stored))
    with stored.database.writing() as connection:  # as if it had been forbidden before
        mine = agreements.c.id == gained
        connection.execute(update(agreements).where(mine).values(watched_outcome="prohibited"))
    enact(stored, tmp_path, *BAN)
    assert watch.look(shelf_of(stored)) == (2, 2)
    with stored.database.reading() as connection:
        query = select(events.c.subject).where(events.c.type == "agreement.outcome_changed").order_by(events.c.id)
        told = connection.execute(query).scalars().all()
    assert told == [lost, gained]
    assert (read(stored, lost)["attention"], read(stored, gained)["attention"]) == (
        "permission_lost",
        "outcome_changed",
    )


def test_a_run_that_is_broken_off_is_taken_up_again(
    stored: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [active(stored) for _ in range(3)]
    watch.look(shelf_of(stored))
    enact(stored, tmp_path, *BAN)
    real = watch._tell
    told: list[Any] = []

    def tell(connection: Any, *given: Any) -> None:
        if len(told) == 1:
            raise KeyboardInterrupt
        told.append(given)
        real(connection, *given)

    monkeypatch.setattr(watch, "_tell", tell)
    with pytest.raises(KeyboardInterrupt):
        watch.look(shelf_of(stored))
    monkeypatch.setattr(watch, "_tell", real)
    assert [read(stored, name)["attention"] for name in names].count("permission_lost") == 1
    assert watch.look(shelf_of(stored)) == (2, 2)
    for name in names:
        found = read(stored, name)
        assert [act["kind"] for act in found["acts"]].count("outcome_changed") == 1
    with stored.database.reading() as connection:
        assert len(connection.execute(select(watch_runs)).all()) == 2


def test_an_agreement_ends_after_its_last_day(stored: Service) -> None:
    name = begin(stored, measures=json.loads('{"zz.clauses": true, "zz.assessment": {"finding": "adequate"}}'))
    go(stored, name, "submitted", "in_review")
    signoff(stored, name)
    go(stored, name, "approved")
    last = today().isoformat()
    do(stored, name, "steps", "submitter", {"to": "active", "expires_on": last, **REASON})
    assert watch.look(shelf_of(stored))[0] == 1
    assert read(stored, name)["state"] == "active"
    watch.look(shelf_of(stored), today() + timedelta(days=1))
    found = read(stored, name)
    assert (found["state"], found["acts"][-1]["by"]) == ("expired", "watch")


def test_an_override_that_ends_asks_for_attention(stored: Service) -> None:
    name = begin(stored)
    go(stored, name, "submitted", "in_review")
    signoff(stored, name)
    until = (today() + timedelta(days=2)).isoformat()
    wish = {"reviewer": ONE, "expires_on": until, **REASON}
    act = do(stored, name, "overrides", "reviewer", wish).json()["acts"][-1]["id"]
    second = stored.key("reviewer", scopes=["agreements:review", "agreements:read"])
    do(stored, name, "confirmations", "reviewer", {"override": act, "reviewer": TWO, **REASON}, key=second)
    go(stored, name, "approved", "active")
    watch.look(shelf_of(stored), today() + timedelta(days=2))
    assert read(stored, name)["attention"] is None
    watch.look(shelf_of(stored), today() + timedelta(days=3))
    assert read(stored, name)["attention"] == "override_expired"
    watch.look(shelf_of(stored), today() + timedelta(days=4))
    assert [each["kind"] for each in read(stored, name)["acts"]].count("override_expired") == 1
