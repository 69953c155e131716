"""Read and check the files, and refuse those that are wrong."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync.app.failures import WrongFiles
from monitor_sync.counting import count
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.project.load import Loaded, load
from monitor_sync.project.parsed import reader_version
from monitor_sync.store import parse_cache

if TYPE_CHECKING:
    from monitor_sync.model import Project


_WARNINGS_TOO: Final = "`monitor-sync validate` shows warnings too"


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """
    Read and compare without the garbage collector.

    All that is made here lives to the end and has no cycles; walking it again and again costs a
    third of the time at 100,000 monitors. Afterwards it is set aside for good.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def read(root: Path, notify_only: str = "") -> Loaded:
    """
    Read a folder of files. What is wrong in it is in the result.

    ``notify_only`` is a handle that replaces every recipient; empty for those of the files.
    Raises UsageError where the folder is none, and says which may be meant.
    """
    with parse_cache.opened(root, reader_version()) as cache:
        return load(root, notify_only=notify_only, cache=cache)


def check(
    loaded: Loaded,
    only: Collection[str] | None = None,
    *,
    least: Severity = Severity.NOTE,
    brief: bool = False,
) -> tuple[Diagnostic, ...]:
    """
    Run the rules; return what they and the reader say, in the order of the files.

    ``only`` are the keys of the monitors that the rules look at; all of them by default. What is
    below ``least`` stands at its monitor and not at its exact place; with ``brief`` so does what
    a brief answer only counts.
    """
    from monitor_sync.rules import engine

    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        document, span = loaded.place(key, field, start, end)
        return document.excerpt(span.line), span

    def run(keys: Collection[str] | None, read: Sequence[Diagnostic]) -> list[Diagnostic]:
        return engine.check(
            loaded.checkable,
            locate,
            today=today(),
            only=keys,
            least=least,
            read=read,
            stands_apart=loaded.stands_apart if brief else None,
        )

    try:
        diagnostics = run(only, loaded.diagnostics)
    except Exception:  # noqa: BLE001 - one monitor must not end the check of the others
        keys = list(loaded.checkable.monitors if only is None else only)
        checked = _check_halves(loaded, keys, lambda half: run(half, ()))
        diagnostics = list(dict.fromkeys((*warnings_of_reading(loaded), *checked)))
    diagnostics = loaded.without_consequences(diagnostics)
    return tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.order))


def _check_halves(
    loaded: Loaded, keys: Sequence[str], run: Callable[[Sequence[str]], list[Diagnostic]]
) -> Iterator[Diagnostic]:
    """Yield what the rules say of each monitor at which they do not fail; name the others."""
    try:
        yield from run(keys)
    except Exception as error:  # noqa: BLE001 - told as a finding that names the monitor
        if len(keys) == 1:
            yield loaded.failure(keys[0], error)
            return
        for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
            if half:
                yield from _check_halves(loaded, half, run)


def today() -> str:
    """Return ``YYYY-MM-DD`` in UTC: a suppression ends on the same day for author and CI."""
    return datetime.now(UTC).date().isoformat()


def read_whole(
    root: Path, notify_only: str = "", *, consequence: str = "so nothing is compared with Datadog"
) -> Loaded:
    """Read files of which no part may be missing. Raises WrongFiles where they have errors."""
    loaded = read(root, notify_only)
    refuse_errors(loaded.diagnostics, consequence)
    return loaded


def check_written(
    loaded: Loaded, keys: Collection[str], hint: str = _WARNINGS_TOO
) -> tuple[Diagnostic, ...]:
    """
    Run the rules over the monitors that would be written; return the warnings.

    A monitor that Datadog holds as declared stops nothing; ``validate`` checks all of them.
    ``loaded`` has the recipients as the authors wrote them. Raises WrongFiles, with this ``hint``.
    """
    if not keys:
        return ()
    diagnostics = check(loaded, keys)
    refuse_errors(diagnostics, "so nothing is planned", hint)
    return diagnostics


def warnings_of_reading(loaded: Loaded) -> tuple[Diagnostic, ...]:
    """Return what reading found, judged as ``validate`` does, where no rules are run."""
    return shown(loaded.project, loaded.diagnostics)


def shown(project: Project, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the findings that are shown, by the policy's severities and the suppressions."""
    if not diagnostics:
        return ()
    from monitor_sync.rules.suppression import FindingFilter

    return tuple(FindingFilter(project.policy, project.monitors, today()).shown(diagnostics))


def refuse_errors(
    diagnostics: Sequence[Diagnostic], consequence: str, hint: str = _WARNINGS_TOO
) -> None:
    """Raise WrongFiles with the errors among diagnostics, if there are any."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    if errors:
        raise WrongFiles(
            f"the files have {count(len(errors), 'error')}, {consequence}",
            errors,
            hint=hint,
        )
