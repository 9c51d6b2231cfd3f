"""DUO tags: one to a line, or JSON; with what belongs to a code after a hyphen or in brackets, or beside it.

`GRU`, `DUO:0000042`, `http://purl.obolibrary.org/obo/DUO_0000042`, `GS-[AU]`, `MOR-12`, `DS-[MONDO:0007254]`,
`{"code": "DUO:0000022", "values": ["AU", "NZ"]}`; `{"permissions": [[...], [...]]}` for alternatives.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from engine.errors import ArrangementError, Fault, visible
from engine.imports.draft import Draft, quoted
from engine.imports.words import duo_code, is_ror, place_of

MOST_TAGS: Final = 2000
_NAME: Final = re.compile(r"[^\s\[\](){}]+\Z")
_SHORT: Final = re.compile(r"([A-Za-z]{2,6})-([A-Za-z0-9:/._-]+)\Z")
_ORCID: Final = re.compile(r"https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[\dX]\Z")
_MONDO: Final = re.compile(r"(?:https?://purl\.obolibrary\.org/obo/)?MONDO[:_](\d{7})\Z")


def read_tags(data: Any) -> Draft:
    """Return a draft of one data set with the limits that the tags say."""
    dataset: dict[str, Any] = {"id": "dataset"}
    draft = Draft({"title": "Data set with DUO tags", "parties": [], "datasets": [dataset], "transfers": []})
    groups, base = _groups(data, draft)
    if len(groups) + sum(map(len, groups)) > MOST_TAGS:
        raise ArrangementError([Fault("too-large", f"more than {MOST_TAGS} tags", "", "send one data set at a time")])
    permissions = []
    for index, group in enumerate(groups):
        made = permission(group, f"{base}/{index}" if len(groups) > 1 else base, draft)
        if "codes" in made:
            permissions.append({"id": f"permission-{index + 1}", **made})
    put_permissions(dataset, permissions)
    return draft


def put_permissions(dataset: dict[str, Any], permissions: list[dict[str, Any]]) -> None:
    """Write permissions into a data set; a single one without details in short."""
    if len(permissions) == 1 and set(permissions[0]) <= {"id", "codes"} and _all_duo(permissions[0]["codes"]):
        dataset["duo"] = permissions[0]["codes"]
    elif permissions:
        dataset["use_permissions"] = permissions


def _all_duo(codes: list[str]) -> bool:
    return all(code.startswith("DUO:") for code in codes)


def _groups(data: Any, draft: Draft) -> tuple[list[list[Any]], str]:
    if isinstance(data, str):
        lines = [line.partition("#")[0] for line in data.splitlines()]
        return [[part for line in lines for part in _split(line) if part.strip()]], ""
    if isinstance(data, list):
        return [data], ""
    found: tuple[list[list[Any]], str] = ([], "")
    for key, value in data.items() if isinstance(data, dict) else ():
        if key in ("duo", "data_use", "dataUse") and isinstance(value, list):
            found = [value], f"/{key}"
        elif key == "permissions" and isinstance(value, list) and all(isinstance(each, list) for each in value):
            found = value, f"/{key}"
        else:
            draft.note("unmapped", f"/{key}", f"says {quoted(value)}", "tags stand in `duo` or `permissions`")
    return found


def _split(line: str) -> list[str]:
    """Return the tags of a line; a comma or semicolon between brackets stands within one."""
    parts, end, is_inside = [], len(line), False
    for index in reversed(range(len(line))):
        if line[index] in "])":
            is_inside = True
        elif line[index] in "[(":
            is_inside = False
        elif line[index] in ";," and not is_inside:
            parts.append(line[index + 1 : end])
            end = index
    return [line[:end], *reversed(parts)]


def permission(tags: list[Any], base: str, draft: Draft) -> dict[str, Any]:
    """Return codes and details of the tags of one permission, and note what is none."""
    made: dict[str, Any] = {}
    for index, tag in enumerate(tags):
        where = f"{base}/{index}"
        text, values = parts_of(tag)
        code, remark = duo_code(text)
        if code is None:
            _in_words(made, tag)
            draft.note(
                "unmapped", where, f"{quoted(tag)}: {remark}", "kept as a restriction in words; see `restriction`"
            )
            continue
        if remark:
            draft.note("renamed", where, f"{quoted(tag)}: {remark}")
        codes = made.setdefault("codes", [])
        if code not in codes:
            codes.append(code)
        for value in values:
            if not _detail(made, code, value):
                _in_words(made, tag)
                message = f"{quoted(value)} is nothing that belongs to `{code}`"
                draft.note("unmapped", where, message, "kept as a restriction in words; see `restriction`")
    return made


def _in_words(made: dict[str, Any], tag: Any) -> None:
    """Keep a limit that is not understood as one that a committee looks at: left out, it would permit too much."""
    codes = made.setdefault("codes", [])
    if "DUO:0000012" not in codes:
        codes.append("DUO:0000012")
    made["restriction"] = (made.get("restriction", "") + f" {visible(quoted(tag))}").strip()[:2000]


def parts_of(tag: Any) -> tuple[str, list[str]]:
    """Return the code of a tag as it is written, and what belongs to it."""
    if isinstance(tag, dict):
        text = next((tag[key] for key in ("code", "id", "@id") if isinstance(tag.get(key), str)), "")
        given: Any = next((tag[key] for key in ("values", "value") if key in tag), [])
        return text, [str(each) for each in given] if isinstance(given, list) else [str(given)]
    if not isinstance(tag, str):
        return "", []
    text = tag.strip()
    # By hand, in one pass: one pattern for all of it goes back and forth, for hours where a tag is long.
    start = len(text.replace("(", "[").partition("[")[0])
    name, inside = text[:start].rstrip("- \t"), text[start + 1 : -1]
    if text[start + 1 :].endswith((")", "]")) and not set(inside) & set(")]") and _NAME.match(name):
        return name, [each.strip() for each in inside.split(",") if each.strip()]
    short = _SHORT.match(text)
    return (short[1], [short[2]]) if short else (text, [])


def _detail(made: dict[str, Any], code: str, value: str) -> bool:
    if code == "DUO:0000022":
        denied = value.lower().startswith("not ") or value.startswith("!")
        place = place_of(value[4:] if value.lower().startswith("not ") else value.lstrip("!"))
        if place:
            _add(made.setdefault("places", {}), "denied" if denied else "allowed", place)
        return place is not None
    if code == "DUO:0000007" and (found := _MONDO.match(value)):
        _add(made, "diseases", f"MONDO:{found[1]}")
        return True
    if code in ("DUO:0000024", "DUO:0000025"):
        end = _end(value)
        if end:
            made["moratorium" if code == "DUO:0000024" else "time_limit"] = end
        return bool(end)
    for of, key, form in (("DUO:0000026", "users", _ORCID.match), ("DUO:0000028", "institutions", is_ror)):
        if code == of and form(value):
            _add(made, key, value)
            return True
    if code == "DUO:0000027":
        _add(made, "projects", visible(value)[:100])
        return True
    if code == "DUO:0000012":
        made["restriction"] = visible(value)[:2000]
        return True
    return False


def _add(place: dict[str, Any], key: str, value: str) -> None:
    listed = place.setdefault(key, [])
    if value not in listed:
        listed.append(value)


def _end(value: str) -> dict[str, Any] | None:
    if value.isascii() and value.isdecimal() and 1 <= int(value[:6]) <= 1200:
        return {"months": int(value)}
    try:
        return {"until": date.fromisoformat(value).isoformat()}
    except ValueError:
        return None
