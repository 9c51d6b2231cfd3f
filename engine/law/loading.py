"""Load everything under `rulesets/` into one checked library, reporting every fault of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from engine.collecting import uncollected
from engine.errors import RulesetError
from engine.law import checks, declared, group_checks, schema
from engine.law.condition_words import ConditionError
from engine.law.coverage_forms import CoverageFile, CoveredForm
from engine.law.declaring import Declaring, Draft
from engine.law.expression import Condition
from engine.law.files import RulesetFiles, find
from engine.law.model import (
    CoveredDays,
    Instrument,
    Library,
    Period,
    Rule,
)
from engine.law.names import Names
from engine.law.parsing import parse_condition
from engine.law.reforms import load_reform, overlaid, reformed


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


class _Builder(Declaring):
    def __init__(self, files: RulesetFiles) -> None:
        super().__init__(files)
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

    # -- rules --------------------------------------------------------------------------------------------------------

    def instrument(self, draft: Draft) -> Instrument:
        head = draft.form.instrument
        period = declared.period_of(head.in_force.from_, head.in_force.until)
        checked = declared.checked_of(head.checked)
        rules = tuple(self.rule(draft, index, form, period) for index, form in enumerate(draft.form.rules))
        self.faults += group_checks.check_includes({**self.groups, **draft.groups}, draft.name)
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

    def rule(self, draft: Draft, index: int, form: schema.RuleForm, period: Period) -> Rule:
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

    def conditions(self, draft: Draft, pointer: str, texts: Iterable[str], names: Names) -> tuple[Condition, ...]:
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
        read = self.form("coverage.yaml", self.files.special["coverage.yaml"], CoverageFile)
        if read is None:
            return {}
        form, node = read
        self.faults += group_checks.check_coverage(form, node, instruments, self.groups)
        spells = {**form.jurisdictions, **{f"group:{name}": value for name, value in form.groups.items()}}
        return {key: tuple(_covered_days(one) for one in value) for key, value in spells.items()}


def _covered_days(form: CoveredForm) -> CoveredDays:
    period = declared.period_of(form.from_, form.until)
    return CoveredDays(period, form.by, form.left_out, form.subjects, form.left_out_subjects)


def _gaps(forms: Iterable[schema.GapForm]) -> tuple[tuple[str, str], ...]:
    return tuple((form.cite or form.what or "", form.why) for form in forms)
