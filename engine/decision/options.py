"""What would make a refused transfer lawful under an instrument: levers that open a route, or take the transfer out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.decision.model import MeasureOffer, Option
from engine.decision.ways import Finder, Need, together
from engine.facts.legs import Leg
from engine.facts.values import TRUE, UNKNOWN, Truth
from engine.inference.environment import Environment
from engine.inference.program import Clause, Program
from engine.inference.reference import defined
from engine.law.book import StatuteBook
from engine.law.expression import Atom, FactRef, MeasureRef

_MOST = 12
# Truth of each atom as the arrangement stands, and with every lever in place.
_Worlds = tuple[tuple[Truth, ...], tuple[Truth, ...]]


def options(
    program: Program, atoms: Sequence[Truth], later: Sequence[Truth], leg: Leg, env: Environment
) -> tuple[Option, ...]:
    """Return the sets of levers that open each route, least effort first.

    Args:
        atoms: Truth of each atom as the arrangement stands.
        later: Truth of each atom with every lever in place.
    """
    book = env.programs.book
    worlds: _Worlds = tuple(atoms), tuple(later)
    found = [
        Option(clause.rule.id if clause else "", clause.rule.cite if clause else "", _effort(offers), offers)
        for clause, need in env.programs.ways.recall(program, worlds, _ways)
        for offers in [_offers(program, need, book, leg, env)]
        if offers
    ]
    best: dict[tuple[str, ...], Option] = {}
    for option in sorted(found, key=lambda each: each.effort):
        best.setdefault(tuple(sorted(m.measure + m.detail for m in option.measures)), option)
    return tuple(_without_more(list(best.values())))[:_MOST]


def lighter(
    program: Program, atoms: Sequence[Truth], later: Sequence[Truth], leg: Leg, env: Environment, than: int
) -> dict[int, tuple[str, ...]]:
    """Return the atoms not known on which ways of less effort than some turn, with the routes that these would open."""
    worlds: _Worlds = tuple(atoms), tuple(later)
    turning: dict[int, tuple[str, ...]] = {}
    for clause, need in env.programs.possible_ways.recall(program, worlds, _possible_ways):
        unknown = [number for number in sorted(need) if later[number] == UNKNOWN]
        offers = _offers(program, need.difference(unknown), env.programs.book, leg, env)
        if clause and offers and _effort(offers) < than:
            for number in unknown:
                turning[number] = tuple(dict.fromkeys((*turning.get(number, ()), clause.rule.id)))
    return turning


def _ways(program: Program, worlds: _Worlds) -> list[tuple[Clause | None, Need]]:
    return Finder(program, *worlds).ways()


def _possible_ways(program: Program, worlds: _Worlds) -> list[tuple[Clause | None, Need]]:
    return [
        way for way in Finder(program, *worlds, supposing=True).ways() if any(worlds[1][n] == UNKNOWN for n in way[1])
    ]


def _without_more(found: list[Option]) -> Iterator[Option]:
    """Leave out every set that holds all of another one and more."""
    sets = [{(offer.measure, offer.detail) for offer in option.measures} for option in found]
    for option, own in zip(found, sets, strict=True):
        if not any(other < own for other in sets):
            yield option


def _offers(program: Program, need: Need, book: StatuteBook, leg: Leg, env: Environment) -> tuple[MeasureOffer, ...]:
    offers: dict[str, MeasureOffer] = {}
    for atom in _measured_atoms(program, sorted(need), leg, env, 0):
        assert isinstance(atom.left, MeasureRef)
        measure = book.library.measures[atom.left.id]
        detail = atom.text.removeprefix(f"measure.{measure.id}.") if atom.left.field else ""
        before = offers[measure.id].detail if measure.id in offers else ""
        if before and detail != before:
            detail = f"{before} and {detail}" if detail else before
        offers[measure.id] = MeasureOffer(measure.id, measure.ask, measure.by, measure.effort, measure.days, detail)
    return tuple(offers.values())


def _measured_atoms(program: Program, numbers: Iterable[int], leg: Leg, env: Environment, depth: int) -> Iterator[Atom]:
    """Yield the measures that atoms ask for; where a derived trait has to change, those of its definitions."""
    for number in numbers:
        atom = program.atoms[number]
        if isinstance(atom.left, MeasureRef):
            yield atom
        elif isinstance(atom.left, FactRef) and atom.left.derived and depth < 8:
            definitions = env.programs.definitions(atom.left.trait)
            atoms = definitions.values(leg, env)
            levers = Environment(env.programs, env.readings, levers=True)
            later = definitions.with_levers(atoms, leg, levers)
            finder = Finder(definitions, atoms, later)
            own = [clause for clause in definitions.clauses if clause.own]
            if defined(definitions, later) == TRUE:
                ways = [need for clause in own for need in finder.holds(clause)]
            else:
                ways = together([finder.fails(clause) for clause in own])
            best = min(ways, key=len, default=frozenset[int]())
            yield from _measured_atoms(definitions, sorted(best), leg, env, depth + 1)


def _effort(offers: tuple[MeasureOffer, ...]) -> int:
    return sum(offer.effort for offer in offers)
