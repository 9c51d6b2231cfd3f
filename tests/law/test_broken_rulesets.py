"""What an author is told about each mistake: the exact place, code, message and help.

Every case changes one small correct instrument, so that the place can be counted in the text below.
"""

from __future__ import annotations

import pytest

from engine.errors import RulesetError
from engine.law.files import RulesetFiles
from engine.law.loading import build_library
from tests.rulesets_for_tests.making import facts_text

# The rules begin at lines 11 and 16, the condition stands at 21:9, more keys follow from line 22.
ACT = """\
instrument:
  id: zz.act
  title: Zedland Act
  jurisdiction: "ZZ"
  kind: transfer
  in_force: {from: "2000-01-01"}
  source: {cite: "Act 1"}
  checked: {on: "2026-11-23", text: seen}
  hook: tests
rules:
  - id: zz.act.s1.scope
    kind: scope
    cite: "s 1"
    says: It reaches.
    when: []
  - id: zz.act.s2.ban
    kind: ban
    cite: "s 2"
    says: It forbids.
    when:
      - data.minors
"""
ADD = "\n  hook: tests\n"
LEG_TRAIT = "{of: leg, type: bool, derived: true}"
MEASURE = 'measures: {zz.clauses: {lever: true, effort: 3, by: both, ask: "Signed?", fields: {}}}\n'
FIELD = 'measures: {zz.m: {lever: true, effort: 3, by: both, ask: "Made?", fields: {finding: FORM}}}\n'
PLACE_HELP = "use an ISO 3166-1 alpha-2 code such as `FI`, or a subdivision such as `US-TX`"
TABLE = "member,from,until,cite,href,checked_on,text\n"
LISTED = "parameters: {listed: {kind: countries, table: listed}}\n"


def act(*changes: tuple[str, str], when: str = "data.minors", tail: str = "") -> str:
    text = ACT.replace("- data.minors", f"- {when}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text + tail


def many(*values: str, unit: str = "persons") -> str:
    lines = "".join(f'      - {{from: "{first}", value: 5, cite: "s 3"}}\n' for first in values)
    return f"parameters:\n  many:\n    unit: {unit}\n    values:\n{lines}"


def loaded(texts: dict[str, str], special: dict[str, str] | None = None, tables: dict[str, str] | None = None) -> None:
    build_library(RulesetFiles(texts, {"facts.yaml": facts_text(), **(special or {})}, tables or {}))


def told(text: str) -> str:
    with pytest.raises(RulesetError) as caught:
        loaded({"zz/act.yaml": text})
    return str(caught.value)


def fault(place: str, code: str, message: str, help: str = "") -> str:
    line = f"{place}: error[{code}]: {message}"
    return f"{line}\n  help: {help}" if help else line


def in_act(place: str, code: str, message: str, help: str = "") -> str:
    return fault(f"zz/act.yaml:{place}", code, message, help)


def implicit(place: str, word: str) -> str:
    message = f"`{word}` would be read as something else than text"
    return in_act(place, "implicit-type", message, f'write "{word}" with quotes')


def test_the_instrument_that_the_cases_change_is_correct() -> None:
    loaded({"zz/act.yaml": ACT})


TITLE = "title: Zedland Act"
YAML = {
    "Norway": (act(('jurisdiction: "ZZ"', "jurisdiction: NO")), implicit("4:17", "NO")),
    "a word that is true elsewhere": (act((TITLE, "title: on")), implicit("3:10", "on")),
    "an octal number": (act((TITLE, "title: 010")), implicit("3:10", "010")),
    "minutes to base sixty": (act((TITLE, "title: 12:30")), implicit("3:10", "12:30")),
    "a day without quotes": (act(('from: "2000-01-01"', "from: 2000-01-01")), implicit("6:20", "2000-01-01")),
    "no value": (
        act((TITLE, "title:")),
        in_act(
            "3:9",
            "implicit-type",
            "an empty value would be read as something else than text",
            "remove the key or give a value",
        ),
    ),
    "null": (
        act((TITLE, "title: ~")),
        in_act(
            "3:10", "implicit-type", "`~` would be read as something else than text", "remove the key or give a value"
        ),
    ),
    "a key that stands twice": (
        act((ADD, ADD + "  hook: again\n")),
        in_act("10:3", "repeated-key", "key `hook` stands twice", "the first is at line 9"),
    ),
    "an anchor": (
        act((TITLE, "title: &t Zedland Act")),
        in_act("3:10", "alias", "anchors and aliases are not allowed", "write the value out"),
    ),
    "an alias": (
        act((TITLE, "title: *t")),
        in_act("3:10", "alias", "anchors and aliases are not allowed", "write the value out"),
    ),
    "a tag": (
        act((TITLE, "title: !!str Act")),
        in_act("3:10", "tag", "tag `!!str` is not allowed", "remove the tag"),
    ),
    "a list for a key": (
        act((ADD, ADD + "  [a]: b\n")),
        in_act("10:3", "bad-key", "a key must be text", "write a word, a colon and the value"),
    ),
    "a tag on a key": (
        act((ADD, ADD.replace("hook", "!!str hook"))),
        in_act("9:3", "bad-key", "a key has no anchor and no tag", "remove what stands before it"),
    ),
    "two documents": (
        act(tail="---\na: b\n"),
        in_act("22:1", "bad-yaml", "a second document begins here", "write one document into a file"),
    ),
    "a colon too many": (
        act((TITLE, "title: a: b")),
        in_act("3:11", "bad-yaml", "mapping values are not allowed in this context"),
    ),
    "a bell": (
        act((TITLE, "title: a\x07b")),
        in_act(
            "3:11",
            "bad-yaml",
            "the character 0x0007 is not allowed",
            "remove it, or write it as an escape between quotes",
        ),
    ),
    # The title's value is at depth 2, so the fortieth bracket is at depth 41.
    "forty brackets": (
        act((TITLE, "title: " + "[" * 45 + "]" * 45)),
        in_act("3:49", "too-deep", "nested deeper than 40 levels"),
    ),
    "an empty file": ("", in_act("1:1", "empty-file", "nothing in this file")),
    "a file of remarks": ("# nothing yet\n", in_act("1:1", "empty-file", "nothing in this file")),
}


@pytest.mark.parametrize(("text", "expected"), YAML.values(), ids=YAML)
def test_what_yaml_does_behind_an_authors_back_is_a_fault(text: str, expected: str) -> None:
    assert told(text) == expected


KINDS = (
    "`privacy`, `transfer`, `localization`, `research_ethics`, `security`, `export_control`, `sector`, "
    "`trade_commitment` or `soft_law`"
)
FORM = {
    "an unknown key": (
        act((ADD, ADD + "  hooks: tests\n")),
        in_act("10:3", "unknown-key", "there is no key `hooks` here", "did you mean `hook`?"),
    ),
    "an unknown key like no other": (
        act(('{cite: "Act 1"}', '{cite: "Act 1", zzz: x}')),
        in_act("7:27", "unknown-key", "there is no key `zzz` here", "known are `cite`, `href`, `language`"),
    ),
    "a missing key": (act((ADD, "\n")), in_act("2:3", "missing-key", "`hook` is missing", "add it")),
    "a missing key of a rule": (
        act(('    cite: "s 2"\n', "")),
        in_act("16:5", "missing-key", "`cite` is missing", "add it"),
    ),
    "a number for text": (act((TITLE, "title: 5")), in_act("3:10", "wrong-type", "expected text, got `5`")),
    "a list for text": (act((TITLE, "title: [a]")), in_act("3:10", "wrong-type", "expected text, got a list")),
    "text for a list": (
        act(("when: []", "when: data.minors")),
        in_act("15:11", "wrong-type", "expected a list, got the text `data.minors`"),
    ),
    "a word that is none of the choices": (
        act(("kind: transfer", "kind: transfers")),
        in_act("5:9", "wrong-type", f"expected {KINDS}, got the text `transfers`", "did you mean `transfer`?"),
    ),
    "a rule id without its instrument": (
        act(("zz.act.s1.scope", "scope")),
        in_act(
            "11:9",
            "bad-value",
            "`scope` has not the right form",
            "write instrument, pinpoint and name: `zz.data-act.s3.scope`",
        ),
    ),
    "a day that is not in the calendar": (
        act(('from: "2000-01-01"', 'from: "2000-02-30"')),
        in_act("6:20", "bad-value", "there is no day `2000-02-30` in the calendar"),
    ),
    "a day written otherwise": (
        act(('from: "2000-01-01"', 'from: "1.1.2000"')),
        in_act("6:20", "bad-value", "a day is written `YYYY-MM-DD`"),
    ),
    "no rules": (
        act().partition("rules:")[0] + "rules: []\n",
        in_act("10:8", "too-short", "needs at least 1 entry"),
    ),
    "a number out of its bounds": (
        act(tail='measures: {zz.m: {lever: true, effort: 11, by: both, ask: "Made?"}}\n'),
        in_act("22:40", "bad-value", "`11` is more than 10"),
    ),
    "a reading with one option": (
        act(tail='readings: {zz.r: {ask: "How?", options: {a: {says: A., cite: "s 1"}}}}\n'),
        in_act("22:41", "too-short", "needs at least 2 entries"),
    ),
    "an id that is another file's": (
        act(("id: zz.act\n", "id: zz.other\n")),
        in_act("2:7", "wrong-file", "`zz.other` belongs in a file of that name"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), FORM.values(), ids=FORM)
def test_a_mistake_of_form_is_told_where_it_stands(text: str, expected: str) -> None:
    assert told(text) == expected


PARTY_TRAIT = 'traits: {zz.t: {of: party, type: bool, ask: "Is it so?"}}\n'
CONDITIONS = {
    "exporter.kindd == company": ("21:9", "unknown-fact", "`exporter` has no fact `kindd`", "did you mean `kind`?"),
    "exprter.kind == company": (
        "21:9",
        "unknown-fact",
        "no fact starts with `exprter` here",
        "did you mean `exporter`?",
    ),
    "data.minors and exporter.kindd == company": (
        "21:25",
        "unknown-fact",
        "`exporter` has no fact `kindd`",
        "did you mean `kind`?",
    ),
    "exporter.kind == univercity": (
        "21:26",
        "unknown-word",
        "there is no party_kind `univercity`",
        "did you mean `university`?",
    ),
    "importer.country == fi": ("21:29", "unknown-place", "there is no country `fi`", "write it in capitals: `FI`"),
    "importer.country == UK": (
        "21:29",
        "unknown-place",
        "there is no country `UK`",
        "the code of the United Kingdom is `GB`",
    ),
    "importer.country in nordics": ("21:29", "unknown-group", "there is no group `nordics`"),
    "data.categories == health": (
        "21:9",
        "set-compared",
        "`data.categories` is a set",
        "write `x in data.categories` or `overlaps(data.categories, NAME)`",
    ),
    "1 < data.persons() < 3": (
        "21:9",
        "chained-comparison",
        "`1 < data.persons() < 3` compares more than two things",
        "write two conditions",
    ),
    "data.identifiability > anonymous": (
        "21:9",
        "no-order",
        "`data.identifiability > anonymous` orders what has no order",
    ),
    'transfer.start >= "2024-13-01"': (
        "21:27",
        "bad-date",
        "`'2024-13-01'` is not a day",
        'write it as "2024-12-31"',
    ),
    "data.identifiability": (
        "21:9",
        "not-a-condition",
        "`data.identifiability` is not true or false",
        "compare it with something",
    ),
    "data.minors or and data.minors": (
        "21:24",
        "condition-syntax",
        "cannot read `data.minors or and data.minors` as a condition",
    ),
    # Python finds the end of the text on a line after it.
    "data.minors and": ("21:9", "condition-syntax", "cannot read `data.minors and` as a condition"),
    "exporter.kind is company": (
        "21:9",
        "condition-syntax",
        "`is` is not known in `exporter.kind is company`",
        "use `==`",
    ),
    "data.minors == yes": (
        "21:24",
        "wrong-type",
        "`data.minors` is true or false",
        "write `data.minors` or `not data.minors`",
    ),
    "overlap(data.categories, [health])": (
        "21:9",
        "unknown-function",
        "there is no function `overlap`",
        "did you mean `overlaps`?",
    ),
    "overlaps(data.categories)": ("21:9", "wrong-arguments", "`overlaps` takes a set and a group"),
    "overlaps(data.identifiability, [anonymous])": ("21:18", "wrong-type", "`data.identifiability` is not a set"),
    "data.person() > 5": ("21:9", "unknown-function", "there is no function `data.person`", "did you mean `persons`?"),
    "data.persons(XX) > 5": (
        "21:22",
        "unknown-place",
        "`XX` is neither a country, a group nor a category",
        PLACE_HELP,
    ),
    "data.persons() > plenty": ("21:26", "unknown-parameter", "`plenty` is no number"),
    # Days and whole numbers are ordered; there are no groups of them.
    'transfer.start in ["2024-01-01"]': ("21:9", "wrong-type", "`transfer.start` cannot be looked up in a group"),
    "data.trl in [1, 2]": ("21:9", "wrong-type", "`data.trl` cannot be looked up in a group"),
    "measure.zz.clauses": ("21:9", "unknown-measure", "there is no measure `zz.clauses`"),
    "reading.zz.key == absolute": ("21:9", "unknown-reading", "there is no reading `zz.key`"),
    "a" + ".a" * 499: (
        "21:9",
        "condition-syntax",
        f"`{'a.' * 28}a...` is nested too deep",
    ),
    "not " * 250 + "data.minors": (
        "21:9",
        "condition-syntax",
        "a condition longer than 1000 characters",
        "split it into lines",
    ),
}


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda text: text[:50])
def test_a_condition_that_cannot_be_read_is_told_at_the_word(condition: str) -> None:
    assert told(act(when=condition)) == in_act(*CONDITIONS[condition])


def test_a_trait_below_the_wrong_root_is_told_with_the_right_ones() -> None:
    text = act(when="data.zz.t", tail=PARTY_TRAIT)
    hint = "write `exporter.zz.t` or `importer.zz.t`"
    assert told(text) == in_act("21:9", "wrong-root", "`zz.t` belongs to a party", hint)


def test_a_trait_of_the_arrangement_belongs_to_an_arrangement() -> None:
    text = act(when="data.zz.t", tail=PARTY_TRAIT.replace("party", "arrangement"))
    expected = in_act("21:9", "wrong-root", "`zz.t` belongs to an arrangement", "write `arrangement.zz.t`")
    assert told(text) == expected


def rule_changed(kind: str, *lines: str, tail: str = "") -> str:
    """Make the second rule another kind, with more keys below its condition, from line 22."""
    return act(("kind: ban", f"kind: {kind}")) + "".join(f"    {line}\n" for line in lines) + tail


SECOND = "16:9"  # the id of the second rule
DUTY = ("timing: ongoing", "owed_by: exporter")
THIRD = '  - {id: zz.act.s3.x, kind: exception, cite: "s 3", says: It lifts., to: [zz.act.s2.ban], when: []}\n'
DEFINED = """\
  - {id: zz.act.s3.a, kind: definition, defines: zz.a, cite: "s 3", says: It is a., when: [leg.zz.b]}
  - {id: zz.act.s3.b, kind: definition, defines: zz.b, cite: "s 3", says: It is b., when: [leg.zz.a]}
"""
RULES = {
    "an id of another instrument": (
        act(("zz.act.s2.ban", "zz.other.s2.ban")),
        in_act(SECOND, "wrong-prefix", "`zz.other.s2.ban` must start with `zz.act.`"),
    ),
    "an id twice": (
        act(("zz.act.s2.ban", "zz.act.s1.scope")),
        in_act(SECOND, "repeated-id", "rule `zz.act.s1.scope` stands twice", "the other is at zz/act.yaml:11:9"),
    ),
    "a duty without its keys": (
        rule_changed("duty"),
        in_act(SECOND, "missing-key", "a duty needs `owed_by`")
        + "\n"
        + in_act(SECOND, "missing-key", "a duty needs `timing`"),
    ),
    "an exception to nothing": (
        rule_changed("exception"),
        in_act(SECOND, "missing-key", "an exception needs `to`"),
    ),
    "a key of another kind": (
        rule_changed("exemption", "to: [zz.act.s1.scope]"),
        in_act(SECOND, "wrong-kind", "an exemption has no `to`", "it is for an exception"),
    ),
    "days without a start": (
        rule_changed("duty", *DUTY, "days: 3"),
        in_act(SECOND, "wrong-kind", "`days` goes with `timing: after`"),
    ),
    "an exception to a rule that is not there": (
        rule_changed("exception", "to: [zz.act.s1.scoop]"),
        in_act(SECOND, "unknown-rule", "there is no rule `zz.act.s1.scoop`", "did you mean `zz.act.s1.scope`?"),
    ),
    "a duty for a route that is not there": (
        rule_changed("duty", *DUTY, "for: [zz.act.s1.scope]"),
        in_act(SECOND, "unknown-rule", "`zz.act.s1.scope` is no route of this instrument"),
    ),
    "a remark about nothing": (
        rule_changed("commitment", "about: [zz.nothing]"),
        in_act(SECOND, "unknown-instrument", "`zz.nothing` is neither an instrument nor a kind of one here"),
    ),
    "an adverse measure that is not there": (
        rule_changed("ban", "adverse: [zz.nothing]"),
        in_act(SECOND, "unknown-measure", "there is no measure `zz.nothing`"),
    ),
    "a definition of no trait": (
        rule_changed("definition", "defines: zz.nothing"),
        in_act(SECOND, "unknown-trait", "no trait `zz.nothing` is declared"),
    ),
    "a definition of a trait that is stated": (
        rule_changed("definition", "defines: zz.t", tail=PARTY_TRAIT.replace("party", "dataset")),
        in_act(SECOND, "bad-trait", "`zz.t` is not declared `derived: true`"),
    ),
    "a rule after its instrument": (
        act(
            ('{from: "2000-01-01"}', '{from: "2000-01-01", until: "2010-12-31"}'),
            tail='    until: "2011-01-01"\n',
        ),
        in_act(
            SECOND,
            "bad-period",
            "`zz.act.s2.ban` applies outside the days of its instrument",
            "they are 2000-01-01 to 2010-12-31",
        ),
    ),
    "an exception that is never in force with its rule": (
        act(tail='    until: "2009-12-31"\n' + THIRD.replace("when", 'from: "2010-01-01", when')),
        in_act("23:10", "bad-period", "`zz.act.s2.ban` is never in force together with its exception"),
    ),
    "an instrument without a scope": (
        act(("kind: scope", "kind: warning")),
        in_act("1:1", "no-scope", "`zz.act` restricts but has no scope", "add a rule of kind scope"),
    ),
    "a rule that restricts before any scope is in force": (
        act(("kind: scope", 'kind: scope\n    from: "2005-03-01"')),
        in_act(
            "17:9",
            "no-scope",
            "`zz.act.s2.ban` restricts on 2000-01-01, when no scope of `zz.act` is in force: it would be passed over",
            "let a scope begin with it, or end it with the scope",
        ),
    ),
    "soft law that restricts": (
        act(("kind: transfer", "kind: soft_law")),
        in_act("1:1", "wrong-kind", "`zz.act` is soft_law, which never restricts"),
    ),
    "exceptions to each other": (
        rule_changed("exception", "to: [zz.act.s3.x]", tail=THIRD),
        in_act(SECOND, "cycle", "exceptions go round in a circle: `zz.act.s2.ban`, `zz.act.s3.x`"),
    ),
    "definitions by each other": (
        act(tail=DEFINED + f"traits: {{zz.a: {LEG_TRAIT}, zz.b: {LEG_TRAIT}}}\n"),
        in_act("22:10", "cycle", "definitions go round in a circle: `zz.a`, `zz.b`"),
    ),
    "a ban that a measure brings": (
        act(when="measure.zz.clauses", tail=MEASURE),
        in_act(
            "21:9",
            "measure-harms",
            "`zz.clauses` could make things worse here",
            "list it under `adverse`, if the law says so",
        ),
    ),
    "a duty met by an absent measure": (
        rule_changed("duty", *DUTY, "fulfilled_by: [not measure.zz.clauses]", tail=MEASURE),
        in_act("24:20", "measure-harms", "a measure must be shown, not absent, to fulfil this"),
    ),
    "a route that requires a fact": (
        rule_changed("route", "requires: [data.deceased]"),
        in_act("22:16", "no-measure", "`data.deceased` is about no measure", "move it to `when`"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), RULES.values(), ids=RULES)
def test_a_rule_that_cannot_stand_is_told_at_the_rule(text: str, expected: str) -> None:
    assert told(text) == expected


def enum_field(form: str) -> str:
    return act(tail=FIELD.replace("FORM", form))


DECLARED = {
    "a trait with another law's code": (
        act(tail=PARTY_TRAIT.replace("zz.t", "yy.t")),
        in_act("22:16", "wrong-prefix", "`yy.t` must start with `zz.`"),
    ),
    "a derived trait without a definition": (
        act(tail=f"traits: {{zz.t: {LEG_TRAIT}}}\n"),
        in_act("1:1", "bad-trait", "no rule defines `zz.t`", "add a definition"),
    ),
    "a trait with the id of an instrument": (
        act(tail='traits: {zz.act: {of: party, type: bool, derived: true, ask: "Is it so?"}}\n'),
        in_act("1:1", "repeated-id", "`zz.act` is a trait and an instrument", "rename the trait"),
    ),
    "a trait that nobody can answer": (
        act(tail="traits: {zz.t: {of: party, type: bool}}\n"),
        in_act("22:16", "bad-trait", "nobody could answer `zz.t`: it has no `ask`", "add the question"),
    ),
    "an enum without values": (
        act(tail=PARTY_TRAIT.replace("bool", "enum")),
        in_act("22:16", "bad-trait", "trait `zz.t` needs `values` exactly when its type is enum"),
    ),
    "an answer that rules out and is none": (
        act(tail=PARTY_TRAIT.replace("bool", "bool, rules_out: none")),
        in_act("22:16", "bad-trait", "`rules_out` of trait `zz.t` is no answer to its question"),
    ),
    "a leg trait that is asked for": (
        act(tail=PARTY_TRAIT.replace("party", "leg")),
        in_act("22:16", "bad-trait", "leg trait `zz.t` must be derived and cannot be asked"),
    ),
    "a field that every measure has": (
        act(tail=FIELD.replace("finding: FORM", 'until: {type: bool, ask: "Is it?"}')),
        in_act("22:18", "bad-measure", "every measure has `until` already"),
    ),
    "an attainable value that is none": (
        enum_field('{type: enum, values: [adequate, poor], attainable: [adequat], ask: "Which?"}'),
        in_act("22:18", "bad-measure", "`adequat` is no value of `finding`", "did you mean `adequate`?"),
    ),
    "a misspelt field": (
        act(
            ("- data.minors", "- measure.zz.m.findin == poor"),
            tail=FIELD.replace("FORM", '{type: enum, values: [good, poor], ask: "Which?"}'),
        ),
        in_act("21:9", "unknown-field", "measure `zz.m` has no field `findin`", "did you mean `finding`?"),
    ),
    "a whole number of a measure in a list": (
        act(
            ("- data.minors", "- measure.zz.m.score in [a]"),
            tail=FIELD.replace("finding: FORM", 'score: {type: int, ask: "Which?"}'),
        ),
        in_act("21:9", "wrong-type", "`measure.zz.m.score` cannot be looked up in a group"),
    ),
    "a parameter without values": (
        act(tail="parameters: {many: {unit: persons}}\n"),
        in_act("22:20", "bad-parameter", "parameter `many` needs `unit` and `values`, or `kind`"),
    ),
    "two values from one day": (
        act(tail=many("2000-01-01", "2000-01-01")),
        in_act("24:5", "two-values", "parameter `many` has two values from 2000-01-01", "keep one of them"),
    ),
    "two values on one day": (
        act(tail=many('2000-01-01", until: "2010-01-01', "2010-01-01")),
        in_act(
            "24:5",
            "two-values",
            "parameter `many` has two values on 2010-01-01",
            "end the earlier value before the later starts",
        ),
    ),
    "a number before its first value": (
        act(when="data.persons() > many", tail=many("2001-01-01")),
        in_act(
            "21:9",
            "parameter-not-in-force",
            "parameter `many` has no value on 2000-01-01",
            "its first value starts 2001-01-01; use a later day or add the earlier value",
        ),
    ),
    "a number after its last value": (
        act(when="data.persons() > many", tail=many('2000-01-01", until: "2010-12-31')),
        in_act(
            "21:9",
            "parameter-not-in-force",
            "parameter `many` has no value on 2011-01-01",
            "an earlier value has ended; add the next one or end the rule",
        ),
    ),
    "a number in another unit": (
        act(when="data.persons() > many", tail=many("2000-01-01", unit="records")),
        in_act("21:26", "wrong-unit", "`many` is in records, the other side in persons"),
    ),
    "a misspelt number": (
        act(when="data.persons() > manny", tail=many("2000-01-01")),
        in_act("21:26", "unknown-parameter", "`manny` is no number", "did you mean `many`?"),
    ),
    "a group of nobody": (
        act(tail="parameters: {listed: {kind: countries}}\n"),
        in_act("22:22", "bad-group", "group `listed` has no members"),
    ),
    "a group of something unknown": (
        act(tail="parameters: {listed: {kind: set, of: categori, members: [health]}}\n"),
        in_act(
            "22:22", "bad-group", "group `listed` is a set of what? `of` must name an enum", "did you mean `category`?"
        ),
    ),
    "a group with a place that is none": (
        act(tail="parameters: {listed: {kind: countries, members: [XX]}}\n"),
        in_act("22:22", "unknown-place", "group `listed` names `XX`, which is no country", PLACE_HELP),
    ),
    "a group with a word that is none": (
        act(tail="parameters: {listed: {kind: set, of: category, members: [helth]}}\n"),
        in_act("22:22", "unknown-word", "group `listed` names `helth`, which is no category", "did you mean `health`?"),
    ),
    "a member twice": (
        act(tail="parameters: {listed: {kind: countries, members: [FI, FI]}}\n"),
        in_act("22:22", "repeated-member", "`FI` is in `listed` twice on the same day"),
    ),
    "a member that leaves before it joins": (
        act(
            tail="parameters: {listed: {kind: countries, members: "
            '[{country: "FI", from: "2001-01-01", until: "2000-12-31"}]}}\n'
        ),
        in_act("22:22", "bad-period", "`FI` leaves `listed` before it joins"),
    ),
    "a table that is not there": (act(tail=LISTED), in_act("22:22", "unknown-table", "there is no table `listed`")),
    "a group of another kind of thing": (
        act(
            when="importer.country in listed",
            tail="parameters: {listed: {kind: set, of: identifiability, members: [anonymous]}}\n",
        ),
        in_act("21:29", "wrong-type", "`listed` is a group of identifiability, the other side is a country"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), DECLARED.values(), ids=DECLARED)
def test_a_declaration_that_cannot_stand_is_told(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            TABLE + "FI,2000-13-01,,Order 1,,2026-11-23,seen\n",
            fault("tables/listed.csv:2:1", "bad-date", "`2000-13-01` is not a day", "write YYYY-MM-DD"),
        ),
        (
            TABLE + "FI,2000-01-01\n",
            fault("tables/listed.csv:2:1", "bad-table", "2 columns instead of 7"),
        ),
        (
            "member,from\n",
            fault(
                "tables/listed.csv:1:1",
                "bad-table",
                "the header is not `member,from,until,cite,href,checked_on,text`",
            ),
        ),
    ],
    ids=["a day that is none", "a short row", "another header"],
)
def test_a_table_is_told_by_row(table: str, expected: str) -> None:
    with pytest.raises(RulesetError) as caught:
        loaded({"zz/act.yaml": act(tail=LISTED)}, tables={"listed": table})
    assert str(caught.value) == expected


GROUP = '{{kind: countries, title: T, source: {{cite: L}}, checked: {{on: "2026-11-23", text: seen}}, {}}}'


def test_groups_that_include_each_other_or_nothing_are_told() -> None:
    lines = {"a": "includes: [b]", "b": "includes: [a]", "c": "members: [FI], includes: [d]"}
    text = "groups:\n" + "".join(f"  {name}: {GROUP.format(more)}\n" for name, more in lines.items())
    with pytest.raises(RulesetError) as caught:
        loaded({}, {"groups.yaml": text})
    assert str(caught.value).splitlines() == [
        fault("groups.yaml:1:1", "cycle", "groups include each other: `a`, `b`"),
        fault("groups.yaml:1:1", "unknown-group", "`c` includes `d`, which is no group of country"),
    ]


def test_coverage_by_what_is_not_there_is_told() -> None:
    text = (
        'jurisdictions:\n  UK: [{from: "2000-01-01", by: [zz.act]}]\n'
        'groups:\n  nordics: [{from: "2000-01-01", by: [zz.acts]}]\n'
    )
    with pytest.raises(RulesetError) as caught:
        loaded({"zz/act.yaml": ACT}, {"coverage.yaml": text})
    assert [str(each) for each in caught.value.faults] == [
        fault(
            "coverage.yaml:2:7", "unknown-place", "there is no country `UK`", "the code of the United Kingdom is `GB`"
        ),
        fault("coverage.yaml:4:12", "unknown-group", "there is no group of countries `nordics`"),
        fault("coverage.yaml:4:12", "unknown-instrument", "there is no instrument `zz.acts`", "did you mean `zz.act`?"),
    ]


def test_a_subject_encoded_by_what_is_not_there_is_told() -> None:
    text = 'jurisdictions:\n  BV: [{from: "2000-01-01", by: [zz.act], subjects: {privacy: [zz.acts]}}]\n'
    with pytest.raises(RulesetError) as caught:
        loaded({"zz/act.yaml": ACT}, {"coverage.yaml": text})
    assert [str(each) for each in caught.value.faults] == [
        fault("coverage.yaml:2:7", "unknown-instrument", "there is no instrument `zz.acts`", "did you mean `zz.act`?"),
    ]


def test_the_same_instrument_in_two_files_is_told_in_the_second() -> None:
    with pytest.raises(RulesetError) as caught:
        loaded({"zz/act.yaml": ACT, "zz/more/act.yaml": ACT})
    assert str(caught.value) == fault("zz/more/act.yaml:2:7", "repeated-id", "`zz.act` is also in zz/act.yaml")


def test_every_fault_of_every_file_is_told_at_once_and_sorted_by_place() -> None:
    yy = act(("id: zz.act\n", "id: yy.act\n"), when="data.minor").replace("zz.act.", "yy.act.")
    texts = {
        "zz/law.yaml": act(("id: zz.act\n", "id: zz.law\n"), (TITLE, "title: 5")),
        "zz/act.yaml": rule_changed(
            "exception", "to: [zz.act.s9.none]", tail="traits: {zz.t: {of: party, type: bool}}\n"
        ),
        "yy/act.yaml": yy,
        "yy/bad.yaml": "a: NO\nb: on\n",
    }
    with pytest.raises(RulesetError) as caught:
        loaded(texts, {"coverage.yaml": "jurisdictions: 5\n"})
    assert [str(each).splitlines()[0] for each in caught.value.faults] == [
        fault("coverage.yaml:1:16", "wrong-type", "expected a mapping, got `5`"),
        fault("yy/act.yaml:21:9", "unknown-fact", "`data` has no fact `minor`"),
        fault("yy/bad.yaml:1:4", "implicit-type", "`NO` would be read as something else than text"),
        fault("yy/bad.yaml:2:4", "implicit-type", "`on` would be read as something else than text"),
        fault("zz/act.yaml:16:9", "unknown-rule", "there is no rule `zz.act.s9.none`"),
        fault("zz/act.yaml:23:16", "bad-trait", "nobody could answer `zz.t`: it has no `ask`"),
        fault("zz/law.yaml:3:10", "wrong-type", "expected text, got `5`"),
    ]
