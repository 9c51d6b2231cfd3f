"""The use limits of the data, as terms of the Data Use Ontology where it has one."""

from __future__ import annotations

from engine.facts.arrangement import Dataset, UsePermission
from engine.facts.duo import limit_of
from service.documents.content import Block, Section, Table, Text, paragraph
from service.documents.subject import Subject, day, places


def sections(subject: Subject) -> list[Section]:
    """Return the summary, where some data set states its limits."""
    stated = [data for data in subject.arrangement.datasets if data.duo or data.use_permissions]
    if not stated:
        return []
    silent = [data.id for data in subject.arrangement.datasets if data not in stated]
    blocks: list[Block] = [_table(subject, data) for data in stated]
    if silent:
        blocks.append(paragraph(f"No use limits are stated for: {', '.join(silent)}. That is not the same as none."))
    return [Section("Use limits (Data Use Ontology)", tuple(blocks))]


def _table(subject: Subject, data: Dataset) -> Table:
    given = data.use_permissions or (UsePermission(id="stated", codes=data.duo or ()),)
    terms = subject.library.vocabulary.enums.get("use_limit", {})
    rows = []
    for permission in given:
        for code in permission.codes:
            name = limit_of(code)
            term = terms.get(name)
            rows.append(
                (
                    Text(code, term.uri if term else ""),
                    Text(term.says if term else name.replace("_", " ")),
                    Text(_detail(permission, name)),
                    Text(permission.id),
                )
            )
    head = ("Code", "Meaning", "Detail", "Permission")
    caption = f"Data set {data.title or data.id}" + ("; several permissions are alternatives" if len(given) > 1 else "")
    return Table(caption, head, tuple(rows), (2, 5, 5, 2))


def _detail(permission: UsePermission, name: str) -> str:
    found: dict[str, str | None] = {
        "place_limit": _places(permission),
        "disease_research": ", ".join(permission.diseases or ()),
        "user_limit": ", ".join(permission.users or ()),
        "project_limit": ", ".join(permission.projects or ()),
        "institution_limit": ", ".join(permission.institutions or ()),
        "research_specific": permission.restriction,
        "publication_moratorium": _until(permission.moratorium),
        "time_limit": _until(permission.time_limit),
    }
    if name not in found:
        return ""
    return found[name] or "detail not stated: its extent is unknown"


def _places(permission: UsePermission) -> str | None:
    limit = permission.places
    if limit is None:
        return None
    parts = [("only in", limit.allowed), ("not in", limit.denied)]
    return "; ".join(f"{word} {places(codes)}" for word, codes in parts if codes)


def _until(limit: object) -> str | None:
    until, months = getattr(limit, "until", None), getattr(limit, "months", None)
    return f"until {day(until)}" if until else f"{months} months" if months else None
