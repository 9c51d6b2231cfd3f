"""An arrangement with its parties by id, its legs in order, and the evidence of measures as of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from engine.facts.arrangement import Arrangement, Transfer
from engine.facts.legs import Evidence, Leg
from engine.facts.parties import PartyView, Value, known


class ArrangementView:
    """An arrangement with its parties by id and its legs in order."""

    __slots__ = ("_dataset_index", "day", "legs", "model", "parties", "transfers")

    def __init__(self, model: Arrangement, day: date) -> None:
        self.model = model
        self.day = day
        self.parties = {party.id: PartyView(self, index, party) for index, party in enumerate(model.parties)}
        self.transfers = {transfer.id: transfer for transfer in model.transfers}
        self._dataset_index = {data.id: index for index, data in enumerate(model.datasets)}
        pairs = [(index, name) for index, transfer in enumerate(model.transfers) for name in transfer.datasets]
        self.legs = tuple(
            Leg(self, number, index, self._dataset_index[name]) for number, (index, name) in enumerate(pairs)
        )

    def datasets_of(self, chosen: Callable[[Transfer], bool]) -> tuple[int, ...]:
        """Return the indexes of the data sets that the chosen transfers carry, each once."""
        names = dict.fromkeys(n for transfer in self.model.transfers if chosen(transfer) for n in transfer.datasets)
        return tuple(self._dataset_index[name] for name in names)

    def trait(self, name: str) -> Value:
        """Return what the arrangement says about a trait of its own."""
        return known(self.model.traits.get(name))

    def measure(self, leg: Leg, name: str) -> tuple[Evidence | None, str]:
        """Return the evidence of a measure for a leg's transfer (None: not shown) and its JSON pointer."""
        pointer = f"/measures/{name}"
        if name in leg.transfer.measures or name not in self.model.measures:
            pointer = f"/transfers/{leg.transfer_index}{pointer}"
        return leg.evidence.get(name), pointer

    def evidence(self, transfer: Transfer) -> Mapping[str, Evidence]:
        """Return the evidence of the measures shown for a transfer; what is said of it goes before what is said of all.

        Evidence dated after the day of decision, or expired before it, shows nothing.
        """
        said = {**self.model.measures, **transfer.measures}
        shown = {name: given for name, given in said.items() if self._is_shown(given)}
        return {name: given if isinstance(given, dict) else {} for name, given in shown.items()}

    def _is_shown(self, given: object) -> bool:
        if not isinstance(given, dict):
            return given is True
        day = self.day.isoformat()
        done, until = given.get("done"), given.get("until")
        return not (isinstance(done, str) and done > day) and not (isinstance(until, str) and until < day)
