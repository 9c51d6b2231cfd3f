"""Put findings together: the rules that decided, what would help, what is asked, what stays to be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from engine.decision.model import Condition, Finding, Note, Option, Question, ReadingTrace
from engine.decision.options import options
from engine.decision.questions import easing, questions
from engine.decision.settling import Settled
from engine.decision.traces import DerivedTrace, RuleTrace
from engine.decision.tracing import Tracer
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference.evaluation import Found, Judge
from engine.inference.program import Clause
from engine.inference.reference import evaluate
from engine.law.book import StatuteBook
from engine.law.expression import MeasureRef, leaves


class Assembler:
    """Collects what the findings of one arrangement have to say."""

    def __init__(self, book: StatuteBook, judge: Judge, thorough: bool, at_once: bool = False) -> None:
        self.book = book
        self.judge = judge
        self.env = judge.now
        self.at_once = at_once  # see `questions`
        self.tracer = Tracer(book, self.env, thorough)
        self._conditions: dict[tuple[str, str], Condition] = {}  # by rule and transfer
        self._questions: dict[tuple[str, str], Question] = {}

    @property
    def derived(self) -> tuple[DerivedTrace, ...]:
        """Return the facts that definitions worked out."""
        return self.tracer.derived

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return the duties that stay open, each once for a transfer, in the order found."""
        return tuple(self._conditions.values())

    def all_questions(self) -> tuple[Question, ...]:
        """Return every question once: deciding ones first, those that only ease last, otherwise in the order found."""
        return tuple(sorted(self._questions.values(), key=lambda each: (not each.deciding, each.easing)))

    def finding(self, result: Settled, leg: Leg) -> Finding:
        """Return what an instrument says about a leg."""
        outcome, found, under = result
        instrument = self.book.instruments[found.program.id]
        shown = result.shown
        rules = self.tracer.rules(shown, leg)
        offers: tuple[Option, ...] = ()
        if outcome == "not_yet_permitted" or (outcome == "undetermined" and found.verdict.may == FALSE):
            later = self._with_levers(shown, leg)
            offers = options(shown.program, shown.atoms, later, leg, self.env)
            if outcome == "not_yet_permitted" and offers:
                self._ask_what_eases(shown, later, leg, offers[0].effort)
        if outcome == "undetermined" and found.verdict.reached != FALSE:
            self._ask(found, leg)
        mechanism = mechanism_of(shown)
        if outcome in ("permitted_with_conditions", "not_yet_permitted", "permitted"):
            self._list_conditions(shown, leg, mechanism)
        refused = outcome == "prohibited" and not result.difference
        why = self._bar(shown, leg) if refused else _sentence(result, self._carrying(rules, mechanism), offers)
        return Finding(
            instrument.id,
            instrument.title,
            instrument.jurisdiction,
            instrument.kind,
            instrument.source.cite,
            instrument.source.href,
            leg.data.id,
            outcome,
            why,
            mechanism,
            rules,
            offers,
            tuple([self._reading(label, each) for label, each in under]) if under else (),
            result.difference,
        )

    def _carrying(self, rules: tuple[RuleTrace, ...], mechanism: str) -> tuple[RuleTrace, ...]:
        """Leave out what belongs to other routes than the one that carries the transfer."""
        if not mechanism:
            return rules
        known = self.book.library.rules
        return tuple(
            rule
            for rule in rules
            if (rule.kind != "route" or rule.id == mechanism)
            and (rule.kind != "duty" or not known[rule.id].routes or mechanism in known[rule.id].routes)
        )

    def _bar(self, found: Found, leg: Leg) -> str:
        """Return one sentence that names what refuses: a ban, a duty that nothing fulfils, or that no route is left."""
        kinds, holds = found.program.kinds, found.verdict.holds
        for clause in kinds.get("ban", ()):
            if holds[clause.number] == TRUE:
                return f"Barred by {clause.rule.cite}: {clause.rule.says}"
        later = self._with_levers(found, leg)
        best = evaluate(found.program, later, later)
        for clause in kinds.get("duty", ()):
            blocks = clause.rule.timing == "before_transfer" and not clause.rule.routes
            if blocks and best.holds[clause.number] == TRUE and best.met[clause.number] == FALSE:
                return f"Barred without what {clause.rule.cite} asks for, which is not shown: {clause.rule.says}"
        return "No lawful route exists that anything in the parties' hands could open."

    def _with_levers(self, found: Found, leg: Leg) -> tuple[Truth, ...]:
        return found.program.with_levers(found.atoms, leg, self.judge.later)

    def _ask(self, found: Found, leg: Leg) -> None:
        for question in questions(found, self._with_levers(found, leg), leg, self.env, self.at_once):
            key = (question.fact, question.pointer)
            known = self._questions.get(key)
            if known is None or known.easing:
                self._questions[key] = question
            elif question.deciding and not known.deciding:
                because = tuple(dict.fromkeys(known.because + question.because))
                self._questions[key] = replace(question, because=because)

    def _ask_what_eases(self, found: Found, later: tuple[Truth, ...], leg: Leg, than: int) -> None:
        for question in easing(found, later, leg, self.env, than):
            self._questions.setdefault((question.fact, question.pointer), question)

    def _list_conditions(self, found: Found, leg: Leg, mechanism: str) -> None:
        for clause in found.program.kinds.get("duty", ()):
            rule, verdict = clause.rule, found.verdict
            if verdict.holds[clause.number] == FALSE:
                continue
            if verdict.met[clause.number] == TRUE or (rule.routes and mechanism not in rule.routes):
                continue
            key = (rule.id, leg.transfer.id)
            maybe = verdict.holds[clause.number] == UNKNOWN
            # Of two data sets of a transfer, one may be certain to bring the duty and the other not.
            if key in self._conditions and (maybe or not self._conditions[key].only_if_known):
                continue
            self._conditions[key] = Condition(
                rule=rule.id,
                instrument=rule.instrument,
                transfer=leg.transfer.id,
                says=rule.says,
                cite=rule.cite,
                when=rule.timing or "ongoing",
                owed_by=rule.owed_by,
                days=rule.days,
                only_if_known=maybe,
                measures=tuple(_measures(clause)),
            )

    def _reading(self, label: tuple[str, str], found: Found) -> ReadingTrace:
        library = self.book.library
        pairs = list(zip(label[0].split(", "), label[1].split(", "), strict=True))
        chosen = [library.readings[reading].options[option] for reading, option in pairs]
        asked = [library.readings[reading].ask for reading, _ in pairs]
        says = " ".join(f"{ask} {option.says}" for ask, option in zip(asked, chosen, strict=True))
        return ReadingTrace(label[0], label[1], says, "; ".join(o.cite for o in chosen), found.verdict.outcome)

    def notes(self, remarking: Iterable[Found], findings: Iterable[Finding]) -> tuple[Note, ...]:
        """Return the commitments and warnings that apply, of what was found for the legs of a transfer."""
        restricting = {
            name
            for finding in findings
            if finding.outcome in ("prohibited", "not_yet_permitted", "permitted_with_conditions", "undetermined")
            for name in (finding.instrument, finding.kind)
        }
        notes: dict[str, Note] = {}
        for found in remarking:
            if found.verdict.reached == FALSE and not found.program.decides_nothing:
                continue
            for clause in found.program.remarks:
                rule, value = clause.rule, found.verdict.holds[clause.number]
                if value == FALSE or (rule.kind == "commitment" and restricting.isdisjoint(rule.about)):
                    continue
                if value == UNKNOWN and rule.id in notes:
                    continue  # what is certain of one data set is so of the transfer
                kind: Literal["commitment", "warning"] = "commitment" if rule.kind == "commitment" else "warning"
                notes[rule.id] = Note(kind, rule.id, rule.cite, rule.says, rule.about, value == UNKNOWN)
        return tuple(notes[key] for key in sorted(notes))


def mechanism_of(found: Found) -> str:
    """Return the open route that carries the transfer, or "".

    It is the route that leaves least to do; a duty that blocks weighs more than any other.
    """
    if found.verdict.reached != TRUE:
        return ""
    open_routes = [c for c in found.program.kinds.get("route", ()) if found.verdict.holds[c.number] == TRUE]
    best = min(open_routes, key=lambda route: _open_duties(found, route), default=None)
    return best.rule.id if best else ""


def _open_duties(found: Found, route: Clause) -> tuple[int, int]:
    """Return how many duties of a route are open, or perhaps so: those before the transfer, and all."""
    duties = [
        clause.rule.timing == "before_transfer"
        for clause in found.program.kinds.get("duty", ())
        if route.number in clause.routes
        and found.verdict.holds[clause.number] != FALSE
        and found.verdict.met[clause.number] != TRUE
    ]
    return sum(duties), len(duties)


def _measures(clause: Clause) -> Iterable[str]:
    names = [
        leaf.atom.left.id
        for condition in clause.rule.fulfilled_by
        for leaf in leaves(condition.tree)
        if isinstance(leaf.atom.left, MeasureRef)
    ]
    return dict.fromkeys(names)


def _sentence(result: Settled, rules: tuple[RuleTrace, ...], offers: tuple[Option, ...]) -> str:
    """Return one sentence that says why."""
    outcome, found, under = result
    if result.difference:
        return "The two evaluators differ, so nothing is decided; the incident is logged."
    if under and outcome == "undetermined" and len({each.verdict.outcome for _, each in under}) > 1:
        shown = "; ".join(f"{option}: {each.verdict.outcome}" for (_, option), each in under)
        return f"Authorities read the law differently, and the readings lead to different outcomes ({shown})."
    if outcome == "not_applicable":
        exempt = [rule for rule in rules if rule.kind == "exemption" and rule.status == "holds"]
        return f"Exempt under {exempt[0].cite}." if exempt else "No rule on its scope reaches this transfer."
    bans = [rule for rule in rules if rule.kind == "ban" and rule.status == "holds"]
    if outcome == "not_yet_permitted":
        count = len(offers)
        start = f"Barred for now by {bans[0].cite}. " if bans else ""
        maybe = (rule.cite.partition(";")[0] for rule in rules if rule.kind == "route" and rule.status == "unknown")
        others = "; ".join(dict.fromkeys(maybe))
        others = f" Missing facts decide whether other routes can be taken: {others}." if others else ""
        sets = f"{count} set{'s' if count != 1 else ''} of measures"
        return f"{start}Not lawful as proposed; {sets} would make it so.{others}"
    if outcome == "undetermined":
        if found.verdict.reached == TRUE and all(each.verdict.may == FALSE for each in (found, *(f for _, f in under))):
            return "Not lawful as proposed; facts are missing that decide whether measures could make it so."
        return "Facts are missing that could change the answer."
    used = next((rule for rule in rules if rule.status == "open"), None)
    basis = f"Lawful under {used.cite}" if used else "Nothing in it stands in the way"
    unmet = [rule for rule in rules if rule.kind == "duty" and rule.status == "unmet"]
    if outcome == "permitted_with_conditions":
        return f"{basis}, with {len(unmet)} dut{'ies' if len(unmet) != 1 else 'y'} to keep."
    return f"{basis}."
