"""Random law and random arrangements for it, as hypothesis strategies.

The law has all kinds of rules, exceptions to exceptions, duties of routes, levers, readings, and derived traits of
parties, data sets, transfers, arrangements and legs; two instruments that reach into each other, one that only defines.
Arrangements leave facts out, say them, say `none`, and sit on the edges of the numbers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, reject, settings
from hypothesis import strategies as st

from engine.decision.statute import Law
from engine.errors import RulesetError
from engine.law.model import Library
from tests.rulesets_for_tests.making import Data, covered, group, instrument, library, measure, rule, trait

PLACES = ("BV", "HM", "IO", "GS")
DAYS = tuple(map(date.fromisoformat, ("2019-12-31", "2020-01-01", "2023-06-30", "2023-07-01", "2026-11-23")))
LIMIT = 100

_TRAITS: Data = {
    "zz.body": trait(),
    "zz.grade": trait(type="enum", values=["low", "high"]),
    "zz.coded": trait("dataset"),
    "zz.level": trait("dataset", "int"),
    "zz.since": trait("transfer", "date"),
    "zz.seat": trait("party", "country"),
    "zz.public": trait("arrangement"),
    "zz.bad": trait(derived=True),
    "zz.worse": trait(derived=True, ask="Is it worse?"),
    "zz.big": trait("leg", derived=True),
    "zz.known": trait("leg", derived=True),
    "zz.hot": trait("dataset", derived=True, ask="Is it hot?"),
    "zz.odd": trait("transfer", derived=True),
    "zz.joint": trait("arrangement", derived=True, ask="Is it joint?"),
}
_MEASURES: Data = {
    "zz.clauses": measure(effort=3),
    "zz.licence": measure(effort=8),
    "zz.seal": measure(lever=False),
    "zz.check": measure(
        effort=4,
        fields={
            "finding": {
                "type": "enum",
                "values": ["good", "bad"],
                "attainable": ["good"],
                "final": ["bad"],
                "ask": "?",
            },
            "ok": {"type": "bool", "ask": "Is it?"},
            "score": {"type": "int", "ask": "How much?"},
        },
    ),
}
_PARAMETERS: Data = {
    "many": {
        "unit": "persons",
        "values": [
            {"from": "2000-01-01", "value": LIMIT, "cite": "s 2"},
            {"from": "2023-07-01", "value": 2 * LIMIT, "cite": "s 3"},
        ],
    },
    "half": {"unit": "percent", "values": [{"from": "2000-01-01", "value": 50, "cite": "s 4"}]},
    "level": {"unit": "level", "values": [{"from": "2000-01-01", "value": 5, "cite": "s 5"}]},
    "listed": {"kind": "countries", "members": [{"country": "HM", "from": "2020-01-01", "until": "2023-06-30"}, "IO"]},
}
_READINGS: Data = {
    "zz.view": {
        "ask": "Which view?",
        "options": {"wide": {"says": "Wide.", "cite": "c 1"}, "narrow": {"says": "Narrow.", "cite": "c 2"}},
    }
}
_GROUPS: Data = {
    "friends": group({"countries": ["BV", "HM"], "from": "2020-01-01"}, "GS"),
    "sensitive": group("health", "biometric", of="category"),
    "science": group("scientific_research", "statistics", of="purpose"),
}

# What a party-level definition may read, by stratum: later ones read earlier traits.
_PARTY_ATOMS = (
    "party.country == BV",
    "party.country in friends",
    "party.organised_under in [HM, IO]",
    "party.organised_under != BV",
    "overlaps(party.citizenship, friends)",
    "within(party.citizenship, listed)",
    "party.zz.body",
    "party.zz.grade == high",
    "party.zz.seat == party.country",
    "party.is_branch",
    "party.employer.country == HM",
    "party.branch_of.zz.body",
    "party.employer_country in listed",
    "party.percent_owned_by(listed) >= half",
    "party.percent_owned_by([HM]) > 49",
    "party.percent_owned_by_which(zz.body) >= half",
    "reading.zz.view == wide",
)
_LEG_ATOMS = (
    "exporter.country == BV",
    "importer.country in listed",
    "importer.country not in friends",
    "importer.kind == company",
    "importer.kind in [company, university]",
    "importer.region == 'US-TX'",
    "exporter.role == controller",
    "exporter.zz.body",
    "importer.zz.body",
    "importer.zz.grade == high",
    "importer.zz.seat in friends",
    "importer.employer.zz.body",
    "importer.branch_of.country == HM",
    "importer.branch_of.employer.country != BV",
    "key_holder.zz.body",
    "key_holder.country == BV",
    "origin.country == IO",
    "BV in data.subject_countries",
    "exporter.country in data.subject_countries",
    "importer.country not in data.collected_in",
    "health in data.categories",
    "overlaps(data.categories, sensitive)",
    "within(data.fields, [name, email])",
    "data.identifiability == pseudonymised",
    "data.identifiability != anonymous",
    "data.deceased",
    "data.consent_explicit",
    "data.key_with_importer",
    "data.trl >= 5",
    "data.zz.coded",
    "data.zz.level < level",
    "data.zz.level == 5",
    "transfer.zz.since >= '2020-01-01'",
    "transfer.start <= transfer.zz.since",
    "transfer.start < '2023-07-01'",
    "transfer.mode == copy",
    "within(transfer.purposes, science)",
    "transfer.consideration",
    "transfer.is_onward",
    "transfer.is_cross_border",
    "transfer.same_entity",
    "HM in transfer.storage_countries",
    "overlaps(transfer.access_countries, friends)",
    "arrangement.zz.public",
    "data.persons(BV) >= many",
    "data.persons(friends, sensitive) > many",
    "data.persons() < 50",
    "data.records(HM, health) == 100",
    "transfer.persons(BV) >= many",
    "pair.persons(friends) > many",
    "exporter.persons() >= many",
    "importer.percent_owned_by([HM]) >= half",
    "exporter.percent_owned_by_which(zz.body) > 50",
    "reading.zz.view == wide",
    "reading.zz.view != narrow",
)
_MEASURE_ATOMS = (
    "measure.zz.clauses",
    "measure.zz.licence",
    "measure.zz.seal",
    "measure.zz.check",
    "measure.zz.check.finding == good",
    "measure.zz.check.finding in [good, bad]",
    "measure.zz.check.ok",
    "measure.zz.check.score >= 5",
)
# In the order in which they may be defined: each reads only what stands before it.
_DERIVED = (
    ("zz.bad", "importer.zz.bad", "party.zz.bad"),
    ("zz.worse", "exporter.zz.worse", "party.employer.zz.worse"),
    ("zz.big", "leg.zz.big", ""),
    ("zz.hot", "data.zz.hot", ""),
    ("zz.odd", "transfer.zz.odd", ""),
    ("zz.joint", "arrangement.zz.joint", ""),
    ("zz.known", "leg.zz.known", ""),
)
_REMARKS = ("commitment", "warning")


class _Chooser:
    """Draws choices one at a time, so that hypothesis can take each of them back."""

    def __init__(self, draw: Any) -> None:
        self.number = lambda most: draw(st.integers(0, most))
        self.of = lambda items: items[draw(st.integers(0, len(items) - 1))]

    def some(self, most: int, least: int = 0) -> range:
        return range(least + self.number(most - least))

    def chance(self, of: int = 2) -> bool:
        """True once in `of` times; false is simpler."""
        return bool(self.number(of - 1) == of - 1)

    def maybe(self, *values: Any) -> Any:
        """One of the values, or nothing: a fact left out."""
        return self.of((..., *values, *values))


def _line(choose: _Chooser, atoms: tuple[str, ...], depth: int = 2) -> str:
    kind = choose.number(5) if depth else 0
    if kind == 3:
        return f"not ({_line(choose, atoms, depth - 1)})"
    if kind > 3:
        word = choose.of(("or", "and"))
        return f"({_line(choose, atoms, depth - 1)}) {word} ({_line(choose, atoms, depth - 1)})"
    return str(choose.of(atoms))


def _lines(choose: _Chooser, atoms: tuple[str, ...], most: int = 2, least: int = 0) -> list[str]:
    return [_line(choose, atoms) for _ in choose.some(most, least)]


def _wanted(choose: _Chooser, most: int = 2) -> list[str]:
    """Conditions on measures that must be shown."""
    pairs = [(choose.of(_MEASURE_ATOMS), choose.number(2), choose.of(_MEASURE_ATOMS)) for _ in choose.some(most)]
    return [one if kind < 2 else f"{one} or {other}" for one, kind, other in pairs]


def _definitions(choose: _Chooser, defined: list[str], leg: tuple[str, ...]) -> list[Data]:
    """Definitions of every derived trait, and in `defined` the atoms that read these from a leg."""
    made: list[Data] = []
    party = _PARTY_ATOMS
    for name, on_leg, on_party in _DERIVED:
        of_party = _TRAITS[name]["of"] == "party"
        for _ in choose.some(2) if _TRAITS[name].get("ask") else choose.some(2, 1):
            lines = _lines(choose, party if of_party else leg, 2, 1)
            made.append(rule("definition", f"d{len(made)}", lines, defines=name, **_period(choose)))
        defined.append(on_leg)
        leg = (*leg, on_leg)
        if of_party:
            party = (*party, on_party, f"party.percent_owned_by_which({name}) >= half")  # type: ignore[assignment]
    return made


def _period(choose: _Chooser) -> Data:
    return choose.of(({}, {}, {}, {"until": "2023-06-30"}, {"from": "2020-01-01"}, {"from": "2023-07-01"}))  # type: ignore[no-any-return]


def _restriction(choose: _Chooser, number: int, kind: str, atoms: tuple[str, ...], routes: list[str]) -> Data:
    more = _period(choose)
    if kind == "route":
        more["requires"] = _wanted(choose)
    if kind == "duty":
        more["timing"] = choose.of(("before_transfer", "at_transfer", "ongoing", "after"))
        if more["timing"] == "after":
            more["days"] = 30
        met = _wanted(choose)
        if met:
            more["fulfilled_by"] = met
        if routes and choose.chance():
            more["for"] = sorted({choose.of(routes) for _ in range(2)})
    return rule(kind, f"r{number}", _lines(choose, atoms), **more)


_SCOPES = (
    "exporter.country in friends",
    "transfer.is_cross_border",
    "BV in data.subject_countries",
    "importer.country == HM",
    "importer.country in friends or importer.zz.bad",
    "importer.employer.zz.bad",
    "importer.employer.branch_of.country == HM",
    "leg.zz.known",
)


def _instrument(choose: _Chooser, name: str, atoms: tuple[str, ...], targets: list[str]) -> list[Data]:
    """The rules of one instrument; `targets` are rules of others that an exception may defeat, and grow."""
    rules = [rule("scope", "s", [choose.of(_SCOPES), *(_lines(choose, atoms, 1, 1) if choose.chance(4) else ())])]
    routes: list[str] = []
    mine = [f"{name}.s1.s"]
    for number in choose.some(6, 1):
        kind = choose.of(("route", "ban", "duty", "exception", "route", "duty", "exception", "exemption", "warning"))
        known = [*mine, *targets]
        if kind == "exception":
            to = sorted({choose.of(known) for _ in range(1 + choose.number(1))})
            requires = _wanted(choose, 1)
            rules.append(rule(kind, f"r{number}", _lines(choose, atoms), to=to, requires=requires))
        else:
            rules.append(_restriction(choose, number, kind, atoms, routes))
        if kind == "route":
            routes.append(f"{name}.s1.r{number}")
        if kind not in _REMARKS:
            mine.append(f"{name}.s1.r{number}")
    targets += mine
    return rules


@st.composite
def laws(draw: Any, adverse: bool = True, without: tuple[str, ...] = ()) -> Drawn:
    """Return law, most of which passes the checks; the rest is left out by `accepted`.

    Args:
        adverse: Whether every rule says that every measure may do harm. Otherwise few rules read a measure at all in
            their `when`, and it is for the checks to refuse those in which it would.
        without: Leave out atoms that hold one of these texts.
    """
    choose = _Chooser(draw)
    defined: list[str] = []
    measured = _MEASURE_ATOMS if adverse or choose.chance(3) else ()
    leg = tuple(atom for atom in (*_LEG_ATOMS, *measured) if not any(text in atom for text in without))
    definitions = _definitions(choose, defined, leg)
    atoms = (*leg, *defined)
    targets = [f"xx.words.s1.{each['id']}" for each in definitions if not _of_party(each) and choose.chance(6)]
    act = _instrument(choose, "zz.act", atoms, targets)
    code = _instrument(choose, "yy.code", atoms, targets)
    for each in (*act, *code, *definitions) if adverse else ():
        each["adverse"] = sorted(_MEASURES)
    return Drawn(tuple(act), tuple(code), tuple(definitions))


def drawing(most: int) -> settings:
    """Return the settings of a test on `most` random laws: however slow, and without a memory of earlier runs."""
    return settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def accepted(drawn: Drawn) -> Law:
    """Return the law, ready to decide; law that the loader refuses is no example."""
    try:
        return drawn.law()
    except RulesetError as error:
        if {fault.code for fault in error.faults} <= {"cycle", "measure-harms"}:
            reject()
        raise


def _of_party(definition: Data) -> bool:
    return bool(_TRAITS[definition["defines"]]["of"] == "party")


@dataclass(frozen=True)
class Drawn:
    """Three sets of rules: two instruments, and one that defines. Its text can be pasted into a test as it is."""

    act: tuple[Data, ...]
    code: tuple[Data, ...]
    words: tuple[Data, ...]

    def instruments(self) -> list[Data]:
        """Return the instrument files."""
        words = {"traits": _TRAITS, "measures": _MEASURES, "readings": _READINGS, "parameters": _PARAMETERS}
        made = [instrument(*self.act, **words)]  # type: ignore[arg-type]
        if self.code:
            made.append(instrument(*self.code, id="yy.code", parameters=_PARAMETERS))
        if self.words:
            made.append(instrument(*self.words, id="xx.words", parameters=_PARAMETERS))
        return made

    def library(self, *more: Data) -> Library:
        """Return the checked library, with further instruments where given."""
        return self.library_of([*self.instruments(), *more])

    @staticmethod
    def library_of(files: list[Data]) -> Library:
        """Return the checked library of some of the files, with what they share."""
        return library(*files, groups=_GROUPS, coverage=covered(*PLACES, by="zz.act"))

    def law(self, *more: Data) -> Law:
        """Return the law, ready to decide."""
        return Law(self.library(*more))


# -- arrangements -----------------------------------------------------------------------------------------------------


def _without(data: Data) -> Data:
    return {key: value for key, value in data.items() if value is not ...}


def _party(choose: _Chooser, index: int, count: int) -> Data:
    others = [f"p{other}" for other in range(count) if other != index]
    individual = choose.chance(4)
    return _without(
        {
            "id": f"p{index}",
            "country": choose.of((*PLACES, "US", "US-TX", "US-CA")) if index else choose.of(PLACES),
            "kind": "individual" if individual else choose.of(("university", "company", "hospital")),
            "organised_under": choose.maybe(*PLACES),
            "citizenship": choose.maybe(["BV"], ["HM", "IO"]) if individual else ...,
            "owners": _owners(choose, others),
            # Links lead to later parties only, so that none go round in a circle.
            "branch_of": choose.maybe(..., "HM", *others[index:]),
            "employer": choose.maybe(..., "none", *others[index:]),
            "employer_country": choose.maybe(..., "HM"),
            "traits": _traits(choose, "party"),
        }
    )


def _owners(choose: _Chooser, others: list[str]) -> Any:
    kind = choose.number(4)
    if kind == 0:
        return ...
    if kind == 1:
        return "none"
    share = choose.of((50, 49.9, 50.1, 100))
    owners: list[Data] = [{"country": choose.of(("HM", "IO")), "percent": share}]
    if kind == 3:
        owners.append({"country": "BV", "percent": 100 - share} if share < 100 else {"country": "BV", "percent": 0.001})
        owners = owners[: 1 if share == 100 else 2]
    if kind == 4 and others:
        owners = [{"party": choose.of(others), "percent": share}]
    return owners


def _traits(choose: _Chooser, of: str) -> Data:
    values: Data = {
        "bool": (False, True),
        "enum": ("low", "high"),
        "int": (4, 5, 6),
        "date": ("2019-12-31", "2020-01-01", "2023-07-01"),
        "country": ("BV", "HM"),
    }
    askable = {name: each for name, each in _TRAITS.items() if each["of"] == of and each.get("ask")}
    return _without({name: choose.maybe(*values[each["type"]]) for name, each in askable.items()})


def _count(choose: _Chooser) -> Any:
    return choose.maybe(LIMIT - 1, LIMIT, LIMIT + 1, 2 * LIMIT, 0, {"at_least": LIMIT}, {"at_most": LIMIT - 1})


def _dataset(choose: _Chooser, index: int, parties: list[str]) -> Data:
    subjects = [
        _without({"country": place, "persons": _count(choose), "records": _count(choose)})
        for place in ("BV", "HM")
        if choose.chance()
    ]
    return _without(
        {
            "id": f"d{index}",
            "categories": choose.of((["health"], ["survey_microdata"], ["biometric", "health"])),
            "identifiability": choose.maybe("identified", "pseudonymised", "anonymous"),
            "key_holder": choose.maybe("none", *parties),
            "subjects": choose.of((..., "none", subjects, subjects)),
            "collected_in": choose.maybe(["BV"], ["HM", "BV"]),
            "fields": choose.maybe(["name"], ["name", "year"]),
            "deceased": choose.maybe(False, True),
            "trl": choose.maybe(4, 5),
            "consent": choose.maybe({}, {"explicit": True}, {"explicit": False}),
            "traits": _traits(choose, "dataset"),
        }
    )


def _measures(choose: _Chooser) -> Data:
    shown = (True, "none", {"done": "2023-07-01"}, {"done": "2019-01-01", "until": "2023-06-30"})
    given = {name: choose.maybe(..., ..., *shown) for name in _MEASURES}
    given["zz.check"] = choose.maybe(
        ..., True, {"finding": "good", "ok": True}, {"finding": "bad", "score": 5}, {"ok": False, "score": 4}
    )
    return _without(given)


def _transfer(choose: _Chooser, index: int, parties: list[str], datasets: list[str], earlier: list[Data]) -> Data:
    before = choose.maybe(..., *earlier) if earlier else ...
    exporter = before["importer"] if before is not ... else choose.of(parties[:-1] or parties)
    importers = [name for name in parties if name != exporter]
    return _without(
        {
            "id": f"t{index}",
            "exporter": exporter,
            "importer": choose.of(importers),
            "exporter_role": choose.maybe("controller", "processor"),
            "datasets": datasets if choose.chance(3) else [choose.of(datasets)],
            "mode": choose.of(("copy", "remote_access")),
            "purposes": choose.maybe(["scientific_research"], ["statistics", "teaching"]),
            "consideration": choose.maybe(False, True),
            "start": choose.maybe("2019-12-31", "2020-01-01", "2023-07-01"),
            "storage": choose.maybe(["BV"], ["HM"]),
            "access_from": choose.maybe(["IO"], ["HM", "BV"]),
            "onward_of": before["id"] if before is not ... else ...,
            "measures": _measures(choose),
            "traits": _traits(choose, "transfer"),
        }
    )


@st.composite
def arrangements(draw: Any) -> Data:
    """Return an arrangement as plain data that the law of `laws` can read."""
    choose = _Chooser(draw)
    count = 2 + choose.number(1)
    parties = [_party(choose, index, count) for index in range(count)]
    ids = [each["id"] for each in parties]
    datasets = [_dataset(choose, index, ids) for index in choose.some(2, 1)]
    names = [each["id"] for each in datasets]
    transfers: list[Data] = []
    for index in choose.some(2, 1):
        transfers.append(_transfer(choose, index, ids, names, transfers))
    return {
        "title": "Drawn",
        "parties": parties,
        "datasets": datasets,
        "transfers": transfers,
        "measures": _measures(choose),
        "readings": _without({"zz.view": choose.maybe(..., "wide", "narrow")}),
        "traits": _traits(choose, "arrangement"),
    }


def shuffled(data: Data, chance: random.Random) -> Data:
    """Return the arrangement with its parties, data sets and transfers in another order."""
    return {
        **data,
        **{key: chance.sample(data[key], len(data[key])) for key in ("parties", "datasets", "transfers")},
    }
