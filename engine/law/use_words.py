"""Check the use limits of data sets: their codes, the details that belong to a code, the permissions relied on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.errors import Fault, did_you_mean, one_of, shown
from engine.facts.duo import LOCAL_LIMITS, RESEARCH_USES, USE_LIMITS
from engine.facts.places import advice, is_place
from engine.shape import pointer_of

Path = tuple[str | int, ...]
_CODE: Final = re.compile(r"DUO:[0-9]{7}\Z")
_WORD: Final = re.compile(r"[a-z_]{1,40}\Z")
# The detail that a code may have, by key.
DETAILS: Final = {
    "places": "DUO:0000022",
    "diseases": "DUO:0000007",
    "moratorium": "DUO:0000024",
    "time_limit": "DUO:0000025",
    "users": "DUO:0000026",
    "projects": "DUO:0000027",
    "institutions": "DUO:0000028",
    "restriction": "DUO:0000012",
}


def check_use_limits(path: Path, dataset: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults in the use limits of a data set."""
    if "duo" in dataset and "use_permissions" in dataset:
        hint = "put the codes into a permission and remove `duo`"
        yield _fault("contradiction", "use limits are stated twice", (*path, "duo"), hint)
    yield from _codes((*path, "duo"), dataset.get("duo"))
    permissions = dataset.get("use_permissions")
    seen: set[str] = set()
    for index, permission in enumerate(permissions if isinstance(permissions, list) else []):
        if isinstance(permission, Mapping):
            here = (*path, "use_permissions", index)
            yield from _permission(here, permission)
            name = permission.get("id")
            if isinstance(name, str) and name in seen:
                yield _fault("repeated-id", f"the id `{shown(name)}` stands twice", (*here, "id"), "use another id")
            seen.add(str(name))


def check_relied_on(path: Path, use: Mapping[str, Any], datasets: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield a fault for each permission relied on that none of the data sets has."""
    stated = [dataset.get("use_permissions") for dataset in datasets]
    permissions = [each for listed in stated if isinstance(listed, list) for each in listed]
    known = [each["id"] for each in permissions if isinstance(each, Mapping) and isinstance(each.get("id"), str)]
    relied = use.get("relies_on")
    for index, name in enumerate(relied if isinstance(relied, list) else []):
        if isinstance(name, str) and name not in known:
            hint = did_you_mean(name, known) or (f"known are {one_of(known)}" if known else "there is no permission")
            message = f"no data set of the transfer has a permission `{shown(name)}`"
            yield _fault("unknown-permission", message, (*path, "relies_on", index), hint)


def _permission(path: Path, permission: Mapping[str, Any]) -> Iterator[Fault]:
    codes = permission.get("codes")
    yield from _codes((*path, "codes"), codes)
    for key, code in DETAILS.items():
        if key in permission and isinstance(codes, list) and code not in codes:
            yield _fault("contradiction", f"`{key}` belongs to `{code}`", (*path, key), f"add `{code}` to the codes")
    places = permission.get("places")
    if isinstance(places, Mapping):
        for key in ("allowed", "denied"):
            listed = places.get(key)
            for index, place in enumerate(listed if isinstance(listed, list) else []):
                if isinstance(place, str) and not is_place(place):
                    message = f"there is no place `{shown(place)}`"
                    yield _fault("unknown-place", message, (*path, "places", key, index), advice(place))
    for key in ("moratorium", "time_limit"):
        limit = permission.get(key)
        if isinstance(limit, Mapping) and "until" in limit and ("months" in limit or "since" in limit):
            yield _fault("contradiction", "an end is a day or a number of months, one of them", (*path, key))


def _codes(path: Path, codes: Any) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, code in enumerate(codes if isinstance(codes, list) else []):
        here = (*path, index)
        if not isinstance(code, str) or not (_CODE.match(code) or _WORD.match(code)):
            continue  # told of by its form
        if code in seen:
            yield _fault("repeated-word", f"`{shown(code)}` stands twice", here, "keep one of them")
        seen.add(code)
        if code in RESEARCH_USES:
            message = f"`{code}` says what a requester does, not what data may be used for"
            hint = f"write `{RESEARCH_USES[code]}` under `research` in the `use` of a transfer"
            yield _fault("wrong-owner", message, here, hint)
        elif code not in USE_LIMITS and code not in LOCAL_LIMITS:
            hint = did_you_mean(code, LOCAL_LIMITS) or "a code that is not known cannot be kept to; name its meaning"
            yield _fault("unknown-word", f"there is no use limit `{shown(code)}`", here, hint)


def _fault(code: str, message: str, path: Path, help: str = "") -> Fault:
    return Fault(code, message, pointer_of(path), help)
