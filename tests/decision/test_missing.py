"""Missing facts: what is asked can change what is found, and the sets that are said to settle it do."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.decision.answers import possible_answers, with_answer
from engine.decision.deciding import decide
from engine.decision.missing import Missing, missing_facts
from engine.decision.statute import Law
from engine.law.intake import read_arrangement
from tests.inference.generating import DAYS, accepted, arrangements, laws
from tests.rulesets_for_tests.making import Data, covered, instrument, law, measure, plain, read, rule, trait

SCOPE = rule("scope", "s")
TRAITS = {"zz.one": trait("dataset"), "zz.two": trait("dataset"), "zz.three": trait("dataset")}


def found(*rules: Data, **more: Any) -> Missing:
    made = law(instrument(SCOPE, *rules, traits=TRAITS, measures={"zz.m": measure()}))
    return missing_facts(read(plain(), made), made, **more)


def facts(missing: Missing) -> list[str]:
    return [each.question.fact for each in missing.facts]


def test_what_decides_most_is_asked_first() -> None:
    """A ban that turns on one fact alone, or on two others together."""
    missing = found(rule("ban", "b", ["data.zz.one or (data.zz.two and data.zz.three)"]))
    assert facts(missing)[0] == "zz.one"
    assert set(facts(missing)) == {"zz.one", "zz.two", "zz.three"}


def test_an_exception_to_what_does_not_apply_asks_for_nothing() -> None:
    never = "data.identifiability == synthetic"
    ban = rule("ban", "b", [never])
    excepted = rule("exception", "e", ["data.zz.one"], to=["b"])
    again = rule("exception", "f", ["data.zz.two"], to=["e"])
    assert facts(found(ban, excepted, again, rule("ban", "c", ["data.zz.three"]))) == ["zz.three"]
    also = rule("exception", "e", ["data.zz.one"], to=["b", "c"])
    assert set(facts(found(ban, also, rule("ban", "c", ["data.zz.three"])))) == {"zz.one", "zz.three"}


def test_a_set_that_settles_is_the_smallest() -> None:
    missing = found(rule("ban", "b", ["data.zz.one", "data.zz.two"]))
    assert [len(each.facts) for each in missing.sets] == [1, 1]  # a single no settles it
    both = found(rule("ban", "b", ["data.zz.one"]), rule("ban", "c", ["data.zz.two"]), rule("route", "r"))
    assert next(each.facts for each in both.sets)[0].startswith("/datasets/0/traits/zz.")


def test_each_answer_says_where_it_leads_and_why_it_is_asked() -> None:
    (fact,) = found(rule("ban", "b", ["data.zz.one"])).facts
    assert {lead.answer: (lead.outcome, lead.left) for lead in fact.leads} == {
        True: ("prohibited", 0),
        False: ("permitted", 0),
    }
    assert [(why.rule, why.cite) for why in fact.why] == [("zz.act.s1.b", "s 1")]


def test_nothing_is_asked_where_the_transfer_is_refused_anyway() -> None:
    other = instrument(rule("scope", "s"), rule("ban", "b"), id="zz.other")
    made = law(instrument(SCOPE, rule("ban", "b", ["data.zz.one"]), traits=TRAITS), other)
    assert missing_facts(read(plain(), made), made).facts == ()


def test_a_fact_that_makes_no_difference_is_not_asked_for() -> None:
    """Known or not, and whatever it is, the ban holds."""
    rules = [rule("ban", "b", ["data.zz.one or not data.zz.one", "data.zz.two"])]
    assert "zz.two" in facts(found(*rules))
    alone = found(rule("ban", "b", ["data.zz.one", "not data.zz.one", "data.zz.two"]))
    assert "zz.one" not in facts(alone) or any(lead.settles for lead in alone.facts[0].leads)


def test_who_holds_a_key_is_asked_as_arrangements_say_it() -> None:
    missing = found(rule("ban", "b", ["data.key_with_importer"]))
    (fact,) = missing.facts
    assert (fact.question.fact, fact.question.type) == ("key_holder", "party")
    leads = {lead.answer: lead.outcome for lead in fact.leads}
    assert leads[plain()["transfers"][0]["importer"]] == "prohibited"
    assert leads["none"] == "permitted"


def test_what_nobody_can_tell_is_not_asked_again() -> None:
    assert facts(found(rule("ban", "b", ["data.zz.one"]), without=["/datasets/0/traits/zz.one"])) == []


def verdicts(data: Data, made: Law, day: Any) -> list[tuple[str, str, str]]:
    decision = decide(read_arrangement(data, made.library), made, as_of=day, core=False)
    return [(t.id, f.instrument + f.dataset, f.outcome) for t in decision.transfers for f in t.findings] + [
        (t.id, "gaps", str(len(t.gaps))) for t in decision.transfers
    ]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(laws(), arrangements(), st.sampled_from(DAYS))
def test_no_question_is_asked_whose_answer_cannot_change_what_is_found(drawn: Any, data: Data, day: Any) -> None:
    """Decided whole each time, answers to a question lead to different findings, alone or beside one other answer."""
    made = accepted(drawn)
    missing = missing_facts(read_arrangement(data, made.library), made, as_of=day)
    asked = [fact.question for fact in missing.facts]
    stays = verdicts(data, made, day)
    for question in asked[:4]:
        answers = possible_answers(question, data)
        alone = [fitting(data, [(question, value)], made, day) for value in answers]
        if not answers or any(each is not None and each != stays for each in alone):
            continue
        pairs = (
            [fitting(data, [(other, beside), (question, value)], made, day) for value in answers]
            for other in asked
            if other is not question
            for beside in possible_answers(other, data)
        )
        assert any(len({str(each) for each in seen if each is not None}) > 1 for seen in pairs), question


def fitting(data: Data, answers: list[tuple[Any, Any]], made: Law, day: Any) -> Any:
    changed: Any = copy.deepcopy(data)
    try:
        for question, value in answers:
            changed = with_answer(changed, question, value)
        return verdicts(changed, made, day)
    except Exception:  # noqa: BLE001 - an answer that does not fit is none
        return None


def test_answering_every_question_settles_the_arrangement() -> None:
    made = law(instrument(SCOPE, rule("ban", "b", ["data.zz.one", "data.zz.two or data.zz.three"]), traits=TRAITS))
    for answers in product((True, False), repeat=3):
        said = dict(zip(TRAITS, answers, strict=True))
        data = plain()
        for _ in range(4):
            missing = missing_facts(read(data, made), made)
            if not missing.facts:
                break
            question = missing.facts[0].question
            data = with_answer(data, question, said[question.fact])
        banned = said["zz.one"] and (said["zz.two"] or said["zz.three"])
        assert decide(read(data, made), made).outcome == ("prohibited" if banned else "permitted")


# -- gaps -------------------------------------------------------------------------------------------------------------


def test_no_answer_leads_to_a_permission_where_law_is_not_encoded() -> None:
    made = law(
        instrument(SCOPE, rule("ban", "b", ["data.zz.one"]), traits=TRAITS, measures={"zz.m": measure()}),
        coverage=covered("BV"),
    )
    missing = missing_facts(read(plain(), made), made)
    (fact,) = missing.facts
    assert {lead.answer: (lead.outcome, lead.left) for lead in fact.leads} == {
        True: ("prohibited", 0),
        False: ("undetermined", 0),
    }
    assert [each.partition(" on ")[0] for each in missing.unanswerable] == [
        "the law of Heard Island and McDonald Islands (HM)"
    ]


def test_an_answer_leaves_open_where_the_people_are() -> None:
    """Two findings are open and, as nobody said where the people are, a gap; each answer settles what it settles."""
    rules = (rule("ban", "b", ["data.zz.one"]), rule("ban", "c", ["data.zz.two"]))
    made = law(instrument(SCOPE, *rules, traits=TRAITS, measures={"zz.m": measure()}))
    missing = missing_facts(read(plain(datasets__0__subjects=...), made), made)
    leads = {(fact.question.fact, lead.answer): lead for fact in missing.facts for lead in fact.leads}
    assert leads["zz.one", True].outcome == "prohibited"
    assert leads["zz.one", True].left == 1
    assert all(lead.outcome != "permitted" for lead in leads.values())
    assert missing.sets == ()


def test_where_the_people_are_is_asked_and_closes_the_gap() -> None:
    ask = rule("ban", "b", ["HM in data.subject_countries", "data.zz.one"])
    made = law(instrument(SCOPE, ask, traits=TRAITS, measures={"zz.m": measure()}))
    missing = missing_facts(read(plain(datasets__0__subjects=...), made), made)
    leads = {fact.question.fact: fact.leads for fact in missing.facts}
    assert {
        str(lead.answer): (lead.outcome, lead.settles, lead.left) for lead in leads["subject_countries"]
    }.items() >= {
        "[]": ("permitted", 2, 0),
        "['BV']": ("permitted", 2, 0),
        "['HM']": ("undetermined", 1, 1),
    }.items()
    assert "subject_countries" in missing.sets[0].facts[0]
