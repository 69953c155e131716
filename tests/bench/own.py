"""
``validate`` of a folder of files beside reading and expanding it: what the rules cost.

``python -m tests.bench.own [FOLDER] [--rounds N]``, by default the repository's own monitors. Both
take turns; told are the least processor times, as a busy machine only ever adds, and the median of
the rounds' ratios. A folder with findings is measured all the same, one with errors is not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench import measure

ROOT = Path(__file__).resolve().parents[2]
READING = Path(__file__).with_name("reading.py")


def measured(root: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Processor seconds of reading and of ``validate`` by round, but for a first that warms up."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    commands = (
        (sys.executable, str(READING), str(root)),
        (sys.executable, "-m", "monitor_sync", "--root", str(root), "validate"),
    )
    times_by_command: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory(prefix="monitor-sync-bench-") as name:
        env |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": f"{name}/bytecode"}
        for number in range(rounds + 1):
            for command, times in zip(commands, times_by_command, strict=True):
                cost = measure.run(command, cwd=ROOT, env=env, log=Path(name, "log"))
                if cost.exit_code:
                    sys.exit(f"error: {' '.join(command)}: {cost.output[-1000:]}")
                if number:
                    times.append(cost.cpu)
    return times_by_command


def main() -> None:
    """Read the command line, measure, print one line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.own", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "monitors")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    reading, validate = measured(options.folder.resolve(), options.rounds)
    ratio = statistics.median(v / r for v, r in zip(validate, reading, strict=True))
    least = min(validate) / min(reading)
    print(
        f"{options.folder}: reading and expanding {min(reading):.3f} s, validate"
        f" {min(validate):.3f} s, {least:.2f} times as long (median of the rounds {ratio:.2f})"
    )


if __name__ == "__main__":
    main()
