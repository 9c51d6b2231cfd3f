"""Write the documentation that is made from the law (`make docs`); with --check, only say whether it is current."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # this checkout's own engine and law, wherever the one installed comes from

from engine import evaluate, explain, load_rulesets  # noqa: E402
from engine.analysis.matrix import countries_of, matrix  # noqa: E402
from engine.decision.coverage import coverage_table  # noqa: E402
from engine.decision.remedies import remedies  # noqa: E402
from engine.decision.schema import arrangement_schema  # noqa: E402
from engine.decision.statute import Law  # noqa: E402
from engine.law.intake import parse_yaml, read_arrangement  # noqa: E402
from engine.pictures.heatmap import heatmap_svg  # noqa: E402
from engine.pictures.remedies import remedies_svg  # noqa: E402

EXAMPLE = "thl-nih-diabetes.yaml"
SHOWN_LINES = 22
DAY = date(2026, 11, 23)


def between(text: str, start: str, end: str, inside: str) -> str:
    """Return `text` with what stands between two marks replaced."""
    head, mark, rest = text.partition(start)
    _, closing, tail = rest.partition(end)
    if not mark or not closing:
        raise SystemExit(f"no `{start}` ... `{end}`")
    return head + start + inside + end + tail


def readme(text: str, law: Law) -> str:
    """Return the README with its example and its table made anew."""
    arrangement = parse_yaml((ROOT / "examples" / EXAMPLE).read_text(encoding="utf-8"), EXAMPLE)
    lines = explain(evaluate(arrangement, law), "summary").splitlines()[:SHOWN_LINES]
    text = between(text, "first lines -->\n```\n", "\n...\n```", "\n".join(lines).rstrip())
    table = f"\n{coverage_table(law.library)}"
    return between(text, "<!-- coverage: made by `make docs` -->", "<!-- end of coverage -->", table)


def documents(law: Law) -> dict[Path, str]:
    """Return what each file should hold."""
    schema = json.dumps(arrangement_schema(law.library), indent=2, sort_keys=True) + "\n"
    page = ROOT / "README.md"
    return {
        page: readme(page.read_text(encoding="utf-8"), law),
        ROOT / "docs" / "arrangement.schema.json": schema,
        **pictures(law),
    }


def pictures(law: Law) -> dict[Path, str]:
    """Return the pictures of the README, as the commands beside them make them."""
    folder = ROOT / "docs" / "pictures"
    data = parse_yaml((ROOT / "examples" / EXAMPLE).read_text(encoding="utf-8"), EXAMPLE)
    found = matrix("genomic", law, countries_of("g7", law, DAY), as_of=DAY)
    ways = remedies(read_arrangement(data, law.library), law, as_of=DAY)
    return {folder / "matrix.svg": heatmap_svg(found), folder / "remedies.svg": remedies_svg(ways)}


def main(arguments: list[str]) -> int:
    """Write the files, or check them."""
    stale = 0
    for path, text in documents(load_rulesets()).items():
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        if current == text:
            continue
        stale += 1
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not current: run `make docs`", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
