"""Countries and their subdivisions, as ISO 3166 has them."""

from __future__ import annotations

from functools import cache

import pycountry

from engine.errors import did_you_mean


@cache
def countries() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-2 codes in use."""
    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def country_name(code: str) -> str:
    """Return the English name of a country, or the code itself where it is unknown."""
    found = next((each for each in pycountry.countries if each.alpha_2 == code), None)
    return str(getattr(found, "common_name", found.name)) if found else code


def place_name(code: str) -> str:
    """Return a place in words with its code, `Finland (FI)`, or the code itself where it is unknown."""
    name = country_name(country_of(code))
    return f"{name} ({code})" if name != code else code


@cache
def is_place(code: str) -> bool:
    """Return whether `code` is a country (`FI`) or a subdivision (`US-TX`) in use."""
    return code in countries() or ("-" in code and code in _subdivisions())


@cache
def _subdivisions() -> frozenset[str]:
    return frozenset(subdivision.code for subdivision in pycountry.subdivisions)


def country_of(place: str) -> str:
    """Return the country of a place code: `US` for `US-TX`."""
    return place.partition("-")[0]


def advice(code: str) -> str:
    """Return what to write instead of a place code that is not one."""
    upper = code.strip().upper()
    if upper == "UK":
        return "the code of the United Kingdom is `GB`"
    if upper == "EL":
        return "the code of Greece is `GR`"
    former = next((each for each in pycountry.historic_countries if getattr(each, "alpha_2", "") == upper), None)
    if former is not None:
        return f"{former.name} no longer exists; use the code of the country that has the data now"
    by_alpha3 = next((each for each in pycountry.countries if each.alpha_3 == upper), None)
    if by_alpha3 is not None:
        return f"use the two-letter code `{by_alpha3.alpha_2}`"
    if is_place(upper):
        return f"write it in capitals: `{upper}`"
    named = {country.name.lower(): country.alpha_2 for country in pycountry.countries}
    if code.strip().lower() in named:
        return f"use the two-letter code `{named[code.strip().lower()]}`"
    return (
        did_you_mean(upper, countries())
        or "use an ISO 3166-1 alpha-2 code such as `FI`, or a subdivision such as `US-TX`"
    )
