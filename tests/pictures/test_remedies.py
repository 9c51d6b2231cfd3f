"""Pictures of remedies: nothing of the answer is left out, nothing is cut, and those of the README are what it says."""

from __future__ import annotations

import shlex
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.cli.main import main
from engine.decision.remedies import Remedies, remedies
from engine.law.intake import parse_yaml, read_arrangement
from engine.pictures.remedies import remedies_svg
from engine.pictures.svg import LOOKS, width_of
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
# With remedies, without any, lawful as it is, and with facts missing.
NAMES = ("three-party-genomics", "nih-country-of-concern", "uk-biobank-platform", "us-cn-coauthors")
SHOWN = [line.strip() for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if ".svg" in line]
COMMANDS = [line for line in SHOWN if line.startswith("safeconduct") and ">" in line]


@cache
def found(name: str) -> Remedies:
    data = parse_yaml((ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8"), name)
    return remedies(read_arrangement(data, law().library), law())


@cache
def drawn(name: str) -> ElementTree.Element:
    return ElementTree.fromstring(remedies_svg(found(name)))


def said(name: str) -> str:
    return " ".join(each.text or "" for each in drawn(name).iter(f"{SVG}text"))


@pytest.mark.parametrize("name", NAMES)
def test_every_set_act_blocker_and_shape_is_named(name: str) -> None:
    answer, text = found(name), said(name)
    for remedy in answer.remedies:
        assert f"effort {remedy.effort}" in text
        for act in remedy.acts:
            assert act.measure in text
            assert " ".join(act.ask.split()) in text
    for blocker in answer.blockers:
        assert blocker.instrument in text
        assert all(" ".join(ground.says.split()) in text for ground in blocker.rules)
    for other in answer.alternatives:
        assert other.says in text
        assert LOOKS[other.outcome].word in text


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_picture_or_below_its_end(name: str) -> None:
    picture = drawn(name)
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    assert picture.attrib["viewBox"] == f"0 0 {picture.attrib['width']} {picture.attrib['height']}"
    for each in picture.iter(f"{SVG}text"):
        x, y, size = (float(each.attrib[key]) for key in ("x", "y", "font-size"))
        long = width_of(each.text or "", size)
        left = x - long / 2 if each.get("text-anchor") == "middle" else x
        assert left >= 0
        assert left + long <= width
        assert y <= height


def test_a_bar_is_as_long_as_its_effort() -> None:
    bars = [each for each in drawn("three-party-genomics").iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]
    efforts = [act.effort for remedy in found("three-party-genomics").remedies for act in remedy.acts]
    lengths = [float(each.attrib["width"]) for each in bars]
    assert len(lengths) == len(efforts)
    assert [round(length / lengths[0], 2) for length in lengths] == [round(e / efforts[0], 2) for e in efforts]


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_reader_is_told_the_outcome_and_what_would_do(name: str) -> None:
    picture = drawn(name)
    named = {each.get("id"): each.text or "" for each in picture if each.tag in (f"{SVG}title", f"{SVG}desc")}
    title, description = (named[each] for each in picture.attrib["aria-labelledby"].split())
    assert found(name).title in title
    assert LOOKS[found(name).outcome].word in description
    assert all(act.measure in description for remedy in found(name).remedies for act in remedy.acts)
    assert all(blocker.instrument in description for blocker in found(name).blockers)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_picture_of_the_readme_is_what_its_command_makes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)
    arguments, target = words[1 : words.index(">")], words[-1]
    arguments = [str(ROOT / each) if each.startswith("examples/") else each for each in arguments]
    main(["--rulesets", str(ROOT / "rulesets"), *arguments])
    assert capsys.readouterr().out == (ROOT / "docs" / "pictures" / target).read_text(encoding="utf-8")


def test_the_readme_shows_a_matrix_and_a_remedy() -> None:
    assert [command.split()[1] for command in COMMANDS] == ["remedies", "matrix"]
    assert all(f"(docs/pictures/{command.split()[-1]})" in " ".join(SHOWN) for command in COMMANDS)
