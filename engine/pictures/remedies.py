"""Remedies as a picture: each set of acts as a bar as long as its effort, then the other shapes of the arrangement."""

from __future__ import annotations

from engine.decision.remedies import Alternative, Blocker, Remedies, Remedy, RemedyAct
from engine.decision.rendering import WORDS
from engine.inference.outcomes import OUTCOMES, Outcome
from engine.pictures.svg import FAINT, INK, LOOKS, Drawing, fitted, width_of, wrapped

_WIDTH, _EDGE, _INDENT = 900, 16, 44
_BAR, _LINE, _MOST_LINES = 24, 15, 12
_SAYS = {
    "lawful": "Nothing more is wanted.",
    "remedies": "Sets of acts that make all of it lawful, least effort first; a bar is as long as its effort.",
    "facts_missing": "Facts are missing. As far as they are known, these sets of acts help, least effort first.",
    "none": "No set of acts makes it lawful. These rule it out together; without any one of them something would do.",
}
# Neighbours differ in brightness, so that they do without colour.
_FILLS = ("#ffffff", "#dfe7ef")


def remedies_svg(found: Remedies) -> str:
    """Return remedies as SVG."""
    title = f"What would make it lawful: {found.title}"
    picture = Drawing(_WIDTH, 0, title, _described(found))
    y = _head(picture, found, title)
    most = max((remedy.effort for remedy in found.remedies), default=0)
    for number, remedy in enumerate(found.remedies, start=1):
        y = _remedy(picture, number, remedy, most, y)
    for blocker in found.blockers:
        y = _blocker(picture, blocker, y)
    if found.alternatives:
        picture.text(_EDGE, y + 12, "Other shapes, in the order in which people try them", 12.5, font_weight="bold")
        y += 24
    for other in found.alternatives:
        y = _other(picture, other, y)
    shown = {found.outcome, *(r.outcome for r in found.remedies), *(a.outcome for a in found.alternatives)}
    shown |= {blocker.outcome for blocker in found.blockers}
    end = picture.legend(_EDGE, y + 8, [o for o in OUTCOMES if o in shown], _WIDTH - 2 * _EDGE)
    for line in wrapped(found.basis.sentence(), _WIDTH - 2 * _EDGE, 9, _MOST_LINES):
        picture.text(_EDGE, end + 8, line, 9, fill=FAINT)
        end += 12
    picture.end_at(end + 6)
    return picture.written()


def _head(picture: Drawing, found: Remedies, title: str) -> float:
    y = 26.0
    for line in wrapped(title, _WIDTH - 2 * _EDGE, 15, _MOST_LINES):
        picture.text(_EDGE, y, line, 15, font_weight="bold")
        y += 20
    _sign(picture, _EDGE, y - 8, found.outcome)
    picture.text(_INDENT, y + 5, f"as proposed: {WORDS[found.outcome].lower()} (law of {found.as_of})", 12)
    y += 30
    for line in wrapped(_SAYS[found.status], _WIDTH - 2 * _EDGE, 11, _MOST_LINES):
        picture.text(_EDGE, y, line, 11, fill=FAINT)
        y += _LINE
    return y


def _sign(picture: Drawing, x: float, y: float, outcome: Outcome) -> None:
    picture.outcome(x, y, 22, 18, outcome)
    picture.on_outcome(x + 11, y + 13, LOOKS[outcome].sign, outcome, 11)


def _remedy(picture: Drawing, number: int, remedy: Remedy, most: int, y: float) -> float:
    lead = f", about {remedy.days} days" if remedy.days is not None else ""
    head = f"{number}. effort {remedy.effort}{lead}; then {WORDS[remedy.outcome].lower()}"
    picture.text(_EDGE, y + 12, head, 12.5, font_weight="bold")
    y += 20
    left, scale = float(_EDGE), (_WIDTH - 2 * _EDGE) / max(most, 1)
    for index, act in enumerate(remedy.acts):
        width = act.effort * scale
        box = picture.rectangle(left, y, width, _BAR, _FILLS[index % 2], stroke=INK, stroke_width=1)
        picture.element("title", f"{act.measure}: effort {act.effort}", box)
        label = next((each for each in (f"{act.measure} {act.effort}", str(act.effort)) if _fits(each, width)), "")
        if label:
            picture.text(left + width / 2, y + 16, label, 10.5, text_anchor="middle")
        left += width
    y += _BAR + 4
    for act in remedy.acts:
        lead = f", about {act.days} days" if act.days is not None else ""
        who = f"by {act.by} ({', '.join(act.parties)}), effort {act.effort}{lead}"
        picture.text(_EDGE + 8, y + 11, act.measure, 11, font_weight="bold")
        beside = _EDGE + 8 + width_of(act.measure, 11.5) + 12
        picture.text(beside, y + 11, fitted(who, _WIDTH - _EDGE - beside, 10.5), 10.5, fill=FAINT)
        for line in _asked(act):
            y += _LINE
            picture.text(_INDENT, y + 11, line, 11)
        y += _LINE + 3
    return y + 14


def _fits(text: str, width: float) -> bool:
    return width_of(text, 10.5) + 8 <= width


def _asked(act: RemedyAct) -> list[str]:
    shown = ", ".join(f"{key} = {value}" for key, value in act.evidence.items())
    return wrapped(f"{act.ask}{f' It shows: {shown}.' if shown else ''}", _WIDTH - _INDENT - _EDGE, 11, _MOST_LINES)


def _blocker(picture: Drawing, blocker: Blocker, y: float) -> float:
    _sign(picture, _EDGE, y, blocker.outcome)
    text = f"{blocker.instrument} for {blocker.transfer}: {blocker.title}"
    picture.text(_INDENT, y + 13, fitted(text, _WIDTH - _INDENT - _EDGE, 11.5), 11.5, font_weight="bold")
    y += 18
    for ground in blocker.rules:
        for line in _ground(ground.cite, ground.says):
            picture.text(_INDENT, y + 11, line, 10.5)
            y += _LINE
    return y + 8


def _ground(cite: str, says: str) -> list[str]:
    return wrapped(f"[{cite}] {says}", _WIDTH - _INDENT - _EDGE, 10.5, _MOST_LINES)


def _other(picture: Drawing, other: Alternative, y: float) -> float:
    across = _WIDTH - _INDENT - _EDGE
    _sign(picture, _EDGE, y, other.outcome)
    picture.text(_INDENT, y + 12, fitted(other.says, across, 11.5), 11.5)
    picture.text(_INDENT, y + 27, fitted(_left_to_do(other), across, 10.5), 10.5, fill=FAINT)
    return y + 40


def _left_to_do(other: Alternative) -> str:
    word = WORDS[other.outcome].lower()
    if other.status == "lawful":
        return f"{word}; nothing more is wanted"
    if other.remedy is not None:
        return f"{word}; effort {other.remedy.effort}: {', '.join(act.measure for act in other.remedy.acts)}"
    return f"{word}; {'facts are missing' if other.status == 'facts_missing' else 'no set of acts would do'}"


def _described(found: Remedies) -> str:
    sets = [f"{', '.join(act.measure for act in each.acts)} (effort {each.effort})" for each in found.remedies]
    ways = f" Sets of acts: {'; or '.join(sets)}." if sets else ""
    blockers = ", ".join(blocker.instrument for blocker in found.blockers)
    against = f" Ruled out by {blockers}." if blockers else ""
    others = "; ".join(f"{each.says}: {_left_to_do(each)}" for each in found.alternatives)
    return f"As proposed: {WORDS[found.outcome].lower()}.{ways}{against}{f' Other shapes: {others}.' if others else ''}"
