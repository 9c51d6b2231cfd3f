"""`make bench`: run the benchmarks one after the other and print ratios."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pyperf


def main() -> int:
    """Run and report."""
    with TemporaryDirectory() as folder:
        result = Path(folder) / "deciding.json"
        subprocess.run([sys.executable, "-m", "bench.deciding", "-o", str(result), "--quiet"], check=True)
        suite = pyperf.BenchmarkSuite.load(str(result))
    means = {bench.get_name(): bench.mean() for bench in suite.get_benchmarks()}
    floor = means["validate and serialise"]
    print("| what | ms | of validating and serialising |")
    print("|---|---|---|")
    for name, mean in means.items():
        print(f"| {name} | {mean * 1000:.2f} | {mean / floor:.1f} |")
    core = means["reference and core"] - means["reference"]
    explanation = means["reference and explanation"] - means["reference"]
    print(f"\ncore {core / floor:.1f}, explanation {explanation / floor:.1f} of validating and serialising")
    unrelated = means["decide, with unrelated law"] / means["decide, without unrelated law"]
    print(f"ten unrelated jurisdictions: {(unrelated - 1) * 100:+.1f} %", flush=True)
    for name in ("bench.cold", "bench.growth", "bench.load", "bench.analysis", "bench.portfolio", "bench.peers"):
        print(flush=True)
        subprocess.run([sys.executable, "-m", name], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
