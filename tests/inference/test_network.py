"""Reducing patterns, measuring networks, refusing and splitting what is too large."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from math import ceil

import pytest

from engine.inference.capacity import spread
from engine.inference.network import (
    LIMITS,
    AllOf,
    AnyOf,
    NetworkFigures,
    NetworkLimit,
    Pattern,
    Production,
    Test,
    attribute_names,
    check_network,
    is_token,
    matches,
    plan_network,
    split_network,
)
from engine.inference.patterns import Clause, Leaf, reduce


def c(number: int, value: str = "t") -> Test:
    return Test(f"c{number}", value)


def all_of(*parts: Pattern) -> AllOf:
    return AllOf(parts)


def any_of(*parts: Pattern) -> AnyOf:
    return AnyOf(parts)


def named(patterns: list[Pattern], stratum: int = 0) -> list[Production]:
    return [Production(f"r{index}", stratum, pattern) for index, pattern in enumerate(patterns)]


def leaf(number: int, *values: str) -> Leaf:
    return Leaf(f"c{number}", values or ("t",))


# -- reducing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "reduced"),
    [
        pytest.param(all_of(), Clause(), id="nothing asked always holds"),
        pytest.param(any_of(), None, id="no arm never holds"),
        pytest.param(all_of(c(1), all_of(c(2), all_of(c(1)))), Clause((leaf(1), leaf(2))), id="nesting and repeats go"),
        pytest.param(any_of(all_of(c(1), c(2))), Clause((leaf(1), leaf(2))), id="one arm is no choice"),
        pytest.param(any_of(c(1), all_of()), Clause(), id="an arm that always holds"),
        pytest.param(any_of(c(1), any_of()), Clause((leaf(1),)), id="an arm that never holds"),
        pytest.param(all_of(c(1), any_of()), None, id="a part that never holds"),
        pytest.param(all_of(c(1), c(1, "u")), None, id="two values of one attribute"),
        pytest.param(any_of(c(1, "u"), c(1)), Clause((leaf(1, "t", "u"),)), id="a choice of values is a leaf"),
        pytest.param(all_of(any_of(c(1), c(1, "u")), c(1)), Clause((leaf(1),)), id="values are intersected"),
        pytest.param(
            any_of(c(1), any_of(c(2), c(1, "u"))),
            Clause(groups=((Clause((leaf(1, "t", "u"),)), Clause((leaf(2),))),)),
            id="nested choices are one choice",
        ),
        pytest.param(
            any_of(c(3), all_of(c(1), any_of(c(2), c(4)))),
            Clause(
                groups=(
                    (
                        Clause((leaf(3),)),
                        Clause((leaf(1),), ((Clause((leaf(2),)), Clause((leaf(4),))),)),
                    ),
                )
            ),
            id="a choice inside an arm stays",
        ),
    ],
)
def test_patterns_reduce(pattern: Pattern, reduced: Clause | None) -> None:
    assert reduce(pattern) == reduced


def test_ten_routes_with_conditions_of_their_own_become_rules_of_their_own() -> None:
    routes = any_of(*(all_of(c(n), c(n + 50)) for n in range(10)))
    clauses = spread(reduce(all_of(c(99), routes)) or Clause())
    assert len(clauses) == 10
    assert {frozenset(clause.leaves) for clause in clauses} == {
        frozenset({leaf(99), leaf(n), leaf(n + 50)}) for n in range(10)
    }
    rules = plan_network(named([all_of(c(99), routes)]))
    assert {rule.production for rule in rules} == {"r0"}
    assert len({rule.name for rule in rules}) == 10


def test_the_figures_of_a_network_drawn_by_hand() -> None:
    # stratum 0, sentinel 1 -- c1 (shared by three) -- c2 -- r0 ends
    #                                              |-- c3 -- r1 ends
    #                                              `-- {c4 | c5&c6} -- meeting place -- r2 ends
    network = named([all_of(c(1), c(2)), all_of(c(1), c(3)), all_of(c(1), any_of(c(4), all_of(c(5), c(6))))])
    assert check_network(network) == NetworkFigures(
        productions=3 + 1 + 1,  # a sentinel and the boot rule
        attributes=3 + 6,
        groups=2,  # the disjunction, and the conjunction in it
        siblings=4,  # c2, c3, c4, c5 follow c1
        sharing=1,
        stack=4,
        firings=2,
    )


def test_tests_of_one_attribute_do_not_wait_at_once() -> None:
    assert check_network(named([c(1, f"v{n}") for n in range(100)])).stack == 1


def test_naive_matching_is_what_the_words_say() -> None:
    pattern = all_of(c(1), any_of(c(2), all_of(c(3), c(4, "u"))))
    assert matches(pattern, {"c1": "t", "c3": "t", "c4": "u"})
    assert not matches(pattern, {"c1": "t", "c3": "t", "c4": "t"})
    assert not matches(pattern, {"c2": "t"})


# -- limits: a network of each kind whose figure is its size ------------------------------------------


def stack(size: int) -> list[Production]:
    return named([c(n) for n in range(size)])


def siblings(size: int) -> list[Production]:
    return named([c(n % 20, f"v{n // 20}") for n in range(size)])


def sharing(size: int) -> list[Production]:
    return named([AllOf(())] * (size - 1))


def attributes(size: int) -> list[Production]:
    return named([all_of(*(c(n) for n in range(size - 3)))])


def productions(size: int) -> list[Production]:
    strata = ceil((size - 1) / 101)
    return [Production(f"r{n}", n % strata, AllOf(())) for n in range(size - 1 - strata)]


def firings(size: int) -> list[Production]:
    sides = {1024: (4, 4, 4, 4, 4), 1280: (4, 4, 4, 4, 5)}[size]
    groups = (any_of(*(c(100 * side + n) for n in range(width))) for side, width in enumerate(sides))
    return named([all_of(*groups)])


BUILDERS: dict[str, Callable[[int], list[Production]]] = {
    "stack": stack,
    "siblings": siblings,
    "sharing": sharing,
    "attributes": attributes,
    "productions": productions,
    "firings": firings,
}


@pytest.mark.parametrize("limit", BUILDERS)
def test_a_network_at_the_allowed_figure_passes(limit: str) -> None:
    allowed = LIMITS[limit].allowed
    assert getattr(check_network(BUILDERS[limit](allowed)), limit) == allowed


@pytest.mark.parametrize("limit", BUILDERS)
def test_the_production_that_goes_one_too_far_is_named(limit: str) -> None:
    allowed = LIMITS[limit].allowed
    figure = 1280 if limit == "firings" else allowed + 1
    network = sorted(BUILDERS[limit](figure), key=lambda p: p.stratum)
    with pytest.raises(NetworkLimit) as caught:
        check_network([*network, Production("innocent", 99, c(1))])
    assert (caught.value.limit, caught.value.figure, caught.value.allowed) == (limit, figure, allowed)
    assert caught.value.production == network[-1].name


def test_every_limit_has_a_test_that_reaches_it() -> None:
    assert set(BUILDERS) | {"groups"} == set(LIMITS)


def test_only_our_own_limit_of_time_is_not_two_thirds_of_what_the_matcher_can_do() -> None:
    assert {name for name, limit in LIMITS.items() if limit.allowed != limit.hard * 2 // 3} == {"firings"}


def test_disjunctions_that_would_take_too_many_rules_are_refused() -> None:
    pattern = all_of(*(any_of(c(2 * n), c(2 * n + 1)) for n in range(20)))
    with pytest.raises(NetworkLimit, match=r"production `r0`: groups is `\d+`, allowed is `9`"):
        check_network(named([pattern]))


def test_513_arms_are_refused() -> None:
    with pytest.raises(NetworkLimit, match="r0"):
        check_network(named([any_of(*(c(n) for n in range(513)))]))


# -- tokens --------------------------------------------------------------------------------------------

MALFORMED = ["", "1a", "_a", "a-b", "a.b", 'a"', "a b", "a\n", "a\\", "é", "ａ", "$and", "a" * 65]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_token_is_refused_wherever_it_stands(text: str) -> None:
    assert not is_token(text)
    for limit, bad in {
        "name": Production(text, 0, c(1)),
        "name ": Production("r", 0, Test(text, "t")),
        "value": Production("r", 0, all_of(c(1), any_of(c(2), Test("a", text)))),
    }.items():
        for use in (check_network, split_network):
            with pytest.raises(NetworkLimit) as caught:
                use([bad])
            assert (caught.value.limit, caught.value.figure) == (limit.strip(), text)


@pytest.mark.parametrize("value", [None, 1, True, b"t", ["t"]])
def test_only_text_is_a_token(value: object) -> None:
    with pytest.raises(NetworkLimit, match="value"):
        check_network([Production("r", 0, Test("a", value))])  # type: ignore[arg-type]


@pytest.mark.parametrize("stratum", [-1, True, "1", 1.0])
def test_a_stratum_is_a_whole_number(stratum: object) -> None:
    with pytest.raises(NetworkLimit, match="stratum"):
        check_network([Production("r", stratum, c(1))])  # type: ignore[arg-type]


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(NetworkLimit, match="production `r`: duplicate"):
        check_network([Production("r", 0, c(1)), Production("r", 1, c(2))])


def test_patterns_nested_too_deep_are_refused_at_any_depth() -> None:
    pattern: Pattern = c(1)
    for _ in range(5000):
        pattern = any_of(c(2), all_of(c(3), pattern))
    with pytest.raises(NetworkLimit, match="nesting is `10001`, allowed is `50`"):
        check_network(named([pattern]))


@pytest.mark.parametrize("word", ["id", "sid", "all", "any", "name", "count"])
def test_words_of_the_matcher_are_no_attribute_names(word: str) -> None:
    with pytest.raises(NetworkLimit, match="collision"):
        check_network(named([Test(word, "t")]))


def fnv1a(name: str) -> int:
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


@pytest.fixture(scope="module")
def colliding() -> tuple[str, str]:
    """Two names with the same 32-bit hash; among 10**5 random ones there is nearly always a pair."""
    chance = random.Random(5)
    seen: dict[int, str] = {}
    while True:
        name = "p" + "".join(chance.choices("abcdefghij", k=9))
        other = seen.setdefault(fnv1a(name), name)
        if other != name:
            return other, name


def test_attributes_with_one_hash_are_refused(colliding: tuple[str, str]) -> None:
    one, other = colliding
    check_network(named([Test(one, "t"), c(1)]))
    with pytest.raises(NetworkLimit, match=f"production `r1`: collision is `{other}`.*`{one}`"):
        check_network(named([Test(one, "t"), Test(other, "t")]))


# -- splitting -----------------------------------------------------------------------------------------


def test_what_fits_is_one_part() -> None:
    network = named([c(1), all_of(c(1), c(2))])
    assert split_network(network) == [tuple(network)]
    assert split_network([]) == []


@pytest.mark.parametrize(("limit", "parts"), [("stack", 3), ("siblings", 3), ("sharing", 3)])
def test_what_is_too_large_is_split_into_as_few_parts_as_fit(limit: str, parts: int) -> None:
    network = BUILDERS[limit](2 * LIMITS[limit].allowed + 10)
    found = split_network(network)
    assert len(found) == parts
    assert [production for part in found for production in part] == network
    for part in found:
        check_network(part)


def test_strata_stay_together_where_they_can() -> None:
    chance = random.Random(1)
    network = [Production(f"r{n}", n % 3, c(n)) for n in range(130)]  # 44, 43 and 43 tests; 42 may wait
    chance.shuffle(network)
    assert [{p.stratum for p in part} for part in split_network(network)] == [{0}, {0, 1}, {1, 2}, {2}]


def test_a_production_that_fits_nowhere_is_named() -> None:
    network = [*stack(60), Production("big", 0, any_of(*(c(n) for n in range(43)))), *named([c(1)], 1)[1:]]
    with pytest.raises(NetworkLimit, match="production `big`: stack is `43`, allowed is `42`"):
        split_network(network)


def test_attribute_names_are_all_that_productions_test() -> None:
    assert attribute_names(named([all_of(c(1), any_of(c(2), c(3, "u"))), c(1, "f")])) == {"c1", "c2", "c3"}


def test_a_limit_survives_a_trip_between_processes() -> None:
    error = NetworkLimit("r1", "stack", 43, 42)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301
