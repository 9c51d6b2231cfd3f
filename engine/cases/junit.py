"""A JUnit report of a run of cases."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from engine.cases.running import Result


def junit_report(results: Sequence[Result]) -> str:
    """Return the report as XML."""
    failures = sum(bool(result.problems) for result in results)
    suite = ElementTree.Element("testsuite", name="rulesets", tests=str(len(results)), failures=str(failures))
    for result in results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=result.located.instrument,
            name=result.located.case.name,
            file=result.located.file,
            line=str(result.located.span.line),
        )
        if result.problems:
            failure = ElementTree.SubElement(case, "failure", message=result.problems[0])
            failure.text = "\n".join(result.problems)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)
