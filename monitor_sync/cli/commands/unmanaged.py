"""``unmanaged``: live monitors that no file declares."""

from __future__ import annotations

from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import console, options


@click.command("unmanaged")
@options.deadline
@options.output("text", "json")
@options.root
def command(root: Path, deadline: float | None, form: str, output: Path | None) -> None:
    """
    Show the live monitors that no file declares. Changes nothing.

    Those at which Datadog itself finds something wrong come first; drafts stand apart.
    """
    monitors = app.unmanaged(root, console.target(deadline=deadline))
    from monitor_sync.render import unmanaged

    if form == "json":
        console.answer(unmanaged.json(monitors), output)
    else:
        console.answer(unmanaged.text(monitors, console.answer_style(output)), output)
