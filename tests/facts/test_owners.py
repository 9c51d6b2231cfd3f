"""Who holds how much of a party, directly and through others."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.arrangement import Arrangement, Owner
from engine.facts.parties import PartyView
from engine.facts.places import country_of
from engine.facts.values import Interval, Missing
from engine.facts.views import ArrangementView
from tests.rulesets_for_tests.making import TODAY, Data

UNKNOWN = Missing.UNKNOWN


def company(name: str, *owners: Data, country: str = "BV", **more: Any) -> Data:
    kept = {"owners": owners} if owners else {}
    return {"id": name, "country": country, "kind": "company", **kept, **more}


def of(holder: str, percent: float) -> Data:
    return {"country" if holder.isupper() else "party": holder, "percent": percent}


def view(*parties: Data) -> ArrangementView:
    return ArrangementView(Arrangement.model_validate({"title": "Owners", "parties": list(parties)}), TODAY)


def in_hm(owner: PartyView | str) -> bool:
    return (owner if isinstance(owner, str) else owner.country) == "HM"


def held_from_hm(*parties: Data) -> Interval:
    """Return what is held of the first party by owners in Yland (HM), in thousandths of a percent."""
    return view(*parties).parties[parties[0]["id"]].owned_by(in_hm)


def exactly(percent: float) -> Interval:
    return Interval(round(percent * 1000), round(percent * 1000))


@pytest.mark.parametrize("percent", [49.9, 50, 50.1, 100])
def test_a_share_held_directly_is_that_share(percent: float) -> None:
    rest = [of("BV", 100 - percent)] if percent < 100 else []
    assert held_from_hm(company("x", of("HM", percent), *rest)) == exactly(percent)


def test_shares_of_several_owners_add_up() -> None:
    assert held_from_hm(company("x", of("HM", 30), of("HM", 25.5), of("BV", 44.5))) == exactly(55.5)


def test_what_is_not_listed_may_be_held_by_anybody() -> None:
    assert held_from_hm(company("x", of("HM", 30), of("BV", 50))) == Interval(30_000, 50_000)


def test_where_no_owner_is_stated_anything_is_possible() -> None:
    assert held_from_hm(company("x")) == Interval(0, 100_000)


def test_where_it_is_said_that_nobody_owns_it_nothing_is_held() -> None:
    assert held_from_hm(company("x", owners="none")) == exactly(0)


@pytest.mark.parametrize("kind", ["individual", "data_subjects", "public"])
def test_nobody_owns_a_person_or_the_public(kind: str) -> None:
    assert held_from_hm({**company("x"), "kind": kind}) == exactly(0)


@pytest.mark.parametrize(
    ("percent", "counted"),
    [
        pytest.param(49.9, 0, id="held by less than half, the middle company does not count"),
        pytest.param(50, 60, id="held by exactly half, it counts whole"),
        pytest.param(50.1, 60, id="held by more than half, it counts whole"),
    ],
)
def test_a_company_between_counts_whole_from_half_on(percent: float, counted: float) -> None:
    middle = company("m", of("HM", percent), of("BV", 100 - percent))
    assert held_from_hm(company("x", of("m", 60), of("BV", 40)), middle) == exactly(counted)


def test_halves_are_followed_through_any_number_of_companies() -> None:
    """x is held by m1, that by m2 and so on, each by half; the last is held by half from Yland."""
    chain = [company(f"m{n}", of(f"m{n + 1}", 50), of("BV", 50)) for n in range(1, 20)]
    last = company("m20", of("HM", 50), of("BV", 50))
    assert held_from_hm(company("x", of("m1", 50), of("BV", 50)), *chain, last) == exactly(50)


def test_two_companies_that_are_each_held_by_half_count_together() -> None:
    """30 % through each of two companies: 60 %, though no single chain has half."""
    one, other = (company(name, of("HM", 50), of("BV", 50)) for name in ("m", "n"))
    assert held_from_hm(company("x", of("m", 30), of("n", 30), of("BV", 40)), one, other) == exactly(60)


def test_an_owner_that_matches_itself_counts_whoever_holds_it() -> None:
    assert held_from_hm(company("x", of("m", 70), of("BV", 30)), company("m", of("BV", 100), country="HM")) == exactly(
        70
    )


def test_an_owner_whose_own_owners_are_not_stated_may_count() -> None:
    assert held_from_hm(company("x", of("m", 70), of("BV", 30)), company("m")) == Interval(0, 70_000)


def test_an_individual_counts_by_country_only() -> None:
    person = {"id": "m", "country": "BV", "kind": "individual"}
    assert held_from_hm(company("x", of("m", 70), of("BV", 30)), person) == exactly(0)


def test_companies_that_hold_each_other_are_held_by_nobody_through_that() -> None:
    """a and b hold each other; 40 % of each is held from Yland, less than half."""
    a = company("a", of("b", 60), of("HM", 40))
    b = company("b", of("a", 60), of("HM", 40))
    assert held_from_hm(a, b) == exactly(40)
    assert held_from_hm(b, a) == exactly(40)


def test_a_circle_that_is_entered_from_outside_counts() -> None:
    """b is held by 50 % from Yland, so it counts whole for a; what a holds of b adds nothing."""
    a = company("a", of("b", 60), of("BV", 40))
    b = company("b", of("a", 50), of("HM", 50))
    assert held_from_hm(a, b) == exactly(60)


def test_a_doubt_about_an_owner_is_a_doubt_about_its_share() -> None:
    def matches(owner: PartyView | str) -> Missing | bool:
        return owner == "HM" if isinstance(owner, str) else UNKNOWN

    held = view(company("x", of("m", 50), of("HM", 20), of("BV", 30)), company("m", of("BV", 100))).parties["x"]
    assert held.owned_by(matches) == Interval(20_000, 70_000)


def by_hand(party: PartyView, seen: frozenset[str] = frozenset()) -> Interval:
    """Say what is held from Yland as the law is read: owner by owner, each chain for itself."""
    owners = party.party.owners
    if owners is None:
        return Interval(0, 100_000)
    if owners == "none":
        return Interval(0, 0)
    assert isinstance(owners, tuple)
    below = seen | {party.party.id}
    counts = [(round(owner.percent * 1000), _counts(party, owner, below)) for owner in owners]
    low = sum(share for share, known in counts if known is True)
    high = sum(share for share, known in counts if known is not False)
    unlisted = max(0, 100_000 - sum(share for share, _ in counts))
    return Interval(low, min(high + unlisted, 100_000))


def _counts(party: PartyView, owner: Owner, seen: frozenset[str]) -> Missing | bool:
    if owner.party is None:
        return in_hm(country_of(owner.country or ""))
    other = party.arrangement.parties[owner.party]
    if in_hm(other) or other.party.id in seen or other.party.kind == "individual":
        return in_hm(other)
    through = by_hand(other, seen)
    assert through.high is not None
    return True if through.low >= 50_000 else UNKNOWN if through.high >= 50_000 else False


@st.composite
def owned(draw: Any) -> list[Data]:
    names = [f"p{index}" for index in range(draw(st.integers(2, 5)))]
    made = []
    for name in names:
        kind = draw(st.sampled_from(["listed", "listed", "listed", "unknown", "none"]))
        party = company(name, country=draw(st.sampled_from(["BV", "BV", "HM"])))
        if kind == "none":
            party["owners"] = "none"
        elif kind == "listed":
            holders = draw(
                st.lists(st.sampled_from([n for n in names if n != name] + ["HM", "BV"]), min_size=1, max_size=3)
            )
            shares = draw(
                st.sampled_from([(50, 30, 20), (49.9, 25, 25.1), (60, 20, 20), (30, 30, 30), (100, 0.001, 0.001)])
            )
            party["owners"] = [of(holder, share) for holder, share in zip(holders, shares, strict=False)]
            if draw(st.integers(0, 5)) == 5:
                party["kind"] = "individual"
        made.append(party)
    return made


@settings(max_examples=400, deadline=None, derandomize=True)
@given(owned())
def test_what_is_held_is_what_one_finds_by_following_every_chain(parties: list[Data]) -> None:
    drawn = view(*parties)
    for party in drawn.parties.values():
        assert party.owned_by(in_hm) == by_hand(party)


def test_a_lattice_of_companies_takes_no_longer_than_a_chain() -> None:
    """Each layer of two companies is held by the next layer: two to the power of 200 chains."""
    layers = [
        company(f"m{n}{side}", of(f"m{n + 1}a", 50), of(f"m{n + 1}b", 50)) for n in range(200) for side in ("a", "b")
    ]
    last = [company(f"m200{side}", of("HM", 100)) for side in ("a", "b")]
    start = time.monotonic()
    assert held_from_hm(*layers, *last) == exactly(100)
    assert time.monotonic() - start < 5
