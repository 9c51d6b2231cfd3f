"""What the library answers, and what becomes of it when it does not."""

from __future__ import annotations

import gc
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import durable_rules_engine
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inference import durable_backend
from engine.inference.durable_backend import DurableFailure, Handle
from engine.inference.network import (
    LIMITS,
    AllOf,
    AnyOf,
    NetworkLimit,
    Pattern,
    Production,
    Test,
    attribute_names,
    split_network,
)
from tests.inference.test_network import BUILDERS, all_of, any_of, c, named

Fact = dict[str, str]


def holds(pattern: Pattern, fact: Fact) -> bool:
    """Say what a pattern means, in other words than the code under test."""
    if isinstance(pattern, Test):
        return (pattern.name, pattern.value) in fact.items()
    truths = [holds(part, fact) for part in pattern.parts]
    return False not in truths if isinstance(pattern, AllOf) else True in truths


def expected(network: list[Production], stratum: int, fact: Fact) -> set[str]:
    return {p.name for p in network if p.stratum == stratum and holds(p.pattern, fact)}


def random_pattern(chance: random.Random, names: int, depth: int = 0) -> Pattern:
    kind = chance.random()
    if depth == 4 or kind < 0.35 + 0.1 * depth:
        return c(chance.randrange(names), chance.choice("ttuf"))
    parts = tuple(random_pattern(chance, names, depth + 1) for _ in range(chance.choice([0, 1, 2, 2, 3, 4])))
    return AllOf(parts) if kind < 0.75 or not parts else AnyOf(parts)


def random_fact(chance: random.Random, names: int) -> Fact:
    known = chance.random()
    return {f"c{n}": chance.choice("ttuf") for n in range(names) if chance.random() < known}


def random_network(chance: random.Random, names: int, size: int) -> list[Production]:
    return [Production(f"r{n}", chance.randrange(3), random_pattern(chance, names)) for n in range(size)]


# -- right answers -------------------------------------------------------------------------------------


def test_thousands_of_random_facts_fire_what_their_patterns_say() -> None:
    chance = random.Random(20240701)
    cases = fired = 0
    for _ in range(200):
        names = chance.choice([3, 6, 12, 30])
        network = random_network(chance, names, chance.randrange(1, 40))
        every_name = attribute_names(network) | {f"c{n}" for n in range(names)}
        for part in split_network(network):
            with Handle("random", part, attributes=every_name) as handle:
                for _ in range(20):
                    fact = random_fact(chance, names)
                    for stratum in range(3):
                        answer = handle.fire(stratum, fact)
                        assert answer == expected(list(part), stratum, fact)
                        cases += 1
                        fired += len(answer)
    assert cases >= 12_000
    assert fired > cases


patterns = st.recursive(
    st.builds(c, st.integers(0, 4), st.sampled_from("tu")),
    lambda inner: (
        st.builds(AllOf, st.lists(inner, max_size=4).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=4).map(tuple))
    ),
    max_leaves=12,
)
facts = st.dictionaries(st.sampled_from([f"c{n}" for n in range(5)]), st.sampled_from("tuf"))


@settings(max_examples=300, deadline=None)
@given(st.lists(patterns, min_size=1, max_size=5), st.lists(facts, min_size=1, max_size=5))
def test_any_pattern_and_fact_agree_with_the_words(parts: list[Pattern], some_facts: list[Fact]) -> None:
    network = named(parts)
    with Handle("any", network, attributes=[f"c{n}" for n in range(5)]) as handle:
        for fact in some_facts:
            assert handle.fire(0, fact) == expected(network, 0, fact)


@pytest.mark.parametrize("limit", BUILDERS)
def test_a_network_at_each_allowed_figure_is_answered_right(limit: str) -> None:
    network = BUILDERS[limit](LIMITS[limit].allowed)
    names = attribute_names(network)
    with Handle(limit, network) as handle:
        for fact in ({}, dict.fromkeys(names, "t"), dict.fromkeys(names, "v3")):
            for stratum in (0, 1):
                assert handle.fire(stratum, fact) == expected(network, stratum, fact)
        assert handle.healthy


def test_twenty_routes_with_conditions_fire_one_production() -> None:
    network = named([all_of(c(99), any_of(*(all_of(c(n), c(n + 50)) for n in range(20))))])
    with Handle("routes", network) as handle:
        assert handle.fire(0, {"c99": "t", "c7": "t", "c57": "t"}) == {"r0"}
        assert handle.fire(0, {"c99": "t", "c7": "t", "c58": "t"}) == frozenset()
        assert handle.fire(0, {f"c{n}": "t" for n in (*range(20), *range(50, 70), 99)}) == {"r0"}


def test_a_fact_fires_its_own_stratum_only() -> None:
    network = [Production("a", 0, c(1)), Production("b", 1, c(1)), Production("always", 2, AllOf(()))]
    with Handle("strata", network) as handle:
        assert handle.fire(0, {"c1": "t"}) == {"a"}
        assert handle.fire(1, {"c1": "t"}) == {"b"}
        assert handle.fire(2, {}) == {"always"}
        assert handle.fire(3, {"c1": "t"}) == frozenset()


def test_a_fact_that_matches_nothing_fires_nothing() -> None:
    with Handle("nothing", [Production("a", 0, c(1)), Production("never", 0, AnyOf(()))]) as handle:
        assert handle.fire(0, {}) == frozenset()
        assert handle.fire(0, {"c1": "f"}) == frozenset()
        assert handle.healthy


def test_facts_leave_nothing_behind() -> None:
    with Handle("memoryless", named([all_of(c(1), c(2))])) as handle:
        for _ in range(3):
            assert handle.fire(0, {"c1": "t"}) == frozenset()
            assert handle.fire(0, {"c2": "t"}) == frozenset()
            assert handle.fire(0, {"c1": "t", "c2": "t"}) == {"r0"}


def test_handles_may_share_a_name() -> None:
    with Handle("same", named([c(1)])) as one, Handle("same", named([c(2)])) as other:
        assert one.name != other.name
        assert one.fire(0, {"c1": "t"}) == other.fire(0, {"c2": "t"}) == {"r0"}


# -- what may not enter --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tokens",
    [
        {"c2": "t"},
        {"id": "t"},
        {"c1": 't","c1":"t'},
        {"c1": "é"},
        {"c1": ""},
        {"c1": True},
        {"c1": None},
        {"c1": ["t"]},
        {1: "t"},
    ],
)
def test_unknown_tokens_are_a_failure_and_change_nothing(tokens: dict[Any, Any]) -> None:
    with Handle("strict", named([c(1)])) as handle:
        with pytest.raises(DurableFailure, match=r"network `strict\.\d+`, stratum 0"):
            handle.fire(0, tokens)
        assert handle.fire(0, {"c1": "t"}) == {"r0"}


def test_tokens_that_nothing_asks_for_do_not_reach_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    library = watch(monkeypatch)
    with Handle("quiet", [*named([c(1)]), Production("other", 1, c(2))], attributes=["c3"]) as handle:
        handle.fire(0, {"c1": "t", "c2": "t", "c3": "t"})
        handle.fire(0, {"c1": "f", "c2": "other", "c3": "x"})
    asserted = [arguments[1] for name, arguments in library.calls if name == "assert_fact"]
    assert asserted[1:] == [
        '{"sid":"s","id":"f","_k":"0","c1":"t"}',
        '{"sid":"s","id":"f","_k":"0"}',
    ]


def test_values_that_nothing_asks_for_are_not_remembered_without_end() -> None:
    with Handle("bounded", named([c(1)])) as handle:
        for n in range(1000):
            handle.fire(0, {"c1": f"v{n}"})
        assert len(handle._tables[0]) < 10


def test_a_network_beyond_the_limits_is_not_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    library = watch(monkeypatch)
    with pytest.raises(NetworkLimit):
        Handle("large", BUILDERS["stack"](43))
    assert library.calls == []


# -- a library that fails ------------------------------------------------------------------------------


class Library:
    """The library, with a record of its calls and faults on demand."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.faults: dict[str, list[Callable[[], Any]]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            if self.faults.get(name):
                return self.faults[name].pop(0)()
            return getattr(durable_rules_engine, name)(*arguments)

        return call

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def watch(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library()
    monkeypatch.setattr(durable_backend, "library", library)
    return library


def fail(error: type[BaseException] = RuntimeError) -> Callable[[], Any]:
    def fault() -> Any:
        raise error("no more")

    return fault


def give(value: Any) -> Callable[[], Any]:
    return lambda: value


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    return watch(monkeypatch)


@pytest.fixture
def handle(library: Library) -> Iterator[Handle]:
    with Handle("faulty", named([c(1), any_of(c(1), c(2))])) as handle:
        library.calls.clear()
        yield handle


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        pytest.param("assert_fact", fail(), id="an exception at assert"),
        pytest.param("assert_fact", give((1, 1)), id="a fact that nothing took"),
        pytest.param("assert_fact", give((2, 1)), id="a fact taken for one seen before"),
        pytest.param("assert_fact", give((0, 77)), id="a fact in another session"),
        pytest.param("start_action_for_state", fail(), id="an exception at the first firing"),
        pytest.param("start_action_for_state", give(None), id="no firing at all"),
        pytest.param("complete_and_start_action", fail(), id="an exception between firings"),
        pytest.param("complete_and_start_action", give(None), id="an end before the sentinel"),
        pytest.param("complete_and_start_action", give('{"ghost":{}}'), id="a firing of nobody's"),
        pytest.param("complete_and_start_action", give(""), id="a firing without a name"),
        pytest.param("retract_fact", fail(), id="an exception at retract"),
        pytest.param("retract_fact", give((1, 1)), id="a fact that cannot be retracted"),
    ],
)
def test_a_fault_of_the_library_is_a_failure_and_the_session_is_reset(
    handle: Handle, library: Library, function: str, fault: Callable[[], Any]
) -> None:
    library.faults[function] = [fault]
    with pytest.raises(DurableFailure, match=r"network `faulty\.\d+`, stratum 0"):
        handle.fire(0, {"c1": "t"})
    assert "delete_state" in library.names
    for _ in range(2):
        assert handle.fire(0, {"c1": "t"}) == {"r0", "r1"}
        assert handle.fire(0, {"c1": "f"}) == frozenset()
    assert handle.healthy


def test_an_interrupt_passes_through_a_session_that_is_reset(handle: Handle, library: Library) -> None:
    library.faults["complete_and_start_action"] = [fail(KeyboardInterrupt)]
    with pytest.raises(KeyboardInterrupt):
        handle.fire(0, {"c1": "t"})
    assert handle.fire(0, {"c2": "t"}) == {"r1"}


def test_a_session_that_cannot_be_reset_is_closed_for_good(handle: Handle, library: Library) -> None:
    library.faults["assert_fact"] = [fail(), fail()]
    with pytest.raises(DurableFailure, match="no more"):
        handle.fire(0, {"c1": "t"})
    assert not handle.healthy
    with pytest.raises(DurableFailure, match="beyond repair"):
        handle.fire(0, {"c1": "t"})
    # No action ever ran in the session that there may be now: deleting it would crash the process.
    library.calls.clear()
    handle.close()
    assert library.names == ["delete_ruleset"]


def test_a_boot_rule_that_does_not_fire_is_not_healthy(handle: Handle, library: Library) -> None:
    library.faults["start_action_for_state"] = [give(None)]
    assert not handle.healthy
    assert handle.healthy


def test_a_session_without_an_action_is_never_deleted(library: Library) -> None:
    library.faults["start_action_for_state"] = [give(None)]
    with pytest.raises(DurableFailure, match=r"`unborn\.\d+` could not be registered: the sentinel did not"):
        Handle("unborn", named([c(1)]))
    assert library.names[-1] == "delete_ruleset"
    assert "delete_state" not in library.names


def test_what_the_library_refuses_to_register_is_a_failure(library: Library) -> None:
    library.faults["create_ruleset"] = [fail()]
    with pytest.raises(DurableFailure, match="no more"):
        Handle("refused", named([c(1)]))


# -- closing -------------------------------------------------------------------------------------------


def test_closing_gives_the_session_back_before_the_network_and_once(handle: Handle, library: Library) -> None:
    handle.close()
    handle.close()
    assert library.names == ["delete_state", "delete_ruleset"]
    assert not handle.healthy
    for stratum in (0, 5):
        with pytest.raises(DurableFailure, match="closed"):
            handle.fire(stratum, {"c1": "t"})


def test_a_forgotten_handle_is_closed(library: Library) -> None:
    Handle("forgotten", named([c(1)]))
    gc.collect()
    assert library.names[-2:] == ["delete_state", "delete_ruleset"]


def resident() -> int:
    """Return the memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_reloading_fifty_times_gives_the_memory_back() -> None:
    network = random_network(random.Random(4), 20, 40)
    part = split_network(network)[0]

    def reload() -> None:
        with Handle("reloaded", part) as handle:
            handle.fire(0, {})

    for _ in range(10):
        reload()
    before = resident()
    for _ in range(50):
        reload()
    # Kept, fifty such networks would be more than 50 MB.
    assert resident() - before < 5_000_000


# -- threads -------------------------------------------------------------------------------------------


def test_threads_that_share_a_handle_get_their_own_answers() -> None:
    chance = random.Random(8)
    network = split_network(random_network(chance, 12, 30))[0]
    names = [f"c{n}" for n in range(12)]
    facts = [random_fact(chance, 12) for _ in range(50)]
    answers = [expected(list(network), 1, fact) for fact in facts]
    wrong: list[Fact] = []
    with Handle("shared", network, attributes=names) as handle:

        def hammer(seed: int) -> None:
            order = random.Random(seed)
            for _ in range(1500):
                n = order.randrange(len(facts))
                if handle.fire(1, facts[n]) != answers[n]:
                    wrong.append(facts[n])

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
        assert handle.healthy
    assert wrong == []


# -- for long runs -------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hundreds_of_thousands_of_facts_and_hundreds_of_reloads_stay_right_and_small() -> None:
    chance = random.Random(time.time_ns())
    before = 0
    for turn in range(300):
        network = random_network(chance, 30, 60)
        for part in split_network(network):
            names = [f"c{n}" for n in range(30)]
            with Handle("soak", part, attributes=names) as handle:
                for _ in range(400):
                    fact = random_fact(chance, 30)
                    for stratum in range(3):
                        assert handle.fire(stratum, fact) == expected(list(part), stratum, fact)
        if turn == 50:
            before = resident()
    assert resident() - before < 20_000_000
