"""The decision as an RO-Crate: what is in it, whether others can read it, and whether it can be decided again."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from engine.cli import main
from engine.decision.deciding import decide
from engine.decision.model import DECISION
from engine.decision.statute import load_law
from engine.law.files import find
from engine.law.intake import parse_json, read_arrangement
from service.documents.crate import Evidence, as_crate
from tests.documents.checking import faults_of
from tests.rulesets_for_tests.making import write_rulesets
from tests.service.stored import small


@pytest.fixture(scope="module")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("law") / "rulesets"
    write_rulesets(folder)
    return folder


@pytest.fixture(scope="module")
def crate(rulesets: Path) -> Path:
    given, made = rulesets.parent / "a.json", rulesets.parent / "made.crate.zip"
    given.write_text(json.dumps(small(as_of="2026-11-23")), encoding="utf-8")
    arguments = ["--rulesets", str(rulesets), "report", str(given), "--format", "crate", "-o", str(made)]
    assert main(arguments) == 0
    return made


def test_the_crate_keeps_what_ro_crate_demands(crate: Path) -> None:
    assert faults_of(crate) == []


def test_the_checks_see_a_fault(crate: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(crate) as given, zipfile.ZipFile(broken, "w") as kept:
        for name in given.namelist():
            if name != "decision.json":
                kept.writestr(name, given.read(name))
    assert any("decision.json" in fault for fault in faults_of(broken))


def test_another_library_reads_it_back(crate: Path) -> None:
    found = ROCrate(crate)
    assert found.name == "Survey data of Zedland: not yet permitted"
    assert found.mainEntity.id == "decision.json"
    listed = {entity.id for entity in found.data_entities}
    wanted = {"arrangement.json", "decision.json", "receipt.json", "decision.jsonld", "map.svg", "rules/"}
    assert wanted | {f"report.{ending}" for ending in ("html", "md", "docx", "pdf")} <= listed
    action = found.get("#decision")
    assert action["@type"] == "CreateAction"
    assert {each.id for each in action["result"]} >= {"decision.json", "report.pdf"}
    assert found.get("#party-inst")["location"]["name"] == "Bouvet Island"


def test_every_file_is_what_its_entity_says(crate: Path) -> None:
    with zipfile.ZipFile(crate) as held:
        graph = json.loads(held.read("ro-crate-metadata.json"))["@graph"]
        files = [each for each in graph if each["@type"] == "File"]
        for each in files:
            content = held.read(each["@id"])
            assert (each["contentSize"], each["sha256"]) == (str(len(content)), hashlib.sha256(content).hexdigest())
            assert each["name"]
            assert each["encodingFormat"]
        receipt = json.loads(held.read("decision.json"))["receipt"]
        assert json.loads(held.read("receipt.json")) == receipt
    # Each ruleset that took part is there by name, as it was.
    taken = {each["sha256"] for each in files if each["@id"].startswith("rules/")}
    assert taken == {each["sha256"] for each in receipt["rulesets"]}


def test_the_decision_can_be_made_again_from_the_crate_alone(crate: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(crate) as held:
        held.extractall(tmp_path / "later")
        receipt = json.loads(held.read("receipt.json"))
        kept = held.read("decision.json")
    assert find(tmp_path / "later" / "rules").digest() == receipt["library_sha256"]
    law = load_law(tmp_path / "later" / "rules")
    arrangement = read_arrangement(parse_json((tmp_path / "later" / "arrangement.json").read_text()), law.library)
    assert DECISION.dump_json(decide(arrangement, law)) == kept


def test_the_same_decision_gives_the_same_bytes(rulesets: Path) -> None:
    def made() -> bytes:
        law = load_law(rulesets)
        arrangement = read_arrangement(small(as_of="2026-11-23"), law.library)
        evidence = Evidence(json.dumps(small()).encode(), find(rulesets))
        return as_crate(decide(arrangement, law), arrangement, law.library, evidence).content

    first = made()
    assert first == made()
    with zipfile.ZipFile(io.BytesIO(first)) as held:
        assert {each.date_time for each in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert held.testzip() is None


def test_names_of_parties_are_data_in_the_metadata(rulesets: Path) -> None:
    law = load_law(rulesets)
    plain: dict[str, Any] = small(as_of="2026-11-23", title='../../x","@id":"./')
    arrangement = read_arrangement(plain, law.library)
    evidence = Evidence(json.dumps(plain).encode(), find(rulesets))
    content = as_crate(decide(arrangement, law), arrangement, law.library, evidence).content
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        assert not [name for name in held.namelist() if name.startswith(("/", "..")) or "\\" in name]
        graph = json.loads(held.read("ro-crate-metadata.json"))["@graph"]
    assert [each["name"] for each in graph if each["@id"] == "./"] == ['../../x","@id":"./: not yet permitted']


def test_a_reform_is_no_law_to_keep(rulesets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(small()), encoding="utf-8")
    command = ["--rulesets", str(rulesets), "--reform", "any", "report", str(tmp_path / "a.json"), "--format", "crate"]
    assert main([*command, "-o", str(tmp_path / "x.zip")]) == 1
    assert "reform" in capsys.readouterr().err
