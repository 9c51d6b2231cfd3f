"""Search for remedies: encode, solve, prove, and say what stands in the way where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from engine.decision.basis import basis_of
from engine.decision.deciding import decide
from engine.decision.gaps import gaps_of
from engine.decision.remedies.alternatives import shapes
from engine.decision.remedies.encoding import Demand, Encoder
from engine.decision.remedies.levers import Levers, with_acts
from engine.decision.remedies.model import Alternative, Blocker, Remedies, Remedy, Status
from engine.decision.remedies.naming import in_the_way, remedy_of
from engine.decision.remedies.proving import prove
from engine.decision.remedies.solving import Part, best_of, conflict_of, parts_of
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.legs import Leg
from engine.facts.views import ArrangementView
from engine.inference.environment import Environment
from engine.inference.evaluation import Found, Judge
from engine.inference.outcomes import Outcome, worst
from engine.inference.programs import BookPrograms
from engine.law.expression import FactRef

LAWFUL = ("permitted", "permitted_with_conditions", "not_applicable")
# A choice that does not stand the proof is thrown away and the next one tried.
_MOST_TRIED = 60
Progress = Callable[[str], None]


def remedies(
    arrangement: Arrangement,
    law: Law,
    *,
    as_of: date | None = None,
    readings: Mapping[str, str] | None = None,
    efforts: Mapping[str, int] | None = None,
    most: int = 3,
    alternatives: bool = True,
    reforms: Iterable[str] = (),
    progress: Progress = lambda step: None,
) -> Remedies:
    """Return what would make a whole arrangement lawful.

    Args:
        efforts: Efforts of measures that count instead of those of the rulesets.
        most: How many remedies are wanted.
        alternatives: Whether other shapes of the arrangement are tried as well.
        progress: Called with a few words before each step that takes time.
    """
    day = as_of or arrangement.as_of or date.today()  # noqa: DTZ011 - the day of the caller's own calendar
    chosen = {**arrangement.readings, **(readings or {})}
    search = Searcher(law, day, chosen, dict(efforts or {}), progress)
    found = search.run(arrangement, most)
    tried: list[Alternative] = []
    if alternatives and found.status != "lawful":
        refused = {name for name, each in found.now.items() if each not in LAWFUL}
        for shape in shapes(arrangement, refused, law.programs(day)):
            progress(f"trying: {shape.says}")
            if any(each.kind == shape.kind and each.status == "lawful" for each in tried):
                continue
            other = search.run(shape.arrangement, 1, brief=True)
            best = other.remedies[0] if other.remedies else None
            tried.append(
                Alternative(shape.kind, shape.says, shape.changes, worst(other.now.values()), other.status, best)
            )
    return Remedies(
        arrangement.title,
        day,
        worst(found.now.values()) if found.now else "undetermined",
        found.status,
        found.remedies,
        found.blockers,
        found.undetermined,
        tuple(_first_of_each_kind(tried)),
        basis_of(law, (day,), chosen, found.used, reforms),
    )


def _first_of_each_kind(tried: list[Alternative]) -> Iterator[Alternative]:
    """Keep of each kind the shape that leaves least to do; shapes of a kind are in order of what they give up."""
    order = {"lawful": 0, "remedies": 1, "facts_missing": 2, "none": 3}
    for kind in dict.fromkeys(each.kind for each in tried):
        of_kind = [each for each in tried if each.kind == kind]
        yield min(of_kind, key=lambda a: (order[a.status], a.remedy.effort if a.remedy else 0))


@dataclass(slots=True)
class Result:
    """What a search of one arrangement found; `now` is the outcome of each transfer as it stands."""

    now: dict[str, Outcome]
    used: set[str]
    status: Status = "lawful"
    remedies: tuple[Remedy, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    undetermined: tuple[str, ...] = ()
    mechanisms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stops: tuple[str, ...] = ()


class Searcher:
    """Searches arrangements under the law of one day, and remembers what it found for those that look the same."""

    def __init__(
        self, law: Law, day: date, readings: Mapping[str, str], efforts: Mapping[str, int], progress: Progress
    ) -> None:
        self.law = law
        self.day = day
        self.readings = readings
        self.efforts = efforts
        self.progress = progress
        self._known: dict[object, Result] = {}

    def run(self, arrangement: Arrangement, most: int, brief: bool = False) -> Result:
        """Search one arrangement; `brief` leaves out what stands in the way, and asks once for what looks the same."""
        reader = _Reader(arrangement, self.law.programs(self.day), self.day, self.readings, self.efforts)
        if not brief:
            self.progress("reading the law")
        found = reader.found()
        seen = reader.signature(found) if brief else None
        if seen is None or seen not in self._known:
            self._known[seen] = self._run(arrangement, reader, found, most, brief)
        return self._known[seen]

    def _run(
        self, arrangement: Arrangement, reader: _Reader, found: list[tuple[Leg, Found]], most: int, brief: bool
    ) -> Result:
        now = prove(arrangement, self.law, self.day, self.readings)
        result = Result(now.transfers, reader.used, mechanisms=now.mechanisms)
        if now.transfers and all(outcome in LAWFUL for outcome in now.transfers.values()):
            return result
        if not brief:
            self.progress("solving")
        encoder, demands = reader.demands(found)
        if not reader.gaps:
            result.remedies = self._proven(arrangement, parts_of(encoder, demands, relaxed=False), most, LAWFUL)
        result.status = "remedies"
        if result.remedies:
            return result
        relaxed = parts_of(encoder, demands, relaxed=True)
        if all(part.choice(0) is not None for part in relaxed):
            result.status = "facts_missing"
            result.remedies = self._proven(arrangement, relaxed, most, ("undetermined", *LAWFUL))
            result.undetermined = tuple(dict.fromkeys((*reader.gaps, *now.undetermined)))
            return result
        result.status = "none"
        if not brief:
            self.progress("looking for what stands in the way")
            result.blockers = self._blockers(arrangement, conflict_of(encoder, demands, relaxed=True))
        return result

    def _proven(
        self, arrangement: Arrangement, parts: Sequence[Part], most: int, good: tuple[str, ...]
    ) -> tuple[Remedy, ...]:
        """Return the best choices that stand the proof: the arrangement is decided anew with them in place."""
        proven: list[Remedy] = []
        for number, choice in enumerate(best_of(parts)):
            if number >= _MOST_TRIED or len(proven) >= most:
                break
            if not choice.used:
                continue
            changed = with_acts(arrangement, [(lever, dict(values)) for lever, values in choice.used])
            proof = prove(changed, self.law, self.day, self.readings)
            if all(outcome in good for outcome in proof.transfers.values()):
                proven.append(remedy_of(choice, proof))
        return tuple(proven)

    def _blockers(self, arrangement: Arrangement, conflict: list[Demand]) -> tuple[Blocker, ...]:
        decision = decide(arrangement, self.law, as_of=self.day, readings=self.readings, core=False)
        findings = {
            (transfer.id, finding.dataset, finding.instrument): finding
            for transfer in decision.transfers
            for finding in transfer.findings
        }
        blockers = []
        for demand in conflict:
            finding = findings.get((demand.leg.transfer.id, demand.leg.data.id, demand.instrument))
            if finding is not None:
                said = (finding.instrument, finding.title, finding.cite)
                blockers.append(Blocker(*said, demand.leg.transfer.id, finding.outcome, tuple(in_the_way(finding))))
        return tuple(blockers)


class _Reader:
    """Reads what the law finds for each leg, and turns it into demands on the levers."""

    def __init__(
        self,
        arrangement: Arrangement,
        programs: BookPrograms,
        day: date,
        readings: Mapping[str, str],
        efforts: Mapping[str, int],
    ) -> None:
        self.view = ArrangementView(arrangement, day)
        self.programs = programs
        self.judge = Judge(programs, readings, None)
        self.levers = Levers(programs.book.library.measures, efforts, day)
        self.used: set[str] = set()
        self.gaps = [f"{leg.transfer.id}: {gap.what}" for leg in self.view.legs for gap in gaps_of(leg, programs.book)]

    def found(self) -> list[tuple[Leg, Found]]:
        """Return what is found for each leg and each instrument that levers might make reach it."""
        listed = []
        for leg in self.view.legs:
            for name in self.programs.candidates(leg):
                self.used.add(name)
                found = self.judge.decide(name, leg)
                if found.program.is_gate:
                    if not found.program.measured:
                        continue
                    program = self.programs.instrument(name)
                    atoms = program.values(leg, self.judge.now)
                    found = Found(program, atoms, found.verdict, found.difference)
                listed.append((leg, found))
        return listed

    def signature(self, found: list[tuple[Leg, Found]]) -> object:
        """Return what two shapes of an arrangement share where the law sees no difference between them."""
        behind = [self.judge.now.definition(t, leg)[1] for leg, f in found for t in self._measured(f)]
        return (
            tuple((leg.transfer.id, leg.transfer.exporter, leg.transfer.importer) for leg in self.view.legs),
            tuple((leg.index, each.program.id, each.atoms) for leg, each in found),
            tuple(map(tuple, behind)),
            tuple(self._under_readings(found)),
            tuple(self.gaps),
        )

    def _under_readings(self, found: list[tuple[Leg, Found]]) -> Iterator[tuple[int, ...]]:
        """Yield the truth of atoms under each option of readings that nobody chose."""
        env = self.judge.now
        for leg, each in found:
            names = sorted(each.program.readings - env.readings.keys())
            choices = [
                [(name, option) for option in self.programs.book.library.readings[name].options] for name in names
            ]
            for combination in product(*choices) if names else ():
                other = Environment(env.programs, {**env.readings, **dict(combination)})
                yield each.program.values(leg, other)

    def _measured(self, found: Found) -> Iterator[str]:
        """Yield the derived traits of legs that depend on measures."""
        for number in sorted(found.program.derived & set(found.program.measured)):
            left = found.program.atoms[number].left
            todo = [left.trait] if isinstance(left, FactRef) else []
            for trait in todo:
                yield trait
                definitions = self.programs.definitions(trait)
                todo += [
                    each.left.trait
                    for each in (definitions.atoms[n] for n in sorted(definitions.derived))
                    if isinstance(each.left, FactRef) and each.left.trait not in todo
                ]

    def demands(self, found: list[tuple[Leg, Found]]) -> tuple[Encoder, list[Demand]]:
        """Return the demands. A field's values become known while rules are read, so the first reading may be short."""
        encoder, env = Encoder(self.levers), self.judge.now
        sizes: list[dict[object, int]] = []
        demands = []
        for leg, each in found:
            demand = encoder.demand(each, leg, env)
            demands.append(demand)
            sizes.append(self._sizes(demand))
        for index, (leg, each) in enumerate(found):
            if self._sizes(demands[index]) != sizes[index]:
                demands[index] = encoder.demand(each, leg, env)
        return encoder, demands

    def _sizes(self, demand: Demand) -> dict[object, int]:
        return {key: sum(map(len, self.levers.found[key].values.values())) for key in demand.levers}
