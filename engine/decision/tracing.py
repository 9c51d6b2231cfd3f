"""From truths to reasons: which rules decided, on which facts, found where in the arrangement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.decision.model import (
    ConditionTrace,
    DerivedTrace,
    FactTrace,
    ParameterTrace,
    RuleTrace,
)
from engine.decision.outlines import LineOutline, RuleOutline, definition_outline, finding_outline, word
from engine.facts.legs import FACT_PLACES, Leg
from engine.facts.parties import PartyView, Value
from engine.facts.values import FALSE, Missing, PartialSet
from engine.inference.atoms import Subject, getter, party_getter
from engine.inference.evaluation import Environment, Found
from engine.law.book import StatuteBook
from engine.law.expression import (
    PARTY_ROOTS,
    Atom,
    CountRef,
    FactRef,
    GroupRef,
    MeasureRef,
    NumberRef,
    PercentRef,
    ReadingRef,
)
from engine.law.model import BEGINNING, END

_MOST = 12


def shown(value: object) -> str:
    """Return a value as text."""
    if isinstance(value, Missing):
        return value.value
    if isinstance(value, PartialSet):
        listed = ", ".join(sorted(value.members))
        return (
            listed
            if value.complete and listed
            else f"{listed}, perhaps others"
            if listed
            else "none"
            if value.complete
            else "unknown"
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


class Tracer:
    """Explains the findings of one arrangement under one book."""

    def __init__(self, book: StatuteBook, env: Environment, thorough: bool) -> None:
        self.book = book
        self.env = env
        self.thorough = thorough
        self._derived: dict[tuple[str, str], DerivedTrace | None] = {}
        # What an atom read is the same wherever the atom stands; atoms and subjects outlive the tracer.
        self._read: dict[tuple[int, int, bool], tuple[FactTrace, ...]] = {}
        self._explaining = True
        self._compared: dict[int, tuple[ParameterTrace, ...]] = {}

    @property
    def derived(self) -> tuple[DerivedTrace, ...]:
        """Return every derived fact that was read so far, in order of trait and subject."""
        found = (trace for _, trace in sorted(self._derived.items()) if trace is not None)
        return tuple(found)

    # -- rules --------------------------------------------------------------------------------------------------------

    def rules(self, found: Found, leg: Leg) -> tuple[RuleTrace, ...]:
        """Return the rules worth showing for a finding, in the order of the text."""
        # Where an instrument does not reach a transfer, a status that is lacking says enough; one that is there (the
        # data are de-identified) is the reason, and is explained.
        self._explaining = self.thorough or found.verdict.reached != FALSE
        return tuple([self._rule(each, leg) for each in finding_outline(self.env.programs, found)])

    def _rule(self, outline: RuleOutline, subject: Subject) -> RuleTrace:
        rule = outline.rule
        return RuleTrace(
            rule.id,
            rule.kind,
            rule.cite,
            rule.says,
            outline.status,
            rule.period.first,
            self._lines(outline.conditions, subject),
            self._lines(outline.requires, subject) if outline.requires else (),
            tuple([self._rule(each, subject) for each in outline.exceptions]) if outline.exceptions else (),
            rule.href,
            None if rule.period.last == END else rule.period.last,
            rule.checked.text == "recalled",
        )

    def _lines(self, lines: tuple[LineOutline, ...], subject: Subject) -> tuple[ConditionTrace, ...]:
        traces = []
        for line in lines:
            if len(line.atoms) == 1:
                atom = line.atoms[0]
                traces.append(
                    ConditionTrace(line.text, line.truth, self._facts_of(atom, subject), self._parameters_of(atom))
                )
                continue
            facts: dict[tuple[str, str], FactTrace] = {}
            parameters: dict[str, ParameterTrace] = {}
            for atom in line.atoms:
                facts.update(((fact.name, fact.pointer), fact) for fact in self._facts_of(atom, subject))
                parameters.update((each.name, each) for each in self._parameters_of(atom))
            traces.append(ConditionTrace(line.text, line.truth, tuple(facts.values()), tuple(parameters.values())))
        return tuple(traces)

    def _facts_of(self, atom: Atom, subject: Subject) -> tuple[FactTrace, ...]:
        key = (id(atom), id(subject), self._explaining)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = tuple(self.facts(atom, subject))
        return found

    def _parameters_of(self, atom: Atom) -> tuple[ParameterTrace, ...]:
        found = self._compared.get(id(atom))
        if found is None:
            found = self._compared[id(atom)] = tuple(self.parameters(atom))
        return found

    # -- leaves -------------------------------------------------------------------------------------------------------

    def facts(self, atom: Atom, subject: Subject) -> Iterator[FactTrace]:
        """Yield what an atom read."""
        for side in (atom.left, atom.right):
            if isinstance(side, FactRef):
                yield self._fact(side, subject)
            elif isinstance(side, MeasureRef) and isinstance(subject, Leg):
                yield self._measure(side, subject)
            elif isinstance(side, ReadingRef):
                chosen = self.env.readings.get(side.id, "not chosen")
                yield FactTrace(str(side), chosen, f"/readings/{side.id}")
            elif isinstance(side, CountRef) and isinstance(subject, Leg):
                yield self._count(side, subject)
            elif isinstance(side, PercentRef):
                yield self._percent(side, subject)

    def _fact(self, ref: FactRef, subject: Subject) -> FactTrace:
        value: Value = getter(ref)(subject, self.env)
        if ref.derived:
            return self._derived_fact(ref, subject, value)
        return FactTrace(str(ref), shown(value), pointer_of(ref, subject))

    def _derived_fact(self, ref: FactRef, subject: Subject, value: Value) -> FactTrace:
        target: Subject | Missing = subject
        if ref.root in PARTY_ROOTS:
            target = party_getter(ref.root, ref.links)(subject)
        if isinstance(target, Missing):
            return FactTrace(str(ref), shown(value), "", derived=True)
        place = subject_pointer(target, self.book.library.traits[ref.trait].of)
        if self._explaining or value is True:
            self._explain(ref.trait, target, place)
        return FactTrace(str(ref), shown(value), place, derived=True)

    def _explain(self, trait: str, subject: Subject, place: str) -> None:
        if (trait, place) in self._derived:
            return
        self._derived[trait, place] = None  # holds the place while the definitions behind it are explained
        program, atoms = self.env.definition(trait, subject)
        value = self.env.derived(trait, subject)
        outlines = definition_outline(self.env.programs, program, atoms, value)
        rules = tuple(self._rule(each, subject) for each in outlines)
        self._derived[trait, place] = DerivedTrace(trait, place, word(value), rules)

    def _measure(self, ref: MeasureRef, leg: Leg) -> FactTrace:
        evidence, pointer = leg.arrangement.measure(leg, ref.id)
        if evidence is None:
            return FactTrace(str(ref), "not shown", pointer)
        if not ref.field:
            return FactTrace(str(ref), "shown", pointer)
        return FactTrace(str(ref), shown(evidence.get(ref.field, Missing.UNKNOWN)), f"{pointer}/{ref.field}")

    def _count(self, ref: CountRef, leg: Leg) -> FactTrace:
        places = _flat(ref.places, self.book)
        count = leg.count(ref.scope, ref.unit, places, _flat(ref.categories, self.book))
        return FactTrace(f"{ref.scope}.{ref.unit}", str(count), f"/datasets/{leg.data_index}/subjects")

    def _percent(self, ref: PercentRef, subject: Subject) -> FactTrace:
        view = party_getter(ref.root, ref.links)(subject)
        if isinstance(view, Missing):
            return FactTrace(f"{ref.root}.owners", shown(view), "")
        owners = view.party.owners
        said = (
            "unknown"
            if owners is None
            else "none"
            if owners == "none"
            else "; ".join(f"{owner.party or owner.country} {owner.percent:g} %" for owner in owners)
        )
        return FactTrace(f"{ref.root}.owners", said, f"{view.pointer}/owners")

    def parameters(self, atom: Atom) -> Iterator[ParameterTrace]:
        """Yield the parameters and groups that an atom compared with."""
        refs = [atom.right]
        if isinstance(atom.left, CountRef):
            refs += list(atom.left.places) + list(atom.left.categories)
        elif isinstance(atom.left, PercentRef):
            refs.append(atom.left.group)
        for ref in refs:
            if isinstance(ref, NumberRef):
                number = self.book.number(ref)
                if number:
                    yield ParameterTrace(ref.name, str(number.value), number.cite, number.period.first, number.href)
            elif isinstance(ref, GroupRef):
                yield self._group(ref)

    def _group(self, ref: GroupRef) -> ParameterTrace:
        library = self.book.library
        own = library.instruments[ref.instrument].groups if ref.instrument else {}
        group = own.get(ref.name) or library.groups[ref.name]
        members = sorted(self.book.group(ref))
        listed = ", ".join(members[:_MOST]) + (f" and {len(members) - _MOST} more" if len(members) > _MOST else "")
        spells = [
            each for each in group.members if self.book.period.first in each.period and each.period.first > BEGINNING
        ]
        since = max((each.period.first for each in spells), default=None)
        cites = list(dict.fromkeys(each.cite for each in spells if each.cite))
        of_instrument = library.instruments[ref.instrument].source.cite if ref.instrument else ""
        cite = group.source.cite if group.source else "; ".join(cites[:3]) or of_instrument
        return ParameterTrace(ref.name, listed or "nobody", cite, since, group.source.href if group.source else "")


def _flat(names: tuple[str | GroupRef, ...], book: StatuteBook) -> frozenset[str]:
    flat: frozenset[str] = frozenset()
    for name in names:
        flat |= book.group(name) if isinstance(name, GroupRef) else frozenset((name,))
    return flat


def subject_pointer(subject: Subject, of: str) -> str:
    """Return the JSON pointer of what a derived trait belongs to."""
    if isinstance(subject, PartyView):
        return subject.pointer
    if of == "dataset":
        return f"/datasets/{subject.data_index}"
    if of == "transfer":
        return f"/transfers/{subject.transfer_index}"
    if of == "arrangement":
        return ""
    return f"/transfers/{subject.transfer_index} /datasets/{subject.data_index}"


def pointer_of(ref: FactRef, subject: Subject) -> str:
    """Return the JSON pointer of a fact: where it stands in the arrangement, or where it would."""
    if ref.root in PARTY_ROOTS:
        view = party_getter(ref.root, ref.links)(subject)
        if isinstance(view, Missing):
            return "" if not isinstance(subject, Leg) or ref.links else f"/datasets/{subject.data_index}/key_holder"
        if ref.trait:
            return f"{view.pointer}/traits/{ref.trait}"
        if ref.name == "role" and isinstance(subject, Leg):
            return f"/transfers/{subject.transfer_index}/{ref.root}_role"
        return f"{view.pointer}/{FACT_PLACES.get(('party', ref.name), ref.name)}"
    if ref.root == "arrangement" or not isinstance(subject, Leg):
        return f"/traits/{ref.trait}"
    base = f"/datasets/{subject.data_index}" if ref.root == "data" else f"/transfers/{subject.transfer_index}"
    if ref.trait:
        return f"{base}/traits/{ref.trait}"
    return f"{base}/{FACT_PLACES.get((ref.root, ref.name), ref.name)}"
