from __future__ import annotations

from typing import Any

import pytest

from engine.decision.deciding import decide
from service.documents import reasons
from service.documents.clauses import module_of, named
from service.documents.content import OPEN, Items, Paragraph, Picture, Report, Section, Table
from service.documents.report import report_of
from tests.documents.conftest import Change, Maker


def below(report: Report, title: str) -> list[Section]:
    """Return the section of a title with those below it."""
    start = next(i for i, section in enumerate(report.sections) if section.title.startswith(title))
    rest = report.sections[start + 1 :]
    end = next((i for i, section in enumerate(rest) if section.level == 1), len(rest))
    return [report.sections[start], *rest[:end]]


def words(sections: list[Section]) -> str:
    found = []
    for section in sections:
        found.append(section.title)
        for block in section.blocks:
            match block:
                case Paragraph():
                    found.append(block.text.text)
                case Items():
                    found += [each.text for each in block.items]
                case Table():
                    found += [block.caption, *(cell.text for row in block.rows for cell in row)]
                case Picture():
                    found.append(block.says)
    return "\n".join(found)


def filled(report: Report, caption: str) -> dict[str, str]:
    """Return a form, by what it asks for."""
    tables = [block for section in report.sections for block in section.blocks if isinstance(block, Table)]
    return {row[0].text: row[1].text for table in tables if table.caption == caption for row in table.rows}


def roles(exporter: str | None, importer: str | None) -> Change:
    def change(plain: dict[str, Any]) -> None:
        for key, role in (("exporter_role", exporter), ("importer_role", importer)):
            plain["transfers"][0].pop(key, None)
            if role:
                plain["transfers"][0][key] = role

    return change


@pytest.mark.parametrize(
    ("exporter", "importer", "module"),
    [
        ("controller", "controller", "one"),
        ("joint_controller", "controller", "one"),
        ("controller", "processor", "two"),
        ("processor", "sub_processor", "three"),
        ("processor", "controller", "four"),
        ("controller", None, None),
        (None, "processor", None),
        ("controller", "data_subject", None),
    ],
)
def test_the_module_follows_from_the_roles(exporter: str | None, importer: str | None, module: str | None) -> None:
    assert module_of(exporter, importer) == module


def test_controller_to_processor_is_module_2() -> None:
    module = module_of("controller", "processor")
    assert module is not None
    assert named(module) == "Module 2 (controller to processor)"


def test_module_2_has_all_three_annexes(make: Maker) -> None:
    said = words(below(make.report("eu-ca-university", roles("controller", "processor")), "Annex: EU standard"))
    for annex in ("Annex I.A", "Annex I.B", "Annex I.C", "Annex II:", "Annex III: list of sub-processors"):
        assert annex in said
    assert "Clause 9(a)" in said


def test_module_1_has_no_list_of_sub_processors(make: Maker) -> None:
    said = words(below(make.report("eu-ca-university", roles("controller", "controller")), "Annex: EU standard"))
    assert "Module 1 (controller to controller)" in said
    assert "Annex II:" in said
    assert "Annex III (list of sub-processors) is not used under Module 1." in said
    assert "Clause 9(a)" not in said


def test_without_a_role_no_module_is_named_and_the_role_is_asked_for(make: Maker) -> None:
    said = words(below(make.report("eu-ca-university", roles("controller", None)), "Annex: EU standard"))
    assert "The module cannot be named" in said
    assert "Module 1" not in said


def test_what_is_known_is_filled_in_and_the_rest_is_to_be_completed(make: Maker) -> None:
    found = filled(make.report("three-party-genomics"), "Annex I.A: list of parties")
    assert found["Data exporter: name"].startswith("A university in Finland")
    assert found["Data exporter: contact person with position and contact details"] == OPEN


def test_the_impact_assessment_has_the_six_steps_in_order(make: Maker) -> None:
    assessment = below(make.report("three-party-genomics"), "Transfer impact assessment for transfer fi-us")
    assert [section.title[:7] for section in assessment[1:]] == [f"Step {number}:" for number in range(1, 7)]


def test_the_assessment_concludes_nothing_by_itself(make: Maker) -> None:
    assert filled(make.report("three-party-genomics"), "Findings of the exporter")["Conclusion"] == OPEN


def test_a_transfer_under_an_adequacy_decision_needs_no_clauses_and_no_assessment(make: Maker) -> None:
    titles = [section.title for section in make.report("eu-us-company").sections]
    assert not [title for title in titles if title.startswith(("Annex: EU", "Transfer impact"))]


def test_the_uk_choice_is_the_agreement_where_no_eu_clauses_stand_beside_it(make: Maker) -> None:
    said = words(below(make.report("uk-us-data-bridge"), "Annex: UK agreement or Addendum for transfer to-institute"))
    assert "Either may be used. No EU standard contractual clauses stand beside this transfer" in said
    for table in (1, 2, 3, 4):
        assert f"Table {table}" in said


def test_the_uk_choice_names_the_addendum_where_eu_clauses_are_signed(make: Maker) -> None:
    def change(plain: dict[str, Any]) -> None:
        plain.setdefault("measures", {})["eu.scc"] = {"module": "one"}

    said = words(below(make.report("uk-us-data-bridge", change), "Annex: UK agreement or Addendum"))
    assert "so the Addendum keeps both sides under one set of clauses" in said


def test_the_uk_annex_holds_the_annexes_of_the_eu_clauses_where_nothing_else_does(make: Maker) -> None:
    report = make.report("uk-us-data-bridge")
    said = words(below(report, "Annex: UK agreement or Addendum for transfer to-institute"))
    assert "Annex I.A: list of parties" in said
    assert "Annex II: technical and organisational measures" in said
    assert "Annex I.C" not in said  # the Commissioner is the authority


def national(country: str, measures: dict[str, Any]) -> Change:
    def change(plain: dict[str, Any]) -> None:
        plain["parties"][0] |= {"country": country, "organised_under": country}
        data = plain["datasets"][0]
        if country == "CN":
            handled = {"cn.handles_persons": 500_000, "cn.abroad_other": 200_000, "cn.abroad_sensitive": 0}
            plain["parties"][0].setdefault("traits", {}).update({"cn.ciio": False, **handled})
            data |= {"categories": ["customer"], "traits": {"cn.important_data": False}}
        data["subjects"] = [
            {"country": country, "persons": 200_000}
        ]  # too many to be free in China, too few to be assessed
        data["collected_in"] = [country]
        plain["measures"] |= measures

    return change


@pytest.mark.parametrize(
    ("country", "measures", "title", "holds"),
    [
        (
            "CN",
            {"cn.standard_contract": True},
            "Chinese standard contract",
            ["3. Scale", "Impact assessment", "ten working"],
        ),
        (
            "BR",
            {"br.scc": {"unaltered": True}},
            "Brazilian standard clauses",
            ["Clause 3: ", "Section III", "Section IV"],
        ),
        (
            "CH",
            {"ch.recognised_clauses": {"swiss_adaptations": "made"}},
            "Swiss adaptations of the EU clauses",
            ["FDPIC", "Clause 18", "Annex I.B: description of the transfer"],
        ),
    ],
)
def test_the_contract_of_the_law_that_carries_a_transfer_has_its_blanks(
    make: Maker, country: str, measures: dict[str, Any], title: str, holds: list[str]
) -> None:
    report = make.report("eu-us-company", national(country, measures))
    said = words(below(report, f"Annex: {title} for transfer de-us"))
    for part in [*holds, "A research company in Germany", "recalled and not seen", OPEN]:
        assert part in said, part
    titles = [section.title for section in make.report("eu-us-company").sections]
    assert not [each for each in titles if title in each]


def test_the_duo_summary_gives_the_meaning_of_each_code(make: Maker) -> None:
    said = words(below(make.report("thl-nih-diabetes"), "Use limits"))
    assert "DUO:0000042" in said
    assert "GRU: any research." in said


def limited(plain: dict[str, Any]) -> None:
    plain.clear()
    clinic = {"id": "clinic", "country": "US", "kind": "hospital", "traits": {"us.hipaa.role": "covered_entity"}}
    plain.update(
        title="A limited data set for a Japanese university",
        as_of="2026-11-23",
        parties=[clinic, {"id": "tokyo", "country": "JP", "kind": "university"}],
        datasets=[
            {
                "id": "records",
                "categories": ["health"],
                "identifiability": "limited_data_set",
                "subjects": [{"country": "US", "persons": 900}],
                "fields": ["full_dates", "zip5", "city", "clinical_values"],
                "traits": {"us.hipaa.from_care": True},
            }
        ],
        transfers=[
            {
                "id": "us-jp",
                "exporter": "clinic",
                "importer": "tokyo",
                "datasets": ["records"],
                "mode": "copy",
                "purposes": ["medical_research"],
            }
        ],
        measures={"us.hipaa.dua": True},
    )


def test_a_limited_data_set_gets_the_elements_of_its_agreement(make: Maker) -> None:
    found = filled(make.report("thl-nih-diabetes", limited), "Elements of the data use agreement")
    # 164.514(e)(4)(ii): (A), (B), and five promises of the recipient under (C); and the form of assurance, (e)(4)(i).
    assert len(found) == 8
    assert [number for number in range(1, 7) if f"(C)({number})" in "".join(found)] == [1, 2, 3, 4, 5]


def test_each_condition_names_its_owner_and_a_day_where_the_start_is_known(make: Maker) -> None:
    def change(plain: dict[str, Any]) -> None:
        plain["transfers"][0]["start"] = "2027-01-15"

    (checklist,) = below(make.report("thl-nih-diabetes", change), "Conditions checklist")
    (table,) = [block for block in checklist.blocks if isinstance(block, Table)]
    assert all(row[3].text and row[4].text for row in table.rows)
    assert "at the transfer, by 2027-01-15" in {row[4].text for row in table.rows}
    assert "Finnish Institute for Health and Welfare (thl), as exporter" in {row[3].text for row in table.rows}


def reasons_of(report: Report) -> list[Section]:
    return [each for each in report.sections if each.title.startswith("Reasons")]


def rules_in(report: Report) -> int:
    tables = [block for each in report.sections for block in each.blocks if isinstance(block, Table)]
    return sum(len(table.rows) for table in tables if table.caption.startswith("Rules that decided"))


def test_a_document_holds_as_many_reasons_as_it_has_room_for_and_says_so(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make.report("eu-us-company")
    assert reasons_of(whole)[0].title.startswith("Reasons for transfer")
    monkeypatch.setattr(reasons, "MOST_RULES", rules_in(whole) - 1)
    less = make.report("eu-us-company")
    assert "Below are the " in words(reasons_of(less))
    assert 0 < rules_in(less) < rules_in(whole)
    monkeypatch.setattr(reasons, "MOST_RULES", 1)
    (said,) = reasons_of(make.report("eu-us-company"))
    assert "are left out: they are" in words([said])
    assert "Below are" not in words([said])


def test_a_summary_leaves_the_reasons_out_and_says_so(make: Maker) -> None:
    arrangement = make.arrangement("eu-us-company")
    report = report_of(decide(arrangement, make.law), arrangement, make.law.library, is_summary=True)
    (said,) = reasons_of(report)
    assert "This is a summary" in words([said])
    assert {"Summary", "Conditions checklist", "Receipt and limits"} <= {each.title for each in report.sections}


def test_the_share_of_recalled_law_is_said(make: Maker) -> None:
    assert "was recalled and not seen when they were encoded" in words(below(make.report("eu-us-company"), "Summary"))


def test_each_remark_stands_once_with_the_transfers_that_it_goes_with(make: Maker) -> None:
    arrangement = make.arrangement("three-party-genomics")
    decision = decide(arrangement, make.law)
    report = report_of(decision, arrangement, make.law.library, is_summary=True)
    (remarks,) = below(report, "Remarks and warnings")
    lines = [each.text for block in remarks.blocks if isinstance(block, Items) for each in block.items]
    notes = {(each.says, each.cite) for transfer in decision.transfers for each in transfer.notes}
    assert len(lines) == len(set(lines)) == len(notes)
    assert len(lines) < sum(len(transfer.notes) for transfer in decision.transfers)
    assert all(line.startswith("Warning") for line in lines[: sum(line.startswith("Warning") for line in lines)])
    (broad,) = [line for line in lines if "Broad consent must be made more concrete" in line]
    assert broad.endswith("(for fi-us, fi-jp)")
    assert "Broad consent" not in words(below(report, "Findings for transfer fi-us"))
