"""``test record``: a stretch of real history becomes a unit test, proven by running it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.adopt import scalars
from monitor_sync.app import files, history_folder, unit_test_files
from monitor_sync.app.backtest_points import Fetching, OutOfBudget
from monitor_sync.app.selection import find_monitor
from monitor_sync.counting import in_units
from monitor_sync.errors import Refused, UsageError, system_failure
from monitor_sync.incidents import TimeSpan, stamp
from monitor_sync.insight import unit_test
from monitor_sync.insight.backtest.comparison import WARM_UP, Definition
from monitor_sync.insight.backtest.recorded import candidates
from monitor_sync.insight.backtest.replay import bound_history, replay
from monitor_sync.insight.values import Unsupported
from monitor_sync.project.files import TESTS, ProjectFile
from monitor_sync.store.points_cache import PointsCache

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.app.unit_test_files import Files
    from monitor_sync.insight.backtest.replay import Points
    from monitor_sync.model import Monitor

_LONGEST: Final = 2 * 86_400
"""Seconds of history in one test: longer ones nobody reads."""

_SETTLED: Final = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The file that a test was added to, the test's text, and how many alerts are in it."""

    path: Path
    text: str
    alerts: int


def record(
    root: Path, target: Target, key: str, span: TimeSpan, *, name: str, budget: int
) -> Recorded:
    """
    Write what a monitor would do on a stretch of its real history as a unit test beside its file.

    What is written was run and passes; else nothing is written. Raises WrongFiles, UsageError,
    Refused, RemoteError.
    """
    loaded = files.read_whole(root, consequence="so nothing is recorded")
    monitor = find_monitor(loaded, key)
    key = monitor.key
    _check(span)
    try:
        definition = Definition.of(monitor.body)
    except Unsupported as error:
        raise UsageError(f"{key} cannot be recorded: {error.name} is not reproducible") from None
    points = _points(target, loaded.project.name, definition, span, budget)
    tests = unit_test_files.by_file(loaded.project)
    title = name or f"{key.split('/', 2)[2]} on {stamp(span.start)}"
    test, alerts = _proven(definition, points, span, monitor, title, tests)
    path = root / (key.rsplit("/", 1)[0] + TESTS)
    text = _text(test)
    _add(path, text, monitor, tests)
    return Recorded(path=path, text=text, alerts=alerts)


def _check(span: TimeSpan) -> None:
    if span.start >= span.end:
        raise UsageError("--from must be before --to")
    if span.end > time.time() - _SETTLED:
        raise UsageError("--to must be half an hour ago: later points may not have arrived yet")
    if span.end - span.start > _LONGEST:
        raise UsageError("a test holds two days at most", hint="name a shorter stretch")


def _points(
    target: Target, project: str, definition: Definition, span: TimeSpan, budget: int
) -> Points:
    start = int(span.start - WARM_UP - definition.wanted.back)
    with closing(target.connect()) as client:
        home = history_folder.folder(target, client, project, lambda _: None)
        fetching = Fetching(endpoint=client.timeseries, cache=PointsCache(home), budget=budget)
        wanted = ((line, start) for line in definition.wanted.lines)
        try:
            points = fetching.lines(wanted, int(span.end))
        except OutOfBudget as error:
            raise UsageError(
                f"it takes {error.needed} requests, --budget leaves {error.left}"
            ) from None
    if not any(points.values()):
        raise UsageError("no point was reported then", hint="is the metric named right?")
    return points


def _proven(
    definition: Definition,
    points: Points,
    span: TimeSpan,
    monitor: Monitor,
    name: str,
    tests: Files,
) -> tuple[dict[str, Any], int]:
    """Return the most thinned test that passes, and how many alerts it has."""
    try:
        history = bound_history(definition.wanted.readings, points)
        made = replay(definition.body, definition.settings, history, span, warm_up=WARM_UP)
        rest = monitor.key.split("/", 2)[2]
        for candidate in candidates(definition, points, made, name, rest):
            test = _written(candidate)
            if _passes(test, monitor, tests):
                return test, len(made.fires)
    except Unsupported as error:
        raise UsageError(f"{monitor.key} cannot be recorded: {error.name}") from None
    raise Refused(
        "what was recorded does not pass as a test: its states depend on what Datadog does not"
        " document, or on points before the stretch",
        hint="name another stretch, an hour longer at its beginning; nothing was written",
    )


def _written(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """Return a candidate as an author writes it: times as texts, a usual step left out."""
    step = candidate["step"]
    return {
        "name": candidate["name"],
        "monitor": candidate["monitor"],
        "start": stamp(candidate["start"]),
        **({"step": in_units(step)} if step != 60 else {}),
        "series": candidate["series"],
        "expect": [
            {**expected, "at": in_units(expected["at"])} for expected in candidate["expect"]
        ],
    }


def _text(test: Mapping[str, Any], indent: int = 2) -> str:
    return "\n".join(scalars.item(test, indent)) + "\n"


def _passes(test: Mapping[str, Any], monitor: Monitor, tests: Files) -> bool:
    import tempfile

    unit, name, _ = monitor.key.split("/", 2)
    with tempfile.TemporaryDirectory(prefix="monitor-sync-") as folder:
        path = Path(folder) / (name + TESTS)
        path.write_text(f"tests:\n{_text(test)}", encoding="utf-8")
        file = ProjectFile(kind="tests", shown=path.name, path=path, unit=unit, name=name)
        declared, mistakes = unit_test_files.read(file, tests)
    return not mistakes and [unit_test.run(d.test).status for d in declared] == ["passed"]


def _add(path: Path, text: str, monitor: Monitor, tests: Files) -> None:
    """Add a test to a file, or leave the file as it was. Raises UsageError."""
    unit, name, _ = monitor.key.split("/", 2)
    file = ProjectFile(kind="tests", shown=path.as_posix(), path=path, unit=unit, name=name)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    known = len(unit_test_files.read(file, tests)[0]) if before else 0
    indent = re.search(r"^tests:[^\n]*\n(?:\s*#[^\n]*\n|\s*\n)*( *)- ", before, re.MULTILINE)
    if before and indent is not None:
        lines = text.splitlines()
        text = "\n".join(" " * (len(indent[1]) - 2) + line if len(indent[1]) > 2 else
                         line[2 - len(indent[1]):] for line in lines) + "\n"  # fmt: skip
    after = f"{before.rstrip()}\n\n{text}" if before else f"tests:\n{text}"
    try:
        path.write_text(after, encoding="utf-8")
        declared, mistakes = unit_test_files.read(file, tests)
        if mistakes or len(declared) != known + 1:
            path.write_text(before, encoding="utf-8")
            raise UsageError(
                f"a test cannot be added to {path} in the form that it has: it is unchanged",
                hint="let it end with the list `tests:`",
            )
    except OSError as error:
        raise UsageError(f"cannot write {system_failure(error)}") from None
