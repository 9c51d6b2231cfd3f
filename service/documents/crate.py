"""Write a decision as an RO-Crate 1.2: one zip file that can be read, checked and decided again in ten years.

It holds the arrangement, the decision, its receipt, the documents about it, and the statute book that decided, file by
file; of an agreement also its review, with every sign-off as the Five Safes RO-Crate profile writes one. Nothing in it
is fetched, and nothing depends on the time of writing: the same decision gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from engine.decision.model import DECISION, Decision
from engine.decision.rendering import WORDS
from engine.facts.arrangement import Arrangement
from engine.facts.places import country_name, country_of
from engine.law.files import RulesetFiles
from engine.law.model import Library
from engine.pictures.transfers import map_svg
from service.documents.findings import NOT_ADVICE
from service.documents.signoffs import Review, actions, contexts
from service.documents.writing import FORMS, DocumentForm, Written, write

VERSION: Final = "1.2"
# A name and no address, as for all that the vocabularies have no word for.
_SOFTWARE: Final = "urn:x-safeconduct:software"
# Written for every file in place of the time of writing: a zip archive knows no earlier day.
_TIME = (1980, 1, 1, 0, 0, 0)
_TERMS = "Kept for the agreement file of the parties named in it. It licenses nothing of what it holds or describes."
_REPORT = "Summary, checklist, questions, findings, annexes that the route calls for, reasons, receipt"
_DOCUMENTS: Final[dict[DocumentForm, tuple[str, str]]] = {
    "html": ("Report as a page", _REPORT),
    "markdown": ("Report as text", _REPORT),
    "docx": ("Report to be completed in a word processor", _REPORT),
    "pdf": ("Report to be printed", _REPORT),
    "jsonld": ("Decision as linked data", "The decision with terms of DPV 2.3 and ODRL 2.2"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a crate holds beside the decision itself.

    Attributes:
        arrangement: As it was sent; it may be JSON or YAML.
        decision: As it was written, or None to write it now.
        law: Every file of the law that decided.
        decided_at: When the decision was made, where that was kept.
        keeper: Name of the organisation that keeps it.
    """

    arrangement: bytes
    law: RulesetFiles
    decision: bytes | None = None
    decided_at: datetime | None = None
    keeper: str = ""
    review: Review | None = None


def as_crate(decision: Decision, arrangement: Arrangement, library: Library, evidence: Evidence) -> Written:
    """Return the crate about a decision."""
    return Written(_Writer(decision, arrangement, library, evidence).written(), "application/zip", ".crate.zip")


class _Writer:
    def __init__(self, decision: Decision, arrangement: Arrangement, library: Library, evidence: Evidence) -> None:
        self.decision, self.arrangement, self.library, self.evidence = decision, arrangement, library, evidence
        self.crate = ROCrate(version=VERSION)
        self.contents: dict[str, bytes] = {}

    def written(self) -> bytes:
        self._root()
        decided = self._files()
        self._law()
        self.crate.root_dataset["mentions"] = self._decided(decided)
        self._parties()
        if self.evidence.review:
            self._review(self.evidence.review)
        metadata = json.dumps(self.crate.metadata.generate(), ensure_ascii=False, indent=2) + "\n"
        return _zipped({"ro-crate-metadata.json": metadata.encode(), **self.contents})

    def _root(self) -> None:
        decision, root = self.decision, self.crate.root_dataset
        review = self.evidence.review
        state = review.agreement["state"] if review else None
        word = WORDS[decision.outcome].lower()
        self.crate.name = f"{decision.title}: {word}" + (f", agreement {_words(state)}" if state else "")
        chosen = "".join(f" --reading {name}={option}" for name, option in decision.receipt.readings.items())
        self.crate.description = (
            f"Whether research data may cross borders as this arrangement proposes: {word} by the law of "
            f"{decision.as_of}, with reasons, conditions, documents and the law that decided. Begin with report.html. "
            "To decide it again: safeconduct --rulesets rules evaluate arrangement.json "
            f"--as-of {decision.as_of}{chosen}. {NOT_ADVICE}"
        )
        # The day of the latest thing in it: the time of writing would make each copy another one.
        self.crate.datePublished = self._latest()
        self.crate.license = self._add("#terms", "CreativeWork", name="Terms of use", description=_TERMS)
        if self.evidence.keeper:
            root["publisher"] = self._add("#keeper", "Organization", name=self.evidence.keeper)
        if state:
            root["creativeWorkStatus"] = state
            root["identifier"] = review.agreement["id"] if review else None

    def _latest(self) -> str:
        evidence = self.evidence
        if evidence.review:
            acts = evidence.review.agreement["acts"]
            return str(acts[-1]["at"] if acts else evidence.review.agreement["created_at"])
        return evidence.decided_at.isoformat() if evidence.decided_at else self.decision.as_of.isoformat()

    def _add(self, id_: str, kind: str, /, **properties: Any) -> Any:
        return self.crate.add(ContextEntity(self.crate, id_, properties={"@type": kind, **properties}))

    def _file(self, path: str, content: bytes, media: str, name: str, about: str) -> Any:
        self.contents[path] = content
        properties = {
            "name": name,
            "description": about,
            "encodingFormat": media.partition(";")[0],
            "contentSize": str(len(content)),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        return self.crate.add_file(io.BytesIO(content), path, properties=properties)

    def _files(self) -> list[Any]:
        """Add what was asked and answered; return what the decision produced."""
        given, as_json = self.evidence, "application/json"
        asked = "Parties, data, transfers and safeguards, as they were proposed"
        self._file("arrangement.json", given.arrangement, as_json, "Arrangement", asked)
        answer = given.decision or DECISION.dump_json(self.decision)
        said = "Outcome, findings, every reason with its citation, conditions and questions"
        made = [self._file("decision.json", answer, as_json, "Decision", said)]
        self.crate.mainEntity = made[0]
        receipt = json.dumps(json.loads(answer)["receipt"], ensure_ascii=False, indent=2).encode() + b"\n"
        hashes = "What the decision rests on: hashes of input and law, engine, day, readings"
        made.append(self._file("receipt.json", receipt, as_json, "Receipt", hashes))
        for form in FORMS:
            document = write(self.decision, self.arrangement, self.library, form, review=given.review)
            path = ("decision" if form == "jsonld" else "report") + document.ending
            made.append(self._file(path, document.content, document.media_type, *_DOCUMENTS[form]))
        picture = map_svg(self.arrangement, self.decision).encode()
        drawn = "Parties, and an arrow for each transfer with its outcome"
        made.append(self._file("map.svg", picture, "image/svg+xml", "Map of transfers", drawn))
        return made

    def _law(self) -> None:
        """Add every file of the statute book; those that took part are entities of their own."""
        receipt = self.decision.receipt
        folder = self.crate.add_dataset(
            dest_path="rules/",
            properties={
                "name": "The statute book that decided",
                "description": "Every encoded instrument, table and term, as it was: the decision can be made again "
                f"from it. SHA-256 of the whole: {receipt.library_sha256}.",
            },
        )
        used = {each.sha256: each for each in receipt.rulesets}
        parts = []
        for path, text in self.evidence.law.named():
            content = text.encode()
            found = used.get(hashlib.sha256(text.encode()).hexdigest())
            if found is None:
                self.contents[f"rules/{path}"] = content
                continue
            instrument = self.library.instruments.get(found.instrument)
            name, cite = (instrument.title, f": {instrument.source.cite}") if instrument else (found.instrument, "")
            about = f"The ruleset {found.instrument}, which took part{cite}"
            parts.append(self._file(f"rules/{path}", content, "application/yaml", name, about))
        folder["hasPart"] = parts
        self.contents["rules/"] = b""

    def _decided(self, made: list[Any]) -> Any:
        receipt, at = self.decision.receipt, self.evidence.decided_at
        software = self._add(
            _SOFTWARE,
            "SoftwareApplication",
            name="Safeconduct",
            url=_SOFTWARE,
            version=receipt.engine,
            softwareVersion=receipt.engine,
        )
        return self._add(
            "#decision",
            "CreateAction",
            name=f"Decision by the law of {receipt.as_of}: {WORDS[self.decision.outcome].lower()}",
            instrument={"@id": software.id},
            object=[{"@id": "arrangement.json"}, {"@id": "rules/"}],
            result=[{"@id": each.id} for each in made],
            actionStatus="http://schema.org/CompletedActionStatus",
            **({"endTime": at.isoformat()} if at else {}),
        )

    def _parties(self) -> None:
        about = []
        for party in self.arrangement.parties:
            country = country_of(party.country)
            if f"#country-{country}" not in self.crate:
                self._add(f"#country-{country}", "Country", name=country_name(country), identifier=country)
            about.append(
                self._add(
                    party.ror if party.ror and party.ror not in self.crate else f"#party-{party.id}",
                    "Organization",
                    name=party.name or party.id,
                    identifier=party.id,
                    location={"@id": f"#country-{country}"},
                )
            )
        self.crate.root_dataset["about"] = about

    def _review(self, review: Review) -> None:
        for number, (arrangement, decision) in sorted(review.earlier.items()):
            for kind, content in (("arrangement", arrangement), ("decision", decision)):
                name, about = f"{kind.capitalize()} of revision {number}", "Replaced by a later revision"
                self._file(f"revisions/{number}/{kind}.json", content, "application/json", name, about)
        written = json.dumps(review.agreement, ensure_ascii=False, indent=2).encode() + b"\n"
        everything = "Revisions, comments, answers, sign-offs, overrides and steps, as they were made"
        self._file("review.json", written, "application/json", "Review of the agreement", everything)
        for each in contexts(review):
            self.crate.add_jsonld(each)
        for each in actions(review):
            self.crate.root_dataset.append_to("mentions", self.crate.add_jsonld(each))


def _words(code: str | None) -> str:
    return (code or "").replace("_", " ")


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _TIME)
            # The same on every system: made on Unix, readable by everybody.
            entry.create_system = 3
            entry.external_attr = (0o40755 << 16 | 0x10) if name.endswith("/") else 0o100644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
