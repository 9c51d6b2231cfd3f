"""Ask whether anything that the locks name has known vulnerabilities: `make audit`.

pip-audit alone says "no known vulnerabilities" also where its source knows none of the packages. So it is asked first
about a release that is known to be vulnerable, and whatever it left out counts as not checked.

Exit code: 0, everything was checked and nothing is known; 1, something is; 3, not everything could be checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOUND, UNCHECKED = 1, 3
# Jinja 3.1.2 lets attributes be injected (CVE-2024-22195), as every source of advisories knows.
KNOWN = "jinja2==3.1.2\n"
_SECONDS = 600


@dataclass(slots=True)
class Told:
    """What was told of one file of requirements: lines for people."""

    vulnerable: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def ask(command: Sequence[str], file: Path, *options: str) -> Told:
    """Ask about one file."""
    asked = [*command, "--requirement", str(file), "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run([*asked, *options], capture_output=True, text=True, timeout=_SECONDS, check=False)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        return Told(unchecked=[f"{file.name}: pip-audit failed: {last[:200]}"])
    told = Told()
    for each in dependencies:
        name = f"{file.name}: {each['name']} {each.get('version', '')}".rstrip()
        if "skip_reason" in each:
            told.unchecked.append(f"{name}: {each['skip_reason']}")
        for vulnerability in each.get("vulns", ()):
            mended = ", ".join(vulnerability["fix_versions"]) or "no release"
            told.vulnerable.append(f"{name}: {vulnerability['id']}, mended in {mended}")
    return told


def has_source(command: Sequence[str]) -> bool:
    """Whether there is a source of advisories that knows what everybody knows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "known.txt"
        file.write_text(KNOWN, encoding="utf-8")
        return bool(ask(command, file, "--no-deps").vulnerable)


def main(command: Sequence[str], files: Sequence[Path]) -> int:
    """Ask about every file and print what is known; return the exit code."""
    if not has_source(command):
        print("NOT CHECKED: no source of advisories can be reached from this machine, or it knows nothing")
        print("  help: run it where pypi.org or api.osv.dev can be reached, or read the advisories by hand")
        return UNCHECKED
    told = [ask(command, file, "--require-hashes") for file in files]
    vulnerable = [line for each in told for line in each.vulnerable]
    unchecked = [line for each in told for line in each.unchecked]
    print("\n".join([*(f"VULNERABLE {line}" for line in vulnerable), *(f"NOT CHECKED {line}" for line in unchecked)]))
    print(f"{len(files)} locks: {len(vulnerable)} vulnerabilities, {len(unchecked)} not checked")
    return FOUND if vulnerable else UNCHECKED if unchecked else 0


if __name__ == "__main__":
    root = Path(__file__).parent.parent
    sys.exit(main([sys.executable, "-m", "pip_audit", *sys.argv[1:]], sorted(root.glob("requirements/*.lock"))))
