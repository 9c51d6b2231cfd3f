"""The first half of loading: every file read, and what it declares made, before any rule that uses it.

Words come first, then groups, then the traits, measures, readings and parameters of each instrument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from engine import source
from engine.errors import Fault, RulesetError, Span
from engine.facts.vocabulary import Vocabulary
from engine.law import checks, declared, group_checks, schema
from engine.law.files import FormT, RulesetFiles, read_form
from engine.law.model import Group, Measure, Number, Reading, Trait

T = TypeVar("T")


@dataclass(slots=True)
class Draft:
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


class Declaring:
    """Files of law with what they declare, and the faults found so far."""

    def __init__(self, files: RulesetFiles) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.groups: dict[str, Group] = {}
        self.vocabulary = Vocabulary({}, {})
        self.traits: dict[str, Trait] = {}
        self.measures: dict[str, Measure] = {}
        self.readings: dict[str, Reading] = {}

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
        self.faults += group_checks.check_includes(self.groups, "groups.yaml")

    def group(self, name: str, form: schema.ParameterForm | schema.GroupForm, span: Span) -> Group:
        return declared.group_of(name, form, self.files.tables, self.vocabulary, span)

    def read_instruments(self) -> list[Draft]:
        drafts: list[Draft] = []
        seen: dict[str, str] = {}
        for name, text in self.files.instruments.items():
            read = self.form(name, text, schema.InstrumentFile)
            if read is None:
                continue
            draft = Draft(name, read[0], read[1], hashlib.sha256(text.encode()).hexdigest())
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

    def declare(self, draft: Draft) -> None:
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

    def once(self, draft: Draft, where: str, key: str, made: T, all_of: dict[str, T], own: dict[str, T]) -> None:
        span = draft.at(f"/{where}/{key}")
        code = draft.form.instrument.id.partition(".")[0]
        if key in all_of:
            self.faults.append(Fault("repeated-id", f"`{key}` is declared twice", span, "rename one, or share it"))
        elif key.partition(".")[0] != code or "." not in key:
            self.faults.append(Fault("wrong-prefix", f"`{key}` must start with `{code}.`", span))
        all_of.setdefault(key, made)
        own[key] = made

    def parameter(self, draft: Draft, key: str, form: schema.ParameterForm) -> None:
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
