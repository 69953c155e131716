"""Run the unit tests of monitors. Offline, without a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from monitor_sync.app import files, unit_test_files
from monitor_sync.app.failures import WrongFiles
from monitor_sync.app.selection import select_monitors
from monitor_sync.app.unit_test_files import DeclaredTest
from monitor_sync.counting import count
from monitor_sync.diagnostics import Diagnostic
from monitor_sync.errors import UsageError
from monitor_sync.insight import mutants, unit_test
from monitor_sync.insight.unit_test import SubmittedPoints, TestOutcome, UnitTest
from monitor_sync.model import Monitor, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A test and how it ended."""

    declared: DeclaredTest
    outcome: TestOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTests:
    """
    The tests of the chosen monitors.

    ``uncovered`` are monitors of priority 1 and 2 that no test is about, where that was asked.
    """

    tested: tuple[Tested, ...]
    uncovered: tuple[Monitor, ...]

    @property
    def passed(self) -> bool:
        """True if every test passed; neither uncertain nor unsupported is a pass."""
        return all(tested.outcome.status == "passed" for tested in self.tested)


def run_tests(root: Path, selectors: Sequence[str], name: str) -> UnitTests:
    """
    Run the tests of the chosen monitors whose name fits a glob.

    Raises WrongFiles where files of monitors or of tests have errors, and UsageError where no
    test fits.
    """
    chosen = _chosen(root, selectors, name)
    tested = tuple(Tested(declared=test, outcome=unit_test.run(test.test)) for test in chosen)
    return UnitTests(tested=tested, uncovered=())


def _chosen(root: Path, selectors: Sequence[str], name: str) -> list[DeclaredTest]:
    declared, _ = _read(root, selectors)
    chosen = [test for test in declared if fnmatchcase(test.test.name, name)]
    if not chosen and name != "*":
        raise UsageError(f"no test is called {name!r}", hint="a glob such as `*half as many*`")
    return chosen


def cover(root: Path, selectors: Sequence[str]) -> UnitTests:
    """Return which of the chosen monitors of priority 1 and 2 have no test. Raises WrongFiles."""
    declared, monitors = _read(root, selectors)
    covered = {test.test.key for test in declared}
    paged = (monitor for monitor in monitors if monitor.priority in (1, 2))
    return UnitTests(
        tested=(), uncovered=tuple(monitor for monitor in paged if monitor.key not in covered)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutated:
    """
    The changes to one monitor that were tried.

    ``unnoticed`` are those that all its tests passed, ``tried`` is how many there were.
    ``skipped`` says why none was tried, empty where some were.
    """

    key: str
    tried: int = 0
    unnoticed: tuple[str, ...] = ()
    skipped: str = ""


def mutate(root: Path, selectors: Sequence[str], name: str) -> tuple[Mutated, ...]:
    """
    Change each tested monitor in one thing at a time; return which changes no test notices.

    Raises WrongFiles and UsageError as ``run_tests`` does.
    """
    by_key: dict[str, list[UnitTest]] = {}
    for declared in _chosen(root, selectors, name):
        by_key.setdefault(declared.test.key, []).append(declared.test)
    return tuple(_mutated(key, tests) for key, tests in by_key.items())


def _mutated(key: str, tests: Sequence[UnitTest]) -> Mutated:
    played = [(test, SubmittedPoints(test.sources)) for test in tests]
    if not all(unit_test.passes(test, points) for test, points in played):
        return Mutated(key=key, skipped="a test of it does not pass as it is")
    tried = 0
    unnoticed = []
    for mutant in mutants.mutants(tests[0].body):
        tried += 1
        changed = ((replace(test, body=mutant.body), points) for test, points in played)
        if all(unit_test.passes(test, points) for test, points in changed):
            unnoticed.append(mutant.what)
    return Mutated(key=key, tried=tried, unnoticed=tuple(unnoticed))


def _read(root: Path, selectors: Sequence[str]) -> tuple[list[DeclaredTest], list[Monitor]]:
    """Return the tests of the chosen monitors, and these monitors. Raises WrongFiles."""
    loaded = files.read_whole(root, consequence="so nothing is tested")
    monitors = select_monitors(loaded.project, selectors)
    keys = {monitor.key for monitor in monitors}
    declared = declared_tests(root, loaded.project)
    return [test for test in declared if test.test.key in keys], monitors


def declared_tests(
    root: Path, project: Project, *, consequence: str = "so none is run"
) -> list[DeclaredTest]:
    """
    Return the tests of a project's monitors, none of them run.

    Raises WrongFiles where any has a mistake, with what comes of that.
    """
    from monitor_sync.project.files import find_tests

    declared: list[DeclaredTest] = []
    mistakes: list[Diagnostic] = []
    by_file = unit_test_files.by_file(project)
    for file in find_tests(root):
        of_file, wrong = unit_test_files.read(file, by_file)
        declared += of_file
        mistakes += wrong
    if mistakes:
        rule, _ = Counter(mistake.rule for mistake in mistakes).most_common(1)[0]
        raise WrongFiles(
            f"the tests have {count(len(mistakes), 'error')}, {consequence}",
            mistakes,
            hint=f"`monitor-sync explain {rule}` says more",
        )
    return declared
