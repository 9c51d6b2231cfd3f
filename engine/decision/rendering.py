"""A decision as text for a terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.decision.model import Decision, Finding, Note, Question, TransferDecision
from engine.decision.traces import ConditionTrace, FactTrace, RuleTrace

WORDS = {
    "prohibited": "PROHIBITED",
    "not_yet_permitted": "NOT YET PERMITTED",
    "undetermined": "UNDETERMINED",
    "permitted_with_conditions": "PERMITTED WITH CONDITIONS",
    "permitted": "PERMITTED",
    "not_applicable": "not applicable",
}
_COLOR = {
    "prohibited": "31;1",
    "not_yet_permitted": "33;1",
    "undetermined": "35;1",
    "permitted_with_conditions": "32",
    "permitted": "32;1",
    "not_applicable": "2",
}
MARKS = {
    "holds": "applies",
    "fails": "does not apply",
    "defeated": "applies, but an exception takes it away",
    "unknown": "depends on missing facts",
    "open": "open",
    "available": "available, but not all of what it requires is shown",
    "met": "duty, fulfilled",
    "unmet": "duty, not shown as fulfilled",
    "unknown_if_met": "duty, unknown whether fulfilled",
    "recorded": "remark",
}


def render(decision: Decision, form: str, color: bool = False) -> str:
    """Return a decision as `text`, as `markdown`, or as a `summary` without the rules behind it."""
    writer = _Markdown() if form == "markdown" else _Text(color, brief=form == "summary")
    return "\n".join(writer.lines(decision)) + "\n"


class _Text:
    """Plain text, indented by depth."""

    def __init__(self, color: bool, brief: bool = False) -> None:
        self.color = color
        self.brief = brief

    def outcome(self, outcome: str) -> str:
        word = WORDS[outcome]
        return f"\x1b[{_COLOR[outcome]}m{word}\x1b[0m" if self.color else word

    def heading(self, level: int, text: str) -> Iterator[str]:
        if level > 1:
            yield ""
        yield text if level != 2 else f"{text}\n{'-' * len(text)}"

    def item(self, depth: int, text: str) -> str:
        return "  " * (depth + 1) + text

    def code(self, text: str) -> str:
        return text

    def link(self, text: str, href: str) -> str:
        return f"{text} <{href}>" if href else text

    # -- the decision -------------------------------------------------------------------------------------------------

    def lines(self, decision: Decision) -> Iterator[str]:
        yield from self.heading(1, f"{decision.title}: {self.outcome(decision.outcome)} (law of {decision.as_of})")
        for transfer in decision.transfers:
            yield from self.transfer(transfer)
        if not decision.transfers:
            yield self.item(0, "No transfer is described, so there is nothing to permit.")
        yield from self.questions(decision.questions)
        yield from self.conditions(decision)
        yield from self.definitions(decision)
        yield from self.rest(decision)

    def transfer(self, transfer: TransferDecision) -> Iterator[str]:
        title = f"Transfer {transfer.id}: {transfer.exporter} to {transfer.importer}: {self.outcome(transfer.outcome)}"
        yield from self.heading(2, title)
        reached = [finding for finding in transfer.findings if finding.outcome != "not_applicable"]
        for finding in reached:
            name = f"{finding.instrument} ({finding.dataset})"
            yield self.item(0, f"{self.outcome(finding.outcome)} under {name}: {finding.why}")
        if not reached and not transfer.gaps:
            yield self.item(0, self.unreached(transfer))
        for gap in transfer.gaps:
            yield self.item(0, f"Gap: {gap.what} ({self.code(gap.pointer)}). {gap.help[:1].upper()}{gap.help[1:]}.")
        warnings = [note for note in transfer.notes if note.kind == "warning"]
        commitments = [note for note in transfer.notes if note.kind == "commitment"]
        yield from map(self.note, warnings)
        for finding in reached:
            if not self.brief or finding.options or finding.readings:
                yield from self.finding(finding)
        others = [finding for finding in transfer.findings if finding.outcome == "not_applicable"]
        if others and not self.brief:
            yield from self.heading(3, "Considered, and does not reach this transfer")
            for finding in others:
                yield self.item(0, f"{finding.instrument} ({finding.dataset}): {finding.why}{self.unmet(finding)}")
        if commitments and not self.brief:
            yield from self.heading(3, "What treaties, agreements and soft law remark; they decide nothing here")
            yield from map(self.note, commitments)
        elif commitments:
            remarks = f"{len(commitments)} remark{'s' if len(commitments) != 1 else ''}"
            yield self.item(
                0, f"{remarks} of treaties, agreements and soft law, which decide nothing, in the whole text."
            )

    def unreached(self, transfer: TransferDecision) -> str:
        count = len(transfer.findings)
        if not count:
            return "No instrument that is encoded looks at such a transfer."
        looked = f"none of the {count} that look at it does" if count != 1 else "the one that looks at it does not"
        where = "the whole text says" if self.brief else "below is"
        return f"No instrument that is encoded reaches it: {looked}; {where} why."

    def note(self, note: Note) -> str:
        may = " (perhaps)" if note.unknown else ""
        return self.item(0, f"{note.kind.capitalize()}{may}: {note.says} [{note.cite}]")

    def unmet(self, finding: Finding) -> str:
        """Return what keeps an instrument away: a condition of each scope that fails."""
        failing = [rule.conditions[0].text for rule in finding.rules if rule.status == "fails" and rule.conditions]
        return f" Not so: {', '.join(map(self.code, dict.fromkeys(failing)))}." if failing else ""

    def finding(self, finding: Finding) -> Iterator[str]:
        yield from self.heading(3, f"{finding.title}, data set {finding.dataset}: {self.outcome(finding.outcome)}")
        yield self.item(0, f"Source: {self.link(finding.cite, finding.href)}")
        yield from self.readings(finding)
        for number, option in enumerate(finding.options, 1):
            under = f", under {option.cite}" if option.cite else ""
            yield self.item(0, f"Would make it lawful ({number}, effort {option.effort}{under}):")
            for measure in option.measures:
                detail = f" with {measure.detail}" if measure.detail else ""
                days = f", about {measure.days} days" if measure.days else ""
                yield self.item(1, f"{self.code(measure.measure)}{detail}: {measure.ask} (by {measure.by}{days})")
        for rule in () if self.brief else finding.rules:
            yield from self.rule(rule, 0)

    def readings(self, finding: Finding) -> Iterator[str]:
        if self.brief and len({reading.outcome for reading in finding.readings}) == 1:
            word = WORDS[finding.readings[0].outcome]
            yield self.item(
                0, f"Authorities read the law differently; with what is known, each reading leaves it {word}."
            )
            return
        for reading in finding.readings:
            yield self.item(0, f"Read as {reading.option}: {WORDS[reading.outcome]}. {reading.says} [{reading.cite}]")

    def rule(self, rule: RuleTrace, depth: int) -> Iterator[str]:
        recalled = ", text recalled" if rule.recalled else ""
        mark = "not open" if rule.kind == "route" and rule.status == "fails" else MARKS[rule.status]
        head = f"{rule.kind.capitalize()} {self.code(rule.id)} [{self.cite(rule)}]: {mark}"
        yield self.item(depth, head)
        yield self.item(depth + 1, f"{rule.says} (since {_since(rule.since)}{recalled})")
        # Of a route that fails, what it would require besides is beside the point.
        lines = rule.conditions if rule.status == "fails" else (*rule.conditions, *rule.requires)
        for condition in lines:
            yield from self.condition(condition, depth + 1)
        for exception in rule.exceptions:
            yield from self.rule(exception, depth + 1)

    def cite(self, rule: RuleTrace) -> str:
        return rule.cite

    def condition(self, condition: ConditionTrace, depth: int) -> Iterator[str]:
        yield self.item(depth, f"{condition.truth}: {self.code(condition.text)}")
        facts = [self.fact(fact) for fact in condition.facts]
        for parameter in condition.parameters:
            since = f" since {_since(parameter.since)}" if parameter.since else ""
            facts.append(f"{parameter.name} is {parameter.value}{since} [{parameter.cite}]")
        if facts:
            yield self.item(depth + 1, "; ".join(facts))

    def fact(self, fact: FactTrace) -> str:
        where = f" at {self.code(fact.pointer)}" if fact.pointer else ""
        return f"{fact.name} is {fact.value}{' by definition, below,' if fact.derived else ''}{where}"

    def definitions(self, decision: Decision) -> Iterator[str]:
        if self.brief:
            return
        if decision.derived:
            yield from self.heading(2, "How the law's definitions came out")
        for trace in decision.derived:
            yield self.item(0, f"{self.code(trace.trait)} of {self.code(trace.of)}: {trace.truth}")
            for rule in trace.rules:
                yield from self.rule(rule, 1)

    def questions(self, questions: tuple[Question, ...]) -> Iterator[str]:
        if questions:
            yield from self.heading(2, "Questions")
        for question in questions:
            first = " (answer first)" if question.deciding else " (could make it easier)" if question.easing else ""
            choice = f" One of {', '.join(question.values)}." if question.values else ""
            yield self.item(0, f"{question.ask}{choice}{first}")
            place = f"{self.code(question.fact)} at {self.code(question.pointer)}"
            yield self.item(1, f"{place}, asked by {', '.join(question.because[:3])}")

    def conditions(self, decision: Decision) -> Iterator[str]:
        if decision.conditions:
            yield from self.heading(2, "Conditions")
        for condition in decision.conditions:
            when = condition.when.replace("_", " ")
            when = f"within {condition.days} days" if condition.when == "after" else when
            perhaps = " (if it applies)" if condition.only_if_known else ""
            yield self.item(0, f"[ ] {condition.transfer}: {condition.says} [{condition.cite}]")
            yield self.item(1, f"{when}, owed by {condition.owed_by}{perhaps}; {self.code(condition.rule)}")

    def rest(self, decision: Decision) -> Iterator[str]:
        for each in decision.contradictions:
            said = f"`{each.trait}` is stated as {str(each.stated).lower()} at {each.pointer}"
            yield self.item(
                0, f"Contradiction: {said}; by definition it is {str(each.defined).lower()}, and that counts."
            )
        if decision.left_out:
            yield from self.heading(2, "Not encoded")
            yield from (self.item(0, text) for text in decision.left_out)
        if decision.next_change:
            change = decision.next_change
            changed = ", ".join(change.transfers)
            yield from self.heading(2, "Law to come")
            yield self.item(0, f"On {change.day} the outcome becomes {WORDS[change.outcome]} ({changed}).")
        receipt = decision.receipt
        yield ""
        hashes = f"law {receipt.library_sha256[:16]}; input {receipt.input_sha256[:16]}"
        yield f"Engine {receipt.engine}; {hashes}. {decision.notice}"


class _Markdown(_Text):
    """Markdown: headings, nested lists, code spans and links."""

    def __init__(self) -> None:
        super().__init__(color=False)

    def outcome(self, outcome: str) -> str:
        return f"**{WORDS[outcome]}**"

    def heading(self, level: int, text: str) -> Iterator[str]:
        if level > 1:
            yield ""
        yield f"{'#' * level} {text}"
        yield ""

    def item(self, depth: int, text: str) -> str:
        return "  " * depth + f"- {text}"

    def code(self, text: str) -> str:
        return f"`{text}`"

    def link(self, text: str, href: str) -> str:
        return f"[{text}]({href})" if href else text

    def cite(self, rule: RuleTrace) -> str:
        return self.link(rule.cite, rule.href)


def _since(day: date | None) -> str:
    return "the beginning" if day is None or day == date.min else day.isoformat()
