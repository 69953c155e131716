"""``release``: monitors leave the files and stay in Datadog. Offline, without a key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import completion, console, options, patches


@click.command("release")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...", shell_complete=completion.keys)
@click.option(
    "--reason", default="", metavar="TEXT", help="Why they leave: read by whoever reviews it."
)
@click.option("--dry-run", is_flag=True, help="Show the patch and write nothing.")
@options.output("text", "json")
@options.root
def command(
    root: Path,
    keys: Sequence[str],
    reason: str,
    dry_run: bool,
    form: str,
    output: Path | None,
) -> None:
    """
    Move the monitors KEY out of the files and under `released:`. Offline, without a key.

    The next apply takes our two tags off them and deletes nothing. A key stands for all items of
    a monitor. All files are written, or none.
    """
    from monitor_sync.render import releasing

    wanted = app.ReleaseOptions(dry_run=dry_run)
    if reason.strip():
        wanted = app.ReleaseOptions(reason=reason.strip(), dry_run=dry_run)
    with patches.printed_where_refused(form, output):
        release = app.release(root, keys, wanted)
    style = console.answer_style(output)
    text = releasing.as_json(release) if form == "json" else releasing.text(release, style)
    console.answer(text, output)
