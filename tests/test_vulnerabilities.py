"""`make audit` never says that all is well where nobody could be asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.vulnerabilities import FOUND, KNOWN, UNCHECKED, main

MENDED = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
KNOWS = {"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "PYSEC-2024-1", "fix_versions": ["3.1.3"]}]}
GOOD = {"name": "a", "version": "1.0", "vulns": []}
BAD = {"name": "b", "version": "1.0", "vulns": [MENDED]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (1.0)"}


def pip_audit(folder: Path, known: list[Any] | None, lock: list[Any]) -> list[str]:
    """Return the command of a pip-audit that says so of what is known, and of a lock; None: it fails."""
    answers = {"known.txt": known, "x.lock": lock}
    script = folder / "audit.py"
    script.write_text(
        f"""
import json, pathlib, sys
file = pathlib.Path(sys.argv[sys.argv.index("--requirement") + 1])
assert file.name != "known.txt" or file.read_text() == {KNOWN!r}
answer = {answers!r}[file.name]
if answer is None:
    sys.exit("requests.exceptions.ConnectionError: nobody is there")
print(json.dumps({{"dependencies": answer, "fixes": []}}))
""",
        encoding="utf-8",
    )
    return [sys.executable, str(script)]


@pytest.mark.parametrize(
    ("known", "lock", "code", "told"),
    [
        ([KNOWS], [GOOD], 0, "1 locks: 0 vulnerabilities, 0 not checked"),
        ([KNOWS], [GOOD, BAD], FOUND, "VULNERABLE x.lock: b 1.0: PYSEC-1, mended in 2.0"),
        ([KNOWS], [GOOD, SKIPPED], UNCHECKED, "NOT CHECKED x.lock: c: Dependency not found"),
        ([KNOWS], [BAD, SKIPPED], FOUND, "NOT CHECKED x.lock: c"),
        ([KNOWS], None, UNCHECKED, "NOT CHECKED x.lock: pip-audit failed: requests.exceptions.ConnectionError"),
        # Here pip-audit itself says that no vulnerabilities are known.
        ([{"name": "jinja2", "skip_reason": "not found"}], [GOOD], UNCHECKED, "no source of advisories"),
        ([{**KNOWS, "vulns": []}], [GOOD], UNCHECKED, "no source of advisories"),
        (None, [GOOD], UNCHECKED, "no source of advisories"),
    ],
)
def test_what_is_not_checked_is_not_well(
    known: Any, lock: Any, code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(pip_audit(tmp_path, known, lock), [tmp_path / "x.lock"]) == code
    assert told in capsys.readouterr().out
