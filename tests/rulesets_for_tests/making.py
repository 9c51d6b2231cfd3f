"""Law and arrangements for tests: the invented countries on disk, and small instruments written as Python data.

Instruments become JSON text, which is YAML, and go through the loader as any ruleset file does.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from engine.decision.deciding import decide
from engine.decision.model import Decision, Finding
from engine.decision.statute import Law, load_law
from engine.facts.arrangement import Arrangement
from engine.inference.outcomes import worst
from engine.law.files import RulesetFiles, find
from engine.law.intake import read_arrangement
from engine.law.loading import build_library
from engine.law.model import Library

Data = dict[str, Any]
HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "rulesets"
TODAY = date(2026, 11, 23)
CHECKED = {"on": "2026-11-23", "text": "seen"}


@cache
def facts_text() -> str:
    """Return the shipped vocabulary."""
    return (SHIPPED / "facts.yaml").read_text(encoding="utf-8")


def write_rulesets(folder: Path) -> Path:
    """Copy the law of the invented countries, with the shipped vocabulary, and return the folder."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("*.py", "*.md", "__pycache__"))
    (folder / "facts.yaml").write_text(facts_text(), encoding="utf-8")
    return folder


@cache
def shipped_law() -> Law:
    """Return the shipped law: one for all tests of a process, since it grows as it is used."""
    return load_law(SHIPPED)


@cache
def zedland() -> Law:
    """Return the law of the invented countries."""
    files = find(HERE, reform=True)  # no vocabulary of its own
    special = {"facts.yaml": facts_text()}
    special |= {name: (HERE / name).read_text(encoding="utf-8") for name in ("groups.yaml", "coverage.yaml")}
    return Law(build_library(RulesetFiles(files.instruments, special, files.tables)))


# -- instruments ------------------------------------------------------------------------------------------------------


def rule(kind: str, name: str, when: Iterable[str] = (), /, **more: Any) -> Data:
    """Return a rule; `for_`, `from_` stand for `for` and `from`, and the instrument adds its id in front."""
    if kind == "duty":
        more = {"timing": "before_transfer", "owed_by": "exporter", **more}
    given = {key.rstrip("_"): value for key, value in more.items()}
    return {"id": name, "kind": kind, "cite": "s 1", "says": f"The {kind} {name}.", "when": list(when), **given}


def instrument(*rules: Data, id: str = "zz.act", **more: Any) -> Data:  # noqa: A002 - as the format calls it
    """Return an instrument in force since 2000 with these rules; other keys of the file, or of its header, as given."""
    header: Data = {
        "id": id,
        "title": f"The {id} Act",
        "jurisdiction": "ZZ",
        "kind": "transfer",
        "in_force": {"from": "2000-01-01"},
        "source": {"cite": "Act 1"},
        "checked": CHECKED,
        "hook": "tests",
    }
    header |= {key: more.pop(key) for key in list(more) if key in header}
    return {"instrument": header, **more, "rules": [_named(each, id) for each in rules]}


def _named(given: Data, instrument: str) -> Data:
    """Write rule ids out: `x` is `<instrument>.s1.x`."""
    made = {**given, "id": _full(given["id"], instrument)}
    for key in ("to", "for"):
        if key in made:
            made[key] = [_full(name, instrument) for name in made[key]]
    return made


def _full(name: str, instrument: str) -> str:
    return name if "." in name else f"{instrument}.s1.{name}"


def trait(of: str = "party", type: str = "bool", **more: Any) -> Data:  # noqa: A002 - as the format calls it
    """Return a declared trait that can be asked for, unless it is derived."""
    if not more.get("derived"):
        more = {"ask": "Is it so?", **more}
    return {"of": of, "type": type, **more}


def measure(lever: bool = True, effort: int = 1, **more: Any) -> Data:
    """Return a declared measure."""
    return {"lever": lever, "effort": effort, "by": "both", "ask": "Is it in place?", **more}


def files(
    *instruments: Data,
    groups: Data | None = None,
    coverage: Data | None = None,
    tables: Mapping[str, str] | None = None,
) -> RulesetFiles:
    """Return ruleset files; every country is covered unless `coverage` says otherwise."""
    special = {"facts.yaml": facts_text()}
    if groups:
        special["groups.yaml"] = _text({"groups": groups})
    if coverage is not None:
        special["coverage.yaml"] = _text(coverage)
    texts = {f"{each['instrument']['id'].replace('.', '/')}.yaml": _text(each) for each in instruments}
    return RulesetFiles(texts, special, tables or {})


def _text(data: Data) -> str:
    return json.dumps(data, indent=1)


def covered(*places: str, by: str = "zz.act") -> Data:
    """Return a coverage file that covers some countries for ever."""
    return {"jurisdictions": {place: [{"from": "1960-01-01", "by": [by]}] for place in places}}


def library(*instruments: Data, **more: Any) -> Library:
    """Return a checked library."""
    if instruments and "coverage" not in more:
        more["coverage"] = covered("BV", "HM", "IO", "GS", "TF", by=instruments[0]["instrument"]["id"])
    return build_library(files(*instruments, **more))


def law(*instruments: Data, **more: Any) -> Law:
    """Return a law; Zedland (BV), Yland (HM) and IO, GS, TF are covered unless `coverage` says otherwise."""
    return Law(library(*instruments, **more))


def group(*members: str | Data, of: str = "", **more: Any) -> Data:
    """Return a shared group, of countries unless `of` names an enum."""
    kind = {"kind": "set", "of": of} if of else {"kind": "countries"}
    return {**kind, "title": "A group", "source": {"cite": "List 1"}, "checked": CHECKED, "members": members, **more}


# -- arrangements -----------------------------------------------------------------------------------------------------


def plain(**more: Any) -> Data:
    """Return an arrangement as plain data: coded data of 100 people in Zedland (BV), from there to Yland (HM).

    Keyword arguments are top-level keys, or changes named by path: `datasets_0_subjects="none"` would be ambiguous, so
    paths have two underscores: `datasets__0__subjects="none"`; `...` removes.
    """
    data: Data = {
        "title": "A cohort",
        "parties": [
            {"id": "a", "country": "BV", "kind": "university"},
            {"id": "b", "country": "HM", "kind": "university"},
        ],
        "datasets": [
            {
                "id": "d",
                "categories": ["health"],
                "identifiability": "pseudonymised",
                "subjects": [{"country": "BV", "persons": 100}],
            }
        ],
        "transfers": [
            {
                "id": "t",
                "exporter": "a",
                "importer": "b",
                "datasets": ["d"],
                "mode": "copy",
                "purposes": ["scientific_research"],
            }
        ],
    }
    for path, value in more.items():
        _put(data, path.split("__"), value)
    return copy.deepcopy(data)


def _put(data: Any, path: list[str], value: Any) -> None:
    for step in path[:-1]:
        data = data[int(step)] if isinstance(data, list) else data.setdefault(step, {})
    last: Any = int(path[-1]) if isinstance(data, list) else path[-1]
    if value is ...:
        del data[last]
    elif isinstance(data, list) and last == len(data):
        data.append(value)
    else:
        data[last] = value


def read(data: Data, law: Law) -> Arrangement:
    """Return a checked arrangement."""
    return read_arrangement(data, law.library)


def decided(law: Law, data: Data | None = None, day: date = TODAY, **more: Any) -> Decision:
    """Decide by both evaluators, and make sure that they agree."""
    differences: list[str] = []
    arrangement = read(plain() if data is None else data, law)
    decision = decide(arrangement, law, as_of=day, on_difference=lambda *found: differences.append(str(found)), **more)
    assert not differences
    return decision


def finding(decision: Decision, name: str = "zz.act", transfer: int = 0) -> Finding:
    """Return the only finding of an instrument for a transfer."""
    (found,) = (each for each in decision.transfers[transfer].findings if each.instrument == name)
    return found


def outcome(law: Law, data: Data | None = None, day: date = TODAY, name: str = "zz.act") -> str:
    """Return what an instrument answers for the first transfer; one that places keep away is not looked at."""
    findings = decided(law, data, day).transfers[0].findings
    return worst(each.outcome for each in findings if each.instrument == name)
