"""
Time, memory and requests of ``validate`` and ``plan``, each beside the floor of the same run.

``python -m tests.bench [N …] [--shape SHAPE] [--rounds N] [--profile CASE] [--peer NAME=COMMAND]``:
for each N a project is built in a temporary folder, the emulator is started with what applying it
would have made, and the floor (see ``floor.py``), reading and expanding alone, ``validate``, a
``plan`` with nothing to do, the same with the files in the parse cache, and a ``plan`` of one
changed monitor in a hundred take turns; all but the one without a cache. Another tool takes turns
too where ``--peer`` names a command that makes its plan, such as a script that calls kennel where
Ruby is installed: DD_HOST, DD_API_KEY and DD_APP_KEY are set for it, and it brings definitions of
its own. Medians over the rounds; a ratio is the median of the ratios within a round, as a machine's
clock drifts more between rounds than within one. A first round that nobody counts compiles the
bytecode and warms the file cache.

An answer that is wrong stops the bench: the speed of a wrong answer is worth nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import pstats
import shlex
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import live, measure
from tests.bench.estate import SHAPES, UNITS, Estate, Shape, build

ROOT = Path(__file__).resolve().parent.parent.parent
FLOOR = Path(__file__).with_name("floor.py")
ALONE = Path(__file__).with_name("reading.py")
READING, VALIDATE = "read and expand", "validate"
PROFILED = {"validate": "validate", "plan": "plan, no change", "changed": "plan, 1 %"}


class WrongAnswer(Exception):
    """A command did not do what it is timed for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One command to be timed. ``changes`` is how many updates it must find, None if no plan."""

    name: str
    command: tuple[str, ...]
    exit_code: int = 0
    changes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One case in one round."""

    cost: measure.Cost
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A folder with both projects, the live data and the logs."""

    folder: Path
    estate: Estate
    env: Mapping[str, str]
    peers: tuple[Case, ...] = ()
    """Other tools, which take turns with ours."""

    def ours(self, *arguments: str, project: str = "same", cached: bool = False) -> tuple[str, ...]:
        """A command line of monitor-sync on one of the two projects."""
        options = ("--root", self.root(project), *(() if cached else ("--no-cache",)))
        return (sys.executable, "-m", "monitor_sync", *options, *arguments)

    def root(self, project: str) -> str:
        """
        The folder of one of the two projects.

        Both have the same last part: it stands in every monitor's footer, and only the changed
        ones are to differ.
        """
        return str(self.folder / project / "monitors")


def prepare(folder: Path, monitors: int, shape: Shape) -> Bench:
    """Build the project, the same with one monitor in a hundred changed, and the live data."""
    build(folder / "same/monitors", monitors, shape=shape)
    estate = build(folder / "changed/monitors", monitors, shape=shape, changed=True)
    # Nobody's real keys; and bytecode in a folder of the bench, as an installed copy has it.
    env = {name: value for name, value in os.environ.items() if not name.startswith("DD_")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env |= {
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", str(folder / "bytecode")),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "DD_API_KEY": "bench",
        "DD_APP_KEY": "bench",
        "NO_COLOR": "1",
    }
    bench = Bench(folder=folder, estate=estate, env=env)
    seed = (sys.executable, "-m", "tests.bench.seed", bench.root("same"))
    checked(bench, "seed", (*seed, str(folder / "live.json")))
    return bench


def cases(bench: Bench, host: str) -> tuple[Case, ...]:
    """What takes turns, the floor first."""
    plan = ("plan", "--format", "json", "--fail-on-changes")
    return (
        Case(name="floor", command=(sys.executable, str(FLOOR), bench.root("same"), host)),
        Case(name=READING, command=(sys.executable, str(ALONE), bench.root("same"))),
        Case(name=VALIDATE, command=bench.ours("validate")),
        Case(name="plan, no change", command=bench.ours(*plan), changes=0),
        Case(name="plan, files cached", command=bench.ours(*plan, cached=True), changes=0),
        Case(
            name="plan, 1 % changed",
            command=bench.ours(*plan, project="changed"),
            exit_code=4 if bench.estate.changed else 0,
            changes=bench.estate.changed,
        ),
        *bench.peers,
    )


def peer(text: str) -> Case:
    """Return the case that ``NAME=COMMAND`` describes."""
    name, _, command = text.partition("=")
    if not command:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=COMMAND")
    return Case(name=name, command=tuple(shlex.split(command)))


def checked(
    bench: Bench, name: str, command: tuple[str, ...], *, exit_code: int = 0
) -> measure.Cost:
    """
    Run a command and measure it.

    Raises:
        WrongAnswer: it ended with another exit code.
    """
    log = bench.folder / f"{name.replace(' ', '-')}.log"
    cost = measure.run(command, cwd=bench.folder, env=bench.env, log=log)
    if cost.exit_code != exit_code:
        shown = cost.output[-2000:]
        raise WrongAnswer(f"{name}: exit code {cost.exit_code}, not {exit_code}\n{shown}")
    return cost


def run(bench: Bench, case: Case, host: str) -> Run:
    """One case once, with its answer checked."""
    live.forget(host)
    cost = checked(bench, case.name, case.command, exit_code=case.exit_code)
    requests = sum(live.requests(host).values())
    if case.name == "floor":
        equal = json.loads(cost.output)["equal"]
        if equal != bench.estate.monitors:
            raise WrongAnswer(f"floor: {equal} of {bench.estate.monitors} monitors are equal")
    if case.changes is not None:
        _check_plan(case, cost.output, bench.estate.monitors)
    return Run(cost=cost, requests=requests)


def _check_plan(case: Case, output: str, monitors: int) -> None:
    """The plan must hold the updates it is timed for, and nothing else."""
    summary = json.loads(output[output.index("{") : output.rindex("}") + 1])["summary"]
    expected = {"update": case.changes, "unchanged": monitors - (case.changes or 0)}
    expected |= {"create": 0, "replace": 0, "delete": 0, "adopt": 0}
    expected |= {"release": 0, "unmanaged": 0}
    if summary != expected:
        raise WrongAnswer(f"{case.name}: {summary}, not {expected}")


def measured(bench: Bench, host: str, rounds: int) -> dict[str, list[Run]]:
    """Every case in turn, round by round, after one round that does not count."""
    runs_by_case: dict[str, list[Run]] = {case.name: [] for case in cases(bench, host)}
    for number in range(rounds + 1):
        for case in cases(bench, host):
            result = run(bench, case, host)
            if number:
                runs_by_case[case.name].append(result)
    return runs_by_case


def table(runs_by_case: Mapping[str, list[Run]]) -> list[str]:
    """Medians, and medians of the ratios to the floor of the same round."""
    lines = [
        f"{'':<19}{'wall s':>8}{'x floor':>9}"
        f"{'CPU s':>9}{'x floor':>9}{'peak MB':>9}{'requests':>10}"
    ]
    floor = runs_by_case["floor"]
    for name, runs in runs_by_case.items():
        wall = statistics.median(run.cost.wall for run in runs)
        cpu = statistics.median(run.cost.cpu for run in runs)
        peak = max(run.cost.peak for run in runs) / 1e6
        requests = max(run.requests for run in runs)
        lines.append(
            f"{name:<19}{wall:>8.2f}{wall_ratio(runs, floor):>9.2f}"
            f"{cpu:>9.2f}{cpu_ratio(runs, floor):>9.2f}{peak:>9.0f}{requests:>10}"
        )
    return lines


def wall_ratio(runs: list[Run], floor: list[Run]) -> float:
    """How many times as long as the floor."""
    pairs = zip(runs, floor, strict=True)
    return statistics.median(ours.cost.wall / least.cost.wall for ours, least in pairs)


def cpu_ratio(runs: list[Run], floor: list[Run]) -> float:
    """How many times the floor's processor time."""
    pairs = zip(runs, floor, strict=True)
    return statistics.median(ours.cost.cpu / least.cost.cpu for ours, least in pairs)


def floor_parts(runs_by_case: Mapping[str, list[Run]]) -> str:
    """Where the floor's time goes: the rest is the interpreter and its imports."""
    parts = [json.loads(run.cost.output) for run in runs_by_case["floor"]]
    shares = ", ".join(
        f"{name} {statistics.median(part[name] for part in parts):.2f} s"
        for name in ("read", "fetch", "compare")
    )
    return f"the floor's parts: {shares}, the rest is start-up"


def closing(monitors: int, shape: Shape, runs_by_case: Mapping[str, list[Run]]) -> str:
    """The one line to remember."""
    floor = runs_by_case["floor"]
    ratios = [
        f"{name} {wall_ratio(runs, floor):.2f}"
        for name, runs in runs_by_case.items()
        if name != "floor"
    ]
    wall = statistics.median(run.cost.wall for run in floor)
    more = wall_ratio(runs_by_case[VALIDATE], runs_by_case[READING])
    return (
        f"{monitors:,} monitors, {shape}: {'; '.join(ratios)} times the floor of {wall:.2f} s; "
        f"validate {more:.2f} times reading and expanding"
    )


def profile(bench: Bench, case: Case) -> None:
    """Where one case spends its time, by function."""
    stats = bench.folder / "profile"
    command = [case.command[0], "-m", "cProfile", "-o", str(stats), *case.command[1:]]
    checked(bench, "profile", tuple(command))  # the profiler keeps the exit code to itself
    print(f"profile of {case.name!r}")
    for order in ("tottime", "cumulative"):
        pstats.Stats(str(stats)).strip_dirs().sort_stats(order).print_stats(30)


def bench_one(
    monitors: int, shape: Shape, *, rounds: int, profiled: str, peers: Sequence[Case] = ()
) -> str:
    """Everything for one N; answers its closing line."""
    with tempfile.TemporaryDirectory(prefix="monitor-sync-bench-") as name:
        bench = prepare(Path(name), monitors, shape)
        estate = bench.estate
        print(
            f"{monitors:,} monitors ({shape}), {estate.hand_written:,} of them written by hand, in"
            f" {estate.files:,} files ({estate.size / 1e6:.1f} MB) of {len(UNITS)} units,"
            f" {rounds} rounds\n"
        )
        with live.emulator(bench.folder / "live.json", cwd=bench.folder, env=bench.env) as host:
            # The environment of every command, the emulator's included, differs in nothing else.
            env = {**bench.env, "DD_HOST": host}
            pointed = replace(bench, env=env, peers=tuple(peers))
            runs_by_case = measured(pointed, host, rounds)
            print("\n".join([*table(runs_by_case), "", floor_parts(runs_by_case), ""]))
            for case in cases(pointed, host):
                if profiled and case.name.startswith(PROFILED[profiled]):
                    profile(pointed, case)
    return closing(monitors, shape, runs_by_case)


def main() -> int:
    """Read the command line, bench each N, print the closing lines last."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("monitors", nargs="*", type=int, default=[1000], metavar="N")
    parser.add_argument(
        "--shape", choices=SHAPES, default="templates", help="see `tests/bench/estate.py`"
    )
    parser.add_argument("--rounds", type=int, help="by default 7 up to 1,000, fewer for larger N")
    parser.add_argument(
        "--profile", choices=PROFILED, default="", help="print where that command's time goes"
    )
    parser.add_argument(
        "--peer",
        type=peer,
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="another tool's plan, which takes turns; its exit code must be 0",
    )
    options = parser.parse_args()
    lines = []
    try:
        for monitors in options.monitors:
            rounds = options.rounds or (7 if monitors <= 1000 else 5 if monitors <= 10_000 else 3)
            lines.append(
                bench_one(
                    monitors,
                    options.shape,
                    rounds=rounds,
                    profiled=options.profile,
                    peers=options.peer,
                )
            )
    except (WrongAnswer, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
