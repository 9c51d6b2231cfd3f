"""Write a decision as JSON-LD, with terms of the Data Privacy Vocabulary 2.3 and of ODRL 2.2.

A term that these vocabularies do not have is not invented in their names: it stands under `sc:`, our own namespace,
which is a name and not an address. Addresses of categories, purposes, roles, modes and kinds come from the vocabulary
of the statute book; a word without one stays a word.
"""

from __future__ import annotations

import json
from typing import Any, Final

from engine.decision.model import Condition, Decision, TransferDecision
from engine.facts.arrangement import Arrangement, Dataset, Party, Transfer
from engine.law.model import Library
from service.documents.content import safe_link

OWN: Final = "urn:x-safeconduct:"
CONTEXT: Final[dict[str, Any]] = {
    "dpv": "https://w3id.org/dpv#",
    "loc": "https://w3id.org/dpv/loc#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sc": OWN,
}
# Routes for which DPV's extension for the GDPR has a concept.
_BASES: Final = {
    "art45-3": "eu-gdpr:A45-3",
    "art46-2-a": "eu-gdpr:A46-2-a",
    "art46-2-b": "eu-gdpr:A46-2-b",
    "art46-2-c": "eu-gdpr:A46-2-c",
    "art46-2-d": "eu-gdpr:A46-2-d",
    "art46-2-e": "eu-gdpr:A46-2-e",
    "art46-2-f": "eu-gdpr:A46-2-f",
    "art46-3-a": "eu-gdpr:A46-3-a",
    "art46-3-b": "eu-gdpr:A46-3-b",
    "art49-1-a": "eu-gdpr:A49-1-a",
    "art49-1-b": "eu-gdpr:A49-1-b",
    "art49-1-c": "eu-gdpr:A49-1-c",
    "art49-1-d": "eu-gdpr:A49-1-d",
    "art49-1-e": "eu-gdpr:A49-1-e",
    "art49-1-f": "eu-gdpr:A49-1-f",
    "art49-1-g": "eu-gdpr:A49-1-g",
}


def as_json_ld(decision: Decision, arrangement: Arrangement, library: Library) -> bytes:
    """Return the decision as JSON-LD in UTF-8; the same bytes for the same decision."""
    writer = _Writer(decision, arrangement, library)
    return (json.dumps(writer.document(), ensure_ascii=False, indent=2) + "\n").encode()


class _Writer:
    def __init__(self, decision: Decision, arrangement: Arrangement, library: Library) -> None:
        self.decision, self.arrangement, self.library = decision, arrangement, library
        # Ids of one decision must not be taken for those of another.
        self.base = f"{OWN}decision:{decision.receipt.input_sha256}:"

    def document(self) -> dict[str, Any]:
        transfers = {transfer.id: transfer for transfer in self.arrangement.transfers}
        graph = [self._decision()]
        graph += [self._party(party) for party in self.arrangement.parties]
        graph += [self._data(data) for data in self.arrangement.datasets]
        for decided in self.decision.transfers:
            graph.append(self._transfer(transfers[decided.id], decided))
            policy = self._policy(transfers[decided.id], decided)
            if policy:
                graph.append(policy)
        return {"@context": CONTEXT, "@graph": graph}

    def _id(self, kind: str, name: str) -> dict[str, str]:
        return {"@id": f"{self.base}{kind}:{name}"}

    def _decision(self) -> dict[str, Any]:
        receipt = self.decision.receipt
        return {
            "@id": self.base.rstrip(":"),
            "@type": "sc:Decision",
            "dct:title": self.decision.title,
            "sc:outcome": self._outcome(self.decision.outcome),
            "sc:lawOf": {"@value": self.decision.as_of.isoformat(), "@type": "xsd:date"},
            "sc:inputSha256": receipt.input_sha256,
            "sc:lawSha256": receipt.library_sha256,
            "sc:engine": receipt.engine,
            "sc:notice": self.decision.notice,
            "dct:hasPart": [self._id("transfer", each.id) for each in self.decision.transfers],
        }

    def _outcome(self, outcome: str) -> dict[str, str]:
        return {"@id": f"sc:{outcome}"}

    def _party(self, party: Party) -> dict[str, Any]:
        made: dict[str, Any] = {**self._id("party", party.id), "@type": self._terms("party_kind", [party.kind])[0]}
        made["dct:title"] = party.name or party.id
        made["dpv:hasCountry"] = {"@id": f"loc:{party.country}"}
        if party.ror:
            made["dct:identifier"] = {"@id": party.ror}
        return made

    def _data(self, data: Dataset) -> dict[str, Any]:
        state = self._terms("identifiability", [data.identifiability]) if data.identifiability else ["dpv:Data"]
        made: dict[str, Any] = {**self._id("dataset", data.id), "@type": state[0], "dct:title": data.title or data.id}
        made["sc:category"] = self._refs("category", data.categories)
        if data.duo:
            base = "http://purl.obolibrary.org/obo/"
            made["sc:useLimit"] = [{"@id": base + code.replace(":", "_")} for code in data.duo]
        return made

    def _terms(self, enum: str, words: Any) -> list[str]:
        """Return addresses of words; where the vocabulary knows none, our own."""
        terms = self.library.vocabulary.enums.get(enum, {})
        return [terms[word].uri if word in terms and terms[word].uri else f"sc:{enum}-{word}" for word in words]

    def _refs(self, enum: str, words: Any) -> list[dict[str, str]]:
        return [{"@id": each} for each in self._terms(enum, words)]

    def _transfer(self, transfer: Transfer, decided: TransferDecision) -> dict[str, Any]:
        made: dict[str, Any] = {
            **self._id("transfer", transfer.id),
            "@type": ["dpv:Process", "dpv:Transfer"],
            "dpv:hasDataExporter": self._id("party", transfer.exporter),
            "dpv:hasDataImporter": self._id("party", transfer.importer),
            "dpv:hasData": [self._id("dataset", each) for each in transfer.datasets],
            "sc:mode": self._refs("mode", [transfer.mode]),
            "sc:outcome": self._outcome(decided.outcome),
            "sc:finding": [
                {
                    "sc:instrument": finding.instrument,
                    "sc:dataset": self._id("dataset", finding.dataset),
                    "sc:outcome": self._outcome(finding.outcome),
                    "sc:why": finding.why,
                    "dct:source": {"@id": finding.href} if safe_link(finding.href) else finding.cite,
                    **({"sc:mechanism": finding.mechanism} if finding.mechanism else {}),
                }
                for finding in decided.findings
                if finding.outcome != "not_applicable"
            ],
        }
        bases = [basis for finding in decided.findings if (basis := _basis(finding.mechanism))]
        if transfer.purposes:
            made["dpv:hasPurpose"] = self._refs("purpose", transfer.purposes)
        if bases:
            made["dpv:hasLegalBasis"] = [{"@id": each} for each in dict.fromkeys(bases)]
        return made

    def _policy(self, transfer: Transfer, decided: TransferDecision) -> dict[str, Any] | None:
        """Return the transfer as an ODRL policy; None where it is neither permitted nor prohibited."""
        kind = {
            "permitted": "odrl:permission",
            "permitted_with_conditions": "odrl:permission",
            "prohibited": "odrl:prohibition",
        }.get(decided.outcome)
        if kind is None:
            return None
        rule: dict[str, Any] = {
            "odrl:assigner": self._id("party", transfer.exporter),
            "odrl:assignee": self._id("party", transfer.importer),
            "odrl:target": [self._id("dataset", each) for each in transfer.datasets],
            "odrl:action": {"@id": "odrl:distribute"},
        }
        if kind == "odrl:permission":
            rule["odrl:constraint"] = _constraint(self._refs("purpose", transfer.purposes or ()))
            mine = [each for each in self.decision.conditions if each.transfer == transfer.id]
            rule["odrl:duty"] = [_duty(each) for each in mine]
            rule = {key: value for key, value in rule.items() if value}
        return {**self._id("policy", transfer.id), "@type": "odrl:Set", kind: [rule]}


def _basis(route: str) -> str:
    instrument, _, last = route.partition(".gdpr-transfers.")
    return _BASES.get(last.partition(".")[0], "") if instrument == "eu" else ""


def _constraint(purposes: list[dict[str, str]]) -> list[dict[str, Any]]:
    if not purposes:
        return []
    return [
        {
            "odrl:leftOperand": {"@id": "odrl:purpose"},
            "odrl:operator": {"@id": "odrl:isAnyOf"},
            "odrl:rightOperand": purposes,
        }
    ]


def _duty(condition: Condition) -> dict[str, Any]:
    return {
        # ODRL has no action for "keep what the law demands"; what that is stands beside it.
        "odrl:action": {"@id": "sc:fulfil"},
        "sc:rule": condition.rule,
        "dct:description": condition.says,
        "dct:source": condition.cite,
        "sc:when": condition.when,
        "sc:owedBy": condition.owed_by,
    }
