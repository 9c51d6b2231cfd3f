"""What documents say arrives in the draft or on the list; what they do not say stays unknown; nothing is fetched."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from engine import evaluate
from engine.cli import main
from engine.cli.importing import draft_yaml
from engine.errors import ArrangementError
from engine.imports import Draft, import_document
from engine.imports.words import place_of
from engine.law.intake import parse_yaml, read_arrangement
from tests.imports.documents import CARD, EX4, EX6, EX9, JSON_LD, TURTLE
from tests.rulesets_for_tests.making import shipped_law


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **more: object) -> None:
        raise AssertionError(f"the network was asked: {given}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def told(draft: Draft, kind: str) -> set[str]:
    return {note.where for note in draft.notes if note.kind == kind}


# -- data management plans --------------------------------------------------------------------------------------------


def test_open_interviews_without_legal_basis_or_country_cannot_be_decided() -> None:
    """The published example 9: the draft itself is refused, and filled in with its places alone it permits nothing."""
    draft = import_document(EX9, shipped_law().library)
    with pytest.raises(ArrangementError) as raised:
        read_arrangement(draft.arrangement, shipped_law().library)
    assert {fault.where for fault in raised.value.faults} == told(draft, "missing")
    parties = [
        {**party, "country": "FI", "kind": party.get("kind", "university")} for party in draft.arrangement["parties"]
    ]
    decision = evaluate({**draft.arrangement, "parties": parties, "as_of": "2026-11-26"}, shipped_law())
    assert decision.outcome == "undetermined"
    assert "/datasets/0/identifiability" in {question.pointer for question in decision.questions}


def test_interviews_in_a_locked_room_are_no_transfer() -> None:
    """The published example 6."""
    draft = import_document(EX6, shipped_law().library)
    assert draft.arrangement["transfers"] == []
    assert "/dmp/dataset/0/distribution/0/data_access" in told(draft, "unmapped")
    assert "/dmp/dataset/0/security_and_privacy" in told(draft, "unmapped")


def test_an_embargo_is_the_first_day_of_the_transfer() -> None:
    """The published example 4."""
    (transfer,) = import_document(EX4, shipped_law().library).arrangement["transfers"]
    assert (transfer["start"], transfer["mode"], transfer["storage"]) == ("2021-06-30", "publication", ["AT"])


def test_no_personal_data_by_word_of_the_plan_is_not_read_as_anonymous() -> None:
    draft = import_document(EX4, shipped_law().library)
    assert "identifiability" not in draft.arrangement["datasets"][0]
    assert "/dmp/dataset/0/personal_data" in told(draft, "unmapped")


def test_nothing_of_a_plan_is_dropped() -> None:
    """Each member is in the draft, or it or something around it is on the list."""
    draft = import_document(EX9, shipped_law().library)
    listed = told(draft, "unmapped") | told(draft, "assumed")
    drafted = {"Oral histories of a harbour", "Interviews", "Zenodo", "open", "2020-09-01"}

    def check(value: Any, pointer: str) -> None:
        if any(pointer == each or pointer.startswith(each + "/") for each in listed):
            return
        if isinstance(value, dict):
            for key, item in value.items():
                check(item, f"{pointer}/{key}")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                check(item, f"{pointer}/{index}")
        else:
            assert value in drafted, pointer

    check(json.loads(EX9), "")


@pytest.mark.parametrize("title", [["T"], {"en": "T"}, 5, "T" * 2001])
def test_a_title_that_does_not_fit_is_listed(title: object) -> None:
    """Plans and cards alike; a text that is too long is cut in the draft, and its whole is on the list."""
    plan = {"dmp": {"title": title, "dataset": {"title": title}, "contact": {"affiliation": {"name": title}}}}
    listed = told(import_document(json.dumps(plan), shipped_law().library), "unmapped")
    assert {"/dmp/title", "/dmp/dataset/title", "/dmp/contact"} <= {
        each.removesuffix("/affiliation/name") for each in listed
    }
    card = {"@type": "sc:Dataset", "name": title, "creator": {"@type": "Organization", "name": title}}
    assert {"/name", "/creator/name"} <= told(import_document(json.dumps(card), shipped_law().library), "unmapped")


def test_of_two_licences_the_later_day_is_listed() -> None:
    licences = [{"license_ref": "a", "start_date": "2030-01-01"}, {"license_ref": "b", "start_date": "2026-01-01"}]
    document = {"dmp": {"dataset": {"distribution": {"data_access": "open", "license": licences}}}}
    draft = import_document(json.dumps(document), shipped_law().library)
    assert draft.arrangement["transfers"][0]["start"] == "2026-01-01"
    assert "/dmp/dataset/distribution/license/0" in told(draft, "unmapped")


def test_a_host_in_two_countries_is_two_parties() -> None:
    hosts = [{"title": "Cloud", "geo_location": each} for each in ("CH", "DE", "CH")]
    document = {"dmp": {"dataset": {"distribution": [{"data_access": "shared", "host": each} for each in hosts]}}}
    draft = import_document(json.dumps(document), shipped_law().library).arrangement
    assert [party.get("country") for party in draft["parties"]] == [None, "CH", "DE"]
    assert [transfer["storage"] for transfer in draft["transfers"]] == [["CH"], ["DE"], ["CH"]]


# -- catalogues -------------------------------------------------------------------------------------------------------


def test_a_health_data_set_brings_its_categories_places_people_and_limits() -> None:
    draft = import_document(TURTLE, shipped_law().library)
    assert draft.arrangement["datasets"] == [
        {
            "id": "disease-registry",
            "title": "Disease registry",
            "categories": ["health"],
            "collected_in": ["BE"],
            "subjects": [{"country": "BE", "persons": 1234}],
            "published": False,
            "duo": ["DUO:0000044", "DUO:0000042"],
        }
    ]
    assert draft.arrangement["parties"] == [
        {"id": "health-data-agency", "name": "Health Data Agency", "ror": "https://ror.org/02x2q9v49", "country": "BE"}
    ]


def test_old_names_are_taken_with_a_warning() -> None:
    renamed = [note.message for note in import_document(TURTLE, shipped_law().library).notes if note.kind == "renamed"]
    assert len(renamed) == 2
    assert any("https://w3id.org/dpv/pd#HealthRecord" in message for message in renamed)
    assert any("DUO:0000044" in message for message in renamed)


def test_what_a_catalogue_says_besides_is_listed_by_subject_and_predicate() -> None:
    listed = told(import_document(TURTLE, shipped_law().library), "unmapped")
    subject = "<https://data.example/registry>"
    assert listed == {
        f"{subject} <https://w3id.org/dpv#hasPersonalData>",
        f"{subject} <https://w3id.org/dpv#hasPurpose>",
        f"{subject} <http://healthdataportal.eu/ns/health#retentionPeriod>",
        f"{subject} <http://purl.org/dc/terms/title>",
        "a node without a name <http://www.w3.org/ns/dcat#startDate>",
    }


def test_people_of_several_places_are_not_given_to_one() -> None:
    more = TURTLE.replace("country/BEL> ;\n  dct:acc", "country/BEL>, <urn:a-region> ;\n  dct:acc")
    draft = import_document(more, shipped_law().library)
    assert "subjects" not in draft.arrangement["datasets"][0]
    place = "<https://data.example/registry> <http://healthdataportal.eu/ns/health#numberOfUniqueIndividuals>"
    assert place in told(draft, "unmapped")


@pytest.mark.parametrize(
    "document",
    [
        JSON_LD,
        {**JSON_LD, "@context": ["https://evil.example/c", {"@import": "https://evil.example/i"}]},
        {**JSON_LD, "@context": {"dct:title": {"@id": "dct:title", "@context": "https://evil.example/s"}}},
        {**JSON_LD, "dct:publisher": {"@context": "https://evil.example/n", "@id": "urn:p"}},
    ],
)
def test_no_context_is_fetched_wherever_it_stands(document: dict[str, Any]) -> None:
    draft = import_document(json.dumps(document), shipped_law().library)
    assert draft.arrangement["datasets"][0]["collected_in"] == ["BE"]
    assert any("was not fetched" in note.message for note in draft.notes)


def test_the_same_catalogue_gives_the_same_draft() -> None:
    assert import_document(TURTLE, shipped_law().library) == import_document(TURTLE, shipped_law().library)


# -- cards and tags ---------------------------------------------------------------------------------------------------


def test_a_card_brings_its_maker_sensitive_data_and_limits() -> None:
    draft = import_document(json.dumps(CARD), shipped_law().library)
    (dataset,) = draft.arrangement["datasets"]
    assert dataset["categories"] == ["health"]
    assert dataset["collected_in"] == ["AU"]
    assert draft.arrangement["parties"] == [
        {"id": "laboratory", "name": "Laboratory", "ror": "https://ror.org/00f54p054"}
    ]
    assert {"/license", "/rai:personalSensitiveInformation/1", "/recordSet"} <= told(draft, "unmapped")


def test_a_limit_that_is_not_understood_is_kept_in_words_and_permits_nothing() -> None:
    (dataset,) = import_document(json.dumps(CARD), shipped_law().library).arrangement["datasets"]
    (permission,) = dataset["use_permissions"]
    assert permission["codes"] == ["DUO:0000042", "DUO:0000012"]
    assert "DUO_0009999" in permission["restriction"]


@pytest.mark.parametrize("text", ["\x00", '["a\\u202eb"]', '[{"code": "DUO:0000012", "values": ["a\\u0000"]}]'])
def test_what_no_arrangement_may_hold_is_no_part_of_a_draft(text: str) -> None:
    draft = import_document(text, shipped_law().library).arrangement
    (permission,) = draft["datasets"][0]["use_permissions"]
    assert permission["restriction"].isprintable()


def test_tags_bring_their_details() -> None:
    draft = import_document("HMB\nGS-[AU, not NZL]\nMOR-12  # months\nDS-[MONDO:0007254]; IRB", shipped_law().library)
    (permission,) = draft.arrangement["datasets"][0]["use_permissions"]
    assert permission == {
        "id": "permission-1",
        "codes": ["DUO:0000006", "DUO:0000022", "DUO:0000024", "DUO:0000007", "DUO:0000021"],
        "places": {"allowed": ["AU"], "denied": ["NZ"]},
        "moratorium": {"months": 12},
        "diseases": ["MONDO:0007254"],
    }


def test_alternatives_stay_alternatives() -> None:
    tags = {"permissions": [["GRU", "GS-[AU]"], ["DS-[MONDO:0005267]", "CC"]]}
    permissions = import_document(json.dumps(tags), shipped_law().library).arrangement["datasets"][0]["use_permissions"]
    assert [each["codes"] for each in permissions] == [["DUO:0000042", "DUO:0000022"], ["DUO:0000007", "DUO:0000043"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BEL", "BE"),
        ("be", "BE"),
        ("http://publications.europa.eu/resource/authority/country/GRC", "GR"),
        ("UK", "GB"),
        ("US-TX", "US-TX"),
        ("Atlantis", None),
        ("http://publications.europa.eu/resource/authority/country/EUR", None),
    ],
)
def test_places_are_taken_by_their_usual_names(text: str, code: str | None) -> None:
    assert place_of(text) == code


# -- hostile input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 5000,
        "{" + '"a":{' * 100 + "}" * 101,
        "x" * 500_001,
        "@prefix dcat: <http://www.w3.org/ns/dcat#> ." + "".join(f"<urn:{i}> a dcat:Dataset ." for i in range(2500)),
        '{"dmp": {"dataset": [' + ",".join(['{"title": "a"}'] * 2500) + "]}}",
        b"\xff\xfe",
        '{"dmp": 3}',
        '{"hello": 1}',
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . <a> dcat:title [",
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . <a> dcat:x " + "(" * 3000,
        '{"@type": "dcat:Dataset", "@context": {"a": {"@id": "b"}, "b": {"@id": "a"}}}',
        "[1, 2",
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str | bytes) -> None:
    with pytest.raises(ArrangementError) as raised:
        import_document(text, shipped_law().library)
    assert raised.value.faults


@pytest.mark.parametrize(
    "text",
    [
        '{"dmp": {"title": 5, "contact": [], "dataset": {"distribution": {"data_access": [], "host": []}}}}',
        '{"dmp": {"dataset": [3, null, {"personal_data": {"x": 1}, "distribution": [null, {"license": "no"}]}]}}',
        '{"@type": "sc:Dataset", "name": [], "creator": [3, {"@type": []}], "usageInfo": {"@id": 5}}',
        '[null, 3, {"code": 5}, {"code": "GS", "values": {"a": 1}}, "\\u0000", "DUO:99999999999"]',
        '{"duo": []}',
        '{"@graph": [{"@id": "_:a", "@type": "dcat:Dataset", "dct:publisher": {"@id": "_:a"}}]}',
    ],
)
def test_wrong_types_are_listed_and_not_believed(text: str) -> None:
    draft = import_document(text, shipped_law().library)
    assert draft.notes


def test_a_draft_is_written_as_yaml_that_reads_the_same() -> None:
    draft = import_document(TURTLE.replace("Disease registry", "NO: 2020-01-01 # yes\\n- x"), shipped_law().library)
    assert parse_yaml(draft_yaml(draft)) == draft.arrangement


def test_yaml_bombs_are_no_documents() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    draft = import_document(bomb, shipped_law().library)
    assert "use_permissions" in draft.arrangement["datasets"][0]  # tags that mean nothing: kept in words


def test_the_command_writes_a_draft(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(EX4, encoding="utf-8")
    assert main(["import", str(file), "--from", "madmp"]) == 0
    out = capsys.readouterr().out
    assert "# missing /parties/0/country" in out
    assert parse_yaml(out)["transfers"][0]["start"] == "2021-06-30"
