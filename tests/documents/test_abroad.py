"""What Japan, Korea and Québec want written down before data go abroad."""

from __future__ import annotations

from typing import Any

import pytest

from service.documents.content import OPEN
from tests.documents.conftest import Change, Maker
from tests.documents.test_annexes import below, filled, words


def going(exporter: str, importer: str, kind: str = "company", measures: dict[str, Any] | None = None) -> Change:
    """Return an arrangement of records that one place sends to another."""

    def change(plain: dict[str, Any]) -> None:
        plain.clear()
        plain.update(
            title="Records",
            as_of="2026-11-23",
            parties=[
                {"id": "from", "name": "Sender", "country": exporter, "kind": kind},
                {"id": "to", "name": "Laboratory", "country": importer, "kind": "company"},
            ],
            datasets=[
                {
                    "id": "records",
                    "categories": ["health"],
                    "identifiability": "identified",
                    "subjects": [{"country": exporter[:2], "persons": 900}],
                }
            ],
            transfers=[
                {
                    "id": "t",
                    "exporter": "from",
                    "importer": "to",
                    "datasets": ["records"],
                    "mode": "copy",
                    "purposes": ["medical_research"],
                    "agreement": "research_collaboration",
                }
            ],
            measures=measures or {},
        )

    return change


def test_japan_has_people_told_three_matters_before_they_agree(make: Maker) -> None:
    report = make.report("thl-nih-diabetes", going("JP", "US"))
    told = filled(report, "What the people are told before they agree (art 28(2), Rules art 17)")
    assert told["1. Name of the country"] == "United States (US)"
    assert told["2. Its system for the protection of personal information, found out with due care"] == OPEN
    assert "not shown" in told["What was said of the consent"]
    assert "not seen" in words(below(report, "Annex: information on provision to a third party abroad"))


def test_japan_has_a_contract_watched_at_least_once_a_year(make: Maker) -> None:
    report = make.report("thl-nih-diabetes", going("JP", "US", measures={"jp.equivalent_contract": True}))
    caption = "The recipient's system of equal measures, and the watch over it (art 28(3), Rules arts 16, 18)"
    watched = filled(report, caption)
    assert watched["How the system was set up: contract, rules of the group, or certificate"] == "shown"
    assert len(watched) == 8


def test_korea_has_five_matters_told_and_three_settled_in_the_contract(make: Maker) -> None:
    report = make.report("thl-nih-diabetes", going("KR", "US"))
    told = filled(report, "What the people are told, or what the privacy policy discloses (art 28-8(2))")
    assert {each[0] for each in told if each[0].isdigit()} == {"1", "2", "3", "4", "5"}
    assert told["3. Recipient: name, and where it can be reached"] == "Laboratory (to)"
    assert told["2. Country"] == "United States (US)"
    assert "How complaints are dealt with, and disputes settled" in words(below(report, "Annex: matters of a transfer"))


@pytest.mark.parametrize("kind", ["company", "university"])
def test_quebec_has_four_matters_weighed_and_an_agreement(make: Maker, kind: str) -> None:
    report = make.report("thl-nih-diabetes", going("CA-QC", "US", kind, {"ca.qc_pia": {"finding": "adequate"}}))
    weighed = filled(report, "Privacy impact assessment before the information leaves Québec (para 1)")
    assert {each[0] for each in weighed if each[0].isdigit()} == {"1", "2", "3", "4"}
    assert weighed["What was said of the assessment"].startswith("shown")
    assert weighed["Finding: adequate protection by generally recognised principles, and why"] == OPEN
    assert len(filled(report, "Written agreement (para 2)")) == 3


@pytest.mark.parametrize(("exporter", "importer"), [("JP", "FI"), ("CA-ON", "US"), ("FI", "US")])
def test_where_the_route_asks_for_none_there_is_no_annex(make: Maker, exporter: str, importer: str) -> None:
    titles = [each.title for each in make.report("thl-nih-diabetes", going(exporter, importer)).sections]
    assert not [each for each in titles if "Japan" in each or "Korea" in each or "Québec" in each]
