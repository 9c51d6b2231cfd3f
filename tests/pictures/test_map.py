"""The map of transfers: who is in it, what an arrow says without colour, and what a name cannot do to it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from engine.decision.deciding import decide
from engine.decision.statute import Law
from engine.law.intake import parse_yaml, read_arrangement
from engine.pictures.svg import LOOKS, fitted, runs_left, width_of, wrapped
from engine.pictures.transfers import map_svg
from tests.rulesets_for_tests.making import shipped_law

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def law() -> Law:
    return shipped_law()


@pytest.fixture
def plain() -> dict[str, Any]:
    name = "three-party-genomics"
    found: dict[str, Any] = parse_yaml((ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8"), name)
    return found


def drawn(plain: dict[str, Any], law: Law, *part: int) -> ElementTree.Element:
    arrangement = read_arrangement(plain, law.library)
    return ElementTree.fromstring(map_svg(arrangement, decide(arrangement, law), *part))


def texts(picture: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def test_every_transfer_has_an_arrow_with_the_sign_and_the_word_of_its_outcome(plain: dict[str, Any], law: Law) -> None:
    arrangement = read_arrangement(plain, law.library)
    decision = decide(arrangement, law)
    picture = drawn(plain, law)
    arrows = list(picture.iter(f"{SVG}g"))
    assert len(arrows) == len(plain["transfers"]) == 6
    for transfer, arrow in zip(decision.transfers, arrows, strict=True):
        look = LOOKS[transfer.outcome]
        line, sign = arrow.find(f"{SVG}line"), arrow.find(f"{SVG}text")
        assert line is not None
        assert sign is not None
        assert (sign.text, line.get("stroke-dasharray") or "") == (look.sign, look.dash)
        assert f"{look.sign} {look.word}" in texts(picture)
        said = arrow.findtext(f"{SVG}title") or ""
        assert transfer.id in said
        assert look.word in said


def test_arrows_go_from_the_exporters_lane_to_the_importers(plain: dict[str, Any], law: Law) -> None:
    lines = [line for line in drawn(plain, law).iter(f"{SVG}line") if line.get("stroke-width") != "1"]
    ways = [float(line.get("x1", "")) < float(line.get("x2", "")) for line in lines]
    # helsinki, boston, tokyo and cloud have their lanes in the order in which the transfers name them.
    assert ways == [True, True, False, False, True, False]


def test_outcomes_are_told_apart_without_colour() -> None:
    # Signs differ always; and no two arrows that may, may not, or may not yet start have one pattern and one sign.
    assert len({look.sign for look in LOOKS.values()}) == len(LOOKS)
    assert len({(look.dash, look.sign) for look in LOOKS.values()}) == len(LOOKS)


def test_a_screen_reader_is_told_title_parties_and_outcomes(plain: dict[str, Any], law: Law) -> None:
    picture = drawn(plain, law)
    assert picture.get("role") == "img"
    named = {each.get("id"): each.text or "" for each in picture if each.tag in (f"{SVG}title", f"{SVG}desc")}
    title, description = (named[each] for each in picture.get("aria-labelledby", "").split())
    assert plain["title"] in title
    for transfer in plain["transfers"]:
        assert transfer["id"] in description
    assert "A national university in Japan, Japan (JP)" in description


def test_a_name_is_shown_as_it_is_and_opens_no_markup(plain: dict[str, Any], law: Law) -> None:
    plain["parties"][0]["name"] = '<script>x</script> & "Y"'
    picture = drawn(plain, law)
    assert not [each for each in picture.iter() if "script" in each.tag]
    assert '<script>x</script> & "Y"' in " ".join(texts(picture)).replace("  ", " ")


def test_a_name_from_right_to_left_runs_so(plain: dict[str, Any], law: Law) -> None:
    plain["parties"][0]["name"] = "معهد"
    (name,) = [each for each in drawn(plain, law).iter(f"{SVG}text") if each.text == "معهد"]
    assert (name.get("direction"), name.get("unicode-bidi")) == ("rtl", "embed")
    assert [runs_left(text) for text in ("12 معهد", "שלום", "Institute معهد", "123", "")] == [True, True] + 3 * [False]


def test_many_parties_have_numbers_and_a_list(plain: dict[str, Any], law: Law) -> None:
    other, base = plain["parties"][2], plain["transfers"][0]
    for index in range(9):
        plain["parties"].append({**copy.deepcopy(other), "id": f"p{index}", "name": f"Partner {index}"})
        plain["transfers"].append({**copy.deepcopy(base), "id": f"t{index}", "importer": f"p{index}"})
    said = texts(drawn(plain, law))
    assert {"1", "13"} <= set(said)
    assert [each for each in said if each.startswith("Partner 8, ")]


def test_a_part_of_a_long_map_says_which(plain: dict[str, Any], law: Law) -> None:
    picture = drawn(plain, law, 2, 3)
    assert len(list(picture.iter(f"{SVG}g"))) == 3
    assert any("transfers 3 to 5 of 6" in each for each in texts(picture))
    # Two parts may stand in one page: their ids differ.
    whole = {each.get("id") for each in drawn(plain, law).iter() if each.get("id")}
    assert whole.isdisjoint({each.get("id") for each in picture.iter() if each.get("id")})


def test_what_is_written_fits_the_room_that_it_has() -> None:
    for text in ("Finnish Institute for Health and Welfare", "国立研究開発法人医薬基盤", "a" * 80, "x " * 60):
        for line in wrapped(text, 90, 10.5, 4):
            assert width_of(line, 10.5) <= 90
        assert width_of(fitted(text, 90, 10.5), 10.5) <= 90
    assert wrapped("one two", 200, 10, 3) == ["one two"]
    assert len(wrapped("a" * 500, 90, 10, 3)) == 3
    assert wrapped("a" * 500, 90, 10, 3)[-1].endswith("…")
