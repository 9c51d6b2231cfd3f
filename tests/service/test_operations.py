"""For those who run it: readiness with the database, limits, settings from file and environment, secrets hidden."""

from __future__ import annotations

import json
from ipaddress import ip_network
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, update

from engine.cli import main
from service.access.grants import Grant
from service.background import measure
from service.limits import BAD_CREDENTIALS_PER_MINUTE, Limiter
from service.problems import Problem
from service.settings import SettingsError, read_settings
from service.storage.ids import is_id
from service.storage.tables import deliveries
from tests.service.asking import codes
from tests.service.stored import SAFEGUARDS, Service, name_of, service, small


def test_whoever_asks_too_often_waits_and_nobody_else_does(database_url: str, tmp_path: Path) -> None:
    with service(database_url, tmp_path, rate_limit=5) as stored:
        first = [stored.ask("GET", "/v1/facts", "reader").status_code for _ in range(5)]
        response = stored.ask("GET", "/v1/facts", "reader")
        assert first == [200] * 5
        assert codes(response, 429) == {"": "too-many-requests"}
        assert 1 <= int(response.headers["retry-after"]) <= 13
        assert stored.ask("GET", "/v1/facts", "submitter").status_code == 200
        assert stored.client.get("/healthz").status_code == 200


def test_whoever_tries_keys_out_is_stopped(stored: Service) -> None:
    shelf = stored.client.app.state.shelf  # type: ignore[attr-defined]
    assert shelf.bad_credentials.per_minute == BAD_CREDENTIALS_PER_MINUTE
    shelf.bad_credentials = Limiter(3)  # a slow machine must not fill the bucket meanwhile
    found = [stored.ask("GET", "/v1/facts", key=f"sck_{number}.x").status_code for number in range(4)]
    assert found == [401, 401, 401, 429]
    assert stored.ask("GET", "/v1/facts", "reader").status_code == 200


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 0.0
    monkeypatch.setattr("service.limits.time.monotonic", lambda: at)
    limiter = Limiter(60)
    for _ in range(60):
        limiter.take("a")
    with pytest.raises(Problem):
        limiter.take("a")
    at = 1.0
    limiter.take("a")
    with pytest.raises(Problem):
        limiter.take("a")


def metric(stored: Service, name: str, **labels: str) -> float:
    """Return a sample as Prometheus would read it; 0 where there is none."""
    text = stored.ask("GET", "/metrics", "administrator").text
    samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def test_latency_outcomes_and_the_decision_are_measured(stored: Service) -> None:
    for number, measures in enumerate(({}, {}, SAFEGUARDS)):  # titles differ: what was decided before is remembered
        name_of(stored.submit(small(title=f"Survey {number}", measures=measures)))
    assert stored.submit({}).status_code == 422
    of_requests = {"path": "/v1/evaluations", "method": "POST"}
    count = "safeconduct_request_seconds_count"
    assert metric(stored, count, **of_requests, status="201") == 3
    assert metric(stored, count, **of_requests, status="422") == 1
    assert metric(stored, "safeconduct_request_seconds_bucket", **of_requests, status="201", le="+Inf") == 3
    assert metric(stored, "safeconduct_request_seconds_sum", **of_requests, status="201") > 0
    assert metric(stored, "safeconduct_decision_seconds_count") == 3
    assert metric(stored, "safeconduct_decisions_total", outcome="not_yet_permitted") == 2
    assert metric(stored, "safeconduct_decisions_total", outcome="permitted_with_conditions") == 1
    assert metric(stored, "safeconduct_evaluator_differences_total") == 0
    assert metric(stored, "safeconduct_ready") == 1


def test_depths_of_queues_are_measured(database_url: str, tmp_path: Path) -> None:
    with service(database_url, tmp_path, webhook_networks=(ip_network("127.0.0.0/8"),), workers=False) as stored:
        for _ in range(2):
            hook = {"url": "http://127.0.0.1:9/hook"}
            assert stored.ask("POST", "/v1/webhooks", "administrator", json=hook).status_code == 201
        body = {"arrangement": small()}
        name_of(stored.ask("POST", "/v1/agreements", "submitter", json=body))
        with stored.database.writing() as connection:
            given_up = connection.execute(select(deliveries.c.id).limit(1)).scalar_one()
            connection.execute(update(deliveries).where(deliveries.c.id == given_up).values(state="dead"))
        measure(stored.client.app.state.shelf)  # type: ignore[attr-defined]
        assert metric(stored, "safeconduct_webhook_deliveries", state="waiting") == 1
        assert metric(stored, "safeconduct_webhook_deliveries", state="dead") == 1


def test_organisations_are_added_and_listed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAFECONDUCT_DATABASE", database_url)
    for title in ("Universität Ä", "Clinic"):
        assert main(["org", "add", title]) == 0
        assert capsys.readouterr().out.startswith("sck_")
    assert main(["org", "list"]) == 0
    lines = [line.partition("  ") for line in capsys.readouterr().out.splitlines()]
    assert [title for _, _, title in lines] == ["Universität Ä", "Clinic"]
    assert all(is_id(name, "org") for name, _, _ in lines)


# -- settings ---------------------------------------------------------------------------------------------------------


def test_a_file_gives_settings_and_the_environment_is_stronger(tmp_path: Path) -> None:
    file = tmp_path / "safeconduct.toml"
    file.write_text('database = "postgresql://u:p@h/d"\nbody_limit = 10\ndocs = false\n', encoding="utf-8")
    settings = read_settings({"SAFECONDUCT_SETTINGS": str(file), "SAFECONDUCT_BODY_LIMIT": "20"})
    assert (settings.database, settings.body_limit, settings.docs) == ("postgresql://u:p@h/d", 20, False)


def test_faults_of_a_file_are_all_told_and_no_secret_with_them(tmp_path: Path) -> None:
    file = tmp_path / "safeconduct.toml"
    file.write_text('database = "mysql://u:hunter2@h/d"\nbody_limit = "x"\nbodylimit = 1\n', encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_settings({"SAFECONDUCT_SETTINGS": str(file)})
    assert [str(fault.where) for fault in raised.value.faults] == [
        f"{file}:{name}" for name in ("body_limit", "bodylimit", "database")
    ]
    assert "hunter2" not in str(raised.value)
    for wrong in ("=", None):
        path = tmp_path / "other.toml"
        if wrong:
            path.write_text(wrong, encoding="utf-8")
        with pytest.raises(SettingsError):
            read_settings({"SAFECONDUCT_SETTINGS": str(tmp_path / "missing.toml") if wrong is None else str(path)})


def test_settings_are_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAFECONDUCT_DATABASE", "postgresql://safeconduct:hunter2@db.example/x?password=hunter2")
    assert main(["settings"]) == 0
    out = capsys.readouterr().out
    assert "hunter2" not in out
    shown = json.loads(out)
    assert shown["database"].startswith("postgresql+psycopg://safeconduct:***@db.example/x")
    assert shown["body_limit"] == 2 * 1024 * 1024


# -- settings of signing in -------------------------------------------------------------------------------------------

ORGANISATION = "org_" + "0" * 26
SIGN_IN = f"""\
public_url = "https://safeconduct.example/"
oidc_issuer = "https://id.example/"
oidc_client_id = "safeconduct"
oidc_client_secret = "hunter2"

[[oidc_grants]]
value = "cn=office,ou=groups"
roles = ["reviewer", "administrator"]
organisation = "{ORGANISATION}"

[[oidc_grants]]
claim = "entitlement"
value = "urn:x:lab"
roles = ["submitter"]
organisation = "{ORGANISATION}"
"""


def test_settings_of_signing_in_are_read_and_the_secret_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "safeconduct.toml"
    file.write_text(SIGN_IN, encoding="utf-8")
    settings = read_settings({"SAFECONDUCT_SETTINGS": str(file)})
    assert settings.oidc_issuer == "https://id.example/"  # to the letter: tokens name it so
    assert settings.public_url == "https://safeconduct.example"
    assert settings.oidc_grants == (
        Grant("groups", "cn=office,ou=groups", ORGANISATION, ("administrator", "reviewer")),
        Grant("entitlement", "urn:x:lab", ORGANISATION, ("submitter",)),
    )
    assert "hunter2" not in repr(settings)
    monkeypatch.setenv("SAFECONDUCT_SETTINGS", str(file))
    assert main(["settings"]) == 0
    out = capsys.readouterr().out
    assert "hunter2" not in out
    shown = json.loads(out)
    assert shown["oidc_client_secret"] == "***"
    # What is shown can be given back, in the environment.
    again = {"SAFECONDUCT_SETTINGS": str(file), "SAFECONDUCT_OIDC_GRANTS": json.dumps(shown["oidc_grants"])}
    assert read_settings(again).oidc_grants == settings.oidc_grants


def test_settings_of_signing_in_that_are_missing_or_wrong_are_all_told() -> None:
    def places(**given: str) -> list[str]:
        with pytest.raises(SettingsError) as raised:
            read_settings({f"SAFECONDUCT_{name.upper()}": text for name, text in given.items()})
        assert "hunter2" not in str(raised.value)
        return [str(fault.where).removeprefix("SAFECONDUCT_").lower() for fault in raised.value.faults]

    needed = ["database", "oidc_client_id", "oidc_grants", "public_url"]
    assert places(oidc_issuer="https://id.example", database="none") == needed
    wrong = {"oidc_client_secret": "hunter2\n", "oidc_scopes": "profile", "oidc_grants": "[{}]", "session_minutes": "0"}
    assert places(**wrong) == sorted(wrong)
    for url in ("http://id.example", "https://", "https://u@id.example", "https://id.example/?a=b", "id.example"):
        assert places(oidc_issuer=url, public_url="x") == ["oidc_issuer", "public_url"]


@pytest.mark.parametrize(
    ("grants", "place"),
    [
        ("{}", "/"),
        ("[", "/"),
        ('[{"value": "x", "roles": ["root"], "organisation": "%s"}]', "/0/roles/0"),
        ('[{"value": "x", "roles": [], "organisation": "%s"}]', "/0/roles"),
        ('[{"value": "", "roles": ["reader"], "organisation": "%s"}]', "/0/value"),
        ('[{"value": "x", "roles": ["reader"], "organisation": "ours"}]', "/0/organisation"),
        ('[{"value": "x", "roles": ["reader"], "organisation": "%s", "group": "y"}]', "/0/group"),
    ],
)
def test_grants_that_cannot_be_read_are_refused_with_the_place(grants: str, place: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({"SAFECONDUCT_OIDC_GRANTS": grants.replace("%s", ORGANISATION)})
    assert raised.value.faults[0].message.endswith(f"see {place}")
