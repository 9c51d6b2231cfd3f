"""Find and read ruleset files: YAML documents against their form, and tables as CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from engine import source
from engine.errors import Fault, RulesetError, Span
from engine.shape import faults_of

FormT = TypeVar("FormT", bound=BaseModel)
_SPECIAL = {"facts.yaml", "groups.yaml", "coverage.yaml"}
_TABLE_HEADER = ["member", "from", "until", "cite", "href", "checked_on", "text"]


@dataclass(frozen=True, slots=True)
class RulesetFiles:
    """The text of every file that takes part in a library, by path relative to its root."""

    instruments: Mapping[str, str]
    special: Mapping[str, str]
    tables: Mapping[str, str]

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the path below the folder of rulesets and the text of each file."""
        yield from self.special.items()
        yield from self.instruments.items()
        for name, text in self.tables.items():
            yield f"tables/{name}.csv", text

    def digest(self) -> str:
        """Return the SHA-256 over names and contents."""
        total = hashlib.sha256()
        for group in (self.special, self.tables, self.instruments):
            for name in sorted(group):
                total.update(f"{name}\0{len(group[name])}\0".encode())
                total.update(group[name].encode())
        return total.hexdigest()


def default_rulesets() -> Path:
    """Return the folder of rulesets: `SAFECONDUCT_RULESETS`, else the installed ones, else those beside the source."""
    named = os.environ.get("SAFECONDUCT_RULESETS")
    if named:
        return Path(named)
    package = Path(__file__).resolve().parent.parent
    installed = package / "_rulesets"
    return installed if installed.is_dir() else package.parent / "rulesets"


def find(root: Path, reform: bool = False) -> RulesetFiles:
    """Read every ruleset file below `root`. Cases and reforms are not part of the law in force.

    Args:
        reform: `root` is the folder of a reform, which brings no vocabulary of its own.

    Raises:
        RulesetError: There is no such folder, or a file is not UTF-8.
    """
    if not reform and not (root / "facts.yaml").is_file():
        where = Span(str(root), 1, 1)
        raise RulesetError(
            [Fault("no-rulesets", "no `facts.yaml` in this folder", where, "name the folder of rulesets")]
        )
    instruments, special, tables = {}, {}, {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        parts = path.relative_to(root).parts
        if path.suffix == ".csv" and parts[0] == "tables":
            tables[path.stem] = read_text(path, name)
        elif path.suffix != ".yaml" or "cases" in parts or parts[0] == "reforms" or name == "reform.yaml":
            continue
        elif name in _SPECIAL:
            special[name] = read_text(path, name)
        else:
            instruments[name] = read_text(path, name)
    return RulesetFiles(instruments, special, tables)


def read_text(path: Path, name: str) -> str:
    """Return the text of a file.

    Raises:
        RulesetError: It is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise RulesetError([Fault("not-utf-8", "the file is not UTF-8", Span(name, 1, 1))]) from None


def read_form(text: str, name: str, form: type[FormT]) -> tuple[FormT, source.Node]:
    """Parse a YAML document and validate its form.

    Raises:
        RulesetError: Every fault of form, with its place.
    """
    node = source.parse(text, name)
    data = source.plain(node)
    try:
        return form.model_validate(data), node
    except ValidationError as error:
        raise RulesetError(faults_of(error, data, form, lambda *place: source.span_at(node, *place))) from None


def table_rows(text: str, name: str) -> Iterator[tuple[Span, dict[str, str]]]:
    """Yield the rows of a membership table with their places.

    Raises:
        RulesetError: The header is not the one expected.
    """
    file = f"tables/{name}.csv"
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    if header != _TABLE_HEADER:
        message = f"the header is not `{','.join(_TABLE_HEADER)}`"
        raise RulesetError([Fault("bad-table", message, Span(file, 1, 1))])
    for row in reader:
        span = Span(file, reader.line_num, 1)
        if len(row) != len(_TABLE_HEADER):
            raise RulesetError([Fault("bad-table", f"{len(row)} columns instead of {len(_TABLE_HEADER)}", span)])
        yield span, dict(zip(_TABLE_HEADER, row, strict=True))
