"""``drift``: what somebody changed in Datadog, that no revision of the files explains."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync import app
from monitor_sync.cli import console, options, patches
from monitor_sync.cli.commands.plan import rendered
from monitor_sync.errors import LiveDiffers

if TYPE_CHECKING:
    from monitor_sync.github.runner import ActionsRunner


@click.command("drift")
@options.selectors
@options.comparison(
    full="Fold nothing: show every monitor.",
    fails="Exit 4 if there is drift.",
    kept="Keep it in a file for `comment --drift`.",
)
@click.option(
    "--applied",
    default="",
    metavar="REV",
    help="The revision that was applied last: what it declares and is not live was deleted.",
)
@click.option(
    "--environment",
    default="",
    metavar="NAME",
    help="In a job of GitHub Actions: ask which revision `merged` recorded there as applied.",
)
@click.option(
    "--adopt",
    "adopts",
    is_flag=True,
    help="Write the live values of these monitors into the files, if nothing else changes.",
)
@click.option("--dry-run", is_flag=True, help="With --adopt: show the patch and write nothing.")
@options.deadline
@options.output("text", "json", "markdown")
@options.root
def command(
    root: Path,
    selectors: Sequence[str],
    full: bool,
    fail_on_changes: bool,
    applied: str,
    environment: str,
    planfile: Path | None,
    adopts: bool,
    dry_run: bool,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Show what was changed in Datadog and by whom. Changes nothing there.

    --adopt KEY writes the live values of a monitor into the files. Comments stay, and a value
    changes its own line where possible. A change that cannot be proven is printed as a patch.

    Compares Datadog with the committed files. A merged change that is not applied yet is not
    drift; a difference that the policy of its business unit reverts is. Name and time are those of
    the last edit or of the deletion, from Datadog's audit trail if the keys may read it.
    """
    wanted = app.DriftOptions(
        selectors=selectors,
        applied=applied,
        environment=environment,
        job=_job() if environment and not applied else None,
    )
    if adopts:
        _adopt(root, wanted, dry_run, deadline, form, output)
        return
    drift = app.drift(root, console.target(deadline=deadline), wanted)
    console.warn_of_files(drift.planned.warnings)
    if drift.files_differ:
        console.say("The files differ from HEAD; drift leaves out what these edits change.")
    if planfile is not None:
        console.answer(drift.planned.file(), planfile, as_it_is=True)
    console.answer(rendered(drift.planned.plan, form, output, full=full), output)
    if fail_on_changes and drift.found:
        raise LiveDiffers(
            "live monitors were changed in Datadog",
            hint="take it into the files, or `monitor-sync apply` puts it back",
        )


def _job() -> ActionsRunner:
    from monitor_sync.github import runner

    return runner.from_environment(os.environ)


def _adopt(
    root: Path,
    wanted: app.DriftOptions,
    dry_run: bool,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    from monitor_sync.render import adopted_drift

    with patches.printed_where_refused(form, output):
        adopted = app.adopt_drift(root, console.target(deadline=deadline), wanted, dry_run=dry_run)
    style = console.answer_style(output)
    as_json = form == "json"
    text = adopted_drift.as_json(adopted) if as_json else adopted_drift.text(adopted, style)
    console.answer(text, output)
