"""The arrangement as documents speak of it: names for ids, words for codes, what was said of each measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engine.decision.model import Decision, Finding, TransferDecision
from engine.facts.arrangement import Arrangement, Count, Dataset, MeasureValue, Party, Range, Transfer
from engine.facts.places import place_name
from engine.law.model import Library


@dataclass(frozen=True)
class Subject:
    """A decision with the arrangement it is about, and the vocabulary of its words."""

    decision: Decision
    arrangement: Arrangement
    library: Library

    def party(self, name: str) -> Party | None:
        """Return a party by its id."""
        return next((party for party in self.arrangement.parties if party.id == name), None)

    def name(self, name: str) -> str:
        """Return how a party is called: its name with its id, or the id alone."""
        party = self.party(name)
        return f"{party.name} ({name})" if party and party.name else name

    def place(self, name: str) -> str:
        """Return the country of a party in words."""
        party = self.party(name)
        return place_name(party.country) if party else ""

    def transfer(self, name: str) -> Transfer:
        """Return a transfer by its id."""
        return next(transfer for transfer in self.arrangement.transfers if transfer.id == name)

    def datasets(self, transfer: Transfer) -> list[Dataset]:
        """Return the data sets that a transfer carries."""
        return [data for data in self.arrangement.datasets if data.id in transfer.datasets]

    def measure(self, transfer: Transfer, name: str) -> MeasureValue | None:
        """Return what was said of a measure; None where nothing was."""
        return transfer.measures.get(name, self.arrangement.measures.get(name))

    def evidence(self, transfer: Transfer, name: str) -> str:
        """Return what was said of a measure in words."""
        value = self.measure(transfer, name)
        if value is None:
            return "not shown"
        if isinstance(value, dict):
            return "shown: " + ", ".join(f"{key.replace('_', ' ')} {said}" for key, said in value.items())
        return "shown" if value is True else "said not to be in place"

    def is_shown(self, transfer: Transfer, name: str) -> bool:
        """Return whether evidence of a measure was given."""
        value = self.measure(transfer, name)
        return value is True or isinstance(value, dict)

    def says(self, enum: str, words: Iterable[str] | None) -> str | None:
        """Return what codes of the vocabulary mean; None where nothing was said."""
        terms = self.library.vocabulary.enums.get(enum, {})
        said = [terms[word].says.rstrip(".") if word in terms else word for word in words or ()]
        return "; ".join(said) or None

    def owner(self, transfer: str, owed_by: str) -> str:
        """Return who owes something, by name where it is one of the parties."""
        found = self.transfer(transfer)
        if owed_by in ("exporter", "importer"):
            return f"{self.name(getattr(found, owed_by))}, as {owed_by}"
        return owed(owed_by)

    def carried(self, *routes: str, instruments: tuple[str, ...]) -> list[tuple[TransferDecision, list[Finding]]]:
        """Return the transfers that a route carries, or could carry by measures offered, with the findings.

        Args:
            routes: Beginnings of the last part of a route's id, such as `art46`.
            instruments: Where the route may stand.
        """
        found = []
        for transfer in self.decision.transfers:
            here = [
                finding
                for finding in transfer.findings
                if finding.instrument in instruments
                and finding.outcome != "not_applicable"
                and any(each.removeprefix(finding.instrument + ".").startswith(routes) for each in routes_of(finding))
            ]
            if here:
                found.append((transfer, here))
        return found


def owed(by: str) -> str:
    """Return whose part something is, where no name can stand for it."""
    return "exporter and importer" if by == "both" else by.replace("_", " ") or "not stated by the rule"


def in_words(condition: str) -> str:
    """Return a condition of a rule as people read it."""
    signs = {"_": " ", " == ": " is ", " != ": " is not ", " in [": " is one of [", " >= ": " is at least "}
    for sign, word in signs.items():
        condition = condition.replace(sign, word)
    return condition


def routes_of(finding: Finding) -> list[str]:
    """Return the route that carries a transfer and those that measures offered would open, each once."""
    return list(dict.fromkeys(each for each in (finding.mechanism, *(o.route for o in finding.options)) if each))


def places(codes: Iterable[str] | None) -> str | None:
    """Return places in words; None where nothing was said."""
    return ", ".join(place_name(code) for code in codes or ()) or None


def count(value: Count | None) -> str | None:
    """Return a number of people or things in words."""
    if isinstance(value, Range):
        return f"at least {value.at_least}" + (f", at most {value.at_most}" if value.at_most is not None else "")
    return None if value is None else str(value)


def people(data: Dataset) -> str | None:
    """Return whom a data set is about in words."""
    if data.subjects is None:
        return None
    if data.subjects == "none":
        return "nobody"
    said = []
    for each in data.subjects:
        numbers = [
            f"{count(value)} {unit}"
            for unit in ("persons", "records", "devices", "samples")
            if (value := getattr(each, unit)) is not None
        ]
        said.append(f"{place_name(each.country)}: {', '.join(numbers) or 'number not stated'}")
    return "; ".join(said)


def day(value: date | None) -> str | None:
    """Return a day as text."""
    return value.isoformat() if value else None
