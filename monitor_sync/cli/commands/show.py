"""``show``: one monitor as Datadog would be sent it. Offline, without a key."""

from __future__ import annotations

from pathlib import Path

import click

from monitor_sync.cli import completion, console, options


@click.command("show")
@click.argument("key", shell_complete=completion.keys)
@click.option("--explain", is_flag=True, help="Say which file and line set each value.")
@options.notify_only
@options.output("text", "json")
@options.root
def command(
    root: Path, key: str, explain: bool, notify_only: str, form: str, output: Path | None
) -> None:
    """
    Show the monitor KEY as it would be sent to Datadog. Offline, without a key.

    With --explain, a line for each value: which level set it, in which file and line.
    """
    from monitor_sync.app import files
    from monitor_sync.app.selection import find_monitor
    from monitor_sync.render import monitor as shown

    with files.uncollected():
        loaded = files.read(root, notify_only)
    monitor = find_monitor(loaded, key)
    style = console.answer_style(output)
    if explain:
        sources = loaded.explain(monitor.key)
        if form == "json":
            text = shown.explained_json(sources)
        else:
            text = shown.explained(monitor.key, sources, style)
    else:
        text = shown.json(monitor) if form == "json" else shown.text(monitor, style)
    console.answer(text, output)
    console.warn_of_files(files.warnings_of_reading(loaded), "The files")
