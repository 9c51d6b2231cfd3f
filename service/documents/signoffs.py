"""The review of an agreement as entities of an RO-Crate: its sign-offs, its overrides, and who made them.

A sign-off is written as the Five Safes RO-Crate profile 0.4 writes one: an `AssessAction` that says `shp#SignOff`, with
who, when, on what and how it ended. The profile as a whole is for running workflows, and is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SIGN_OFF: Final = "https://w3id.org/shp#SignOff"
OVERRIDE: Final = "urn:x-safeconduct:Override"
CONFIRMATION: Final = "urn:x-safeconduct:OverrideConfirmation"
_TERMS: Final = {
    SIGN_OFF: "Sign-off",
    OVERRIDE: "Override of an outcome, for a time and with a reason",
    CONFIRMATION: "Confirmation of an override by a second person",
}
_STATUS: Final = "http://schema.org/{}ActionStatus"
Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Review:
    """What was said and done about an agreement.

    Attributes:
        agreement: The agreement with its revisions and acts, as the service shows it.
        earlier: By number, the arrangement and the decision of each revision before the current one, as JSON.
    """

    agreement: Mapping[str, Any]
    earlier: Mapping[int, tuple[bytes, bytes]] = field(default_factory=dict)


def actions(review: Review) -> Iterator[Entity]:
    """Yield the sign-offs and overrides, oldest first."""
    for act in review.agreement["acts"]:
        make = _MAKERS.get(act["kind"])
        if make is not None:
            is_current = act["revision"] == review.agreement["revision"]
            yield {
                **make(act, "" if is_current else f" (revision {act['revision']}, replaced since)"),
                "@type": "AssessAction",
                "description": act["body"]["reason"],
                "endTime": act["at"],
                "agent": {"@id": _agent(act)},
                "object": _about(act["revision"], is_current),
            }


def contexts(review: Review) -> Iterator[Entity]:
    """Yield what the actions speak of: people, their roles, and the terms for each kind of action."""
    acts = [act for act in review.agreement["acts"] if act["kind"] in _MAKERS]
    for reviewer in dict.fromkeys(act["body"]["reviewer"] for act in acts):
        yield {"@id": address_of(reviewer), "@type": "Person", "name": f"Holder of {called(reviewer)}"}
    for act in acts:
        if act["kind"] == "signed":
            yield {
                "@id": _role_id(act),
                "@type": "Role",
                "name": f"In the role of {_words(act['body']['role'])}",
                "roleName": act["body"]["role"],
                "participant": {"@id": _agent(act)},
            }
    for kind in dict.fromkeys(_KINDS[act["kind"]] for act in acts):
        yield {"@id": kind, "@type": "DefinedTerm", "name": _TERMS[kind]}


def _about(revision: int, is_current: bool) -> list[dict[str, str]]:
    names = ["./", "decision.json"] if is_current else [f"revisions/{revision}/decision.json"]
    return [{"@id": name} for name in names]


def _signed(act: Mapping[str, Any], which: str) -> Entity:
    role, approves = _words(act["body"]["role"]), act["body"]["verdict"] == "approve"
    return {
        "@id": f"#signoff-{act['id']}",
        "additionalType": {"@id": SIGN_OFF},
        "name": f"Sign-off by {role}: {'approved' if approves else 'objected'}{which}",
        "participant": {"@id": _role_id(act)},
        "actionStatus": _STATUS.format("Completed" if approves else "Failed"),
    }


def _proposed(act: Mapping[str, Any], which: str) -> Entity:
    said = f"to proceed although {_words(act['body']['outcome'])}, until {act['body']['expires_on']}"
    return {
        "@id": f"#override-{act['id']}",
        "additionalType": {"@id": OVERRIDE},
        "name": f"Override proposed, {said}{which}",
        # Counts once a second person has confirmed it, and that is an action of its own.
        "actionStatus": _STATUS.format("Completed"),
    }


def _confirmed(act: Mapping[str, Any], which: str) -> Entity:
    return {
        "@id": f"#confirmation-{act['id']}",
        "additionalType": {"@id": CONFIRMATION},
        "name": f"Override confirmed by a second person{which}",
        "instrument": {"@id": f"#override-{act['body']['override']}"},
        "actionStatus": _STATUS.format("Completed"),
    }


_MAKERS: Final = {"signed": _signed, "override_proposed": _proposed, "override_confirmed": _confirmed}
_KINDS: Final = {"signed": SIGN_OFF, "override_proposed": OVERRIDE, "override_confirmed": CONFIRMATION}


def _agent(act: Mapping[str, Any]) -> str:
    return address_of(act["body"]["reviewer"])


def address_of(reviewer: str) -> str:
    """Return an identifier as an address: what linked data and documents name a person by."""
    if reviewer.startswith("https://"):
        return reviewer
    return f"mailto:{reviewer}" if "@" in reviewer else f"https://orcid.org/{reviewer}"


def called(reviewer: str) -> str:
    """Return an identifier with what it is, for people."""
    return reviewer if "@" in reviewer or reviewer.startswith("https://") else f"ORCID iD {reviewer}"


def _role_id(act: Mapping[str, Any]) -> str:
    return f"#role-{act['id']}"


def _words(code: str) -> str:
    return code.replace("_", " ")
