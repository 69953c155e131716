"""``drift``: what somebody changed in Datadog, that no revision of the files explains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.cli.commands.plan import rendered
from monitor_sync.errors import LiveDiffers


@click.command("drift")
@options.selectors
@options.comparison(
    full="Fold nothing: show every monitor.",
    fails="Exit 4 if there is drift.",
    kept="Keep it in a file for `comment --drift`.",
)
@options.deadline
@options.output("text", "json", "markdown")
@options.root
def command(
    root: Path,
    selectors: Sequence[str],
    full: bool,
    fail_on_changes: bool,
    planfile: Path | None,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Show what was changed in Datadog and by whom. Changes nothing.

    Compares Datadog with the files as they were committed. What was merged and is not applied yet
    is no drift, and what the policy of a business unit would put back is. The name and the time
    are those of the last edit, from Datadog's audit trail where it may be read.
    """
    drift = app.drift(
        root, console.target(deadline=deadline), app.DriftOptions(selectors=selectors)
    )
    console.warn_of_files(drift.planned.warnings)
    if drift.files_differ:
        console.say("The files differ from HEAD; what they change themselves is not looked at.")
    if planfile is not None:
        console.answer(drift.planned.file(), planfile, as_it_is=True)
    console.answer(rendered(drift.planned.plan, form, output, full=full), output)
    if fail_on_changes and drift.found:
        raise LiveDiffers(
            "live monitors were changed in Datadog",
            hint="take it into the files, or `monitor-sync apply` puts it back",
        )
