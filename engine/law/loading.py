"""Load everything under `rulesets/` into one checked library, reporting every fault of every file at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

from engine import source
from engine.collecting import uncollected
from engine.errors import Fault, RulesetError, Span
from engine.facts.vocabulary import Vocabulary
from engine.law import checks, declared, schema
from engine.law.condition_words import ConditionError
from engine.law.expression import Condition
from engine.law.files import FormT, RulesetFiles, find, read_form
from engine.law.model import (
    CoveredDays,
    Group,
    Instrument,
    Library,
    Measure,
    Number,
    Period,
    Reading,
    Rule,
    Trait,
)
from engine.law.names import Names
from engine.law.parsing import parse_condition
from engine.law.reforms import load_reform, overlaid, reformed

T = TypeVar("T")


def load_library(root: Path, reform: str | None = None, reform_from: date | None = None) -> Library:
    """Load, check and return the library below `root`, with a reform laid over it where one is named.

    Args:
        reform_from: Take the reform as in force from this day on, whatever day it names itself.
    Raises:
        RulesetError: Every fault of every file, sorted by place.
    """
    if reform is None:
        return build_library(find(root))
    overlay = load_reform(root, reform, reform_from)
    return reformed(build_library(overlaid(find(root), overlay)), overlay)


def build_library(files: RulesetFiles) -> Library:
    """Build a library from the text of its files.

    Raises:
        RulesetError: Every fault of every file, sorted by place.
    """
    with uncollected():
        return _Builder(files).build()


@dataclass(slots=True)
class _Draft:
    """An instrument file on its way to an `Instrument`."""

    name: str
    form: schema.InstrumentFile
    node: source.Node
    digest: str
    traits: dict[str, Trait] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def at(self, pointer: str) -> Span:
        return source.span_at(self.node, pointer)


class _Builder:
    def __init__(self, files: RulesetFiles) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.groups: dict[str, Group] = {}
        self.vocabulary = Vocabulary({}, {})
        self.traits: dict[str, Trait] = {}
        self.measures: dict[str, Measure] = {}
        self.readings: dict[str, Reading] = {}
        self.forms: dict[str, schema.RuleForm] = {}

    def build(self) -> Library:
        # The order matters: words before groups, groups and declarations before the rules that use them.
        self.read_vocabulary()
        self.read_groups()
        drafts = self.read_instruments()
        for draft in drafts:
            self.declare(draft)
        self.forms = {form.id: form for draft in drafts for form in draft.form.rules}
        instruments = {draft.form.instrument.id: self.instrument(draft) for draft in drafts}
        rules = {rule.id: rule for each in instruments.values() for rule in each.rules}
        library = Library(
            vocabulary=self.vocabulary,
            groups=MappingProxyType(self.groups),
            instruments=MappingProxyType(dict(sorted(instruments.items()))),
            coverage=self.coverage(instruments),
            digest=self.files.digest(),
            rules=MappingProxyType(rules),
            traits=MappingProxyType(self.traits),
            measures=MappingProxyType(self.measures),
            readings=MappingProxyType(self.readings),
        )
        self.faults += checks.check(library)
        if self.faults:
            raise RulesetError(self.faults)
        return library

    # -- files --------------------------------------------------------------------------------------------------------

    def form(self, name: str, text: str, form: type[FormT]) -> tuple[FormT, source.Node] | None:
        try:
            return read_form(text, name, form)
        except RulesetError as error:
            self.faults += error.faults
            return None

    def attempt(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except RulesetError as error:
            self.faults += error.faults
            return None

    def read_vocabulary(self) -> None:
        read = self.form("facts.yaml", self.files.special["facts.yaml"], schema.FactsFile)
        if read is None:
            raise RulesetError(self.faults)
        self.vocabulary = declared.vocabulary_of(read[0])

    def read_groups(self) -> None:
        if "groups.yaml" not in self.files.special:
            return
        read = self.form("groups.yaml", self.files.special["groups.yaml"], schema.GroupsFile)
        for name, form in read[0].groups.items() if read else ():
            span = source.span_at(read[1], f"/groups/{name}") if read else Span("groups.yaml", 1, 1)
            group = self.attempt(lambda n=name, f=form, s=span: self.group(n, f, s))  # type: ignore[misc]
            if group is not None:
                self.groups[name] = group
        self.faults += checks.check_includes(self.groups, "groups.yaml")

    def group(self, name: str, form: schema.ParameterForm | schema.GroupForm, span: Span) -> Group:
        return declared.group_of(name, form, self.files.tables, self.vocabulary, span)

    def read_instruments(self) -> list[_Draft]:
        drafts: list[_Draft] = []
        seen: dict[str, str] = {}
        for name, text in self.files.instruments.items():
            read = self.form(name, text, schema.InstrumentFile)
            if read is None:
                continue
            draft = _Draft(name, read[0], read[1], hashlib.sha256(text.encode()).hexdigest())
            instrument = draft.form.instrument.id
            at = draft.at("/instrument/id")
            if instrument in seen:
                self.faults.append(Fault("repeated-id", f"`{instrument}` is also in {seen[instrument]}", at))
            elif instrument.partition(".")[2] != Path(name).stem:
                self.faults.append(Fault("wrong-file", f"`{instrument}` belongs in a file of that name", at))
            else:
                seen[instrument] = name
                drafts.append(draft)
        return drafts

    # -- declarations -------------------------------------------------------------------------------------------------

    def declare(self, draft: _Draft) -> None:
        owner = draft.form.instrument.id
        for key, trait in draft.form.traits.items():
            made = declared.trait_of(key, trait, owner)
            self.once(draft, "traits", key, made, self.traits, draft.traits)
            self.faults += checks.check_trait(made, draft.at(f"/traits/{key}"))
        for key, measure in draft.form.measures.items():
            one = declared.measure_of(key, measure, owner)
            self.once(draft, "measures", key, one, self.measures, draft.measures)
            self.faults += checks.check_measure(one, draft.at(f"/measures/{key}"))
        for key, reading in draft.form.readings.items():
            self.once(
                draft,
                "readings",
                key,
                declared.reading_of(key, reading, owner),
                self.readings,
                draft.readings,
            )
        for key, parameter in draft.form.parameters.items():
            self.parameter(draft, key, parameter)

    def once(self, draft: _Draft, where: str, key: str, made: T, all_of: dict[str, T], own: dict[str, T]) -> None:
        span = draft.at(f"/{where}/{key}")
        code = draft.form.instrument.id.partition(".")[0]
        if key in all_of:
            self.faults.append(Fault("repeated-id", f"`{key}` is declared twice", span, "rename one, or share it"))
        elif key.partition(".")[0] != code or "." not in key:
            self.faults.append(Fault("wrong-prefix", f"`{key}` must start with `{code}.`", span))
        all_of.setdefault(key, made)
        own[key] = made

    def parameter(self, draft: _Draft, key: str, form: schema.ParameterForm) -> None:
        span = draft.at(f"/parameters/{key}")
        if key in self.groups:
            self.faults.append(Fault("repeated-id", f"`{key}` is also a shared group", span, "rename the parameter"))
        if form.kind is None:
            number = self.attempt(lambda: declared.number_of(key, form, span))
            if number is not None:
                draft.numbers[key] = number
            return
        group = self.attempt(lambda: self.group(key, form, span))
        if group is not None:
            draft.groups[key] = group

    # -- rules --------------------------------------------------------------------------------------------------------

    def instrument(self, draft: _Draft) -> Instrument:
        head = draft.form.instrument
        period = declared.period_of(head.in_force.from_, head.in_force.until)
        checked = declared.checked_of(head.checked)
        rules = tuple(self.rule(draft, index, form, period) for index, form in enumerate(draft.form.rules))
        self.faults += checks.check_includes({**self.groups, **draft.groups}, draft.name)
        return Instrument(
            id=head.id,
            title=head.title,
            jurisdiction=head.jurisdiction,
            kind=head.kind,
            period=period,
            source=declared.source_of(head.source),
            checked=checked,
            hook=head.hook,
            rules=rules,
            traits=draft.traits,
            measures=draft.measures,
            numbers=draft.numbers,
            groups=draft.groups,
            readings=draft.readings,
            not_encoded=_gaps(draft.form.not_encoded),
            not_verified=_gaps(draft.form.not_verified),
            file=draft.name,
            digest=draft.digest,
        )

    def rule(self, draft: _Draft, index: int, form: schema.RuleForm, period: Period) -> Rule:
        head = draft.form.instrument
        here = f"/rules/{index}"
        level = self.level(form)
        names = Names(
            self.vocabulary,
            self.traits,
            self.measures,
            self.readings,
            self.groups,
            head.id,
            draft.groups,
            draft.numbers,
            level,
        )
        lines = {
            key: self.conditions(draft, f"{here}/{key}", getattr(form, key), names)
            for key in ("when", "requires", "fulfilled_by")
        }
        rule = Rule(
            id=form.id,
            kind=form.kind,
            instrument=head.id,
            cite=form.cite,
            says=form.says,
            href=form.href or "",
            note=form.note or "",
            checked=declared.checked_of(form.checked or head.checked),
            period=Period(form.from_ or period.first, form.until or period.last),
            **lines,
            timing=form.timing,
            days=form.days,
            owed_by=form.owed_by or "",
            routes=form.for_,
            to=form.to,
            defines=form.defines or "",
            about=form.about,
            adverse=form.adverse,
            span=draft.at(f"{here}/id"),
        )
        self.faults += checks.check_rule(rule, period)
        return rule

    def level(self, form: schema.RuleForm) -> Literal["leg", "party"]:
        """Return whether a rule speaks of one party: definitions of what parties are do, and exceptions to these."""
        todo, seen = [form], {form.id}
        for each in todo:
            todo += [self.forms[name] for name in each.to if name in self.forms and name not in seen]
            seen.update(each.to)
        defined = {each.defines for each in todo if each.kind == "definition"}
        of_party = any(name in self.traits and self.traits[name].of == "party" for name in defined)
        return "party" if of_party else "leg"

    def conditions(self, draft: _Draft, pointer: str, texts: Iterable[str], names: Names) -> tuple[Condition, ...]:
        conditions = []
        for index, text in enumerate(texts):
            try:
                conditions.append(parse_condition(text, draft.at(f"{pointer}/{index}"), names))
            except ConditionError as error:
                self.faults.append(error.fault)
        return tuple(conditions)

    # -- coverage -----------------------------------------------------------------------------------------------------

    def coverage(self, instruments: Mapping[str, Instrument]) -> Mapping[str, tuple[CoveredDays, ...]]:
        if "coverage.yaml" not in self.files.special:
            return {}
        read = self.form("coverage.yaml", self.files.special["coverage.yaml"], schema.CoverageFile)
        if read is None:
            return {}
        form, node = read
        self.faults += checks.check_coverage(form, node, instruments, self.groups)
        spells = {**form.jurisdictions, **{f"group:{name}": value for name, value in form.groups.items()}}
        return {
            key: tuple(CoveredDays(declared.period_of(one.from_, one.until), one.by, one.left_out) for one in value)
            for key, value in spells.items()
        }


def _gaps(forms: Iterable[schema.GapForm]) -> tuple[tuple[str, str], ...]:
    return tuple((form.cite or form.what or "", form.why) for form in forms)
