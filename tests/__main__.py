"""
Every check of the repository in one command, each named and timed: ``python -m tests``.

All steps run even when one fails, so that one run shows everything there is to mend. The tests run
beside mypy, which takes as long as all other checks, and is told after them. The last line printed
is pytest's own closing line. ``--long`` runs the tests marked ``long`` and nothing
else. Exit code 0 when all steps passed, 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
CLOSING = re.compile(r"^=+ .*\bin \d[\d.]*s\b.* =+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tool and its arguments. ``shown`` steps print as they go, others only when they fail."""

    name: str
    command: tuple[str, ...]
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one step ended, how long it took in seconds, and the last line it printed."""

    step: Step
    passed: bool
    seconds: float
    last_line: str


def tool(name: str) -> str:
    """The path of a command installed beside this Python, whether or not the venv is active."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def checks() -> tuple[Step, ...]:
    """The steps before the tests. None of them opens a connection."""
    schema = (tool("check-jsonschema"), "--builtin-schema")
    workflows = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(".github/workflows/*.yml"))
    chooser = ".github/ISSUE_TEMPLATE/config.yml"
    forms = sorted(
        shown
        for path in ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")
        if (shown := str(path.relative_to(ROOT))) != chooser
    )
    return (
        Step(name="ruff check", command=(tool("ruff"), "check", ".")),
        Step(name="ruff format", command=(tool("ruff"), "format", "--check", ".")),
        Step(name="import contracts", command=(tool("lint-imports"), "--no-cache")),
        Step(
            name="workflows, security",
            command=(tool("zizmor"), "--offline", "--no-progress", "--pedantic", "."),
        ),
        Step(name="workflows, schema", command=(*schema, "vendor.github-workflows", *workflows)),
        Step(
            name="action, schema",
            command=(*schema, "vendor.github-actions", ".github/actions/monitor-sync/action.yml"),
        ),
        Step(
            name="dependabot, schema",
            command=(*schema, "vendor.dependabot", ".github/dependabot.yml"),
        ),
        Step(name="issue forms, schema", command=(*schema, "vendor.github-issue-forms", *forms)),
        Step(
            name="issue chooser, schema", command=(*schema, "vendor.github-issue-config", chooser)
        ),
    )


def types() -> Step:
    """The check that takes a quarter of a minute."""
    return Step(name="mypy", command=(sys.executable, "-m", "mypy"))


def tests(*, long: bool) -> Step:
    """Pytest over everything, or over what takes minutes."""
    command = [sys.executable, "-m", "pytest", "--color=no"]
    if long:
        command += ["-m", "long", "--hypothesis-profile", "exploring"]
    else:
        # One worker more than cores, as a test waits for processes that it starts. A file stays
        # with one worker, so that what a module sets up once (a wheel, an emulator) is set up once;
        # in which order files are begun is said by `pytest_collection_modifyitems`.
        command += ["-n", str((os.cpu_count() or 1) + 1)]
        command += ["--dist", "loadfile", "--no-loadscope-reorder"]
    return Step(name="pytest", command=tuple(command), shown=True)


def environment() -> dict[str, str]:
    """
    Our own, less what would point a test at somebody's real Datadog.

    Bytecode is kept: without it each worker would rewrite the assertions of every test anew.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DD_") and name != "PYTHONDONTWRITEBYTECODE"
    }


def run(step: Step) -> Result:
    """Carry out one step, with no standard input."""
    started = time.perf_counter()
    process = subprocess.Popen(
        step.command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    lines: list[str] = []
    with process:
        for line in process.stdout or ():
            lines.append(line)
            if step.shown:
                print(line, end="", flush=True)
    passed = process.returncode == 0
    if not passed and not step.shown:
        print(f"\n{' '.join(step.command)}\n\n{''.join(lines)}", flush=True)
    last_line = ESCAPE.sub("", lines[-1]).strip() if lines else ""
    return Result(
        step=step, passed=passed, seconds=time.perf_counter() - started, last_line=last_line
    )


def report(result: Result) -> None:
    """One line for one step."""
    word = "passed" if result.passed else "FAILED"
    print(f"{result.step.name:<22}{word:<8}{result.seconds:>7.1f} s", flush=True)


def main() -> int:
    """Run the steps and say how they went."""
    parser = argparse.ArgumentParser(prog="python -m tests", description="Run every check.")
    parser.add_argument("--long", action="store_true", help="only the tests that take minutes")
    options = parser.parse_args()

    started = time.perf_counter()
    results = []
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        for result in side_by_side.map(run, () if options.long else checks()):
            report(result)
            results.append(result)
        typed = None if options.long else side_by_side.submit(run, types())
        print(flush=True)
        tested = run(tests(long=options.long))
        results += [*([typed.result()] if typed else ()), tested]

    print("\nsummary")
    for result in results:
        report(result)
    print(f"{'together':<30}{time.perf_counter() - started:>7.1f} s\n")
    closing = results[-1].last_line
    print(closing if CLOSING.match(closing) else f"=== pytest did not finish: {closing} ===")
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
