"""What it takes to begin: `python -m bench.cold`.

Each round is a fresh process that imports the engine, loads and checks the law, makes the programs of a day, tries
their networks out in a child process, and registers every one of them itself. On the clock and in processor time, the
child's included; the least of several rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from bench.measuring import Taken, load, taken

ROUNDS = 7
_SECONDS = 60.0


def stages() -> dict[str, Taken]:
    """Begin, and return what each stage took."""
    found: dict[str, Taken] = {}
    began = time.perf_counter(), time.process_time()
    # Imported here, since that is the first stage.
    from datetime import date

    from engine import Law
    from engine.collecting import uncollected
    from engine.inference.trial import try_book
    from engine.law.files import default_rulesets, find
    from engine.law.loading import build_library

    found["import"] = Taken(time.perf_counter() - began[0], time.process_time() - began[1])
    laws: list[Law] = []
    found["load and check"] = taken(lambda: laws.append(Law(build_library(find(default_rulesets())))))
    law = laws[0]
    programs = law.programs(date(2026, 11, 26))
    found["programs of a day"] = taken(programs.make_everything)
    found["trial in a child process"] = taken(lambda: try_book(programs, _SECONDS))

    def register() -> None:
        with uncollected():
            for program in programs.everything():
                if program.id not in programs.book.instruments:
                    law.core.network(program, definitions=True)
                    continue
                for each in filter(None, (program, program.gate)):
                    law.core.network(each)

    found["registering every network"] = taken(register)
    return found


def main() -> int:
    """Measure and print."""
    rounds: list[dict[str, list[float]]] = []
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "bench.cold", "--once"]
        rounds.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    rounds = [{**each, "all of it": [sum(parts) for parts in zip(*each.values(), strict=True)]} for each in rounds]
    print(load())
    print("| what | s on the clock | s of processor time |")
    print("|---|---|---|")
    for name in rounds[0]:
        clock, processor = (min(each[name][index] for each in rounds) for index in (0, 1))
        print(f"| {name} | {clock:.2f} | {processor:.2f} |")
    return 0


if __name__ == "__main__":
    if "--once" in sys.argv:
        print(json.dumps({name: [each.clock, each.processor] for name, each in stages().items()}))
        raise SystemExit(0)
    raise SystemExit(main())
