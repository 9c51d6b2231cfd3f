"""How to ask for a fact: in whose words, of whom, and where the answer goes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision.model import Question
from engine.decision.sides import pointer_of, subject_pointer
from engine.decision.unknowns import Unknown, unknowns_of
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.values import Missing
from engine.inference.environment import Environment
from engine.inference.getters import Subject, getter, party_getter
from engine.law.expression import PARTY_ROOTS, CountRef, FactRef, MeasureRef, PercentRef, ReadingRef

_OF_THE_KEY = ("key_with_importer", "key_with_exporter")


def ask(unknown: Unknown, env: Environment, deciding: bool, at_once: bool = False) -> Iterator[Question]:
    """Yield the questions for a fact; for a status, those for what its definitions turn on (see `unknowns_of`)."""
    yield from _ask(unknown, env, deciding, at_once, set())


def _ask(
    unknown: Unknown, env: Environment, deciding: bool, at_once: bool, seen: set[tuple[str, str]]
) -> Iterator[Question]:
    if unknown.key in seen:
        return
    seen.add(unknown.key)
    left, subject = unknown.atom.left, unknown.subject
    for side in (left, unknown.atom.right):
        if isinstance(side, FactRef) and side.derived:
            yield from _ask_derived(side, unknown, env, deciding, at_once, seen)
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
            ask = f"Who owns {_called(view)}, from which countries and with what share?"
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
    ref: FactRef, unknown: Unknown, env: Environment, deciding: bool, at_once: bool, seen: set[tuple[str, str]]
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
    behind = list(unknowns_of(program, atoms, target, at_once=at_once))
    if trait.ask:
        place = subject_pointer(target, trait.of)
        text = _fill(trait.ask, target)
        yield Question(
            trait.id, text, f"{place}/traits/{trait.id}", trait.by, "bool", (), tuple(unknown.rules), deciding
        )
        if len(behind) > 4:
            return
    for each in behind:
        yield from _ask(each, env, deciding and not trait.ask, at_once, seen)


def _key_question(leg: Leg, unknown: Unknown, deciding: bool) -> Question:
    ask = f"Who keeps the key or additional information of `{leg.data.id}`?"
    pointer = f"/datasets/{leg.data_index}/key_holder"
    return Question("key_holder", ask, pointer, "exporter", "party", (), tuple(unknown.rules), deciding)


def _missing_party(ref: FactRef, unknown: Unknown, deciding: bool) -> Question:
    if ref.root == "key_holder" and isinstance(unknown.subject, Leg):
        return _key_question(unknown.subject, unknown, deciding)
    root = party_getter(ref.root, ())(unknown.subject)
    pointer = f"{root.pointer}/employer" if isinstance(root, PartyView) else ""
    who = _called(root) if isinstance(root, PartyView) else ref.root
    return Question("employer", f"Who employs {who}?", pointer, "both", "party", (), tuple(unknown.rules), deciding)


def _fact_question(ref: FactRef, unknown: Unknown, env: Environment, deciding: bool) -> Question:
    library = env.programs.book.library
    subject = unknown.subject
    target: Subject | Missing = subject
    if ref.root in PARTY_ROOTS:
        target = party_getter(ref.root, ref.links)(subject)
        if isinstance(target, Missing):
            return _missing_party(ref, unknown, deciding)
    if ref.root == "data" and ref.name in _OF_THE_KEY and isinstance(subject, Leg):
        # What arrangements say is who holds it.
        return _key_question(subject, unknown, deciding)
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
            text = text.replace("{party}", _called(subject))
        elif isinstance(subject, Leg):
            text = text.replace("{dataset}", subject.data.id).replace("{transfer}", subject.transfer.id)
            text = text.replace("{exporter}", _called(subject.exporter))
            text = text.replace("{importer}", _called(subject.importer))
    return text


def _called(view: PartyView) -> str:
    return view.party.name or view.party.id
