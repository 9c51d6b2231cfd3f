"""What coverage says of each subject that people ask about: encoded by an instrument, or named as left out.

Nobody may believe that export control, say, was looked at where it was not.
"""

from __future__ import annotations

from datetime import date

from engine.decision.deciding import decide
from engine.facts.places import countries
from engine.law.intake import read_arrangement
from engine.law.model import REMARK_KINDS, SUBJECTS, CoveredDays, Instrument
from tests.rulesets_for_tests.making import instrument, plain, rule
from tests.rulesets_for_tests.making import law as made
from tests.rulesets_for_tests.making import shipped_law as law

# Countries with rulesets, but never or no longer with a permission: nobody saw whether a law or a bill there stands.
NEVER_PERMITTED = {"BD", "PK"}
TODAY = date(2026, 11, 26)


def spells() -> list[tuple[str, CoveredDays]]:
    return [(key, spell) for key, found in law().library.coverage.items() for spell in found]


def coverage(**subjects: object) -> dict[str, object]:
    return {"jurisdictions": {"BV": [{"from": "2000-01-01", "by": ["zz.act"], **subjects}]}}


def test_every_entry_says_of_each_subject_that_it_is_encoded_or_left_out() -> None:
    assert len(spells()) > 40
    silent = [
        f"{key} from {spell.period.first}: {subject}"
        for key, spell in spells()
        for subject in SUBJECTS
        if (subject in spell.subjects) == (subject in spell.left_out_subjects)
    ]
    assert silent == []


def test_every_country_with_a_ruleset_has_an_entry_or_never_a_permission() -> None:
    encoded = {each.jurisdiction for each in law().library.instruments.values()} & countries()
    assert encoded - law().books.on(TODAY).covered.keys() == NEVER_PERMITTED


def test_what_encodes_a_subject_is_law_of_the_country_that_has_not_ended_before() -> None:
    instruments = law().library.instruments
    wrong = [
        f"{key} from {spell.period.first}: {subject}: {name}"
        for key, spell in spells()
        for subject, names in spell.subjects.items()
        for name in names
        if not binds(instruments[name], key) or instruments[name].period.last < spell.period.first
    ]
    assert wrong == []


def binds(encoded: Instrument, key: str) -> bool:
    """Return whether an instrument is law of an entry's country, which the Union's also is of its members."""
    return encoded.jurisdiction in (key, "EU") and encoded.kind not in REMARK_KINDS


def test_an_instrument_on_export_control_stands_for_that_subject_in_its_country() -> None:
    places = {"EU": ("group:eu",), "NL": ()}  # the Netherlands have the Union's entry
    missing = [
        each.id
        for each in law().library.instruments.values()
        if each.kind == "export_control"
        for key in places.get(each.jurisdiction, (each.jurisdiction,))
        if not any("export_control" in spell.subjects for spell in law().library.coverage[key])
    ]
    assert missing == []


def test_technical_data_from_a_country_without_encoded_export_control_are_told_to_be_unexamined() -> None:
    for country in ("CO", "PE", "UY", "ZA", "KE", "BR", "ID", "IL", "NO"):
        told = decided(country, TODAY)
        assert any(line.startswith(f"{country}: export control") for line in told), country
    assert not any("export control" in line for line in decided("FI", TODAY))


def test_technology_is_asked_about_where_export_control_is_left_out_and_nowhere_else() -> None:
    covered = law().books.on(TODAY).covered
    left_out = {key for key, spell in covered.items() if len(key) == 2 and "export_control" not in spell.subjects}
    states = law().library.instruments["regimes.export-control-elsewhere"].groups["not_encoded_states"]
    assert {each.member for each in states.members} == left_out


def test_export_control_that_began_later_is_left_out_on_the_days_before() -> None:
    assert "VN: export control before 2025-10-10" in decided("VN", date(2025, 10, 9))
    assert not any("export control" in line for line in decided("VN", date(2025, 10, 10)))


def test_a_subject_of_which_nothing_is_said_is_told_as_left_out() -> None:
    act = instrument(rule("scope", "s", from_="2010-01-01"))
    book = made(act, coverage=coverage(subjects={"privacy": ["zz.act"]}, left_out=["taxes"])).books
    assert book.on(date(2011, 1, 1)).covered["BV"].left_out == (
        "taxes",
        SUBJECTS["localization"],
        SUBJECTS["research"],
        SUBJECTS["export_control"],
    )


def decided(country: str, day: date) -> tuple[str, ...]:
    arrangement = plain(
        parties__0__country=country,
        parties__1__country="FI",
        datasets__0__categories=["technical_data"],
        datasets__0__identifiability="non_personal",
        datasets__0__subjects="none",
    )
    return decide(read_arrangement(arrangement, law().library), law(), as_of=day).left_out
