"""``approvals``: has every team that would be paged differently said yes?"""

from __future__ import annotations

import os
from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.counting import count
from monitor_sync.errors import Refused


@click.command("approvals")
@options.github
@click.option(
    "--plan",
    "planfile",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="What `monitor-sync plan --out` wrote.",
)
@click.option(
    "--base", required=True, metavar="REV", help="Revision whose teams.yaml and policy count."
)
@options.root
def command(root: Path, planfile: Path, base: str) -> None:
    """
    Fail (exit 5) until somebody of each team that would be paged differently has approved.

    Needed only if policy.paging_approval in project.yaml is true; teams.yaml names who may approve.
    Both are read from the base, so that a pull request cannot let itself through.
    """
    from monitor_sync.github import runner

    approvals = app.approvals(root, runner.from_environment(os.environ), planfile, base)
    if not approvals.required:
        console.say("No approval is asked for: policy.paging_approval is not set.")
    elif not approvals.teams:
        console.say("Nobody is paged differently.")
    elif not approvals.lacking:
        console.say(f"Approved for {', '.join(approvals.teams)}.")
    else:
        lines = (
            f"{approval.team}: {', '.join(approval.approvers) or 'nobody may'}"
            for approval in approvals.lacking
        )
        number = count(len(approvals.lacking), "team")
        raise Refused(
            "\n".join((f"{number} paged differently, and nobody has approved for", *lines)),
            hint="somebody of each line approves the pull request as it is now",
        )
