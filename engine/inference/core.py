"""The inference core of record: decides programs by chaining facts through durable-rules.

Holds no law. A compiled network is registered once, for every law and statute book in which it is the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from weakref import WeakKeyDictionary, WeakValueDictionary

from engine.errors import EvaluationError
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference import compiler
from engine.inference.durable_backend import DurableFailure, Handle
from engine.inference.memory import Memory
from engine.inference.network import NetworkLimit, Production, attribute_names, by_stratum, split_network
from engine.inference.outcomes import Outcome, Verdict, gated
from engine.inference.program import Program

OUTCOMES_FIRED: Final[dict[str, Outcome]] = {
    "notapplicable": "not_applicable",
    "prohibited": "prohibited",
    "notyet": "not_yet_permitted",
    "conditions": "permitted_with_conditions",
    "permitted": "permitted",
    "undetermined1": "undetermined",
    "undetermined2": "undetermined",
    "undetermined3": "undetermined",
    "undetermined4": "undetermined",
}
# A day has some seven hundred programs. A network takes half a megabyte, and a millisecond to be made again.
_MOST_NETWORKS = 1000
_LETTER: Final = {TRUE: "t", UNKNOWN: "u", FALSE: "f"}


class Network:
    """A compiled network on as many handles as its size needs."""

    def __init__(self, name: str, productions: tuple[Production, ...]) -> None:
        # By stratum the handles, with what each is asked about and what the negation of.
        self._strata: dict[int, list[tuple[Handle, tuple[str, ...], tuple[str, ...]]]] = {}
        for index, part in enumerate(split_network(productions)):
            handle = Handle(f"{name}.{index}", part)
            for stratum, group in by_stratum(part).items():
                names = sorted(attribute_names(group))
                asked = tuple(token for token in names if not token.startswith(compiler.NOT))
                denied = tuple(token.removeprefix(compiler.NOT) for token in names if token.startswith(compiler.NOT))
                self._strata.setdefault(stratum, []).append((handle, asked, denied))

    def follow(self, stratum: int, certain: set[str], possible: set[str]) -> tuple[set[str], set[str]]:
        """Return what follows in a stratum for certain, and what possibly, from what is certain and what is possible.

        It is certain that something is not so where it is not possible, and possible where it is not certain.
        """
        sure, maybe = set[str](), set[str]()
        for handle, asked, denied in self._strata.get(stratum, ()):
            fact = _fact(asked, denied, certain, possible)
            other = _fact(asked, denied, possible, certain)
            fired = handle.fire(stratum, fact)
            sure |= fired
            maybe |= fired if other == fact else handle.fire(stratum, other)
        return sure, maybe


def _fact(asked: Iterable[str], denied: Iterable[str], so: set[str], not_ruled_out: set[str]) -> dict[str, str]:
    fact = {token: compiler.YES for token in asked if token in so}
    for token in denied:
        if token not in not_ruled_out:
            fact[compiler.NOT + token] = compiler.YES
    return fact


class _Networks:
    """The networks in use in this process, each once, whichever laws and books need it; given back when none does."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[tuple[Production, ...], Network] = WeakValueDictionary()
        self._made = 0
        self._lock = threading.Lock()

    def of(self, productions: tuple[Production, ...]) -> Network:
        with self._lock:
            network = self._known.get(productions)
            if network is None:
                network = self._known[productions] = Network(f"n{self._made}", productions)
                self._made += 1
        return network


_NETWORKS: Final = _Networks()


class Core:
    """The networks of the programs that were asked about last, each made when first needed."""

    def __init__(self, remember: int = 512) -> None:
        """Make a core, with a memory of what both evaluators found from up to `remember` sets of truths per program."""
        self.agreed = Memory(remember)
        self._networks: WeakKeyDictionary[Program, Network] = WeakKeyDictionary()  # the last one asked about last
        self._outcomes = Handle("outcomes", compiler.compile_outcomes())
        self._lock = threading.Lock()

    def network(self, program: Program, definitions: bool = False) -> Network:
        """Return the network of a program.

        Raises:
            NetworkLimit: A rule is too large for the library.
        """
        with self._lock:
            network = self._networks.pop(program, None)
            if network is None:
                productions = (compiler.compile_definitions if definitions else compiler.compile_program)(program)
                network = _NETWORKS.of(productions)
                if len(self._networks) >= _MOST_NETWORKS:
                    self._networks.pop(next(iter(self._networks)), None)
            self._networks[program] = network
        return network

    def evaluate(self, program: Program, as_it_stands: Sequence[Truth], with_levers: Sequence[Truth]) -> Verdict:
        """Decide one instrument for one leg.

        Raises:
            EvaluationError: The library failed; never a permission.
        """
        with _failures_of(program):
            return self._evaluate(program, as_it_stands, with_levers)

    def _evaluate(self, program: Program, as_it_stands: Sequence[Truth], with_levers: Sequence[Truth]) -> Verdict:
        network = self.network(program)
        now = _World(network, program, as_it_stands)
        reached, may, clean = now.summary()
        reached_later, may_later = reached, may
        if as_it_stands != with_levers:
            reached_later, may_later, _ = _World(network, program, with_levers).summary()
        later = max(may_later, -reached_later)
        outcome = self._outcome(reached, may, later, clean)
        return Verdict(outcome, reached, may, later, clean, now.holds(), now.met())

    def gate(self, program: Program, atoms: Sequence[Truth]) -> Verdict:
        """Decide only whether an instrument reaches a leg.

        Raises:
            EvaluationError: The library failed.
        """
        with _failures_of(program):
            world = _World(self.network(program), program, atoms)
            return gated(world.summary()[0], world.holds())

    def defined(self, program: Program, atoms: Sequence[Truth]) -> Truth:
        """Return the value of a derived trait.

        Raises:
            EvaluationError: The library failed.
        """
        with _failures_of(program):
            world = _World(self.network(program, definitions=True), program, atoms)
            own = [value for clause, value in zip(program.clauses, world.holds(), strict=True) if clause.own]
            return max(own, default=FALSE)

    def _outcome(self, reached: Truth, may: Truth, later: Truth, clean: Truth) -> Outcome:
        fact = {"R": _LETTER[reached], "M": _LETTER[may], "L": _LETTER[later], "K": _LETTER[clean]}
        fired = self._outcomes.fire(compiler.OUTCOME, fact)
        if len(fired) != 1:
            raise DurableFailure(f"{len(fired)} outcomes for one leg")
        return OUTCOMES_FIRED[next(iter(fired))]

    def close(self) -> None:
        """Give the memory back of every network that no other law uses."""
        self._outcomes.close()
        self._networks.clear()
        self.agreed.clear()


@contextmanager
def _failures_of(program: Program) -> Iterator[None]:
    """Make of a failure of the library, or of a program too large for it, one of evaluation."""
    try:
        yield
    except (DurableFailure, NetworkLimit) as error:
        raise EvaluationError(f"the inference core failed on `{program.id}`: {error}") from error


class _World:
    """One program and one leg on their way through the strata."""

    def __init__(self, network: Network, program: Program, atoms: Sequence[Truth]) -> None:
        self._clauses = program.clauses
        self._certain = {compiler.atom(n) for n, value in enumerate(atoms) if value == TRUE}
        self._possible = {compiler.atom(n) for n, value in enumerate(atoms) if value != FALSE}
        for stratum in (compiler.CONDITIONS, compiler.RULES, compiler.SUMMARY):
            sure, maybe = network.follow(stratum, self._certain, self._possible)
            self._certain |= sure
            self._possible |= maybe

    def summary(self) -> tuple[Truth, Truth, Truth]:
        """Return reached, may start, and may start cleanly."""
        return self._truth(compiler.REACHED), self._truth(compiler.MAY_START), self._truth(compiler.CLEAN)

    def holds(self) -> tuple[Truth, ...]:
        return tuple(self._truth(compiler.applies(clause)) for clause in self._clauses)

    def met(self) -> tuple[Truth, ...]:
        return tuple(self._truth(compiler.met(clause)) for clause in self._clauses)

    def _truth(self, token: str) -> Truth:
        if token in self._certain:
            return TRUE
        return UNKNOWN if token in self._possible else FALSE
