"""``approvals``: has every team that would be paged differently said yes?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync.cli import console, options
from monitor_sync.cli.commands.comment import door, plan_in
from monitor_sync.counting import count
from monitor_sync.errors import Refused, UsageError
from monitor_sync.git import commits

if TYPE_CHECKING:
    from monitor_sync.model import Project
    from monitor_sync.sync.approval import Lacking
    from monitor_sync.sync.plan import Plan


@click.command("approvals")
@click.option("--github", "on_github", is_flag=True, help="On GitHub: its job says where.")
@click.option(
    "--plan",
    "planfile",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="What `monitor-sync plan --out` wrote.",
)
@click.option("--base", required=True, metavar="REV", help="Whose teams.yaml and policy count.")
@options.root
def command(root: Path, on_github: bool, planfile: Path, base: str) -> None:
    """
    Fail (exit 5) until somebody of each team that would be paged differently has approved.

    Only where policy.paging_approval in project.yaml asks for it. Who may approve stands in
    teams.yaml; both are read from the base, so that nobody lets themselves through.
    """
    from monitor_sync.github import runner as running

    if not on_github:
        raise UsageError("approvals where?", hint="`monitor-sync approvals --github`")
    before = _project(root, base)
    if not before.policy.paging_approval:
        console.say("No approval is asked for: policy.paging_approval is not set.")
        return
    teams = _paged(root, plan_in(planfile), before)
    if not teams:
        console.say("Nobody is paged differently.")
        return
    runner = running.from_environment(os.environ)
    if not runner.pull_request:
        raise UsageError("this job is about no pull request", hint="run it for one")
    yes = door(runner).approved_by(runner.pull_request, runner.head)
    lacking = _lacking(teams, before, yes)
    if lacking:
        lines = (f"{each.team}: {', '.join(each.approvers) or 'nobody may'}" for each in lacking)
        teams_lacking = count(len(lacking), "team")
        raise Refused(
            "\n".join((f"{teams_lacking} paged differently, and nobody has approved for", *lines)),
            hint="somebody of each line approves the pull request as it is now",
        )
    console.say(f"Approved for {', '.join(teams)}.")


def _project(root: Path, revision: str) -> Project:
    """The project as a revision has it; one that asks for nothing where it had none yet."""
    from monitor_sync.model import Project
    from monitor_sync.project import load as project

    with commits.worktree(root.resolve(), revision) as files:
        return project.load(files).project if files.is_dir() else Project(name="")


def _paged(root: Path, plan: Plan, before: Project) -> Sequence[str]:
    """The teams whose pages change, by the handles that they have here or had before."""
    from monitor_sync.app import files
    from monitor_sync.audience.teams import teams_paged

    both = (before.teams, files.read(root).project.teams)
    return sorted(
        {
            name
            for change in plan.changes
            for teams in both
            for name in teams_paged(change.audience.handles, teams, change.pagers)
        }
    )


def _lacking(teams: Sequence[str], before: Project, yes: Sequence[str]) -> Sequence[Lacking]:
    from monitor_sync.sync import approval

    approvers = {name: team.approvers for name, team in before.teams.items()}
    return approval.approvals_lacking(teams, approvers, yes)
