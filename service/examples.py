"""The arrangements that are shipped as examples, for the OpenAPI document."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.decision.deciding import decide
from engine.decision.model import DECISION
from engine.decision.statute import Law
from engine.errors import ArrangementError
from engine.law.intake import parse_yaml, read_arrangement

log = logging.getLogger("safeconduct.service")


def examples_folder() -> Path:
    """Return the folder of examples: the installed ones, else those beside the source."""
    package = Path(__file__).resolve().parent
    installed = package / "_examples"
    return installed if installed.is_dir() else package.parent / "examples"


def examples(law: Law, folder: Path | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and plain data of each example that the law being served can read."""
    for file in sorted((folder or examples_folder()).glob("*.yaml")):
        try:
            data = parse_yaml(file.read_text(encoding="utf-8"), file.name)
            read_arrangement(data, law.library)
        except ArrangementError as error:  # written for another law than the one that is served
            log.warning("an example cannot be read", extra={"file": file.name, "faults": str(error)})
            continue
        yield file.stem, data


def decided(data: dict[str, Any], law: Law) -> Any:
    """Return the decision on an example, as plain data."""
    return DECISION.dump_python(decide(read_arrangement(data, law.library), law), mode="json")
