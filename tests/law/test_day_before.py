"""The last day of a rule of the shipped law, and the next: something takes its place, or it ends for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from engine.law.model import END, Instrument, Rule
from tests.rulesets_for_tests.making import shipped_law as law

# What ran out, was struck down or was repealed without a successor in the same instrument.
ENDED_FOR_GOOD = {
    "au.defence-trade-controls.s10.transition",
    "br.lgpd.art33-II-b.transition",
    "ca.qc-law25.a2.1-s7.hospital",
    "cn.automotive-data.art3-6-5.many-people",
    "cn.export-control.ann62-2025.first",
    "eu.clinical-trials.art98.directive",
    "eu.eudpr.art47.uk-2025",
    "eu.gdpr-transfers.art45-3.uk-2025",
    "eu.gdpr-transfers.dec2021-914-art4.running-clauses",
    "eu.law-enforcement-directive.tca782.bridge",
    "gb.uk-gdpr-transfers.sch21-7.old-clauses",
    "gb.uk-gdpr-transfers.sch21-7.running-clauses",
    "hk.gba-contract.pilot.sectors",
    "id.pdp.art74.grace",
    "sa.pdpl.grace.first-year",
    "tr.kvkk.old-art9-1.consent",
    "trade.rcep.art12.15.grace",
    "us.biosecure.851-f.first-list",
    "us.cui-800-171.phase-2.now",
    "us.doj-data-security.202.policy.first-90-days",
    "us.ear.746.9.syria-ear99",
    "us.ear.746.9.licence",
    "us.eo-chain.14117.before-rule",
    "us.nih-controlled-access.NOT-OD-24-157.until-renewal",
}


def endings() -> Iterator[tuple[Instrument, date, list[Rule]]]:
    """Yield the last days of rules within the days of their instrument, with the rules that end."""
    for instrument in law().library.instruments.values():
        ending: dict[date, list[Rule]] = defaultdict(list)
        for rule in instrument.rules:
            if rule.period.last < END and rule.period.last != instrument.period.last:
                ending[rule.period.last].append(rule)
        for last, rules in sorted(ending.items()):
            yield instrument, last, rules


@pytest.mark.parametrize(
    ("instrument", "last", "rules"), [pytest.param(*each, id=f"{each[0].id}-{each[1]}") for each in endings()]
)
def test_what_ends_has_a_successor_on_the_next_day_or_is_known_to_have_none(
    instrument: Instrument, last: date, rules: list[Rule]
) -> None:
    successors = [each for each in instrument.rules if each.period.first == last + timedelta(days=1)]
    assert successors or {each.id for each in rules} <= ENDED_FOR_GOOD, f"nothing follows on {last}"


def test_what_is_known_to_have_no_successor_ends() -> None:
    assert {rule.id for _, _, rules in endings() for rule in rules} >= ENDED_FOR_GOOD


def test_a_number_goes_on_from_day_to_day_until_it_ends() -> None:
    for instrument in law().library.instruments.values():
        for name, number in instrument.numbers.items():
            values = sorted(number.values, key=lambda each: each.period.first)
            for one, other in pairwise(values):
                assert one.period.last + timedelta(days=1) == other.period.first, f"{instrument.id}: {name}"
