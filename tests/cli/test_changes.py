"""Changed arrangements are decided for a pull request, run as a runner runs the action of the examples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rulesets_for_tests.making import SHIPPED, plain, write_rulesets

ROOT = SHIPPED.parent
ACTION = ROOT / "examples" / "github-action"
CLAUSES = {"zz.clauses": True, "zz.assessment": {"finding": "adequate"}}


@pytest.fixture(scope="module")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rulesets(tmp_path_factory.mktemp("law") / "rulesets")


def arrangement(**more: Any) -> dict[str, Any]:
    """Return coded data from Zedland (BV) to IO; lawful with `CLAUSES`, and not yet without."""
    data = plain(as_of="2026-11-23", parties__1__country="IO", parties__1__owners="none")
    return {**data, "readings": {"zz.key_reading": "absolute"}, **more}


def undetermined() -> dict[str, Any]:
    data = arrangement(measures=CLAUSES)
    data["datasets"][0]["subjects"] = [{"country": "BV"}]  # how many people is not said (s 14(2))
    return data


@dataclass(frozen=True)
class Done:
    """What a run of the action left."""

    code: int
    lines: list[str]
    told: str
    summary: str
    outputs: dict[str, str]


class Repository:
    """A repository with a branch that is to be merged, and the machine that runs its actions."""

    def __init__(self, folder: Path, rulesets: Path) -> None:
        self.root = folder / "work"
        self.runner = folder / "runner"
        (self.root / "arrangements").mkdir(parents=True)
        self.runner.mkdir()
        shim = self.runner / "safeconduct"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m engine.cli --rulesets "{rulesets}" "$@"\n')
        shim.chmod(0o755)
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("old.json", arrangement())  # not permitted, and not touched by anybody
        self.base = self.commit()

    def git(self, *arguments: str) -> str:
        given = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", *who, *arguments],
            cwd=self.root,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, name: str, data: Any) -> Path:
        file = self.root / "arrangements" / name
        text = data if isinstance(data, str) else json.dumps(data, indent=1)
        file.write_text(text, encoding="utf-8")
        return file

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x")
        return self.git("rev-parse", "HEAD")

    def run(self, inputs: Mapping[str, str] | None = None) -> Done:
        """Run the step of the action that decides, as a runner does it for a pull request."""
        action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
        (step,) = (each for each in action["runs"]["steps"] if each.get("id") == "decide")
        context = {"github.event.pull_request.base.sha": self.base}
        for name, described in action["inputs"].items():
            context[f"inputs.{name}"] = filled((inputs or {}).get(name, described["default"]), context)
        assert "${{" not in step["run"]  # what comes from outside is no part of a script
        script = self.runner / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        files = {name: self.runner / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        variables = {
            "PATH": f"{self.runner}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.runner),
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.root),
            **{name: str(file) for name, file in files.items()},
            **{name: filled(value, context) for name, value in step["env"].items()},
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        done = subprocess.run(command, cwd=self.root, env=variables, capture_output=True, text=True, check=False)
        written = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
        outputs = dict(line.split("=", 1) for line in written["GITHUB_OUTPUT"].splitlines())
        return Done(done.returncode, done.stdout.splitlines(), done.stderr, written["GITHUB_STEP_SUMMARY"], outputs)


def filled(text: str, context: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", lambda found: context[found[1]], text)


@pytest.fixture
def repository(tmp_path: Path, rulesets: Path) -> Repository:
    return Repository(tmp_path, rulesets)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_transfer_that_is_not_permitted_fails_at_its_line(repository: Repository) -> None:
    bad = "# A comment, so that lines are not those of the data.\n" + yaml.safe_dump(arrangement(), sort_keys=False)
    repository.write("bad.yaml", bad)
    repository.write("good.json", arrangement(measures=CLAUSES))
    repository.commit()
    done = repository.run()
    assert done.code == 4, done.told
    line = line_of(bad, "transfers:") + 1
    (error,) = [each for each in done.lines if each.startswith("::error ")]
    assert error.startswith(f"::error file=arrangements/bad.yaml,line={line},col=3,title=t%3A not yet permitted::")
    assert "NOT YET PERMITTED under zz.data-act (d): " in error
    assert "%0A  would make it lawful: zz.clauses, by both" in error
    (notice,) = [each for each in done.lines if each.startswith("::notice ")]
    assert notice.startswith("::notice file=arrangements/good.json,line=")
    assert "old.json" not in "".join([*done.lines, done.summary])
    assert done.outputs == {"outcome": "not_yet_permitted", "files": "2"}
    assert f"| 🟠 | arrangements/bad.yaml | {line} | t: a to b | NOT YET PERMITTED |" in done.summary
    assert "| 🟢 | arrangements/good.json |" in done.summary
    assert "**Duties to keep**" in done.summary


def test_what_is_lawful_passes(repository: Repository) -> None:
    repository.write("old.json", arrangement(measures=CLAUSES))
    repository.commit()
    done = repository.run()
    assert (done.code, done.told) == (0, "")
    assert not [line for line in done.lines if line.startswith("::error")]
    assert done.outputs == {"outcome": "permitted_with_conditions", "files": "1"}


def test_the_worst_outcome_is_the_outcome(repository: Repository) -> None:
    banned = arrangement()
    banned["datasets"][0]["categories"] = ["state_secret"]
    banned["parties"][1] |= {
        "traits": {"zz.foreign_controlled": True},
        "owners": [{"country": "AQ", "percent": 100}],
    }
    repository.write("banned.json", banned)
    repository.write("open.json", undetermined())
    repository.commit()
    done = repository.run()
    assert (done.code, done.outputs["outcome"]) == (3, "prohibited")
    assert len([line for line in done.lines if line.startswith("::error ")]) == 2


def test_a_missing_fact_is_asked_for_where_it_goes(repository: Repository) -> None:
    text = repository.write("open.json", undetermined()).read_text(encoding="utf-8")
    repository.commit()
    done = repository.run()
    assert (done.code, done.outputs["outcome"]) == (5, "undetermined")
    (warning,) = [line for line in done.lines if line.startswith("::warning ")]
    place = line_of(text, '"subjects"')
    assert warning.startswith(f"::warning file=arrangements/open.json,line={place},col=16,title=missing%3A persons::")
    assert "Goes to /datasets/0/subjects; exporter can answer." in warning
    assert "**Questions**" in done.summary


def test_what_cannot_be_read_is_not_permitted(repository: Repository) -> None:
    wrong = yaml.safe_dump(arrangement(measures=CLAUSES), sort_keys=False).replace("importer: b", "importer: bb")
    repository.write("wrong.yaml", wrong)
    repository.write("norway.yaml", "title: x\nparties:\n  - {id: a, country: NO}\n")
    repository.write("broken.json", "{")
    repository.commit()
    done = repository.run()
    assert (done.code, done.outputs["outcome"]) == (2, "unreadable")
    told = "\n".join(done.lines)
    line = line_of(wrong, "importer: bb")
    assert f"::error file=arrangements/wrong.yaml,line={line},col=13,title=cannot be read%3A unknown-party::" in told
    assert "::error file=arrangements/norway.yaml,line=3,col=22,title=cannot be read%3A implicit-type::" in told
    assert "::error file=arrangements/broken.json,line=1,col=2,title=cannot be read%3A bad-json::" in told
    assert f"| 🔴 | arrangements/wrong.yaml | {line} | | cannot be read: no party has the id \\`bb\\` |" in done.summary


def test_json_that_is_no_yaml_of_ours_has_its_lines_all_the_same(repository: Repository) -> None:
    odd = arrangement(notes=None, title="a\N{GRINNING FACE} \\ud83d / \t")
    text = repository.write("odd.json", odd).read_text(encoding="utf-8")
    assert "null" in text
    assert "\\ud83d\\ude00" in text
    repository.commit()
    done = repository.run()
    assert done.code == 4
    line = line_of(text, '"transfers"') + 1
    assert done.lines[0].startswith(
        f"::error file=arrangements/odd.json,line={line},col=3,title=t%3A not yet permitted"
    )


def test_what_is_wrong_with_json_is_told_at_its_line(repository: Repository) -> None:
    text = json.dumps(arrangement(notes=None), indent=1)
    wrong = repository.write("wrong.json", text.replace('"importer": "b"', '"importer": "bb"')).read_text("utf-8")
    repository.write("comma.json", text.replace('"title"', '\n, "title"', 1))
    repository.write("twice.json", text.replace('"title"', '"notes": 1,\n"title"', 1))
    repository.write("bytes.json", "")
    (repository.root / "arrangements" / "bytes.json").write_bytes(b'{\n"title":\n"\xff"}')
    repository.commit()
    done = repository.run()
    assert (done.code, done.outputs["outcome"]) == (2, "unreadable")
    for name, line, code in (
        ("wrong", line_of(wrong, '"importer": "bb"'), "unknown-party"),
        ("comma", 3, "bad-json"),
        ("twice", line_of(text, '"notes"') + 1, "repeated-key"),
        ("bytes", 3, "not-utf-8"),
    ):
        start = f"::error file=arrangements/{name}.json,line={line},"
        (told,) = [each for each in done.lines if each.startswith(start)]
        assert f"cannot be read%3A {code}::" in told


def test_input_neither_ends_a_command_nor_begins_another(repository: Repository) -> None:
    title = "100%\n::error::forged\r\n<script>|</script> [x](javascript:x) `"
    repository.write("a,b:c %0A.json", arrangement(title=title, as_of="2026-11-23"))
    repository.commit()
    done = repository.run()
    assert done.code == 4
    (line,) = done.lines
    assert line.startswith("::error file=arrangements/a%2Cb%3Ac %250A.json,line=")
    assert "<script>" not in done.summary
    assert "[x](" not in done.summary
    assert not [each for each in done.summary.splitlines() if each.startswith("::")]


def test_a_link_is_not_followed(repository: Repository) -> None:
    secret = repository.runner / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    (repository.root / "arrangements" / "link.yaml").symlink_to(secret)
    repository.commit()
    done = repository.run()
    assert done.code == 2
    assert done.lines == [
        "::error file=arrangements/link.yaml,line=1,col=1,title=cannot be read%3A not-a-file::"
        "this is a link and not a file"
    ]
    assert "hunter2" not in done.told + done.summary


def test_other_files_and_files_that_are_gone_are_left_alone(repository: Repository) -> None:
    (repository.root / "arrangements" / "old.json").unlink()
    repository.write("readme.md", "not an arrangement")
    (repository.root / "elsewhere.yaml").write_text("title: x\n", encoding="utf-8")
    repository.commit()
    done = repository.run()
    assert (done.code, done.lines) == (0, [])
    assert done.outputs == {"outcome": "nothing_changed", "files": "0"}
    assert "No arrangement was changed." in done.summary


def test_what_main_did_meanwhile_is_not_the_branch_s(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "branch")
    repository.write("good.json", arrangement(measures=CLAUSES))
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.write("other.json", arrangement())
    repository.base = repository.commit()
    repository.git("checkout", "--quiet", "branch")
    done = repository.run()
    assert (done.code, done.outputs["files"]) == (0, "1")


def test_inputs_narrow_and_date_what_is_decided(repository: Repository) -> None:
    (repository.root / "$(touch pwned)").mkdir()
    (repository.root / "$(touch pwned)" / "x.json").write_text(json.dumps(arrangement()), encoding="utf-8")
    repository.commit()
    done = repository.run({"paths": "nothing *.json $(touch pwned)", "as-of": "1999-01-01"})
    assert done.code == 5, done.lines  # nothing was in force
    assert "by the law of 1999-01-01" in done.summary
    assert not (repository.root / "pwned").exists()


@pytest.mark.parametrize("since", ["0" * 40, "no-such-branch", "--output=x", ""])
def test_a_commit_that_is_not_there_is_a_failure_and_no_permission(repository: Repository, since: str) -> None:
    done = repository.run({"since": since})
    assert done.code in (1, 2)
    assert done.lines == []
    assert "error" in done.told
    assert "Traceback" not in done.told
    assert not (repository.root / "x").exists()


def test_before_a_commit_it_is_seen_as_text(repository: Repository, rulesets: Path) -> None:
    repository.write("old.json", arrangement(measures=CLAUSES, title="Changed"))
    command = [sys.executable, "-m", "engine.cli", "--rulesets", str(rulesets), "changes", "--since", "HEAD"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    folder = repository.root / "arrangements"
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second, last = done.stdout.splitlines()
    assert first == "arrangements/old.json: PERMITTED WITH CONDITIONS (law of 2026-11-23)"
    assert re.fullmatch(r"  arrangements/old\.json:\d+:\d+: t: PERMITTED WITH CONDITIONS", second)
    assert last == "1 arrangement changed"


def test_the_example_of_a_workflow_gives_the_action_what_it_takes() -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    workflow = yaml.safe_load((ACTION / "workflow.yml").read_text(encoding="utf-8"))
    checkout, _, step = workflow["jobs"]["arrangements"]["steps"]
    assert step["with"].keys() <= action["inputs"].keys()
    assert checkout["with"] == {"fetch-depth": 0}
    assert workflow["permissions"] == {"contents": "read"}
    for each in action["runs"]["steps"]:
        assert "${{" not in each["run"]
