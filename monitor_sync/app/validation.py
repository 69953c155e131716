"""``validate``: is everything right in the files? Offline, unless Datadog is to be asked too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from monitor_sync import selectors
from monitor_sync.app import files
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.app.selection import select_monitors
from monitor_sync.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from monitor_sync.app.remote_checks import Answers
    from monitor_sync.app.target import Target
    from monitor_sync.model import Monitor, Project
    from monitor_sync.project.load import Loaded


class ValidateOptions(Struct, frozen=True, kw_only=True):
    """
    ``selectors`` narrow the answer, never what is checked. Where Datadog is asked, it is asked
    about new and changed monitors, and with ``everything`` about all. What is below ``least`` is
    to be counted and not shown, so its exact place is not looked for; with ``brief`` the same holds
    for all but the first few of a rule's many findings. ``baseline`` is a file of findings that
    are known and left out; it knows them by their exact places, so these are looked for then.
    """

    selectors: Sequence[str] = ()
    everything: bool = False
    least: Severity = Severity.NOTE
    brief: bool = False
    baseline: Path | None = None


class Validation(Struct, frozen=True, kw_only=True):
    """
    What there is to say of the selected monitors, in the order of the files.

    ``monitors`` are those of them that could be read. ``answers`` are Datadog's and ``links`` what
    came of asking for addresses, each None where nobody was asked. ``known`` counts the findings
    that a baseline holds and that are left out, ``gone`` those that it holds and that are no more.
    """

    project: Project
    monitors: Sequence[Monitor]
    diagnostics: Sequence[Diagnostic]
    answers: Answers | None = None
    links: Answers | None = None
    known: int = 0
    gone: int = 0

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all selected monitors, those included that could not be read."""
        named = {diagnostic.key for diagnostic in self.diagnostics if diagnostic.key}
        return frozenset({monitor.key for monitor in self.monitors} | named)


def validate(
    root: Path,
    options: ValidateOptions | None = None,
    *,
    target: Target | None = None,
    links: Target | None = None,
    progress: Progress = silent,
) -> Validation:
    """
    Read and check the files in ``root``; with a ``target``, ask Datadog too.

    With ``links``, the addresses of runbooks are asked for; its state folder remembers them.

    Nothing is written. What is wrong in the files, or what Datadog does not answer, is in the
    result. Raises UsageError for a folder that is none and a selector that selects nothing.
    """
    options = options or ValidateOptions()
    loaded, diagnostics = _checked(root, options)
    place = PurePosixPath(root.as_posix())
    named = [
        (diagnostic.key or "/".join(_below(place, diagnostic)), ()) for diagnostic in diagnostics
    ]
    monitors = select_monitors(loaded.project, options.selectors, named)
    keys = {monitor.key for monitor in monitors}
    among = keys if options.selectors else None
    answers = link_answers = None
    if target is not None:
        answers = _ask(loaded, target, diagnostics, among, options, progress)
        diagnostics += answers.diagnostics
    if links is not None:
        link_answers = _ask_for_links(root, loaded, links, among, progress)
        diagnostics += link_answers.diagnostics
    diagnostics.sort(key=lambda diagnostic: diagnostic.order)
    diagnostics, hidden, gone = _beyond_baseline(diagnostics, options.baseline, place)
    return Validation(
        project=loaded.project,
        monitors=monitors,
        diagnostics=_selected(diagnostics, options.selectors, keys, place),
        answers=answers,
        links=link_answers,
        known=hidden,
        gone=gone,
    )


def _checked(root: Path, options: ValidateOptions) -> tuple[Loaded, list[Diagnostic]]:
    """Return the files as they were read, and all that is wrong in them, without a network."""
    from monitor_sync.project.rca import read_register  # YAML and the schema validator

    exact = options.baseline is not None
    least = Severity.NOTE if exact else options.least
    with files.uncollected():
        loaded = files.read(root)
        diagnostics = list(files.check(loaded, least=least, brief=options.brief and not exact))
        diagnostics += _mistakes_in_tests(root, loaded)
        diagnostics += read_register(root, loaded.project)[1]
    return loaded, diagnostics


def _beyond_baseline(
    diagnostics: list[Diagnostic], path: Path | None, root: PurePosixPath
) -> tuple[list[Diagnostic], int, int]:
    """Return what a baseline does not hold, how much of it is there, and how much is mended."""
    if path is None:
        return diagnostics, 0, 0
    from monitor_sync.app import baseline  # of all runs, few have one

    return baseline.split(diagnostics, baseline.read(path), root)


def _mistakes_in_tests(root: Path, loaded: Loaded) -> Iterator[Diagnostic]:
    """
    Yield what is wrong in files of unit tests; what the tests say of monitors is not run.

    Where files of monitors have errors, monitors may be missing, so only the shape is looked at.
    """
    from monitor_sync.project.files import find_tests
    from monitor_sync.project.parsed import parse

    tests = find_tests(root)
    if not tests:
        return
    from monitor_sync.app import unit_test_files  # the evaluator's words

    whole = all(diagnostic.severity is not Severity.ERROR for diagnostic in loaded.diagnostics)
    monitors = unit_test_files.by_file(loaded.project)
    for file in tests:
        yield from unit_test_files.check(file, monitors) if whole else parse(file)[1]


def _ask(
    loaded: Loaded,
    target: Target,
    diagnostics: Sequence[Diagnostic],
    among: Collection[str] | None,
    options: ValidateOptions,
    progress: Progress,
) -> Answers:
    from monitor_sync.app import history_checks, remote_checks  # the HTTP client, the evaluator

    answers = remote_checks.diagnose(
        loaded,
        target,
        everything=options.everything,
        keys=among,
        wrong={
            diagnostic.key for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR
        },
        progress=progress,
    )
    if not answers.accepted:
        return answers
    history = history_checks.diagnose(
        loaded, target, target.connect(), answers.accepted, progress=progress
    )
    return replace(
        answers,
        diagnostics=[*answers.diagnostics, *files.shown(loaded.project, history.diagnostics)],
        said=[*answers.said, *history.said],
    )


def _ask_for_links(
    root: Path, loaded: Loaded, links: Target, among: Collection[str] | None, progress: Progress
) -> Answers:
    from monitor_sync.app import links as link_checks  # the HTTP client

    return link_checks.check(root, loaded, links, keys=among, progress=progress)


def _selected(
    diagnostics: Sequence[Diagnostic], texts: Sequence[str], keys: set[str], root: PurePosixPath
) -> Sequence[Diagnostic]:
    """Return the diagnostics of selected monitors, of their files, and of files that all share."""
    if not texts:
        return diagnostics
    return [
        diagnostic
        for diagnostic in diagnostics
        if diagnostic.key in keys or any(_concerns(diagnostic, text, root) for text in texts)
    ]


def _below(root: PurePosixPath, diagnostic: Diagnostic) -> tuple[str, ...]:
    """
    Return the folders and the name of a diagnostic's file, as the keys of its monitors begin.

    A file that cannot be read has no keys; it can be selected by its name all the same.
    """
    path = PurePosixPath(diagnostic.span.path).with_suffix("")
    path = path.with_name(path.name.removesuffix(".tests"))  # they stand beside what they test
    return (path.relative_to(root) if path.is_relative_to(root) else path).parts


def _concerns(diagnostic: Diagnostic, text: str, root: PurePosixPath) -> bool:
    """Return whether a selector means a diagnostic that is outside the selected monitors."""
    selector = selectors.parse(text)
    if diagnostic.key:
        return selector.matches(diagnostic.key, ())
    parts = _below(root, diagnostic)
    if selector.pattern is None or len(parts) < 2 or parts[0] == "templates":
        return True  # such a file is about monitors of every unit
    if parts[-1] == "business-unit":
        parts = parts[:-1]
    start = "/".join(text.strip("/").split("/")[: len(parts)])
    return selectors.parse(start).matches("/".join(parts), ())
