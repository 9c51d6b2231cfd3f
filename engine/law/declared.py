"""From the forms of ruleset files to what they declare: vocabulary, groups, traits, measures, numbers, readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from engine.errors import Fault, RulesetError, Span, did_you_mean, shown
from engine.facts.places import advice, is_place
from engine.facts.vocabulary import FactSpec, Term, Vocabulary
from engine.law import schema
from engine.law.files import table_rows
from engine.law.model import (
    BEGINNING,
    END,
    Checked,
    DatedMember,
    DatedNumber,
    Group,
    Measure,
    MeasureField,
    Number,
    Option,
    Period,
    Reading,
    Source,
    Trait,
)


def vocabulary_of(form: schema.FactsFile) -> Vocabulary:
    """Return the vocabulary that facts.yaml declares."""
    enums = {
        name: {term: Term(term, given.says, given.uri or "") for term, given in enum.values.items()}
        for name, enum in form.enums.items()
    }
    facts: dict[tuple[str, str], FactSpec] = {}
    for root, specs in form.facts.items():
        for name, spec in specs.items():
            of = spec.of or spec.enum or ""
            facts[(root, name)] = FactSpec(root, name, spec.type, of, spec.says, spec.ask or "", spec.first)
    return Vocabulary(enums, facts)


def source_of(form: schema.SourceForm) -> Source:
    """Return where a text is published."""
    return Source(form.cite, form.href or "", form.language or "")


def checked_of(form: schema.CheckedForm) -> Checked:
    """Return when a text was checked."""
    return Checked(form.on, form.text)


def period_of(first: date, last: date | None) -> Period:
    """Return the days from `first` to `last`, or for ever."""
    return Period(first, last or END)


def trait_of(name: str, form: schema.TraitForm, instrument: str) -> Trait:
    """Return a declared trait."""
    return Trait(
        name, form.of, form.type, form.values, form.ask or "", form.by, form.derived, form.rules_out, instrument
    )


def measure_of(name: str, form: schema.MeasureForm, instrument: str) -> Measure:
    """Return a declared measure. Where `attainable` is left out, every value is."""
    fields = {
        key: MeasureField(key, given.type, given.values, _attainable(given), given.final, given.ask)
        for key, given in form.fields.items()
    }
    return Measure(name, form.lever, form.effort, form.by, form.days, form.ask, fields, instrument)


def _attainable(form: schema.FieldForm) -> tuple[str | bool, ...]:
    if form.attainable is not None:
        return form.attainable
    return (True, False) if form.type == "bool" else form.values


def reading_of(name: str, form: schema.ReadingForm, instrument: str) -> Reading:
    """Return a declared reading."""
    options = {key: Option(key, given.says, given.cite, given.href or "") for key, given in form.options.items()}
    return Reading(name, form.ask, options, instrument)


def number_of(name: str, form: schema.ParameterForm, span: Span) -> Number:
    """Return a dated number.

    Raises:
        RulesetError: It has no value, or two values for one day.
    """
    if not form.unit or not form.values:
        raise RulesetError([Fault("bad-parameter", f"parameter `{name}` needs `unit` and `values`, or `kind`", span)])
    ordered = sorted(form.values, key=lambda value: value.from_)
    values = []
    for index, value in enumerate(ordered):
        following = ordered[index + 1].from_ if index + 1 < len(ordered) else None
        if following == value.from_:
            message = f"parameter `{name}` has two values from {value.from_.isoformat()}"
            raise RulesetError([Fault("two-values", message, span, "keep one of them")])
        last = value.until or (date.fromordinal(following.toordinal() - 1) if following else END)
        if following and last >= following:
            message = f"parameter `{name}` has two values on {following.isoformat()}"
            raise RulesetError([Fault("two-values", message, span, "end the earlier value before the later starts")])
        values.append(DatedNumber(Period(value.from_, last), value.value, value.cite, value.href or ""))
    return Number(name, form.unit, tuple(values))


def group_of(
    name: str,
    form: schema.ParameterForm | schema.GroupForm,
    tables: Mapping[str, str],
    vocabulary: Vocabulary,
    span: Span,
) -> Group:
    """Return a dated group of countries or enum values.

    Raises:
        RulesetError: A member that is none, a table that is not there, two spells of a member that overlap.
    """
    of = "country" if form.kind == "countries" else form.of or ""
    if of != "country" and of not in vocabulary.enums:
        message = f"group `{name}` is a set of what? `of` must name an enum"
        raise RulesetError([Fault("bad-group", message, span, did_you_mean(of, vocabulary.enums))])
    members = [member for item in form.members for member in _members(item)]
    if form.table:
        members += _rows(form.table, tables, span)
    # A list that the law provides for and nobody has filled yet is written out as `members: []` with its citation.
    is_empty_on_purpose = isinstance(form, schema.ParameterForm) and "members" in form.model_fields_set and form.cite
    if not members and not form.includes and not is_empty_on_purpose:
        raise RulesetError([Fault("bad-group", f"group `{name}` has no members", span)])
    _check_members(name, of, members, vocabulary, span)
    group = Group(name, of, form.title or name, tuple(members), form.includes)
    if isinstance(form, schema.GroupForm):
        return replace(group, source=source_of(form.source), checked=checked_of(form.checked))
    return group


def _members(item: schema.MemberForm | str) -> list[DatedMember]:
    if isinstance(item, str):
        return [DatedMember(item, Period(BEGINNING), "", "")]
    names = [*item.countries, *(name for name in (item.country, item.value) if name)]
    period = period_of(item.from_, item.until)
    return [DatedMember(name, period, item.cite or "", item.href or "") for name in names]


def _rows(table: str, tables: Mapping[str, str], span: Span) -> list[DatedMember]:
    if table not in tables:
        raise RulesetError([Fault("unknown-table", f"there is no table `{table}`", span, did_you_mean(table, tables))])
    members, faults = [], []
    for place, row in table_rows(tables[table], table):
        first, last = _day(row["from"], BEGINNING), _day(row["until"], END)
        if first is None or last is None:
            bad = row["from"] if first is None else row["until"]
            faults.append(Fault("bad-date", f"`{shown(bad)}` is not a day", place, "write YYYY-MM-DD"))
            continue
        members.append(DatedMember(row["member"], Period(first, last), row["cite"], row["href"]))
    if faults:
        raise RulesetError(faults)
    return members


def _day(text: str, otherwise: date) -> date | None:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        return None


def _check_members(name: str, of: str, members: list[DatedMember], vocabulary: Vocabulary, span: Span) -> None:
    faults = []
    spells: dict[str, list[Period]] = {}
    for member in members:
        if of == "country" and not is_place(member.member):
            message = f"group `{name}` names `{member.member}`, which is no country"
            faults.append(Fault("unknown-place", message, span, advice(member.member)))
        elif of != "country" and member.member not in vocabulary.enums[of]:
            hint = did_you_mean(member.member, vocabulary.enums[of])
            faults.append(
                Fault("unknown-word", f"group `{name}` names `{member.member}`, which is no {of}", span, hint)
            )
        if member.period.last < member.period.first:
            faults.append(Fault("bad-period", f"`{member.member}` leaves `{name}` before it joins", span))
        if any(member.period.overlaps(other) for other in spells.get(member.member, [])):
            faults.append(Fault("repeated-member", f"`{member.member}` is in `{name}` twice on the same day", span))
        spells.setdefault(member.member, []).append(member.period)
    if faults:
        raise RulesetError(faults)
