"""Which monitors the selectors of a command line mean, and what may have been meant instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor_sync import selectors
from monitor_sync.app.failures import WrongFiles
from monitor_sync.counting import count
from monitor_sync.diagnostics import tally
from monitor_sync.errors import FilesInvalid, UsageError
from monitor_sync.language.suggest import did_you_mean

if TYPE_CHECKING:
    from monitor_sync.model import Monitor, Project
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.plan import Plan


def select_monitors(
    project: Project, texts: Sequence[str], further: Sequence[tuple[str, Sequence[str]]] = ()
) -> list[Monitor]:
    """
    Return the declared monitors that the selectors mean; without selectors all.

    ``further`` are keys with their tags that a selector may mean too, such as those of deletes.
    Raises UsageError for a selector that means none: it is mistyped, and silence would look like
    a result.
    """
    parsed = [selectors.parse(text) for text in texts]
    monitors = list(project.monitors.values())
    if not parsed:
        return monitors
    known = [(monitor.key, monitor.tags) for monitor in monitors]
    unmatched = selectors.first_unmatched(parsed, [*known, *further])
    if unmatched is not None:
        raise UsageError(unmatched.unmatched, hint=suggest(project, unmatched.text))
    return [
        monitor for monitor in monitors if selectors.selected(parsed, monitor.key, monitor.tags)
    ]


def select_changes(plan: Plan, project: Project, texts: Sequence[str]) -> Plan:
    """
    Return the part of a plan that the selectors mean.

    A delete is known by its live key and tags. Raises UsageError for a selector that means none.
    """
    if not texts:
        return plan
    from monitor_sync.sync.narrowing import select

    return select(
        plan,
        tuple(selectors.parse(text) for text in texts),
        project=project,
        suggest=lambda text: suggest(project, text),
    )


def find_monitor(loaded: Loaded, key: str) -> Monitor:
    """
    Return the monitor with this key, or the only one below it: of a template, of a file.

    Raises WrongFiles where its own errors keep it from being whole, FilesInvalid where those of
    other files may, UsageError where the key is that of several monitors or of none.
    """
    monitors = loaded.project.monitors
    if key in monitors:
        return monitors[key]
    errors = [diagnostic for diagnostic in loaded.diagnostics if diagnostic.key == key]
    if errors:
        raise WrongFiles(f"{key} cannot be shown: {tally(errors)}", errors)
    items = [name for name in monitors if name.startswith((f"{key}.", f"{key}/"))]
    if len(items) == 1:
        return monitors[items[0]]
    if items:
        raise UsageError(
            f"{key!r} is {count(len(items), 'monitor')}, and show takes one",
            hint=f"`monitor-sync list {key}` lists them; the first is {items[0]}",
        )
    if loaded.failed:
        raise FilesInvalid(
            f"no monitor has the key {key!r}, and the files have {tally(loaded.diagnostics)}",
            hint="`monitor-sync validate` shows them",
        )
    raise UsageError(f"no monitor has the key {key!r}", hint=suggest(loaded.project, key))


def suggest(project: Project, text: str) -> str:
    """Return a hint for a key or a selector that fits nothing."""
    names = {f"team:{team}" for team in project.teams}
    for monitor in project.monitors.values():
        unit, _, rest = monitor.key.partition("/")
        names |= {unit, f"{unit}/{rest.partition('/')[0]}", monitor.key}
    return did_you_mean(text, sorted(names), "`monitor-sync list` shows every key", form="{}")
