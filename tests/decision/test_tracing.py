"""What a rule read is told of each transfer apart, though the same line reads the same facts again and again."""

from __future__ import annotations

import pytest

from engine.decision.model import Decision
from engine.decision.statute import Law
from engine.decision.traces import FactTrace
from tests.rulesets_for_tests.making import decided, instrument, law, plain, rule, trait

FIRST = plain()["transfers"][0]
THIRD = {"id": "c", "country": "IO", "kind": "university"}
BACK = {**FIRST, "id": "u", "importer": "c", "datasets": ["e"]}
KEYLESS = {**plain()["datasets"][0], "id": "e"}
TWO = plain(parties__2=THIRD, transfers=[FIRST, BACK], datasets=[*plain()["datasets"], KEYLESS])


def facts(decision: Decision, fact: str) -> list[FactTrace]:
    """Return what was read of a fact, transfer by transfer."""
    return [
        read
        for transfer in decision.transfers
        for finding in transfer.findings
        for traced in finding.rules
        for line in traced.conditions
        for read in line.facts
        if read.name == fact
    ]


def barred(condition: str) -> Law:
    return law(instrument(rule("scope", "s"), rule("ban", "b", [condition])))


@pytest.mark.parametrize(
    ("condition", "fact", "told"),
    [
        (
            "importer.country in [HM, IO]",
            "importer.country",
            [("HM", "/parties/1/country"), ("IO", "/parties/2/country")],
        ),
        (
            "data.identifiability == pseudonymised",
            "data.identifiability",
            [("pseudonymised", f"/datasets/{number}/identifiability") for number in (0, 1)],
        ),
        ("transfer.mode == copy", "transfer.mode", [("copy", f"/transfers/{number}/mode") for number in (0, 1)]),
        (
            # Nobody said who holds the key to either data set.
            "key_holder.country == HM",
            "key_holder.country",
            [("unknown", f"/datasets/{number}/key_holder") for number in (0, 1)],
        ),
    ],
)
def test_each_transfer_is_told_what_was_read_of_its_own(condition: str, fact: str, told: list[tuple[str, str]]) -> None:
    found = facts(decided(barred(condition), TWO), fact)
    assert [(read.value, read.pointer) for read in found] == told


TRAITS = {"zz.known": trait(), "zz.bad": trait(derived=True), "zz.body": trait(derived=True)}
WORDS = instrument(
    rule("definition", "d", ["party.zz.known"], defines="zz.bad"),
    rule("definition", "e", ["not party.zz.bad"], defines="zz.body"),
    id="zz.words",
    traits=TRAITS,
)
EXEMPT = (rule("scope", "s"), rule("exemption", "x", ["importer.zz.body"]), rule("ban", "b"))
BARRED = (rule("scope", "s"), rule("ban", "b", ["importer.zz.body"]))


@pytest.mark.parametrize("exempting", ["zz.aaa", "zz.zzz"])
def test_what_is_behind_a_status_is_explained_whichever_law_reads_it_first(exempting: str) -> None:
    # The body is one because it is not known to be bad. A law that reaches the transfer explains that, too.
    made = law(WORDS, instrument(*EXEMPT, id=exempting), instrument(*BARRED, id="zz.mmm"))
    decision = decided(made, plain(parties__1__traits={"zz.known": False}))
    told = [(each.trait, each.of, each.truth) for each in decision.derived]
    assert told == [("zz.bad", "/parties/1", "false"), ("zz.body", "/parties/1", "true")]
