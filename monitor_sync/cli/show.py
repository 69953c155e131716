"""``show``: one monitor as Datadog would be sent it. Offline, without a key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync.cli import completion, console, files, options
from monitor_sync.errors import FilesInvalid, UsageError
from monitor_sync.render import diagnostics
from monitor_sync.render import monitor as shown
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from monitor_sync.model import Monitor
    from monitor_sync.project.load import Loaded


@click.command("show")
@click.argument("key", shell_complete=completion.keys)
@click.option("--explain", is_flag=True, help="Say which file and line set each value.")
@options.notify_only
@options.output("text", "json")
def command(key: str, explain: bool, notify_only: str, form: str, output: Path | None) -> None:
    """
    Show the monitor KEY as Datadog would be sent it. Offline, without a key of Datadog's.

    With --explain, a line for each value: which level set it, in which file and line.
    """
    with files.uncollected():
        loaded = files.load(notify_only)
    monitor = _find(loaded, key)
    style = console.answer_style(output)
    if explain:
        sources = loaded.explain(monitor.key)
        table = form != "json"
        text = (
            shown.explained(monitor.key, sources, style) if table else shown.explained_json(sources)
        )
    else:
        text = shown.json(monitor) if form == "json" else shown.text(monitor, style)
    console.answer(text, output)
    files.warn_of_reading(loaded)


def _find(loaded: Loaded, key: str) -> Monitor:
    """The monitor with this key. Where its own errors keep it from being shown, they are."""
    found = loaded.project.monitors.get(key)
    if found is not None:
        return found
    wrong = [each for each in loaded.diagnostics if each.key == key]
    if wrong:
        console.say(diagnostics.text(wrong, console.err()).rstrip("\n") + "\n")
        raise FilesInvalid(f"{key} cannot be shown: {diagnostics.tally(wrong)}")
    items = [each for each in loaded.project.monitors if each.startswith((f"{key}.", f"{key}/"))]
    if items:
        raise UsageError(
            f"{key!r} is {count(len(items), 'monitor')}, and show takes one",
            hint=f"`monitor-sync list {key}` lists them; the first is {items[0]}",
        )
    if loaded.failed:
        raise FilesInvalid(
            f"no monitor has the key {key!r}, and the files have"
            f" {diagnostics.tally(loaded.diagnostics)}",
            hint="`monitor-sync validate` shows them",
        )
    raise UsageError(f"no monitor has the key {key!r}", hint=files.meant(loaded.project, key))
