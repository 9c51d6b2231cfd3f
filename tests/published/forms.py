"""What a published example looks like in YAML: those of the sample, and the further ones.

The sample (`<authority>.yaml`) keeps the ids under which its sources were collected. A further example
(`further-*.yaml`) is one that we found elsewhere, and carries its source with it:

```yaml
sources:
  edpb-0521:
    authority: European Data Protection Board
    title: Guidelines 05/2021 on the interplay of Article 3 and Chapter V, version 2.0
    url: https://www.edpb.europa.eu/...
    read: seen            # seen: the text itself; secondary: somebody's account of it; recalled: neither was at hand
    on: "2026-11-26"      # the day on which it was read or recalled
bases: {...}              # as in the sample
published:
  - id: edpb-0521-ex1     # unique over all files; authority, paper, example or paragraph
    source: edpb-0521     # one of the sources above
    pinpoint: Example 1
    states: In our own words, the facts the authority relies on and what it concludes from them.
    instruments: [eu.gdpr-transfers]
    day: "2023-02-14"     # the law of the day of the paper or decision, or of the day it speaks of
    outcome: not-applicable
    arrangement: {...}
    because: [...]        # optional, with not_because, offers, facts, transfer, note: as in the sample
```

`read` may be set for one example too, where this place of the source was read otherwise than the rest of it. Only what
the authority states goes into the arrangement. Where we hold to another answer than the authority, `differs` says why
and names the decision in docs/decisions/; such an example must really differ, and a published prohibition may never be
answered with a permission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.cases.model import ExpectedFacts, RuleIds, Texts
from engine.errors import Fault, RulesetError, Span
from engine.facts.arrangement import Day
from engine.law.files import read_form
from engine.law.schema import InstrumentId, Text

HERE = Path(__file__).parent
Published = Literal["permitted", "restricted", "not-applicable", "prohibited", "needs-more-info"]
Read = Literal["seen", "secondary", "recalled"]


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Example(_Model):
    """What an authority published: facts as an arrangement, and the outcome it stated."""

    id: Text
    pinpoint: Text
    instruments: Annotated[tuple[InstrumentId, ...], BeforeValidator(_tuple), Field(min_length=1)]
    day: Day
    outcome: Published
    level: Literal["predicate", "decision"] = "decision"
    arrangement: dict[str, Any]
    because: RuleIds = ()
    not_because: RuleIds = ()
    offers: Texts = ()
    facts: ExpectedFacts = ()
    transfer: Text | None = None
    note: Text | None = None
    differs: Text | None = None


class SampleExample(Example):
    """An example of the sample."""

    authority: Text


class FurtherExample(Example):
    """An example outside the sample."""

    source: Text
    states: Text
    read: Read | None = None


class Source(_Model):
    """A paper, decision or page of an authority."""

    authority: Text
    title: Text
    url: Text
    read: Read
    on: Day


class SampleFile(_Model):
    """tests/published/<authority>.yaml."""

    bases: dict[str, dict[str, Any]] = {}
    published: Annotated[tuple[SampleExample, ...], BeforeValidator(_tuple), Field(min_length=1)]


class FurtherFile(_Model):
    """tests/published/further-<authority>.yaml."""

    sources: dict[str, Source]
    bases: dict[str, dict[str, Any]] = {}
    published: Annotated[tuple[FurtherExample, ...], BeforeValidator(_tuple), Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Case:
    """An example where it stands: its file, its authority, and the bases that it may use."""

    file: str
    authority: str
    example: Example
    bases: Mapping[str, Any]
    read: Read | None = None

    @property
    def is_further(self) -> bool:
        """Whether it is outside the sample."""
        return isinstance(self.example, FurtherExample)


def published_cases(folder: Path = HERE) -> Iterator[Case]:
    """Yield every published example, the sample first.

    Raises:
        RulesetError: A file has not the form above.
    """
    paths = sorted(folder.glob("*.yaml"))
    for path in (path for path in paths if not path.name.startswith("further-")):
        sample, _ = read_form(path.read_text(encoding="utf-8"), path.name, SampleFile)
        yield from (Case(path.name, each.authority, each, sample.bases) for each in sample.published)
    for path in (path for path in paths if path.name.startswith("further-")):
        further, _ = read_form(path.read_text(encoding="utf-8"), path.name, FurtherFile)
        unsourced = [each for each in further.published if each.source not in further.sources]
        if unsourced:
            raise RulesetError([_unsourced(path.name, each) for each in unsourced])
        for each in further.published:
            source = further.sources[each.source]
            yield Case(path.name, source.authority, each, further.bases, each.read or source.read)


def _unsourced(name: str, example: FurtherExample) -> Fault:
    return Fault(
        "unknown-source",
        f"`{example.id}` names the source `{example.source}`, which the file does not have",
        Span(name, 1, 1),
    )
