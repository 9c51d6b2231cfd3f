"""Compile a program to productions for the inference core.

Conditions reach the core as short tokens, never as anything a caller wrote. One flat fact per stratum:

    1  atoms                      ->  which rules' conditions hold, which duties are met
    2  conditions                 ->  which rules apply, exceptions taken into account; which duties are open
    3  rules and open duties      ->  reached, may start, may start cleanly
    4  these, and with levers     ->  the outcome (one network for all instruments)

The first three are asked twice where something is unknown: what follows from what is certain, and what from what is
possible. For that, negation is pushed to the leaves and turned into tokens of its own, so that every pattern is
positive: a certain fact has `a3` or `na3` where atom 3 is known, a possible one has what is not ruled out, both where
nothing is known. Tokens: `a3` atom 3 is true; `w3` the conditions of clause 3 hold, `m3` the duty of clause 3 is met,
`h3` clause 3 applies, `o3` its duty is open; each after `n`: it is not so. What needs no stratum of its own has none: a
rule without exceptions applies where its conditions hold, and its duty is open then unless something fulfils it.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.inference.network import AllOf, AnyOf, Pattern, Production, Test
from engine.inference.program import And, Clause, Formula, Literal, Program

CONDITIONS, RULES, SUMMARY, OUTCOME = 1, 2, 3, 4
YES = "t"
NOT = "n"
"""What a token begins with that says of another one that it is not so."""
REACHED, MAY_START, CLEAN = "R", "M", "K"


def compile_program(program: Program) -> tuple[Production, ...]:
    """Return the productions of an instrument; a gate asks only whether it is reached."""
    summary = _summary(program)
    return (*_conditions(program), *_rules(program), *(summary[:1] if program.is_gate else summary))


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


def atom(number: int) -> str:
    """Return the token for that an atom is true."""
    return f"a{number}"


def applies(clause: Clause) -> str:
    """Return the token for that a rule applies."""
    return f"h{clause.number}"


def met(clause: Clause) -> str:
    """Return the token for that a duty is met."""
    return f"m{clause.number}"


def _conditions_of(clause: Clause) -> str:
    return f"w{clause.number}" if clause.exceptions else applies(clause)


def _open(duty: Clause) -> str:
    return f"o{duty.number}" if duty.met is not None else applies(duty)


def _is(name: str) -> Pattern:
    return Test(name, YES)


def _is_not(name: str) -> Pattern:
    return Test(f"{NOT}{name}", YES)


def _all(parts: Iterable[Pattern]) -> Pattern:
    found = tuple(parts)
    return found[0] if len(found) == 1 else AllOf(found)


def _any(parts: Iterable[Pattern]) -> Pattern:
    found = tuple(parts)
    return found[0] if len(found) == 1 else AnyOf(found)


# -- stratum 1 --------------------------------------------------------------------------------------------------------


def _conditions(program: Program) -> Iterable[Production]:
    for clause in program.clauses:
        yield Production(_conditions_of(clause), CONDITIONS, _pattern(And((clause.when, clause.requires))))
        if clause.met is not None:
            yield Production(met(clause), CONDITIONS, _pattern(clause.met))


def _pattern(formula: Formula) -> Pattern:
    if isinstance(formula, Literal):
        return (_is_not if formula.negated else _is)(atom(formula.atom))
    parts = map(_pattern, formula.parts)
    return _all(parts) if isinstance(formula, And) else _any(parts)


# -- stratum 2 --------------------------------------------------------------------------------------------------------


def _rules(program: Program) -> Iterable[Production]:
    clauses = program.clauses
    for clause in clauses:
        if clause.exceptions:
            yield Production(applies(clause), RULES, _applies(clause, clauses))
        if clause.rule.kind == "duty" and clause.met is not None:
            yield Production(_open(clause), RULES, _all((_applies(clause, clauses), _is_not(met(clause)))))


def _applies(clause: Clause, clauses: tuple[Clause, ...]) -> Pattern:
    """Its conditions hold, and no exception to it applies."""
    return _all((_is(_conditions_of(clause)), *(_defeated(clauses[number], clauses) for number in clause.exceptions)))


def _defeated(exception: Clause, clauses: tuple[Clause, ...]) -> Pattern:
    """An exception does not apply: its conditions do not hold, or an exception to it applies."""
    counter = (_applies(clauses[number], clauses) for number in exception.exceptions)
    return _any((_is_not(_conditions_of(exception)), *counter))


# -- stratum 3 --------------------------------------------------------------------------------------------------------


def _summary(program: Program) -> tuple[Production, ...]:
    scopes = _any(_is(applies(clause)) for clause in _own(program, "scope"))
    exempt = (_is_not(applies(clause)) for clause in _own(program, "exemption"))
    return (
        Production(REACHED, SUMMARY, _all((scopes, *exempt))),
        Production(MAY_START, SUMMARY, _allowed(program, blocking_only=True)),
        Production(CLEAN, SUMMARY, _allowed(program, blocking_only=False)),
    )


def _own(program: Program, kind: str) -> tuple[Clause, ...]:
    return program.kinds.get(kind, ())


def _allowed(program: Program, blocking_only: bool) -> Pattern:
    duties = [duty for duty in _own(program, "duty") if duty.rule.timing == "before_transfer" or not blocking_only]
    bans = (_is_not(applies(clause)) for clause in _own(program, "ban"))
    free = (_is_not(_open(duty)) for duty in duties if not duty.rule.routes)
    routes = [
        _all((_is(applies(r)), *(_is_not(_open(d)) for d in duties if r.number in d.routes)))
        for r in _own(program, "route")
    ]
    return _all((*bans, *free, *((_any(routes),) if routes else ())))
