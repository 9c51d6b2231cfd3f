"""Parse the command line and hand over to a command.

Exit codes: 0 permitted or done, 1 our own failure, 2 wrong usage or invalid input, 3 prohibited, 4 not yet permitted,
5 undetermined. Answers go to stdout, everything else to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from engine.cli import asking, beyond, changes, commands, impacts, importing, matrices
from engine.cli.intake import add_case, day
from engine.errors import FaultsError, SafeconductError
from engine.law.files import default_rulesets


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except FaultsError as error:
        print(error, file=sys.stderr)
        count = len(error.faults)
        print(f"{count} fault{'s' if count != 1 else ''}", file=sys.stderr)
        return 2
    except SafeconductError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="safeconduct",
        description="May this research data cross that border, as this arrangement proposes, and why?",
    )
    parser.add_argument("--rulesets", type=Path, default=default_rulesets(), help="folder of rulesets")
    parser.add_argument("--reform", metavar="NAME", help="lay a reform over the law")
    subs = parser.add_subparsers(required=True, metavar="COMMAND")

    evaluate = subs.add_parser("evaluate", help="decide an arrangement")
    add_case(evaluate, "text", "summary", "json", "markdown")
    evaluate.add_argument(
        "--thorough", action="store_true", help="explain law that does not reach a transfer in full, too"
    )
    evaluate.set_defaults(run=commands.evaluate)

    check = subs.add_parser("check", help="check all rulesets: form, references, dates, limits of the inference core")
    check.add_argument("path", nargs="?", type=Path, help="folder of rulesets")
    check.set_defaults(run=commands.check)

    test = subs.add_parser("test", help="run the regression cases beside the law")
    test.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="case files or folders; all where left out")
    test.add_argument("-k", dest="match", metavar="EXPR", help="only cases whose name or rules hold this text")
    test.add_argument("--label", action="append", default=[], help="only cases with this label")
    test.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit report")
    test.add_argument("--fail-on-empty", action="store_true", help="fail where no case was run")
    test.add_argument(
        "--coverage", action="store_true", help="list rules without a deciding, a failing or an edge case"
    )
    test.set_defaults(run=commands.test)

    law = subs.add_parser("law", help="browse instruments and rules as of a day")
    law.add_argument("id", nargs="?", metavar="ID", help="instrument or rule")
    law.add_argument("--as-of", type=day, default=date.today(), metavar="DAY")  # noqa: DTZ011
    law.add_argument("--format", choices=("text", "json"), default="text")
    law.set_defaults(run=commands.law)

    facts = subs.add_parser("facts", help="browse the vocabulary: facts, enums, traits, measures, readings")
    facts.add_argument("name", nargs="?", metavar="NAME")
    facts.set_defaults(run=commands.facts)

    coverage = subs.add_parser("coverage", help="print which jurisdictions and instruments are covered, as Markdown")
    coverage.set_defaults(run=commands.coverage)

    schema = subs.add_parser("schema", help="print the JSON Schema of an arrangement")
    schema.set_defaults(run=commands.schema)

    explain = subs.add_parser("explain", help="explain a stored decision")
    explain.add_argument("file", metavar="DECISION.json", help="a decision as JSON; - for standard input")
    explain.add_argument("--format", choices=("text", "summary", "markdown"), default="text")
    explain.set_defaults(run=commands.explain)

    beyond.add_commands(subs)
    importing.add_command(subs)
    asking.add_commands(subs)
    changes.add_command(subs)
    impacts.add_commands(subs)
    matrices.add_commands(subs)

    serve = subs.add_parser("serve", help="start the HTTP service")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=commands.serve)
    commands.add_service_commands(subs)
    return parser
