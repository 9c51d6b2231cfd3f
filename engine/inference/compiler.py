"""Compile a program to productions for the inference core.

Conditions reach the core as short tokens, never as anything a caller wrote. One flat fact per stratum:

    1  atoms certainly so     ->  which rules' conditions certainly hold, which duties are certainly met
    2  atoms possibly so      ->  the same, possibly (only run where something is unknown)
    3  certain conditions     ->  which rules apply, exceptions taken into account; which duties are certainly open
    4  possible conditions    ->  the same, possibly
    5  rules and open duties  ->  reached, may start, may start cleanly; certainly and possibly
    6  these four             ->  the outcome (one network for all instruments)

Negation is pushed to the leaves and turned into tokens of its own, so that every pattern is positive. Tokens: `p3`
atom 3 certainly true, `q3` certainly false, `x3` possibly true, `y3` possibly false; `wt3` the conditions of clause 3
certainly hold, `wf3` certainly do not, `wp3`/`wn3` possibly do/do not; `m...` met, `h...` applies, `o...` open duty.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.inference.network import AllOf, AnyOf, Pattern, Production, Test
from engine.inference.program import And, Clause, Formula, Literal, Program

CERTAIN_ATOMS, POSSIBLE_ATOMS, CERTAIN_RULES, POSSIBLE_RULES, SUMMARY, OUTCOME = 1, 2, 3, 4, 5, 6
YES = "t"


def compile_program(program: Program) -> tuple[Production, ...]:
    """Return the productions of an instrument."""
    return (*_conditions(program), *_rules(program), *_summary(program))


def compile_definitions(program: Program) -> tuple[Production, ...]:
    """Return the productions of the definitions of one trait."""
    return (*_conditions(program), *_rules(program))


def compile_outcomes() -> tuple[Production, ...]:
    """Return the productions that turn the four truths of an instrument into its outcome.

    Attributes of the fact: `R` reached, `M` may start, `L` may start with levers, `K` clean; values t, u, f.
    """

    def row(outcome: str, **values: str) -> Production:
        tests = tuple(AnyOf(tuple(Test(key, one) for one in value)) for key, value in values.items())
        return Production(outcome, OUTCOME, AllOf(tests))

    return (
        row("notapplicable", R="f"),
        row("prohibited", R="t", M="f", L="f"),
        row("notyet", R="t", M="f", L="t"),
        row("conditions", R="t", M="t", K="f"),
        row("permitted", R="t", M="t", K="t"),
        row("undetermined1", R="u"),
        row("undetermined2", R="t", M="f", L="u"),
        row("undetermined3", R="t", M="u"),
        row("undetermined4", R="t", M="t", K="u"),
    )


def _one(name: str) -> Pattern:
    return Test(name, YES)


def _all(parts: Iterable[Pattern]) -> Pattern:
    found = tuple(parts)
    return found[0] if len(found) == 1 else AllOf(found)


def _any(parts: Iterable[Pattern]) -> Pattern:
    found = tuple(parts)
    return found[0] if len(found) == 1 else AnyOf(found)


# -- strata 1 and 2 ---------------------------------------------------------------------------------------------------


def _conditions(program: Program) -> Iterable[Production]:
    for clause in program.clauses:
        number = clause.number
        whole = And((clause.when, clause.requires))
        yield Production(f"wt{number}", CERTAIN_ATOMS, _pattern(whole, certain=True))
        yield Production(f"wp{number}", POSSIBLE_ATOMS, _pattern(whole, certain=False))
        if clause.met is not None:
            yield Production(f"mt{number}", CERTAIN_ATOMS, _pattern(clause.met, certain=True))
            yield Production(f"mp{number}", POSSIBLE_ATOMS, _pattern(clause.met, certain=False))


def _pattern(formula: Formula, certain: bool) -> Pattern:
    if isinstance(formula, Literal):
        letter = ("q" if formula.negated else "p") if certain else ("y" if formula.negated else "x")
        return _one(f"{letter}{formula.atom}")
    parts = (_pattern(part, certain) for part in formula.parts)
    return _all(parts) if isinstance(formula, And) else _any(parts)


# -- strata 3 and 4 ---------------------------------------------------------------------------------------------------


def _rules(program: Program) -> Iterable[Production]:
    clauses = program.clauses
    for clause in clauses:
        number = clause.number
        certain, possible = _applies(clause, clauses, certain=True), _applies(clause, clauses, certain=False)
        yield Production(f"ht{number}", CERTAIN_RULES, certain)
        yield Production(f"hp{number}", POSSIBLE_RULES, possible)
        if clause.rule.kind == "duty":
            unmet = () if clause.met is None else (_one(f"mf{number}"),)
            maybe = () if clause.met is None else (_one(f"mn{number}"),)
            yield Production(f"ot{number}", CERTAIN_RULES, _all((certain, *unmet)))
            yield Production(f"op{number}", POSSIBLE_RULES, _all((possible, *maybe)))


def _applies(clause: Clause, clauses: tuple[Clause, ...], certain: bool) -> Pattern:
    """Its conditions hold, and no exception to it does: certainly, or possibly."""
    letter = "wt" if certain else "wp"
    undefeated = (_defeated(clauses[number], clauses, certain) for number in clause.exceptions)
    return _all((_one(f"{letter}{clause.number}"), *undefeated))


def _defeated(exception: Clause, clauses: tuple[Clause, ...], certain: bool) -> Pattern:
    """An exception certainly (possibly) does not apply: its conditions do not hold, or one to it does apply."""
    letter = "wf" if certain else "wn"
    counter = (_applies(clauses[number], clauses, certain) for number in exception.exceptions)
    return _any((_one(f"{letter}{exception.number}"), *counter))


# -- stratum 5 --------------------------------------------------------------------------------------------------------


def _summary(program: Program) -> Iterable[Production]:
    for certain in (True, False):
        yes, no, suffix = ("t", "f", "t") if certain else ("p", "n", "p")
        scopes = _any(_one(f"h{yes}{clause.number}") for clause in _own(program, "scope"))
        exempt = (_one(f"h{no}{clause.number}") for clause in _own(program, "exemption"))
        yield Production(f"R{suffix}", SUMMARY, _all((scopes, *exempt)))
        yield Production(f"M{suffix}", SUMMARY, _allowed(program, yes, no, blocking_only=True))
        yield Production(f"K{suffix}", SUMMARY, _allowed(program, yes, no, blocking_only=False))


def _own(program: Program, kind: str) -> list[Clause]:
    return [clause for clause in program.clauses if clause.own and clause.rule.kind == kind]


def _allowed(program: Program, yes: str, no: str, blocking_only: bool) -> Pattern:
    duties = [duty for duty in _own(program, "duty") if duty.rule.timing == "before_transfer" or not blocking_only]
    bans = (_one(f"h{no}{clause.number}") for clause in _own(program, "ban"))
    free = (_one(f"o{no}{duty.number}") for duty in duties if not duty.rule.routes)
    routes = [
        _all((_one(f"h{yes}{r.number}"), *(_one(f"o{no}{d.number}") for d in duties if r.number in d.routes)))
        for r in _own(program, "route")
    ]
    return _all((*bans, *free, *((_any(routes),) if routes else ())))
