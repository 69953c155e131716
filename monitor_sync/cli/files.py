"""Read the files, say what is wrong with them, and find the monitors that were asked for."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync import selectors
from monitor_sync.cli import console
from monitor_sync.diagnostics import Severity
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
    """Read the folder that ``--root`` names. What is wrong in it is in the result."""
    from monitor_sync.project import load as project  # YAML and the schema validator

    root = console.root()
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise UsageError(f"the folder {str(root)!r} {what}", hint=_where(root))
    return project.load(root, notify_only=notify_only)


def _where(root: Path) -> str:
    """What to type where the folder of files was not found."""
    here = Path.cwd()
    for parent in (here, *here.parents):
        for folder in (parent, parent / root.name):
            if (folder / "project.yaml").is_file():
                return f"did you mean `monitor-sync --root {os.path.relpath(folder, here)} …`?"
    return "name the folder with project.yaml: `monitor-sync --root FOLDER …`"


def whole(notify_only: str = "") -> Loaded:
    """Read the files for a comparison with Datadog, which half of them would make wrong."""
    loaded = load(notify_only)
    if not loaded.failed:
        warn(loaded)
        return loaded
    errors = [each for each in loaded.diagnostics if each.severity is Severity.ERROR]
    console.say(shown.text(errors, console.err()).rstrip("\n") + "\n")
    raise FilesInvalid(
        f"the files have {count(len(errors), 'error')}, so nothing is compared with Datadog",
        hint="`monitor-sync validate` shows warnings too",
    )


def warn(loaded: Loaded) -> None:
    """One line about problems that do not stop anything."""
    if loaded.diagnostics:
        tally = shown.tally(loaded.diagnostics)
        console.say(f"The files have {tally}; `monitor-sync validate` shows what.")


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
