"""Reforms: hypothetical or pending changes laid over the law in force.

A reform is a folder `reforms/<name>/` with a `reform.yaml` that says what it is and what it ends or changes, and,
beside it, ruleset files in the usual form that are added to the law or take the place of the files of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.errors import Fault, RulesetError, Span, did_you_mean
from engine.facts.arrangement import Day
from engine.law import schema
from engine.law.declared import period_of, source_of
from engine.law.files import RulesetFiles, find, read_form, read_text
from engine.law.model import DatedMember, DatedNumber, Group, Instrument, Library, Number, Period, Source
from engine.source import Node, span_at

_ONE_DAY = timedelta(days=1)
_Dated = TypeVar("_Dated", DatedNumber, DatedMember)


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class HeadForm(_Model):
    """What a reform is."""

    id: schema.Text
    title: schema.Text
    status: Literal["hypothetical", "pending"]
    says: schema.Text
    from_: Annotated[Day, Field(alias="from")]
    source: schema.SourceForm
    checked: schema.CheckedForm


class RepealForm(_Model):
    """A rule or a whole instrument that ends, from a day on (the reform's own day where left out)."""

    id: schema.Text
    from_: Annotated[Day | None, Field(alias="from")] = None


class NumberForm(_Model):
    """A new value of a number."""

    instrument: schema.InstrumentId
    parameter: schema.Name
    value: int
    from_: Annotated[Day | None, Field(alias="from")] = None


class MemberForm(_Model):
    """Countries that join or leave a group, of an instrument where one is named."""

    group: schema.Name
    instrument: schema.InstrumentId | None = None
    join: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    leave: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    from_: Annotated[Day | None, Field(alias="from")] = None


class DatesForm(_Model):
    """A whole instrument that begins, or ends, on another day than the law in force says."""

    id: schema.InstrumentId
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None


class ReformFile(_Model):
    """reforms/<name>/reform.yaml."""

    reform: HeadForm
    repeal: Annotated[tuple[RepealForm, ...], BeforeValidator(_tuple)] = ()
    dates: Annotated[tuple[DatesForm, ...], BeforeValidator(_tuple)] = ()
    numbers: Annotated[tuple[NumberForm, ...], BeforeValidator(_tuple)] = ()
    members: Annotated[tuple[MemberForm, ...], BeforeValidator(_tuple)] = ()


@dataclass(frozen=True, slots=True)
class Reform:
    """A reform, read and ready to be laid over a library."""

    name: str
    title: str
    status: str
    says: str
    first: date
    cited: Source
    form: ReformFile
    node: Node
    files: RulesetFiles


def reform_names(root: Path) -> list[str]:
    """Return the reforms below a folder of rulesets."""
    return sorted(path.parent.name for path in (root / "reforms").glob("*/reform.yaml"))


def load_reform(root: Path, name: str, in_force: date | None = None) -> Reform:
    """Read a reform.

    Args:
        in_force: Take it as in force from this day on, whatever day it names itself.
    Raises:
        RulesetError: There is no such reform, or its file has faults.
    """
    known = reform_names(root)
    if name not in known:
        where = Span("reforms", 1, 1)
        raise RulesetError([Fault("unknown-reform", f"there is no reform `{name}`", where, did_you_mean(name, known))])
    folder = root / "reforms" / name
    place = f"reforms/{name}/reform.yaml"
    text = read_text(folder / "reform.yaml", place)
    form, node = read_form(text, place, ReformFile)
    files = find(folder, reform=True)
    if in_force is not None:
        own = f'"{form.reform.from_}"'
        form, node = read_form(text.replace(own, f'"{in_force}"'), place, ReformFile)
        moved = {key: each.replace(own, f'"{in_force}"') for key, each in files.instruments.items()}
        files = replace(files, instruments=moved)
    head = form.reform
    return Reform(name, head.title, head.status, head.says, head.from_, source_of(head.source), form, node, files)


def overlaid(files: RulesetFiles, reform: Reform) -> RulesetFiles:
    """Return the files of the law with those of a reform added or put in their place."""
    return RulesetFiles(
        {**files.instruments, **reform.files.instruments},
        files.special,
        {**files.tables, **reform.files.tables},
    )


def reformed(library: Library, reform: Reform) -> Library:
    """Return a library with the repeals, dates, numbers and members of a reform.

    Raises:
        RulesetError: It names what is not there.
    """
    faults: list[Fault] = []
    for index, repeal in enumerate(reform.form.repeal):
        if repeal.id not in library.rules and repeal.id not in library.instruments:
            hint = did_you_mean(repeal.id, [*library.rules, *library.instruments])
            faults.append(
                _unknown(reform, f"/repeal/{index}/id", f"there is no rule or instrument `{repeal.id}`", hint)
            )
    for index, dates in enumerate(reform.form.dates):
        if dates.id not in library.instruments:
            hint = did_you_mean(dates.id, library.instruments)
            faults.append(_unknown(reform, f"/dates/{index}/id", f"there is no instrument `{dates.id}`", hint))
    for index, number in enumerate(reform.form.numbers):
        known = library.instruments.get(number.instrument)
        if known is None or number.parameter not in known.numbers:
            message = f"`{number.instrument}` has no number `{number.parameter}`"
            faults.append(_unknown(reform, f"/numbers/{index}", message, ""))
    for index, member in enumerate(reform.form.members):
        groups = library.groups if member.instrument is None else _groups(library, member.instrument)
        if member.group not in groups:
            hint = did_you_mean(member.group, groups)
            faults.append(_unknown(reform, f"/members/{index}", f"there is no group `{member.group}`", hint))
    if faults:
        raise RulesetError(faults)
    ends = {repeal.id: (repeal.from_ or reform.first) - _ONE_DAY for repeal in reform.form.repeal}
    moves = {form.id: form for form in reform.form.dates}
    moved = {name: _moved(each, moves.get(name)) for name, each in library.instruments.items()}
    instruments = {name: _instrument(each, reform, ends) for name, each in moved.items()}
    return replace(
        library,
        instruments=instruments,
        groups={name: _group(group, reform, None) for name, group in library.groups.items()},
        rules={rule.id: rule for each in instruments.values() for rule in each.rules},
    )


def _groups(library: Library, instrument: str) -> Mapping[str, Group]:
    found = library.instruments.get(instrument)
    return found.groups if found else {}


def _unknown(reform: Reform, pointer: str, message: str, hint: str) -> Fault:
    return Fault("unknown-law", message, span_at(reform.node, pointer), hint)


def _moved(instrument: Instrument, form: DatesForm | None) -> Instrument:
    """Return an instrument with its first or last day moved; what began or ended with it does so on the new day."""
    if form is None:
        return instrument
    old = instrument.period
    new = Period(form.from_ or old.first, form.until or old.last)
    spells = {
        rule.id: Period(
            new.first if rule.period.first == old.first else max(rule.period.first, new.first),
            new.last if rule.period.last == old.last else min(rule.period.last, new.last),
        )
        for rule in instrument.rules
    }
    rules = (replace(rule, period=spells[rule.id]) for rule in instrument.rules)
    kept = tuple(rule for rule in rules if rule.period.first <= rule.period.last)
    moved = replace(instrument, period=new, rules=kept)
    return _with_older_values(moved, old.first) if new.first < old.first else moved


def _with_older_values(instrument: Instrument, former: date) -> Instrument:
    """Return an instrument that begins earlier than it did: numbers and members of its former first day come along."""
    first = instrument.period.first

    def along(dated: tuple[_Dated, ...]) -> tuple[_Dated, ...]:
        return tuple(
            replace(each, period=Period(first, each.period.last)) if each.period.first == former else each
            for each in dated
        )

    return replace(
        instrument,
        numbers={name: replace(each, values=along(each.values)) for name, each in instrument.numbers.items()},
        groups={name: replace(each, members=along(each.members)) for name, each in instrument.groups.items()},
    )


def _instrument(instrument: Instrument, reform: Reform, ends: Mapping[str, date]) -> Instrument:
    last = ends.get(instrument.id)
    rules = []
    for rule in instrument.rules:
        end = min((day for day in (last, ends.get(rule.id)) if day), default=rule.period.last)
        # A rule that would have begun after its repeal never does.
        if end >= rule.period.first:
            rules.append(replace(rule, period=Period(rule.period.first, min(end, rule.period.last))))
    return replace(
        instrument,
        rules=tuple(rules),
        numbers={name: _number(number, instrument.id, reform) for name, number in instrument.numbers.items()},
        groups={name: _group(group, reform, instrument.id) for name, group in instrument.groups.items()},
    )


def _number(number: Number, instrument: str, reform: Reform) -> Number:
    for form in reform.form.numbers:
        if (form.instrument, form.parameter) == (instrument, number.name):
            first = form.from_ or reform.first
            before = [
                replace(value, period=Period(value.period.first, min(value.period.last, first - _ONE_DAY)))
                for value in number.values
                if value.period.first < first
            ]
            new = DatedNumber(period_of(first, None), form.value, reform.cited.cite, reform.cited.href)
            number = replace(number, values=(*before, new))
    return number


def _group(group: Group, reform: Reform, instrument: str | None) -> Group:
    for form in reform.form.members:
        if (form.instrument, form.group) != (instrument, group.name):
            continue
        first = form.from_ or reform.first
        kept = [
            replace(each, period=Period(each.period.first, min(each.period.last, first - _ONE_DAY)))
            if each.member in (*form.leave, *form.join)
            else each
            for each in group.members
            if each.member not in (*form.leave, *form.join) or each.period.first < first
        ]
        new = [DatedMember(name, Period(first), reform.cited.cite, reform.cited.href) for name in form.join]
        group = replace(group, members=(*kept, *new))
    return group
