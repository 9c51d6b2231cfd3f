"""The command that drafts an arrangement from a document."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import yaml

from engine.cli.intake import text_of
from engine.imports import FORMS, Draft, import_document
from engine.law.loading import load_library

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_command(subs: Subs) -> None:
    """Add this command to the command line."""
    parser = subs.add_parser("import", help="draft an arrangement from a data management plan, catalogue, card or tags")
    parser.add_argument("file", metavar="FILE", help="the document; - for standard input")
    parser.add_argument("--from", dest="form", choices=FORMS, help="what it is; seen from the document where left out")
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml")
    parser.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> int:
    draft = import_document(text_of(options.file), load_library(options.rulesets), options.form)
    if options.format == "json":
        print(json.dumps(asdict(draft), indent=2, ensure_ascii=False))
    else:
        print(draft_yaml(draft), end="")
    return 0


def draft_yaml(draft: Draft) -> str:
    """Return a draft as YAML, its notes as comments before it."""
    lines = ["# A draft. What follows says what it does not hold, holds on an assumption, or still needs."]
    for note in draft.notes:
        help = f" ({note.help})" if note.help else ""
        lines += [f"# {note.kind} {note.where or '/'}: {note.message}{help}"]
    return "\n".join(lines) + "\n" + yaml.safe_dump(draft.arrangement, sort_keys=False, allow_unicode=True, width=120)
