"""What each member of an arrangement says, in one short text: the vocabulary's where it carries a fact, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.facts.vocabulary import Vocabulary

# The part of an arrangement that carries the facts of each root, under the facts' own names.
_ROOTS: Mapping[str, str] = {"party": "Party", "data": "Dataset", "transfer": "Transfer"}
# Facts that are read off a member of another name.
_ELSEWHERE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("data", "consent_scope"): ("Consent", "scope"),
    ("data", "consent_covers_transfer"): ("Consent", "covers_transfer"),
    ("data", "consent_explicit"): ("Consent", "explicit"),
    ("data", "persons"): ("Subjects", "persons"),
    ("data", "records"): ("Subjects", "records"),
    ("data", "devices"): ("Subjects", "devices"),
    ("data", "samples"): ("Subjects", "samples"),
    ("transfer", "storage_countries"): ("Transfer", "storage"),
    ("transfer", "access_countries"): ("Transfer", "access_from"),
    ("transfer", "via_countries"): ("Transfer", "via"),
}
_ID = "A short name of its own, by which other parts refer to it."
_SAYS: Mapping[str, Mapping[str, str]] = {
    "": {
        "title": "What the arrangement is called.",
        "as_of": "The law of this day decides; today where left out.",
        "parties": "Everybody who takes part: who gives, who gets, who hosts, who keeps the key.",
        "datasets": "The data, split where parts differ in kind or form: each is looked at by itself.",
        "transfers": "Who gives whom access to which data, and how; an onward transfer is one of its own.",
        "measures": "Safeguards, approvals and other evidence; it holds for every transfer.",
        "readings": "Which reading is followed where authorities differ; without a choice both are shown.",
        "traits": "What some law asks about the whole arrangement.",
        "notes": "Anything else, for the reader; it decides nothing.",
    },
    "Party": {
        "id": _ID,
        "name": "Name of the organisation or person.",
        "ror": "The organisation in the Research Organization Registry, such as https://ror.org/03tf0c761.",
        "owners": "Who holds shares in it, states included; `none` where nobody does.",
        "branch_of": "The party, or the country of the legal person, of which it is a branch or office.",
        "employer": "Who employs this person; `none` for somebody who acts for herself.",
        "nonprofit": "It is a not-for-profit organisation.",
        "group": "Name of the group of companies that it belongs to.",
        "traits": "What single laws ask about this party.",
    },
    "Owner": {
        "country": "The country whose nationals or state hold the share.",
        "party": "The party of this arrangement that holds the share.",
        "percent": "How much it holds, in percent.",
    },
    "Dataset": {
        "id": _ID,
        "title": "What the data are called.",
        "key_holder": "Who holds the key or other means to find out who the people are; `none` where nobody does.",
        "subjects": "From which countries the people in the data are, and how many; `none` where there are no people.",
        "consent": "What the people agreed to.",
        "duo": "Limits on the use of the data, as plain codes of the Data Use Ontology.",
        "use_permissions": "Limits on use with their details; several are alternatives. Either these or plain codes.",
        "traits": "What single laws ask about these data.",
    },
    "Subjects": {"country": "Country of the people."},
    "Range": {"at_least": "Not fewer than this.", "at_most": "Not more than this."},
    "UsePermission": {
        "id": _ID,
        "codes": "Codes of the Data Use Ontology, or `no_reidentification`, `acknowledgement`.",
        "places": "Where the data may be used, or may not.",
        "diseases": "Diseases that the data may be used for, as MONDO codes.",
        "moratorium": "Until when results are not published.",
        "time_limit": "For how long the data may be used.",
        "users": "Approved users, as ORCID.",
        "projects": "Approved projects.",
        "institutions": "Approved institutions, as ROR.",
        "restriction": "A limit in words, which a committee looks at.",
    },
    "PlaceLimit": {"allowed": "Only in these places.", "denied": "Not in these places."},
    "Moratorium": {
        "until": "Last day of it.",
        "months": "Or how many months it lasts.",
        "since": "The day from which the months count.",
    },
    "TimeLimit": {"until": "Last day.", "months": "Or months from the start of the transfer."},
    "Transfer": {
        "id": _ID,
        "exporter": "The party that gives access.",
        "importer": "The party that gets access; everybody, where data are published.",
        "exporter_role": "Role of the one who gives, in this processing.",
        "importer_role": "Role of the one who gets, in this processing.",
        "datasets": "The data sets that this is about.",
        "use": "What is done with the data, in the words of their limits on use.",
        "onward_of": "The earlier transfer that brought what this one passes on.",
        "measures": "Safeguards and evidence of this transfer alone; they win over those of the whole arrangement.",
        "traits": "What single laws ask about this transfer.",
    },
    "RequestedUse": {
        "relies_on": "Permissions of the data set that it relies on, where more than one fits.",
        "is_research": "The use is research.",
        "research": "Kinds of research; what is not listed is not done.",
        "diseases": "Diseases under study; `none` where no disease is.",
        "commercial": "The use is commercial.",
        "publication": "First day on which results are published; `none` where nothing is planned.",
        "users": "Who uses the data, as ORCID.",
        "project": "The project that the data are for.",
    },
    "StudiedDisease": {
        "id": "The disease, as a MONDO code.",
        "kind_of": "All wider diseases that it is a kind of.",
    },
}


def describe(schema: dict[str, Any], vocabulary: Vocabulary) -> None:
    """Put its text at each member of a schema of arrangements."""
    for (root, name), fact in vocabulary.facts.items():
        part, member = _ELSEWHERE.get((root, name), (_ROOTS[root], name))
        if member in schema["$defs"][part]["properties"]:
            schema["$defs"][part]["properties"][member]["description"] = fact.says
    for part, members in _SAYS.items():
        properties = (schema["$defs"][part] if part else schema)["properties"]
        for member, says in members.items():
            properties[member]["description"] = says
