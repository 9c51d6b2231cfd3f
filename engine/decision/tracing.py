"""From truths to reasons: which rules decided, on which facts, found where in the arrangement."""

from __future__ import annotations

from engine.decision.outlines import LineOutline, Outliner, RuleOutline, word
from engine.decision.sides import Side, shown, subject_pointer
from engine.decision.traces import ConditionTrace, DerivedTrace, FactTrace, RuleTrace
from engine.facts.legs import Leg
from engine.facts.values import FALSE, Missing
from engine.inference.environment import Environment
from engine.inference.evaluation import Found
from engine.inference.getters import Subject
from engine.law.book import StatuteBook

_Read = dict[tuple[tuple[Side, ...], Subject], tuple[FactTrace, ...]]


class Tracer:
    """Explains the findings of one arrangement under one book."""

    def __init__(self, book: StatuteBook, env: Environment, thorough: bool) -> None:
        self.book = book
        self.env = env
        self.thorough = thorough
        self.outliner = Outliner(env.programs)
        self._derived: dict[tuple[str, str], DerivedTrace] = {}
        self._read: dict[tuple[Side, Subject], FactTrace] = {}
        self._explaining = True
        # By whether it was done while explaining: what lines read, and which derived facts were explained.
        self._lines_read: dict[bool, _Read] = {True: {}, False: {}}
        self._explained: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}

    @property
    def derived(self) -> tuple[DerivedTrace, ...]:
        """Return every derived fact that was read so far, in order of trait and subject."""
        return tuple([self._derived[key] for key in sorted(self._derived)])

    # -- rules --------------------------------------------------------------------------------------------------------

    def rules(self, found: Found, leg: Leg) -> tuple[RuleTrace, ...]:
        """Return the rules worth showing for a finding, in the order of the text."""
        # Where an instrument does not reach a transfer, a status that is lacking says enough; one that is there (the
        # data are de-identified) is the reason, and is explained.
        self._explaining = self.thorough or found.verdict.reached != FALSE
        return tuple([self._rule(each, leg) for each in self.outliner.finding(found)])

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
            outline.last,
            outline.recalled,
        )

    def _lines(self, lines: tuple[LineOutline, ...], subject: Subject) -> tuple[ConditionTrace, ...]:
        # Many rules read the same facts of a subject. What is read while explaining has been explained.
        read = self._lines_read[self._explaining]
        found = []
        for line in lines:
            key = (line.sides, subject)
            facts = read.get(key)
            if facts is None:
                facts = read[key] = self._facts(line.sides, subject)
            found.append(ConditionTrace(line.text, line.truth, facts, line.parameters))
        return tuple(found)

    def _facts(self, sides: tuple[Side, ...], subject: Subject) -> tuple[FactTrace, ...]:
        return tuple([(self._derived_fact if side.trait else self._fact)(side, subject) for side in sides])

    # -- leaves -------------------------------------------------------------------------------------------------------

    def _fact(self, side: Side, subject: Subject) -> FactTrace:
        # What is a party's own is the same in every transfer it takes part in; who is not there is so in one transfer.
        party = side.reach(subject) if side.reach else subject
        key = (side, subject if isinstance(party, Missing) else party)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = side.trace(subject, self.env)
        return found

    def _derived_fact(self, side: Side, subject: Subject) -> FactTrace:
        assert side.get is not None
        value = side.get(subject, self.env)
        target = side.reach(subject) if side.reach else subject
        if isinstance(target, Missing):
            return FactTrace(side.name, shown(value), "", derived=True)
        place = subject_pointer(target, self.book.library.traits[side.trait].of)
        if self._explaining or value is True:
            self._explain(side.trait, target, place)
        return FactTrace(side.name, shown(value), place, derived=True)

    def _explain(self, trait: str, subject: Subject, place: str) -> None:
        key = (trait, place)
        if key in self._explained[True] or key in self._explained[self._explaining]:
            return
        self._explained[self._explaining].add(key)  # before what is behind it: definitions may lead back to it
        program, atoms = self.env.definition(trait, subject)
        value = self.env.derived(trait, subject)
        outlines = self.outliner.definition(program, atoms, value)
        rules = tuple(self._rule(each, subject) for each in outlines)
        self._derived[key] = DerivedTrace(trait, place, word(value), rules)
