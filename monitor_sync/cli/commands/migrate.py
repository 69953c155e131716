"""``migrate``: files rewritten by codemods, comments kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import console, options, patches


def _names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from monitor_sync.adopt.migrate.codemods import CODEMODS

    return [name for name in CODEMODS if name.startswith(incomplete)]


@click.command("migrate")
@click.argument("codemods", nargs=-1, metavar="[CODEMOD]...", shell_complete=_names)
@click.option("--dry-run", is_flag=True, help="Show the patch and write nothing.")
@options.output("text", "json")
@options.root
def command(
    root: Path, codemods: Sequence[str], dry_run: bool, form: str, output: Path | None
) -> None:
    """
    Rewrite the files by each CODEMOD, comments and order kept.

    Without a CODEMOD, lists them: what each rewrites, and what the monitors then do differently.
    Rewritten files are read back first; all are written, or none. Offline, except `spent`, which
    asks Datadog as `plan` does.
    """
    from monitor_sync.render import migrating

    style = console.answer_style(output)
    if not codemods:
        from monitor_sync.adopt.migrate.codemods import CODEMODS

        console.answer(migrating.codemods(CODEMODS, style), output)
        return
    with patches.printed_where_refused(form, output):
        migration = app.migrate(root, codemods, dry_run=dry_run, target=console.target)
    text = migrating.as_json(migration) if form == "json" else migrating.text(migration, style)
    console.answer(text, output)
