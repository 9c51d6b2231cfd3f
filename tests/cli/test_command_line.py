"""The command line: exit codes, what goes to which stream, and what every command prints."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from engine.cli.main import main
from tests.rulesets_for_tests.making import HERE, SHIPPED, plain, write_rulesets

ROOT = SHIPPED.parent
CASES = HERE / "zz" / "cases" / "data-act.yaml"
CLAUSES = {"zz.clauses": True, "zz.assessment": {"finding": "adequate"}}


@pytest.fixture(scope="module")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the law of the invented countries."""
    return write_rulesets(tmp_path_factory.mktemp("law") / "rulesets")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Return the file of an arrangement that may start: 100 people of Zedland (BV), clauses signed."""
    return write(tmp_path, arrangement(measures=CLAUSES))


def arrangement(**more: Any) -> Any:
    """Return coded data from Zedland (BV) to a university in IO, covered by the law of the allies' group."""
    data = plain(as_of="2026-11-23", parties__1__country="IO", parties__1__owners="none")
    return {**data, "readings": {"zz.key_reading": "absolute"}, **more}


def write(folder: Path, data: Any, name: str = "arrangement.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def run(rulesets: Path, *arguments: str | Path) -> int:
    return main(["--rulesets", str(rulesets), *(str(each) for each in arguments)])


# -- evaluate and explain ---------------------------------------------------------------------------------------------


def prohibited() -> Any:
    data = arrangement()
    data["datasets"][0]["categories"] = ["state_secret"]
    data["parties"][1]["traits"] = {"zz.foreign_controlled": True}
    # Held by AQ, so under foreign control (s 6), where no licence helps (s 20(3)).
    data["parties"][1]["owners"] = [{"country": "AQ", "percent": 100}]
    return data


def undetermined() -> Any:
    data = arrangement(measures=CLAUSES)
    del data["readings"]  # the law is read in two ways (s 3(3))
    data["datasets"][0]["subjects"] = [{"country": "BV"}]  # and how many people is not said (s 14(2))
    return data


@pytest.mark.parametrize(
    ("data", "code"),
    [(arrangement(measures=CLAUSES), 0), (prohibited(), 3), (arrangement(), 4), (undetermined(), 5)],
    ids=["permitted with conditions", "prohibited", "not yet permitted", "undetermined"],
)
def test_the_exit_code_tells_the_outcome(data: Any, code: int, rulesets: Path, tmp_path: Path) -> None:
    assert run(rulesets, "evaluate", write(tmp_path, data)) == code


def test_json_is_alone_on_stdout(rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "evaluate", stored, "--format", "json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["outcome"] == "permitted_with_conditions"
    assert err == ""


def test_a_dash_reads_standard_input(
    rulesets: Path, stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(stored.read_text(encoding="utf-8")))
    assert run(rulesets, "evaluate", "-", "--format", "summary") == 0
    assert capsys.readouterr().out.startswith("A cohort: PERMITTED WITH CONDITIONS (law of 2026-11-23)\n")


def test_the_day_on_the_command_line_wins(rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(rulesets, "evaluate", stored, "--as-of", "2024-07-01", "--format", "json")
    assert json.loads(capsys.readouterr().out)["as_of"] == "2024-07-01"


@pytest.mark.parametrize("form", ["text", "summary", "markdown"])
def test_a_stored_decision_is_explained_as_it_was_told(
    form: str, rulesets: Path, stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(rulesets, "evaluate", stored, "--format", "json")
    decision = tmp_path / "decision.json"
    decision.write_text(capsys.readouterr().out, encoding="utf-8")
    code = run(rulesets, "evaluate", stored, "--format", form)
    told = capsys.readouterr().out
    assert run(rulesets, "explain", decision, "--format", form) == code == 0
    assert capsys.readouterr().out == told


def test_what_is_no_decision_is_not_explained(rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "explain", stored) == 2
    assert capsys.readouterr() == ("", f"{stored}: error[not-a-decision]: this is no decision\n1 fault\n")


# -- what cannot be done ----------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_wrong_usage(
    rulesets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.yaml"
    assert run(rulesets, "evaluate", file) == 2
    assert capsys.readouterr() == ("", f"error: No such file or directory: {file}\n")


def test_every_fault_of_an_arrangement_is_told_on_stderr(
    rulesets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = arrangement()
    data["transfers"][0]["importer"] = "bb"
    data["parties"][0]["kind"] = "univercity"
    assert run(rulesets, "evaluate", write(tmp_path, data)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "did you mean `university`?" in err
    assert "/transfers/0/importer" in err
    assert err.endswith("\n2 faults\n")


@pytest.mark.parametrize("text", ["parties: [", "[]", "\x00", "title: NO\n"])
def test_a_file_that_is_no_arrangement_is_invalid_input(
    text: str, rulesets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "arrangement.yaml"
    file.write_text(text, encoding="utf-8")
    assert run(rulesets, "evaluate", file) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "error[" in err


@pytest.mark.parametrize("reading", ["zz.key_reading=none", "zz.nothing=a", "zz.key_reading"])
def test_a_reading_that_is_not_there_is_invalid_input(
    reading: str, rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(rulesets, "evaluate", stored, "--reading", reading) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"`{reading}`" in err


@pytest.mark.parametrize("arguments", [["nonsense"], [], ["evaluate"], ["evaluate", "x", "--as-of", "today"]])
def test_wrong_usage_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_folder_without_rulesets_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "law") == 2
    expected = (
        f"{tmp_path}:1:1: error[no-rulesets]: no `facts.yaml` in this folder\n  help: name the folder of rulesets"
    )
    assert capsys.readouterr() == ("", f"{expected}\n1 fault\n")


# -- check and test ---------------------------------------------------------------------------------------------------


def test_check_tells_every_fault_of_a_broken_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_rulesets(tmp_path / "rulesets")
    (folder / "zz" / "bad.yaml").write_text("a: NO\nb: on\n", encoding="utf-8")
    assert run(folder, "check") == 2
    assert capsys.readouterr() == (
        "",
        "zz/bad.yaml:1:4: error[implicit-type]: `NO` would be read as something else than text\n"
        '  help: write "NO" with quotes\n'
        "zz/bad.yaml:2:4: error[implicit-type]: `on` would be read as something else than text\n"
        '  help: write "on" with quotes\n'
        "2 faults\n",
    )


def test_check_passes_the_law_of_the_invented_countries(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(rulesets)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("3 instruments, 19 rules, ")
    assert err.endswith(": no faults\n")


@pytest.mark.parametrize(
    ("arguments", "count"),
    [([], 3), (["-k", "exactly the new value"], 1), (["--label", "routes"], 2), (["-k", "no such case"], 0)],
)
def test_test_runs_the_cases_that_are_asked_for(
    arguments: list[str], count: int, rulesets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(rulesets, "test", *arguments) == 0
    assert f"{count} of {count} cases pass\n" in capsys.readouterr().err


def test_two_labels_mean_both(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "test", "--label", "routes", "--label", "edge") == 0
    assert "1 of 1 cases pass\n" in capsys.readouterr().err


def test_no_case_at_all_fails_where_that_is_asked_for(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "test", "-k", "no such case", "--fail-on-empty") == 1
    assert "no case was run\n" in capsys.readouterr().err


def test_a_failing_case_is_told_with_its_explanation_and_reported(
    rulesets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CASES.read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("outcome: not_yet_permitted", "outcome: prohibited", 1), encoding="utf-8")
    report = tmp_path / "report.xml"
    assert run(rulesets, "test", broken, "--junit", report) == 1
    out, err = capsys.readouterr()
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.startswith("  - name:"))
    assert out == ""
    assert err.startswith(f"FAIL {broken}:{line}:5: without clauses nothing may start\n")
    assert "  zz.data-act: expected prohibited, got not_yet_permitted\n" in err
    assert "NOT YET PERMITTED under zz.data-act" in err  # the explanation
    assert "2 of 3 cases pass\n" in err
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == [
        "without clauses nothing may start"
    ]


# -- browsing ---------------------------------------------------------------------------------------------------------


def test_law_lists_the_instruments(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "law", "--format", "json") == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == [
        "yy.friendship",
        "yy.privacy-act",
        "zz.data-act",
    ]


@pytest.mark.parametrize("name", ["zz.data-act", "zz.data-act.s9.adequacy"])
def test_law_shows_an_instrument_or_a_rule(name: str, rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "law", name) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"id: {name}\n")
    assert "Free to countries on the Authority's list." in out
    assert err == ""


def test_law_suggests_a_name_that_is_close(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "law", "zz.data-acts") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "there is no instrument or rule `zz.data-acts`\n  help: did you mean `zz.data-act`?\n" in err


def test_facts_tells_what_a_name_means(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "facts", "zz.public_body") == 0
    assert capsys.readouterr().out == "zz.public_body: Is {party} a public body under s 3? (bool of a party)\n"
    assert run(rulesets, "facts", "zz.publik_body") == 2
    assert "did you mean `zz.public_body`?" in capsys.readouterr().err


def test_facts_lists_every_name_on_a_line(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "facts") == 0
    names = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert {"party.kind", "data.identifiability", "zz.risk_class", "zz.clauses", "zz.key_reading"} <= set(names)
    assert len(names) == len(set(names))


def test_the_schema_is_json_schema_and_takes_what_evaluate_takes(
    rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(rulesets, "schema") == 0
    schema = json.loads(capsys.readouterr().out)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    assert validator(schema).is_valid(json.loads(stored.read_text(encoding="utf-8")))
    assert not validator(schema).is_valid({"title": "nobody"})


def test_coverage_is_a_table_in_markdown(rulesets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rulesets, "coverage") == 0
    out, err = capsys.readouterr()
    assert out.startswith("3 instruments, 19 rules.\n\n| jurisdiction | covered from | instruments | rules |\n|---|")
    assert "| Bouvet Island (BV) | 2000-01-01 |" in out
    assert err == ""


# -- the law that is shipped ------------------------------------------------------------------------------------------


def test_the_program_decides_under_the_law_that_is_shipped() -> None:
    """The cohort of the example may not go yet: the importer signs no clauses."""
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "evaluate", "examples/thl-nih-diabetes.yaml", "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (4, "")
    assert json.loads(done.stdout)["outcome"] == "not_yet_permitted"


# -- beyond the verdict -----------------------------------------------------------------------------------------------


def test_the_timeline_is_text_data_and_a_picture(
    rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(rulesets, "timeline", stored) == 0
    assert "Transfer t" in capsys.readouterr().out
    assert run(rulesets, "timeline", stored, "--format", "json", "--from", "2020-03-01") == 0
    assert json.loads(capsys.readouterr().out)["first"] == "2020-03-01"
    assert run(rulesets, "timeline", stored, "--format", "svg") == 0
    picture = ElementTree.fromstring(capsys.readouterr().out)
    assert picture.get("role") == "img"
    assert {"title", "desc"} <= {child.tag.rpartition("}")[2] for child in picture}


def test_the_map_is_a_picture_on_the_terminal_or_in_a_file(
    rulesets: Path, stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(rulesets, "map", stored) == 0
    said = capsys.readouterr().out
    assert ElementTree.fromstring(said).get("role") == "img"
    assert run(rulesets, "map", stored, "-o", str(tmp_path / "map.svg")) == 0
    assert (tmp_path / "map.svg").read_text(encoding="utf-8") == said


def test_remedies_are_offered_with_what_they_rest_on(
    rulesets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, arrangement())
    assert run(rulesets, "remedies", file) == 0
    shown = capsys.readouterr().out
    assert "zz.clauses" in shown
    assert "zz.data-act.s10.clauses [s 10(2)]" in shown
    assert run(rulesets, "remedies", file, "--format", "json", "--effort", "zz.clauses=50") == 0
    assert json.loads(capsys.readouterr().out)["remedies"][0]["effort"] >= 50
    assert run(rulesets, "remedies", file, "--effort", "zz.clause=1") == 2
    assert "did you mean `zz.clauses`" in capsys.readouterr().err


def test_two_days_readings_and_facts_are_compared(
    rulesets: Path, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 150 000 people the Authority's approval was wanted until the number rose on 1 July 2024 (Order 9/2024)."""
    people = "/datasets/0/subjects/0/persons=150000"
    assert run(rulesets, "compare", stored, "--as-of", "2024-06-30", "--set", people) == 0
    assert "zz.data-act.s14-2.prior-approval: absent -> unmet" in capsys.readouterr().out
    assert run(rulesets, "compare", stored, "--against", "zz.key_reading=contextual", "--format", "markdown") == 0
    assert "| transfer | instrument |" in capsys.readouterr().out
    assert run(rulesets, "compare", stored, "--days", "2020-03-01", "2026-11-23", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["before"] == "2020-03-01"
    assert run(rulesets, "compare", stored) == 2
    assert run(rulesets, "compare", stored, "--set", "/nowhere/9/x=1") == 2


def test_an_interview_ends_with_a_completed_arrangement(
    rulesets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, done = write(tmp_path, undetermined()), tmp_path / "done.yaml"
    assert run(rulesets, "ask", file, "--list", "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {fact["question"]["pointer"] for fact in listed["facts"]} >= {"/readings/zz.key_reading"}
    answers = {"persons": "100", "zz.key_reading": "absolute"}
    order = [fact["question"]["fact"] for fact in listed["facts"]]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{answers.get(name, '')}\n" for name in [*order, *order])))
    assert run(rulesets, "ask", file, "--output", done) == 0
    capsys.readouterr()
    assert run(rulesets, "evaluate", done, "--format", "summary") == 0
