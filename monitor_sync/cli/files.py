"""Read and check the files, say what is wrong with them, and find the monitors asked for."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor_sync import selectors
from monitor_sync.cli import console
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.errors import FilesInvalid, UsageError
from monitor_sync.render import diagnostics as shown
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from monitor_sync.model import Monitor, Project
    from monitor_sync.project.load import Loaded


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


def load(notify_only: str = "") -> Loaded:
    """
    Read the folder that ``--root`` names. What is wrong in it is in the result.

    Raises UsageError where it is no folder, and says which may be meant.
    """
    from monitor_sync.project import load as project  # YAML and the schema validator

    return project.load(console.root(), notify_only=notify_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The files as they were read, and all that reading and the rules have to say about them."""

    loaded: Loaded
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        """Whether any diagnostic is an error."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def check(loaded: Loaded, only: Collection[str] | None = None) -> Checked:
    """
    Run the rules over what was read; with what the reader said, in the order of the files.

    ``only`` are the keys of the monitors that the rules look at; all of them by default.
    """
    from monitor_sync.rules import engine

    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        document, span = loaded.place(key, field, start, end)
        return document.excerpt(span.line), span

    found = engine.check(loaded.project, locate, today=today(), only=only, read=loaded.diagnostics)
    return Checked(loaded=loaded, diagnostics=tuple(sorted(found, key=lambda each: each.order)))


def today() -> str:
    """``YYYY-MM-DD`` in UTC: a suppression ends on one day for the author and the build server."""
    return datetime.now(UTC).date().isoformat()


def whole(notify_only: str = "") -> Loaded:
    """Read the files for a comparison with Datadog, which errors would make wrong."""
    loaded = load(notify_only)
    _refuse(loaded.diagnostics, "so nothing is compared with Datadog")
    return loaded


def sound(loaded: Loaded, keys: Collection[str]) -> None:
    """
    Let the rules look at what would be written: their errors refuse it.

    What Datadog holds as declared is nothing to stop for; ``validate`` looks at all. ``loaded``
    has the recipients as the authors wrote them.
    """
    if not keys:
        return
    checked = check(loaded, keys)
    _refuse(checked.diagnostics, "so nothing is planned")
    warn(checked.diagnostics)


def _refuse(diagnostics: Sequence[Diagnostic], so: str) -> None:
    errors = [each for each in diagnostics if each.severity is Severity.ERROR]
    if not errors:
        return
    console.say(shown.text(errors, console.err()).rstrip("\n") + "\n")
    raise FilesInvalid(
        f"the files have {count(len(errors), 'error')}, {so}",
        hint="`monitor-sync validate` shows warnings too",
    )


def warn_of_reading(loaded: Loaded) -> None:
    """One line about what reading found, where no rules are asked; as ``validate`` judges it."""
    if loaded.diagnostics:
        from monitor_sync.rules.suppression import FindingFilter

        findings = FindingFilter(loaded.project.policy, loaded.project.monitors, today())
        warn(list(findings.shown(loaded.diagnostics)))


def warn(diagnostics: Sequence[Diagnostic]) -> None:
    """One line about problems that do not stop anything; notes are no problems."""
    found = [each for each in diagnostics if each.severity > Severity.NOTE]
    if found:
        console.say(f"The files have {shown.tally(found)}; `monitor-sync validate` shows what.")


def chosen(
    project: Project, texts: Sequence[str], also: Sequence[tuple[str, Sequence[str]]] = ()
) -> list[Monitor]:
    """
    The monitors that the selectors on the command line mean; without selectors all.

    ``also`` are further keys with their tags that a selector may mean, such as those of deletes.
    Raises UsageError for a selector that means none: it is mistyped, and silence would look like
    a result.
    """
    parsed = [selectors.parse(text) for text in texts]
    monitors = list(project.monitors.values())
    if not parsed:
        return monitors
    for selector in parsed:
        known = any(selector.matches(each.key, each.tags) for each in monitors)
        if not known and not any(selector.matches(key, tags) for key, tags in also):
            raise UsageError(
                f"{selector.text!r} selects no monitor", hint=meant(project, selector.text)
            )
    return [each for each in monitors if selectors.selected(parsed, each.key, each.tags)]


def meant(project: Project, text: str) -> str:
    """What may have been meant by a key or a selector that fits nothing."""
    names = {f"team:{team}" for team in project.teams}
    for monitor in project.monitors.values():
        unit, _, rest = monitor.key.partition("/")
        names |= {unit, f"{unit}/{rest.partition('/')[0]}", monitor.key}
    close = console.closest(text, sorted(names))
    return f"did you mean {close}?" if close else "`monitor-sync list` shows every key"
