"""The inference core of record: decides programs by chaining facts through durable-rules.

Holds no law: it keeps one handle per compiled network, shared by every statute book in which the network is the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from engine.errors import EvaluationError
from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference import compiler
from engine.inference.durable_backend import DurableFailure, Handle
from engine.inference.memory import Memory
from engine.inference.network import NetworkLimit, Production, attribute_names, split_network
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
K = TypeVar("K")
R = TypeVar("R")
_LETTER: Final = {TRUE: "t", UNKNOWN: "u", FALSE: "f"}


class Network:
    """A compiled network on as many handles as its size needs."""

    def __init__(self, name: str, productions: tuple[Production, ...]) -> None:
        strata: dict[int, list[Production]] = {}
        for production in productions:
            strata.setdefault(production.stratum, []).append(production)
        self._handles: dict[int, tuple[tuple[Handle, frozenset[str]], ...]] = {
            stratum: tuple(
                (Handle(f"{name}.{stratum}.{index}", part), attribute_names(part))
                for index, part in enumerate(split_network(group))
            )
            for stratum, group in strata.items()
        }

    def fire(self, stratum: int, tokens: Iterable[str]) -> set[str]:
        """Return the names of the productions that a fact with these tokens fires."""
        fired: set[str] = set()
        # An instrument that only defines has no rules of its own to fire.
        for handle, names in self._handles.get(stratum, ()):
            fired |= handle.fire(stratum, {token: compiler.YES for token in tokens if token in names})
        return fired

    def close(self) -> None:
        """Give the memory back."""
        for handles in self._handles.values():
            for handle, _ in handles:
                handle.close()


class Core:
    """Every network in use, made when first needed, given back when the last program that uses it is gone."""

    def __init__(self, remember: int = 512) -> None:
        """Make a core; it remembers what it inferred from up to `remember` sets of truths per program."""
        self._memory = Memory(remember)
        self.agreed = Memory(remember)  # what the reference found as well, from the same truths
        self._networks: WeakValueDictionary[tuple[Production, ...], Network] = WeakValueDictionary()
        self._of_program: WeakKeyDictionary[Program, Network] = WeakKeyDictionary()
        self._outcomes = Handle("outcomes", compiler.compile_outcomes())
        self._made = 0
        self._lock = threading.Lock()

    def network(self, program: Program, definitions: bool = False) -> Network:
        """Return the network of a program.

        Raises:
            NetworkLimit: A rule is too large for the library.
        """
        with self._lock:
            network = self._of_program.get(program)
            if network is None:
                productions = (compiler.compile_definitions if definitions else compiler.compile_program)(program)
                network = self._networks.get(productions)
                if network is None:
                    network = self._networks[productions] = Network(f"n{self._made}", productions)
                    self._made += 1
                self._of_program[program] = network
        return network

    def evaluate(self, program: Program, as_it_stands: Sequence[Truth], with_levers: Sequence[Truth]) -> Verdict:
        """Decide one instrument for one leg.

        Raises:
            EvaluationError: The library failed; never a permission.
        """
        return self._remembered(program, (tuple(as_it_stands), tuple(with_levers)), self._evaluate)

    def _evaluate(self, program: Program, worlds: tuple[tuple[Truth, ...], tuple[Truth, ...]]) -> Verdict:
        network = self.network(program)
        now = _World(network, program, worlds[0])
        reached, may, clean = now.summary()
        later = may
        if worlds[0] != worlds[1]:
            _, later, _ = _World(network, program, worlds[1]).summary()
        outcome = self._outcome(reached, may, later, clean)
        return Verdict(outcome, reached, may, later, clean, now.holds(), now.met())

    def gate(self, program: Program, atoms: Sequence[Truth]) -> Verdict:
        """Decide only whether an instrument reaches a leg.

        Raises:
            EvaluationError: The library failed.
        """
        return self._remembered(program, tuple(atoms), self._gate)

    def _gate(self, program: Program, atoms: tuple[Truth, ...]) -> Verdict:
        world = _World(self.network(program), program, atoms)
        return gated(world.summary()[0], world.holds())

    def defined(self, program: Program, atoms: Sequence[Truth]) -> Truth:
        """Return the value of a derived trait.

        Raises:
            EvaluationError: The library failed.
        """
        return self._remembered(program, tuple(atoms), self._defined)

    def _defined(self, program: Program, atoms: tuple[Truth, ...]) -> Truth:
        world = _World(self.network(program, definitions=True), program, atoms)
        own = [value for clause, value in zip(program.clauses, world.holds(), strict=True) if clause.own]
        return max(own, default=FALSE)

    def _remembered(self, program: Program, key: K, work_out: Callable[[Program, K], R]) -> R:
        try:
            return self._memory.recall(program, key, work_out)
        except (DurableFailure, NetworkLimit) as error:
            raise EvaluationError(f"the inference core failed on `{program.id}`: {error}") from error

    def _outcome(self, reached: Truth, may: Truth, later: Truth, clean: Truth) -> Outcome:
        fact = {"R": _LETTER[reached], "M": _LETTER[may], "L": _LETTER[later], "K": _LETTER[clean]}
        fired = self._outcomes.fire(compiler.OUTCOME, fact)
        if len(fired) != 1:
            raise DurableFailure(f"{len(fired)} outcomes for one leg")
        return OUTCOMES_FIRED[next(iter(fired))]

    def close(self) -> None:
        """Give every handle's memory back."""
        self._outcomes.close()
        for network in list(self._networks.values()):
            network.close()
        self._networks.clear()
        self._of_program.clear()
        self._memory.clear()
        self.agreed.clear()


class _World:
    """One program and one leg on their way through the strata."""

    def __init__(self, network: Network, program: Program, atoms: Sequence[Truth]) -> None:
        self.network = network
        self.program = program
        certain = [f"p{n}" if value == TRUE else f"q{n}" for n, value in enumerate(atoms) if value != UNKNOWN]
        sure = network.fire(compiler.CERTAIN_ATOMS, certain)
        self.unknown = len(certain) < len(atoms)
        self.sure, self.maybe = (
            sure,
            {"wp" + name[2:] if name[0] == "w" else "mp" + name[2:] for name in sure},
        )
        if self.unknown:
            possible = [f"x{n}" for n, value in enumerate(atoms) if value != FALSE]
            possible += [f"y{n}" for n, value in enumerate(atoms) if value != TRUE]
            self.maybe = network.fire(compiler.POSSIBLE_ATOMS, possible)
        self.applied, self.maybe_applied = self._apply()

    def _apply(self) -> tuple[set[str], set[str]]:
        clauses = self.program.clauses
        certain, possible = set(self.sure), set(self.maybe)
        for clause in clauses:
            number = clause.number
            for letter in ("w", "m"):
                if f"{letter}p{number}" not in self.maybe:
                    certain.add(f"{letter}f{number}")
                if f"{letter}t{number}" not in self.sure:
                    possible.add(f"{letter}n{number}")
        applied = self.network.fire(compiler.CERTAIN_RULES, certain)
        if not self.unknown:
            return applied, {name[0] + "p" + name[2:] for name in applied}
        return applied, self.network.fire(compiler.POSSIBLE_RULES, possible)

    def summary(self) -> tuple[Truth, Truth, Truth]:
        """Return reached, may start, and may start cleanly."""
        tokens = self.applied | self.maybe_applied
        for clause in self.program.clauses:
            for letter in ("h", "o"):
                if f"{letter}p{clause.number}" not in self.maybe_applied:
                    tokens.add(f"{letter}f{clause.number}")
                if f"{letter}t{clause.number}" not in self.applied:
                    tokens.add(f"{letter}n{clause.number}")
        fired = self.network.fire(compiler.SUMMARY, tokens)
        return _truth("R", "", fired, fired), _truth("M", "", fired, fired), _truth("K", "", fired, fired)

    def holds(self) -> tuple[Truth, ...]:
        return tuple(_truth("h", str(c.number), self.applied, self.maybe_applied) for c in self.program.clauses)

    def met(self) -> tuple[Truth, ...]:
        return tuple(_truth("m", str(c.number), self.sure, self.maybe) for c in self.program.clauses)


def _truth(letter: str, number: str, certain: set[str], possible: set[str]) -> Truth:
    if f"{letter}t{number}" in certain:
        return TRUE
    return UNKNOWN if f"{letter}p{number}" in possible else FALSE
