"""What a caller gives: parties, data sets, transfers, measures.

Strict, frozen models of the form of an arrangement. Whether its words are known (categories, traits, measures,
countries) and whether it fits together is checked in `engine.law.words`, which needs the vocabulary of a library.

An optional fact that is left out is unknown. Links between parties (`branch_of`, `employer`, `group`, `via`,
`onward_of`) are different: they draw the arrangement, and a link that is not drawn is not there. A measure left out is
not shown.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# C0 and C1 control characters, and the marks that reorder text on screen: they could make a name read as another.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def _parse_day(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.match(value):
        raise ValueError("a day is written `YYYY-MM-DD`")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no day `{value}` in the calendar") from None
    if not 1950 <= day.year <= 2150:
        raise ValueError("a day lies between 1950 and 2150")
    return day


def _visible(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise ValueError("holds a control character or a mark that changes the direction of writing")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
    return text


Day = Annotated[
    date, BeforeValidator(_parse_day, json_schema_input_type=str), Field(json_schema_extra={"format": "date"})
]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_visible)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_visible)]
# Whether there is such a place is checked with the other words; the schema tells what the codes look like.
PLACE_PATTERN = "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
_PLACE = Field(json_schema_extra={"pattern": PLACE_PATTERN})
Place = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_visible), _PLACE]
Number = Annotated[int, Field(strict=True, ge=0, le=10**12)]
TraitValue = Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True, ge=-(10**12), le=10**12)] | Word
NoneWord = Literal["none"]
Ror = Annotated[str, StringConstraints(pattern=r"^https://ror\.org/0[a-z0-9]{8}$")]
Orcid = Annotated[str, StringConstraints(pattern=r"^https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$")]
DuoCode = Annotated[str, StringConstraints(pattern=r"^DUO:[0-9]{7}$")]
# A DUO code, or one of the limits for which DUO has no code.
UseCode = Annotated[str, StringConstraints(pattern=r"^(DUO:[0-9]{7}|[a-z_]{1,40})$")]
DiseaseId = Annotated[str, StringConstraints(pattern=r"^MONDO:[0-9]{7}$")]
Months = Annotated[int, Field(strict=True, ge=1, le=1200)]


class Model(BaseModel):
    """Base of every input model."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=False)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Range(Model):
    """A count that is only known within bounds."""

    at_least: Number = 0
    at_most: Number | None = None


Count = Number | Range


class Owner(Model):
    """Somebody who holds a share in a party: a country's nationals or another party of the arrangement."""

    country: Place | None = None
    party: Id | None = None
    percent: Annotated[float, Field(strict=False, gt=0, le=100)]


Owners = Annotated[tuple[Owner, ...], Field(max_length=100), BeforeValidator(_tuple)]
Places = Annotated[tuple[Place, ...], Field(max_length=100), BeforeValidator(_tuple)]
Words = Annotated[tuple[Word, ...], Field(max_length=100), BeforeValidator(_tuple)]
SomePlaces = Annotated[tuple[Place, ...], Field(min_length=1, max_length=300), BeforeValidator(_tuple)]
SomeWords = Annotated[tuple[Word, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)]
Traits = Annotated[dict[Word, TraitValue], Field(max_length=300)]


class Party(Model):
    """A legal or natural person that takes part."""

    id: Id
    name: Text | None = None
    country: Place
    kind: Word
    ror: Ror | None = None
    organised_under: Place | None = None
    citizenship: Places | None = None
    owners: Owners | NoneWord | None = None
    branch_of: Word | None = None
    employer: Id | NoneWord | None = None
    employer_country: Place | None = None
    nonprofit: bool | None = None
    group: Word | None = None
    traits: Traits = Field(default_factory=dict)


class Subjects(Model):
    """The people, records, devices or specimens of one country in a data set."""

    country: Place
    persons: Count | None = None
    records: Count | None = None
    devices: Count | None = None
    samples: Count | None = None


class Consent(Model):
    """What the people agreed to."""

    scope: Word | None = None
    covers_transfer: bool | None = None
    explicit: bool | None = None


class PlaceLimit(Model):
    """Places in which data may be used, or may not."""

    allowed: SomePlaces | None = None
    denied: SomePlaces | None = None


class Moratorium(Model):
    """Until when results are not published: a day, or a number of months from a day."""

    until: Day | None = None
    months: Months | None = None
    since: Day | None = None


class TimeLimit(Model):
    """Until when data may be used: a day, or a number of months from the start of the transfer."""

    until: Day | None = None
    months: Months | None = None


class UsePermission(Model):
    """One way in which a data set may be used: its codes, and what belongs to them. Several are alternatives.

    A code that stands without its detail (a place limit without places) is a limit whose extent is unknown.
    """

    id: Id
    codes: Annotated[tuple[UseCode, ...], Field(min_length=1, max_length=30), BeforeValidator(_tuple)]
    places: PlaceLimit | None = None
    diseases: Annotated[tuple[DiseaseId, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)] | None = (
        None
    )
    moratorium: Moratorium | None = None
    time_limit: TimeLimit | None = None
    users: Annotated[tuple[Orcid, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)] | None = None
    projects: SomeWords | None = None
    institutions: Annotated[tuple[Ror, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)] | None = None
    restriction: Text | None = None


class StudiedDisease(Model):
    """A disease under study and all the wider diseases that it is a kind of; unknown where these are left out."""

    id: DiseaseId
    kind_of: Annotated[tuple[DiseaseId, ...], Field(max_length=300), BeforeValidator(_tuple)] | None = None


class RequestedUse(Model):
    """What the importer wants to do with the data, in the words of their use limits.

    Attributes:
        relies_on: Permissions by id, where a data set has several that fit.
        is_research: Decides about purposes of which the name leaves it open.
        research: Kinds of research; what is not among them is not done.
        publication: First day on which results are published; `none` where nothing is planned.
    """

    relies_on: Annotated[tuple[Id, ...], Field(min_length=1, max_length=30), BeforeValidator(_tuple)] | None = None
    is_research: bool | None = None
    research: Words | None = None
    diseases: (
        Annotated[tuple[StudiedDisease, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)]
        | NoneWord
        | None
    ) = None
    commercial: bool | None = None
    publication: Day | NoneWord | None = None
    users: Annotated[tuple[Orcid, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)] | None = None
    project: Word | None = None


class Dataset(Model):
    """Data that travel together.

    Attributes:
        duo: Use limits as plain DUO codes; short for one permission without details.
        use_permissions: Use limits with their details; several are alternatives. Either this or `duo`.
    """

    id: Id
    title: Text | None = None
    categories: SomeWords
    identifiability: Word | None = None
    key_holder: Id | NoneWord | None = None
    subjects: Annotated[tuple[Subjects, ...], Field(max_length=300), BeforeValidator(_tuple)] | NoneWord | None = None
    collected_in: Places | None = None
    fields: Words | None = None
    deceased: bool | None = None
    minors: bool | None = None
    encrypted: bool | None = None
    made_public_by: Word | None = None
    published: bool | None = None
    intended_for_publication: bool | None = None
    technology: Words | None = None
    export_classification: Word | None = None
    trl: Annotated[int, Field(strict=True, ge=1, le=9)] | None = None
    consent: Consent | None = None
    duo: Annotated[tuple[DuoCode, ...], Field(min_length=1, max_length=30), BeforeValidator(_tuple)] | None = None
    use_permissions: (
        Annotated[tuple[UsePermission, ...], Field(min_length=1, max_length=20), BeforeValidator(_tuple)] | None
    ) = None
    traits: Traits = Field(default_factory=dict)


# A measure is true (shown), false or "none" (said not to be there), or evidence: done, until, reference and its own
# fields.
MeasureValue = Annotated[bool, Field(strict=True)] | NoneWord | Annotated[dict[Word, TraitValue], Field(max_length=30)]
Measures = Annotated[dict[Word, MeasureValue], Field(max_length=300)]


class Transfer(Model):
    """One exporter giving one importer access to data, in one mode."""

    id: Id
    exporter: Id
    importer: Id
    exporter_role: Word | None = None
    importer_role: Word | None = None
    datasets: Annotated[tuple[Id, ...], Field(min_length=1, max_length=100), BeforeValidator(_tuple)]
    mode: Word
    purposes: SomeWords | None = None
    use: RequestedUse | None = None
    agreement: Word | None = None
    consideration: bool | None = None
    frequency: Word | None = None
    start: Day | None = None
    end: Day | None = None
    storage: Places | None = None
    access_from: Places | None = None
    via: Places | None = None
    onward_of: Id | None = None
    measures: Measures = Field(default_factory=dict)
    traits: Traits = Field(default_factory=dict)


class Arrangement(Model):
    """A proposed sharing of research data, as its parties describe it.

    Attributes:
        as_of: The law of this day decides; today where left out.
        transfers: May be empty where only the legal status of parties is asked about.
        measures: Evidence for every transfer; a transfer's own entry wins.
    """

    title: Text
    as_of: Day | None = None
    parties: Annotated[tuple[Party, ...], Field(min_length=1, max_length=500), BeforeValidator(_tuple)]
    datasets: Annotated[tuple[Dataset, ...], Field(max_length=500), BeforeValidator(_tuple)] = ()
    transfers: Annotated[tuple[Transfer, ...], Field(max_length=1000), BeforeValidator(_tuple)] = ()
    measures: Measures = Field(default_factory=dict)
    readings: Annotated[dict[Word, Word], Field(max_length=100)] = Field(default_factory=dict)
    traits: Traits = Field(default_factory=dict)
    notes: Text | None = None
