"""``list``: every monitor that the files declare. Offline, without a key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor_sync.cli import console, options
from monitor_sync.errors import FilesInvalid


@click.command("list")
@options.selectors
@options.output("text", "json")
@options.root
def command(root: Path, selectors: Sequence[str], form: str, output: Path | None) -> None:
    """
    List the monitors that the files declare, by business unit. Offline, without a key.

    A SELECTOR (a key, a glob over keys, team:NAME, tag:KEY:VALUE) narrows the list.
    """
    from monitor_sync.app import files
    from monitor_sync.app.selection import select_monitors
    from monitor_sync.diagnostics import tally
    from monitor_sync.render import listing

    with files.uncollected():
        loaded = files.read(root)
    monitors = select_monitors(loaded.project, selectors)
    if form == "json":
        console.answer(listing.json(monitors), output)
    else:
        units = loaded.project.business_units
        console.answer(listing.text(monitors, units, console.answer_style(output)), output)
    if loaded.failed:
        raise FilesInvalid(
            f"the list may lack monitors: the files have {tally(loaded.diagnostics)}",
            hint="`monitor-sync validate` shows them",
        )
