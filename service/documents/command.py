"""`safeconduct report`: the document for the agreement file, at a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from engine.cli.intake import add_case, plain_of, readings_of
from engine.decision.deciding import decide
from engine.decision.statute import load_law
from engine.errors import SafeconductError
from engine.law.files import find
from engine.law.intake import read_arrangement


def add(subs: Any) -> None:
    """Add the command to a parser."""
    parser = subs.add_parser("report", help="write the document for the agreement file: findings, checklist, annexes")
    add_case(parser, "markdown", "html", "docx", "pdf", "jsonld", "crate")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="file to write; standard output where left out")
    parser.add_argument("--summary", action="store_true", help="leave the reasons out")
    parser.set_defaults(run=report)


def report(options: argparse.Namespace) -> int:
    """Write the document about an arrangement."""
    # Here, because the writers are slow to load and no other command needs them.
    from service.documents.crate import Evidence, as_crate
    from service.documents.writing import write

    if options.out is None and options.format in ("docx", "pdf", "crate") and sys.stdout.isatty():
        raise SafeconductError(f"{options.format} is nothing for a terminal; name a file with -o")
    if options.format == "crate" and options.reform:
        raise SafeconductError("a crate keeps law in force for later; leave --reform out")
    law = load_law(options.rulesets, options.reform)
    plain = plain_of(options.file)
    arrangement = read_arrangement(plain, law.library)
    readings = readings_of(options.reading, law.library)
    decision = decide(arrangement, law, as_of=options.as_of, readings=readings)
    if options.format == "crate":
        given = json.dumps(plain, ensure_ascii=False, indent=2).encode() + b"\n"
        content = as_crate(decision, arrangement, law.library, Evidence(given, find(options.rulesets))).content
    else:
        content = write(decision, arrangement, law.library, options.format, options.summary).content
    if options.out is None:
        sys.stdout.buffer.write(content)
    else:
        options.out.write_bytes(content)
    return 0
