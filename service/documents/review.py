"""What was said and done about an agreement, as a part of its document: nothing of it is silent on paper either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.decision.rendering import WORDS
from service.documents.content import Block, Section, Table, Text, note, paragraph
from service.documents.signoffs import Review, address_of, called

_ATTENTION: Final = {
    "permission_lost": "a permission was lost",
    "outcome_changed": "the outcome changed",
    "override_expired": "an override has had its last day",
}
Act = Mapping[str, Any]


def sections(review: Review | None) -> list[Section]:
    """Return where the review stands, overrides first, then who signed, then everything that was done."""
    if review is None:
        return []
    acts = review.agreement["acts"]
    blocks: list[Block] = [*_overrides(review), _state(review)]
    signed = [each for each in acts if each["kind"] == "signed"]
    if signed:
        rows = tuple(_signed(review, each) for each in signed)
        head = ("Verdict", "In the role of", "Reviewer", "Reason", "When", "Revision")
        blocks.append(Table("Sign-offs", head, rows, (3, 4, 5, 6, 4, 3)))
    else:
        blocks.append(paragraph("Nobody has signed yet."))
    if acts:
        rows = tuple((Text(_time(each)), Text(each["by"]), Text(_done(each)), Text(_said(each))) for each in acts)
        blocks.append(Table("What was done, in order", ("When", "By", "What", "Said"), rows, (5, 8, 7, 7)))
    return [Section("Review of the agreement", tuple(blocks))]


def _overrides(review: Review) -> Iterator[Block]:
    acts = review.agreement["acts"]
    confirmed = {each["body"]["override"]: each for each in acts if each["kind"] == "override_confirmed"}
    for each in acts:
        if each["kind"] == "override_proposed":
            yield note(_override(review, each, confirmed.get(each["id"])))


def _override(review: Review, act: Act, second: Act | None) -> str:
    body = act["body"]
    of = "" if act["revision"] == review.agreement["revision"] else f" of revision {act['revision']}, replaced since"
    said = (
        f"Override{of}: to proceed until {body['expires_on']} although {WORDS[body['outcome']]}. Proposed by "
        f"{called(body['reviewer'])} on {_day(act)}: {body['reason']}"
    )
    if second is None:
        return f"{said}\nNo second person has confirmed it: it does not count."
    return f"{said}\nConfirmed by {called(second['body']['reviewer'])} on {_day(second)}: {second['body']['reason']}"


def _state(review: Review) -> Table:
    given = review.agreement
    rows = [
        ("Agreement", given["id"]),
        ("State", _words(given["state"]) + (f", until {given['expires_on']}" if given["expires_on"] else "")),
        ("Revision, which this document is about", f"{given['revision']} of {len(given['revisions'])}"),
        ("Outcome of this revision when it was made", WORDS[given["outcome"]]),
    ]
    if given["watched_outcome"]:
        rows.append(("Outcome by the law at the last look", WORDS[given["watched_outcome"]]))
    if given["attention"]:
        rows.append(("Asks for attention", _ATTENTION[given["attention"]]))
    return Table("Where it stands", ("What", "Value"), tuple((Text(a), Text(b)) for a, b in rows), (2, 4))


def _signed(review: Review, act: Act) -> tuple[Text, ...]:
    body, number = act["body"], act["revision"]
    return (
        Text("approves" if body["verdict"] == "approve" else "OBJECTS"),
        Text(_words(body["role"])),
        Text(called(body["reviewer"]), address_of(body["reviewer"])),
        Text(body["reason"]),
        Text(_time(act)),
        Text(str(number) if number == review.agreement["revision"] else f"{number}, replaced since"),
    )


def _done(act: Act) -> str:
    body = act["body"]
    match str(act["kind"]):
        case "stepped":
            return f"from {_words(body['from'])} to {_words(body['to'])}"
        case "revised":
            return f"sent revision {act['revision']}: {WORDS[body['outcome']]}"
        case "answered":
            return f"answered {body['pointer']}: revision {act['revision']}, {WORDS[body['outcome']]}"
        case "commented":
            return f"commented{_anchor(body)}"
        case "signed":
            return f"signed as {_words(body['role'])}: {body['verdict']}"
        case "override_proposed":
            return f"proposed an override until {body['expires_on']}"
        case "outcome_changed":
            return f"the law of {body['day']}: {WORDS[body['from']]} became {WORDS[body['to']]}"
        case kind:
            return _words(kind)


def _anchor(body: Act) -> str:
    finding = body.get("finding")
    if finding:
        return f" on {finding['instrument']}, transfer {finding['transfer']}"
    return f" on {body['fact']}" if body.get("fact") is not None else ""


def _said(act: Act) -> str:
    return str(next((act["body"][key] for key in ("text", "reason", "source", "note") if act["body"].get(key)), ""))


def _time(act: Act) -> str:
    return f"{act['at'][:16].replace('T', ' ')} UTC"


def _day(act: Act) -> str:
    return str(act["at"][:10])


def _words(code: str) -> str:
    return code.replace("_", " ")
