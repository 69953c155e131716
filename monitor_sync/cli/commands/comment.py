"""``comment``: tell a pull request, or an issue, what a plan says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import app
from monitor_sync.cli import console, options

if TYPE_CHECKING:
    from monitor_sync.app.pull_request import Told

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("comment")
@options.github
@click.option("--plan", "planfile", type=_FILE, help="What `monitor-sync plan --out` wrote.")
@click.option("--findings", type=_FILE, help="What `monitor-sync validate --format json` wrote.")
@click.option("--backtest", type=_FILE, help="What `monitor-sync backtest --format json` wrote.")
@click.option("--no-backtest", default="", metavar="WHY", help="Say why a backtest did not run.")
@click.option(
    "--pull-request",
    "number",
    type=click.IntRange(min=1),
    help="Number of the pull request, if the job's event does not have it.",
)
@click.option("--drift", is_flag=True, help="Keep the one issue about drift instead of a comment.")
@click.option("--artifact", default="", help="Name of the artifact that holds the whole plan.")
@click.option("--no-plan", "reason", default="", metavar="WHY", help="Say why there is no plan.")
@click.option("--author", default="", metavar="LOGIN", help="Login that the token writes as.")
@options.root
def command(
    root: Path,
    planfile: Path | None,
    findings: Path | None,
    backtest: Path | None,
    no_backtest: str,
    number: int | None,
    drift: bool,
    artifact: str,
    reason: str,
    author: str,
) -> None:
    """
    Show a plan on a pull request, in one comment that later runs edit.

    The whole plan goes to the step's summary too. Without a plan only the findings go there. If the
    token may not comment, as for a pull request from a fork, the command says so and succeeds.
    With --drift the plan is kept in one issue, which is closed once nothing differs.
    """
    from monitor_sync.github import AUTHOR, runner
    from monitor_sync.render import comment

    wanted = app.CommentOptions(
        plan_file=planfile,
        findings=findings,
        backtest=backtest,
        no_backtest=no_backtest,
        reason=reason,
        number=number or 0,
        drift=drift,
        artifact=artifact,
        author=author or AUTHOR,
    )
    _report(app.comment(root, runner.from_environment(os.environ), wanted, comment))


def _report(posted: Told) -> None:
    """Print the address of what was written, and what was done."""
    if posted.refused is not None:
        where = ": the plan is in the step's summary" if posted.on_page else ""
        console.warn(f"no comment{where}; {posted.refused}", posted.refused.hint)
        return
    if posted.url:
        console.answer(f"{posted.url}\n")
    if posted.where == "issue":
        console.say(f"Issue about drift: {posted.done}.")
    elif posted.where == "comment":
        removed = f", {posted.removed} stale removed" if posted.removed else ""
        console.say(f"Comment on #{posted.number} {posted.done}{removed}.")
    elif posted.planned:
        console.say("No pull request: the plan is in the step's summary.")
    else:
        console.say("Written to the step's summary.")
