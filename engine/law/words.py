"""Check the words of an arrangement against the vocabulary, and whether its parts fit together.

Works on plain data, so that it finds what it can beside faults of form; it never fails on malformed input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from engine.errors import Fault, did_you_mean, one_of, shown
from engine.facts.permissions import FOR_PROFIT
from engine.facts.places import is_place
from engine.law.model import Library, Measure
from engine.law.use_words import check_relied_on, check_use_limits
from engine.law.word_checks import Parts, Path, day_of, kind_of
from engine.shape import MOST_FAULTS


def check_words(data: Mapping[str, Any], library: Library) -> list[Fault]:
    """Return every fault of an arrangement that its form alone does not show, up to a few hundred."""
    return list(islice(_Checker(data, library).run(), MOST_FAULTS))


class _Checker(Parts):
    def run(self) -> Iterator[Fault]:
        for key in ("parties", "datasets", "transfers"):
            yield from self.repeated(key)
        for index, party in self.items("parties"):
            yield from self.party(("parties", index), party)
        for index, dataset in self.items("datasets"):
            yield from self.dataset(("datasets", index), dataset)
        for index, transfer in self.items("transfers"):
            yield from self.transfer(("transfers", index), transfer)
        yield from self.measures(("measures",), self.data.get("measures"))
        yield from self.readings()
        yield from self.traits((), self.data, "arrangement")
        yield from self.circles("transfers", "onward_of", "onward transfers go round in a circle")
        yield from self.circles("parties", "branch_of", "branches go round in a circle")
        yield from self.circles("parties", "employer", "employers go round in a circle")

    # -- parts --------------------------------------------------------------------------------------------------------

    def repeated(self, key: str) -> Iterator[Fault]:
        seen: set[str] = set()
        for index, item in self.items(key):
            name = item.get("id")
            if isinstance(name, str) and name in seen:
                yield self.fault(
                    "repeated-id", f"the id `{shown(name)}` stands twice", (key, index, "id"), "use another id"
                )
            if name == "none":
                yield self.fault("repeated-id", "`none` is the word for nobody", (key, index, "id"), "use another id")
            seen.add(str(name))

    def party(self, path: Path, party: Mapping[str, Any]) -> Iterator[Fault]:
        yield from self.word(party, path, "kind", "party_kind")
        for key in ("country", "organised_under", "employer_country"):
            yield from self.place((*path, key), party.get(key))
        yield from self.places(path, party, "citizenship")
        kind, nonprofit = party.get("kind"), party.get("nonprofit")
        if (nonprofit is True and kind in FOR_PROFIT) or (nonprofit is False and kind == "nonprofit"):
            message = f"a party of kind `{shown(kind)}` says the opposite"
            yield self.fault("contradiction", message, (*path, "nonprofit"), "correct one of the two")
        branch = party.get("branch_of")
        if isinstance(branch, str) and branch not in self.parties and not is_place(branch):
            message = f"`{shown(branch)}` is neither a party nor a country"
            yield self.fault("unknown-party", message, (*path, "branch_of"), did_you_mean(branch, self.parties))
        employer = party.get("employer")
        if isinstance(employer, str) and employer != "none":
            yield from self.reference((*path, "employer"), employer, self.parties, "party")
            if employer == party.get("id"):
                yield self.fault("contradiction", "a party cannot employ itself", (*path, "employer"))
        yield from self.owners(path, party)
        yield from self.traits(path, party, "party")

    def owners(self, path: Path, party: Mapping[str, Any]) -> Iterator[Fault]:
        owners = party.get("owners")
        total = 0.0
        for index, owner in enumerate(owners if isinstance(owners, list) else []):
            if not isinstance(owner, Mapping):
                continue
            here = (*path, "owners", index)
            if ("country" in owner) == ("party" in owner):
                yield self.fault("contradiction", "an owner is a `country` or a `party`, one of them", here)
            yield from self.place((*here, "country"), owner.get("country"))
            if isinstance(owner.get("party"), str):
                yield from self.reference((*here, "party"), owner["party"], self.parties, "party")
                if owner["party"] == party.get("id"):
                    yield self.fault("contradiction", "a party cannot own itself", (*here, "party"))
            percent = owner.get("percent")
            # A share that is none is told of by its form.
            total += percent if isinstance(percent, int | float) and 0 < percent <= 100 else 0
        if total > 100.001:
            yield self.fault("contradiction", f"the owners hold {total:g} percent together", (*path, "owners"))

    def dataset(self, path: Path, dataset: Mapping[str, Any]) -> Iterator[Fault]:
        for key, enum in (("identifiability", "identifiability"), ("made_public_by", "made_public_by")):
            yield from self.word(dataset, path, key, enum)
        for key, enum in (("categories", "category"), ("fields", "field"), ("technology", "technology")):
            yield from self.words(dataset, path, key, enum)
        yield from self.places(path, dataset, "collected_in")
        consent = dataset.get("consent")
        if isinstance(consent, Mapping):
            yield from self.word(consent, (*path, "consent"), "scope", "consent_scope")
        holder = dataset.get("key_holder")
        if isinstance(holder, str) and holder != "none":
            yield from self.reference((*path, "key_holder"), holder, self.parties, "party")
        yield from self.subjects(path, dataset)
        yield from check_use_limits(path, dataset)
        yield from self.traits(path, dataset, "dataset")

    def subjects(self, path: Path, dataset: Mapping[str, Any]) -> Iterator[Fault]:
        subjects = dataset.get("subjects")
        seen: set[str] = set()
        for index, each in enumerate(subjects if isinstance(subjects, list) else []):
            if not isinstance(each, Mapping):
                continue
            here = (*path, "subjects", index)
            country = each.get("country")
            yield from self.place((*here, "country"), country)
            # A country of another type is told of by its form.
            if isinstance(country, str) and country in seen:
                yield self.fault("repeated-place", f"`{shown(country)}` stands twice", here, "add the numbers up")
            seen.add(str(country))
            for unit in ("persons", "records", "devices", "samples"):
                count = each.get(unit)
                if isinstance(count, Mapping):
                    low, high = count.get("at_least", 0), count.get("at_most")
                    if isinstance(low, int) and isinstance(high, int) and low > high:
                        yield self.fault(
                            "contradiction", f"at least {shown(low)} and at most {shown(high)}", (*here, unit)
                        )

    def transfer(self, path: Path, transfer: Mapping[str, Any]) -> Iterator[Fault]:
        for key in ("exporter", "importer"):
            if isinstance(transfer.get(key), str):
                yield from self.reference((*path, key), transfer[key], self.parties, "party")
        if isinstance(transfer.get("exporter"), str) and transfer.get("exporter") == transfer.get("importer"):
            message = f"`{shown(transfer['exporter'])}` would transfer to itself"
            yield self.fault(
                "contradiction",
                message,
                (*path, "importer"),
                "give a branch abroad a party of its own, with `branch_of`",
            )
        datasets = transfer.get("datasets")
        for index, name in enumerate(datasets if isinstance(datasets, list) else []):
            if isinstance(name, str):
                yield from self.reference((*path, "datasets", index), name, self.datasets, "data set")
        yield from self.twice(path, transfer, "datasets")
        for key, enum in (
            ("mode", "mode"),
            ("exporter_role", "role"),
            ("importer_role", "role"),
            ("agreement", "agreement"),
            ("frequency", "frequency"),
        ):
            yield from self.word(transfer, path, key, enum)
        yield from self.words(transfer, path, "purposes", "purpose")
        yield from self.places(path, transfer, "storage")
        yield from self.places(path, transfer, "access_from")
        yield from self.via(path, transfer)
        yield from self.term(path, transfer)
        yield from self.onward(path, transfer)
        use = transfer.get("use")
        if isinstance(use, Mapping):
            yield from self.words(use, (*path, "use"), "research", "research_use")
            listed = datasets if isinstance(datasets, list) else []
            carried = [item for _, item in self.items("datasets") if item.get("id") in listed]
            yield from check_relied_on((*path, "use"), use, carried)
        yield from self.measures((*path, "measures"), transfer.get("measures"))
        yield from self.traits(path, transfer, "transfer")

    def via(self, path: Path, transfer: Mapping[str, Any]) -> Iterator[Fault]:
        via = transfer.get("via")
        for index, name in enumerate(via if isinstance(via, list) else []):
            if isinstance(name, str) and name not in self.parties and not is_place(name):
                message = f"`{shown(name)}` is neither a party nor a country"
                yield self.fault("unknown-party", message, (*path, "via", index), did_you_mean(name, self.parties))

    def term(self, path: Path, transfer: Mapping[str, Any]) -> Iterator[Fault]:
        start, end = day_of(transfer.get("start")), day_of(transfer.get("end"))
        if start and end and end < start:
            yield self.fault("contradiction", f"ends on {end} before it starts on {start}", (*path, "end"))

    def onward(self, path: Path, transfer: Mapping[str, Any]) -> Iterator[Fault]:
        before = transfer.get("onward_of")
        if not isinstance(before, str):
            return
        yield from self.reference((*path, "onward_of"), before, self.transfers, "transfer")
        earlier = dict(self.items("transfers")).get(self.transfers.get(before, -1))
        if earlier and isinstance(earlier.get("importer"), str) and earlier["importer"] != transfer.get("exporter"):
            message = (
                f"passes on what `{shown(earlier['importer'])}` got, but `{shown(transfer.get('exporter'))}` sends it"
            )
            yield self.fault(
                "contradiction",
                message,
                (*path, "onward_of"),
                "the importer of the first is the exporter of the onward transfer",
            )

    # -- measures, readings, traits -----------------------------------------------------------------------------------

    def measures(self, path: Path, measures: Any) -> Iterator[Fault]:
        for name, value in measures.items() if isinstance(measures, Mapping) else ():
            measure = self.library.measures.get(name)
            here = (*path, name)
            if measure is None:
                yield self.fault(
                    "unknown-measure",
                    f"no ruleset declares a measure `{shown(name)}`",
                    here,
                    did_you_mean(name, self.library.measures),
                )
            elif isinstance(value, Mapping):
                yield from self.evidence(here, value, measure)

    def evidence(self, path: Path, value: Mapping[str, Any], measure: Measure) -> Iterator[Fault]:
        for key, given in value.items():
            here = (*path, key)
            if key in ("done", "until"):
                if day_of(given) is None:
                    yield self.fault("bad-value", "a day is written `YYYY-MM-DD`", here)
            elif key == "reference":
                continue
            elif key not in measure.fields:
                known = [*measure.fields, "done", "until", "reference"]
                message = f"measure `{measure.id}` has no field `{shown(key)}`"
                yield self.fault(
                    "unknown-field", message, here, did_you_mean(key, known) or f"known are {one_of(known)}"
                )
            else:
                field = measure.fields[key]
                yield from self.typed(here, given, field.type, field.values)
        done, until = day_of(value.get("done")), day_of(value.get("until"))
        if done and until and until < done:
            yield self.fault("contradiction", f"expired on {until}, before it was done on {done}", (*path, "until"))

    def readings(self) -> Iterator[Fault]:
        readings = self.data.get("readings")
        for name, option in readings.items() if isinstance(readings, Mapping) else ():
            reading = self.library.readings.get(name)
            if reading is None:
                yield self.fault(
                    "unknown-reading",
                    f"no ruleset declares a reading `{shown(name)}`",
                    ("readings", name),
                    did_you_mean(name, self.library.readings),
                )
            elif isinstance(option, str) and option not in reading.options:
                known = tuple(reading.options)
                yield self.fault(
                    "unknown-word",
                    f"`{shown(name)}` has no option `{shown(option)}`",
                    ("readings", name),
                    f"known are {one_of(known)}",
                )

    def traits(self, path: Path, owner: Mapping[str, Any], of: str) -> Iterator[Fault]:
        traits = owner.get("traits")
        for name, value in traits.items() if isinstance(traits, Mapping) else ():
            here = (*path, "traits", name)
            trait = self.library.traits.get(name)
            if trait is None:
                known = [each.id for each in self.library.traits.values() if each.of == of and each.ask]
                yield self.fault(
                    "unknown-trait", f"no ruleset declares a trait `{shown(name)}`", here, did_you_mean(name, known)
                )
            elif trait.of != of:
                yield self.fault(
                    "wrong-owner", f"`{shown(name)}` is said of a {kind_of(trait.of)}, not of a {kind_of(of)}", here
                )
            elif not trait.ask:
                yield self.fault(
                    "derived-trait", f"`{shown(name)}` is worked out and cannot be stated", here, "remove it"
                )
            else:
                yield from self.typed(here, value, trait.type, trait.values)
