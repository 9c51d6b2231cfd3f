"""Which answers would settle an undetermined finding.

Unknown atoms are grouped by the fact behind them. A set of facts *can settle* a finding when some way of answering it
makes
the outcome definite, whatever else stays unknown; that is tried out on the program itself. Smallest sets come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

from engine.decision.model import Question
from engine.decision.sides import pointer_of, subject_pointer
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, Truth
from engine.inference.evaluation import Environment, Found
from engine.inference.getters import Subject, getter, party_getter
from engine.inference.program import Formula, Literal, Program
from engine.inference.reference import evaluate, truth
from engine.law.expression import PARTY_ROOTS, Atom, CountRef, FactRef, MeasureRef, PercentRef, ReadingRef

# Enough for every finding of the shipped law; beyond it the questions are still listed, only not in the best order.
_BUDGET = 200
_MOST_TOGETHER = 3


@dataclass(slots=True)
class Unknown:
    """A fact that is not known, the atoms that read it and the rules in which they stand."""

    key: tuple[str, str]
    atom: Atom
    subject: Subject
    numbers: list[int] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)


def questions(found: Found, later: Sequence[Truth], leg: Leg, env: Environment) -> list[Question]:
    """Return the questions of one undetermined finding, the smallest deciding set first.

    Args:
        later: Truth of each atom with every lever in place.
    """
    unknowns = list(_unknowns(found.program, found.atoms, leg))
    deciding, useful = _settling(found, later, unknowns)
    asked: dict[tuple[str, str], Question] = {}
    for unknown in sorted(unknowns, key=lambda u: (u.key not in deciding, u.key not in useful)):
        for question in _ask(unknown, env, unknown.key in deciding, set()):
            asked.setdefault((question.fact, question.pointer), question)
    return list(asked.values())


def _unknowns(program: Program, atoms: Sequence[Truth], subject: Subject) -> Iterator[Unknown]:
    groups: dict[tuple[str, str], Unknown] = {}
    users: dict[int, list[str]] = {}
    idle = _idle_exceptions(program, atoms)
    for clause in program.clauses:
        if clause.rule.kind in ("commitment", "warning") or clause.number in idle:
            continue
        if FALSE in (truth(clause.when, atoms), truth(clause.requires, atoms)):
            continue
        for formula in (clause.when, clause.requires, clause.met):
            for number in _open_literals(formula, atoms) if formula is not None else ():
                users.setdefault(number, []).append(clause.rule.id)
    for number, value in enumerate(atoms):
        if value != UNKNOWN or number not in users:
            continue
        atom = program.atoms[number]
        group = groups.setdefault(key := _key(atom, subject), Unknown(key, atom, subject))
        group.numbers.append(number)
        group.rules += [rule for rule in users[number] if rule not in group.rules]
    yield from groups.values()


def _idle_exceptions(program: Program, atoms: Sequence[Truth]) -> set[int]:
    """Return the exceptions whose every rule does not apply anyway: nothing turns on them."""
    lifted: dict[int, list[int]] = {}
    for clause in program.clauses:
        for number in clause.exceptions:
            lifted.setdefault(number, []).append(clause.number)
    failing = {clause.number for clause in program.clauses if truth(clause.when, atoms) == FALSE}
    idle: set[int] = set()
    while new := {each for each, rules in lifted.items() if failing.issuperset(rules)} - idle:
        idle |= new
        failing |= new
    return idle


def _open_literals(formula: Formula, atoms: Sequence[Truth]) -> Iterator[int]:
    """Yield the unknown atoms on which a formula still turns: not those beside a part that settles it."""
    if truth(formula, atoms) != UNKNOWN:
        return
    if isinstance(formula, Literal):
        yield formula.atom
    else:
        for part in formula.parts:
            yield from _open_literals(part, atoms)


def _key(atom: Atom, subject: Subject) -> tuple[str, str]:
    left = atom.left
    if isinstance(left, FactRef) and left.derived and left.root in PARTY_ROOTS:
        view = party_getter(left.root, left.links)(subject)
        return (left.trait, view.pointer if isinstance(view, PartyView) else left.root)
    if isinstance(left, FactRef):
        return (left.trait or left.name, pointer_of(left, subject))
    if isinstance(left, CountRef):
        return (left.unit, f"{left.scope}:{left.places}:{left.categories}")
    if isinstance(left, PercentRef):
        view = party_getter(left.root, left.links)(subject)
        return ("owners", view.pointer if isinstance(view, PartyView) else left.root)
    return (str(left), "")


# -- which sets settle ------------------------------------------------------------------------------------------------


def _settling(
    found: Found, later: Sequence[Truth], unknowns: list[Unknown]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the facts of the first smallest set that can settle the finding, and of all sets of that size."""
    left = _BUDGET
    for size in range(1, min(_MOST_TOGETHER, len(unknowns)) + 1):
        scores: dict[tuple[int, ...], int] = {}
        for chosen in combinations(range(len(unknowns)), size):
            for answers in product(*(_answers(unknowns[index]) for index in chosen)):
                left -= 1
                if left < 0:
                    break
                if _settles(found, later, [(unknowns[i], each) for i, each in zip(chosen, answers, strict=True)]):
                    scores[chosen] = scores.get(chosen, 0) + 1
        if scores:
            best = max(scores, key=lambda chosen: (scores[chosen], [-index for index in chosen]))
            return {unknowns[i].key for i in best}, {unknowns[i].key for chosen in scores for i in chosen}
        if left < 0:
            break
    return set(), {unknown.key for unknown in unknowns}


def _answers(unknown: Unknown) -> list[tuple[Truth, ...]]:
    """Return the ways in which the atoms of one fact can come out together."""
    count = len(unknown.numbers)
    if count == 1:
        return [(TRUE,), (FALSE,)]
    one_of = [tuple(TRUE if index == chosen else FALSE for index in range(count)) for chosen in range(count)]
    return [*one_of[:6], (FALSE,) * count, (TRUE,) * count]


def _settles(found: Found, with_levers: Sequence[Truth], answers: list[tuple[Unknown, tuple[Truth, ...]]]) -> bool:
    now, later = list(found.atoms), list(with_levers)
    for unknown, truths in answers:
        for number, value in zip(unknown.numbers, truths, strict=True):
            now[number] = later[number] = value
    return evaluate(found.program, now, later).outcome != "undetermined"


# -- how to ask -------------------------------------------------------------------------------------------------------


def _ask(unknown: Unknown, env: Environment, deciding: bool, seen: set[tuple[str, str]]) -> Iterator[Question]:
    if unknown.key in seen:
        return
    seen.add(unknown.key)
    left, subject = unknown.atom.left, unknown.subject
    for side in (left, unknown.atom.right):
        if isinstance(side, FactRef) and side.derived:
            yield from _ask_derived(side, unknown, env, deciding, seen)
        elif isinstance(side, FactRef) and (side is left or getter(side)(subject, env) is Missing.UNKNOWN):
            yield _fact_question(side, unknown, env, deciding)
    if isinstance(left, MeasureRef) and isinstance(subject, Leg):
        measure = env.programs.book.library.measures[left.id]
        _, pointer = subject.arrangement.measure(subject, left.id)
        spec = measure.fields.get(left.field)
        yield Question(
            str(left).removeprefix("measure."),
            spec.ask if spec else measure.ask,
            f"{pointer}/{left.field}" if left.field else pointer,
            measure.by,
            spec.type if spec else "bool",
            spec.values if spec else (),
            tuple(unknown.rules),
            deciding,
        )
    elif isinstance(left, ReadingRef):
        reading = env.programs.book.library.readings[left.id]
        options = tuple(reading.options)
        yield Question(
            left.id,
            reading.ask,
            f"/readings/{left.id}",
            "both",
            "enum",
            options,
            tuple(unknown.rules),
            deciding,
        )
    elif isinstance(left, CountRef) and isinstance(subject, Leg):
        yield _count_question(left, unknown, env, deciding)
    elif isinstance(left, PercentRef):
        view = party_getter(left.root, left.links)(subject)
        if isinstance(view, PartyView):
            ask = f"Who owns {view.party.id}, from which countries and with what share?"
            yield Question(
                "owners",
                ask,
                f"{view.pointer}/owners",
                "importer",
                "owners",
                (),
                tuple(unknown.rules),
                deciding,
            )


def _ask_derived(
    ref: FactRef, unknown: Unknown, env: Environment, deciding: bool, seen: set[tuple[str, str]]
) -> Iterator[Question]:
    """Ask for what the definitions turn on; for the status itself where the caller may state it."""
    trait = env.programs.book.library.traits[ref.trait]
    target: Subject | Missing = unknown.subject
    if ref.root in PARTY_ROOTS:
        target = party_getter(ref.root, ref.links)(unknown.subject)
    if isinstance(target, Missing):
        yield _missing_party(ref, unknown, deciding)
        return
    program, atoms = env.definition(ref.trait, target)
    behind = list(_unknowns(program, atoms, target))
    if trait.ask:
        place = subject_pointer(target, trait.of)
        text = _fill(trait.ask, target)
        yield Question(
            trait.id, text, f"{place}/traits/{trait.id}", trait.by, "bool", (), tuple(unknown.rules), deciding
        )
        if len(behind) > 4:
            return
    for each in behind:
        yield from _ask(each, env, deciding and not trait.ask, seen)


def _missing_party(ref: FactRef, unknown: Unknown, deciding: bool) -> Question:
    if ref.root == "key_holder" and isinstance(unknown.subject, Leg):
        index, name = unknown.subject.data_index, unknown.subject.data.id
        ask = f"Who keeps the key or additional information of `{name}`?"
        return Question(
            "key_holder",
            ask,
            f"/datasets/{index}/key_holder",
            "exporter",
            "party",
            (),
            tuple(unknown.rules),
            deciding,
        )
    root = party_getter(ref.root, ())(unknown.subject)
    pointer = f"{root.pointer}/employer" if isinstance(root, PartyView) else ""
    who = root.party.id if isinstance(root, PartyView) else ref.root
    return Question("employer", f"Who employs {who}?", pointer, "both", "party", (), tuple(unknown.rules), deciding)


def _fact_question(ref: FactRef, unknown: Unknown, env: Environment, deciding: bool) -> Question:
    library = env.programs.book.library
    subject = unknown.subject
    target: Subject | Missing = subject
    if ref.root in PARTY_ROOTS:
        target = party_getter(ref.root, ref.links)(subject)
        if isinstance(target, Missing):
            return _missing_party(ref, unknown, deciding)
    if ref.trait:
        trait = library.traits[ref.trait]
        ask, by, values = trait.ask, trait.by, trait.values
    else:
        kind = "party" if ref.root in PARTY_ROOTS else ref.root
        spec = library.vocabulary.facts[kind, ref.name]
        ask, by = spec.ask or f"What is {ref}?", "both"
        values = library.vocabulary.terms(spec.of) if spec.of in library.vocabulary.enums else ()
    text = _fill(ask, target, subject)
    return Question(
        ref.trait or ref.name,
        text,
        pointer_of(ref, subject),
        by,
        ref.type,
        values,
        tuple(unknown.rules),
        deciding,
    )


def _count_question(ref: CountRef, unknown: Unknown, env: Environment, deciding: bool) -> Question:
    assert isinstance(unknown.subject, Leg)
    leg = unknown.subject
    spec = env.programs.book.library.vocabulary.facts["data", ref.unit]
    limits = str(unknown.atom.text)
    ask = f"{_fill(spec.ask, leg)} (The law asks whether {limits}.)"
    pointer = f"/datasets/{leg.data_index}/subjects"
    return Question(ref.unit, ask, pointer, "exporter", "count", (), tuple(unknown.rules), deciding)


def _fill(text: str, *subjects: Subject | Missing) -> str:
    for subject in subjects:
        if isinstance(subject, PartyView):
            text = text.replace("{party}", subject.party.name or subject.party.id)
        elif isinstance(subject, Leg):
            text = text.replace("{dataset}", subject.data.id).replace("{transfer}", subject.transfer.id)
            text = text.replace("{exporter}", subject.exporter.party.id).replace(
                "{importer}", subject.importer.party.id
            )
    return text
