"""What a change does, over HTTP: the same answers as on the command line, limits, and nobody else's stored things."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from engine.cli.main import main
from service.records.portfolio import stored_arrangements
from service.routes import changing
from service.routes import impact as impact_routes
from tests.service.asking import JSON, codes
from tests.service.stored import SAFEGUARDS, Service, name_of, small
from tests.service.test_reviews import active

REFORM = "transatlantic-alignment"
# The number of people above which the Authority approves rose between these days (Order 9/2024).
DAYS = ("2024-06-30", "2024-07-01")


def ask(client: TestClient, path: str, data: Any, **query: Any) -> Any:
    return client.post(f"/v1/{path}", params=query, content=json.dumps(data), headers=JSON)


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Any:
    """Return what a command writes as JSON."""
    assert main([*(str(each) for each in arguments), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        (
            {"before": "2023-07-09", "after": "2023-07-10"},
            ["--days", "2023-07-09", "2023-07-10"],
        ),
        (
            {"as_of": "2026-11-23", "against": "eu.transfer_risk:zero_tolerance"},
            ["--as-of", "2026-11-23", "--against", "eu.transfer_risk=zero_tolerance"],
        ),
        ({"as_of": "2026-11-23", "reform": REFORM}, ["--as-of", "2026-11-23", "--with-reform", REFORM]),
        (
            {"as_of": "2026-11-23", "set": ["/datasets/0/identifiability=aggregate", "/datasets/0/key_holder=none"]},
            "--as-of 2026-11-23 --set /datasets/0/identifiability=aggregate --set /datasets/0/key_holder=none".split(),
        ),
    ],
    ids=["days", "readings", "reform", "facts"],
)
def test_a_comparison_over_http_is_that_of_the_command_line(
    client: TestClient,
    shipped: dict[str, dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    query: dict[str, Any],
    arguments: list[str],
) -> None:
    file = tmp_path / "thl.json"
    file.write_text(json.dumps(shipped["thl-nih-diabetes"]), encoding="utf-8")
    answer = ask(client, "comparisons", shipped["thl-nih-diabetes"], **query)
    assert answer.status_code == 200, answer.text
    assert answer.json() == told(capsys, "compare", file, *arguments)


def test_a_reform_counts_as_in_force_on_the_day_that_is_compared(client: TestClient, example: dict[str, Any]) -> None:
    """Both findings of adequacy would begin in 2028; asked about today, they open the way today."""
    found = ask(client, "comparisons", example, as_of="2026-11-23", reform=REFORM).json()
    assert found["outcome_before"] == "not_yet_permitted"
    assert found["transfers"]["fi-us"][1] in ("permitted", "permitted_with_conditions")
    assert found["after"] == f"under {REFORM}"
    assert found["basis_after"]["reforms"] == [REFORM]


def test_words_of_a_reform_may_be_used_on_its_side(client: TestClient, example: dict[str, Any]) -> None:
    listed = "/parties/0/traits={pooling.participant: true}"
    query = {"as_of": "2026-11-23", "set": listed}
    assert ask(client, "comparisons", example, **query, reform="agency-data-pooling").status_code == 200
    assert ask(client, "comparisons", example, **query).status_code == 422


def test_errors_of_a_comparison_name_their_place(client: TestClient, example: dict[str, Any]) -> None:
    def place(**query: Any) -> dict[str, str]:
        return codes(ask(client, "comparisons", example, **query), 422)

    assert place() == {"query:before": "nothing-to-compare"}
    assert place(before="2026-11-23") == {"query:after": "bad-value"}
    assert place(against="eu.transfer_risk=zero_tolerance") == {"query:against": "bad-value"}
    assert place(reform="transatlantic-alignement") == {"query:reform": "unknown-reform"}
    assert place(set="/datasets/9/fields=1") == {"query:set": "bad-change"}
    assert place(set="/nowhere=1") == {"/nowhere": "unknown-key"}
    assert place(set="title") == {"query:set": "bad-change"}


def test_reforms_are_listed(client: TestClient) -> None:
    found = {each["id"]: each for each in client.get("/v1/reforms").json()}
    assert found[REFORM]["status"] == "hypothetical"
    assert found[REFORM]["from"] == "2028-07-01"


def test_the_effects_of_a_reform_are_those_of_the_command_line(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "scenario=genomic&jurisdictions=FI,GB,US&as_of=2026-11-23"
    found = client.get(f"/v1/reforms/{REFORM}/effects?{query}").json()
    opened = [(each["exporter"], each["importer"]) for each in found["shifts"] if each["kind"] == "opens"]
    assert opened == [("FI", "US")]
    asked = ["--scenario", "genomic", "--jurisdictions", "FI,GB,US", "--as-of", "2026-11-23", "--workers", "1"]
    assert found == told(capsys, "reform", REFORM, *asked)


def test_effects_have_limits(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/v1/reforms/{REFORM}/effects"
    everything = "&".join(f"scenario={name}" for name in ("genomic", "survey", "mobility"))
    assert codes(client.get(f"{path}?{everything}&jurisdictions=g20"), 422) == {"query:scenario": "too-many-cases"}
    assert codes(client.get(f"{path}?scenario=genomics&jurisdictions=XX"), 422) == {
        "query:scenario": "unknown-scenario",
        "query:jurisdictions": "unknown-place",
    }
    assert codes(client.get("/v1/reforms/nothing/effects?scenario=genomic"), 404) == {"path:id": "unknown-reform"}
    monkeypatch.setattr(changing, "_MOST_SECONDS", -1)
    slow = client.get(f"{path}?scenario=environment&jurisdictions=FI,US")
    assert codes(slow, 422) == {"query:scenario": "takes-too-long"}


# -- impact -----------------------------------------------------------------------------------------------------------


def survey(persons: int) -> dict[str, Any]:
    data = small(measures=SAFEGUARDS)
    data["datasets"][0]["subjects"] = [{"country": "BV", "persons": persons}]
    return data


def impact(running: Service, *roles: str, days: tuple[str, str] = DAYS, **body: Any) -> Any:
    query = {"before": days[0], "after": days[1]}
    return running.ask("POST", "/v1/impact", *roles, params=query, json=body)


def test_posted_arrangements_lose_and_gain_permissions(stored: Service) -> None:
    """150 000 people wanted the Authority's approval until the number rose to 200 000."""
    sent = [{"id": "few", "arrangement": survey(1200)}, {"id": "many", "arrangement": survey(150_000)}]
    found = impact(stored, "submitter", arrangements=sent).json()
    assert (found["total"], found["gained"], found["lost"]) == (2, 1, 0)
    assert [(turn["id"], turn["kind"]) for turn in found["turns"]] == [("many", "gained")]
    back = impact(stored, "submitter", days=(DAYS[1], DAYS[0]), arrangements=sent).json()
    assert [(turn["id"], turn["kind"]) for turn in back["turns"]] == [("many", "lost")]
    assert found["before"]["rulesets"] == stored.client.app.state.shelf.published.law.library.digest  # type: ignore[attr-defined]


def test_stored_things_are_those_of_the_own_organisation(stored: Service) -> None:
    mine = name_of(stored.submit(survey(150_000)))
    stored.submit(survey(150_000), of="theirs")
    found = impact(stored, "submitter", stored="evaluations").json()
    assert [(turn["id"], turn["kind"]) for turn in found["turns"]] == [(mine, "gained")]
    assert impact(stored, "submitter", stored="agreements").json()["total"] == 0
    name = active(stored)
    found = impact(stored, "submitter", days=("2019-01-01", DAYS[1]), stored="agreements").json()
    assert found["total"] == 1
    assert [(turn["id"], turn["kind"]) for turn in found["turns"]] == [(name, "gained")]


def test_the_readings_that_a_decision_was_asked_under_go_with_it(stored: Service) -> None:
    name_of(stored.submit(survey(1200), query="?reading=zz.key_reading:contextual"))
    with stored.database.reading() as connection:
        (found,) = stored_arrangements(connection, "evaluations")
    assert json.loads(found.text)["readings"] == {"zz.key_reading": "contextual"}


def test_impact_says_what_is_wrong(stored: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [{"id": "few", "arrangement": survey(1200)}]
    assert codes(impact(stored, "submitter"), 422) == {"/arrangements": "bad-value"}
    assert codes(impact(stored, "submitter", arrangements=sent, stored="evaluations"), 422)
    assert codes(impact(stored, "submitter", days=("2026-13-01", DAYS[1]), arrangements=sent), 422) == {
        "query:before": "bad-value"
    }
    # A folder, as the command line takes it, is nothing that a caller may name.
    assert codes(impact(stored, "submitter", days=(DAYS[0], "/tmp"), arrangements=sent), 422) == {
        "query:after": "unknown-reform"
    }
    assert codes(impact(stored, "reader", stored="evaluations"), 403)
    narrow = stored.key("submitter", scopes=["evaluate"])
    days = {"before": DAYS[0], "after": DAYS[1]}
    assert codes(stored.ask("POST", "/v1/impact", key=narrow, params=days, json={"stored": "evaluations"}), 403)
    stored.submit(survey(1200))
    stored.submit(survey(1300))
    monkeypatch.setattr(impact_routes, "_MOST_STORED", 1)
    assert codes(impact(stored, "submitter", stored="evaluations"), 422) == {"/stored": "too-many-stored"}
    monkeypatch.setattr(impact_routes, "_MOST_LEGS", 0)
    assert codes(impact(stored, "submitter", arrangements=sent), 422) == {"/arrangements": "too-many-legs"}


def test_the_command_reads_a_database_as_well(
    stored: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = name_of(stored.submit(survey(150_000)))
    other = name_of(stored.submit(survey(150_000), of="theirs"))
    name = active(stored)
    url = stored.database.url.render_as_string(hide_password=False)
    assert make_url(url)
    asked = ["--rulesets", str(tmp_path / "rulesets"), "impact", "--portfolio", url, "--workers", "1"]
    days = ["--before", DAYS[0], "--after", DAYS[1]]
    assert main([*asked, *days, "--stored", "evaluations", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {turn["id"] for turn in found["turns"]} == {mine, other}
    organisation = stored.principal(stored.key("reader", of="theirs")).organisation
    assert main([*asked, *days, "--stored", "evaluations", "--organisation", organisation, "--format", "json"]) == 0
    assert [turn["id"] for turn in json.loads(capsys.readouterr().out)["turns"]] == [other]
    assert main([*asked, "--before", "2019-01-01", "--after", DAYS[1], "--format", "json"]) == 0
    assert [turn["id"] for turn in json.loads(capsys.readouterr().out)["turns"]] == [name]
