"""``report``: what those who answer for monitors ask about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.cli.groups import CommandGroup

if TYPE_CHECKING:
    from monitor_sync.insight.ownership import Dimension


@click.group("report", cls=CommandGroup)
def command() -> None:
    """Report on the monitors: who owns them, and what they lack."""


@command.command("ownership")
@options.selectors
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["team", "unit", "service"]),
    help="Show all rows of this kind, and only these. Repeatable.",
)
@options.output("text", "markdown", "json", "csv")
@options.root
def ownership(
    root: Path, selectors: Sequence[str], by: Sequence[Dimension], form: str, output: Path | None
) -> None:
    """
    Show who owns which monitors and what they lack, the worst first.

    By team, business unit and service: monitors and priorities, what is unowned or unplaced, P1
    and P2 that reach no pager or have no test, monitors without a runbook, teams without an SOP.
    With keys in the environment, Datadog is asked for its teams, and for the share of error logs
    that carry a trace id (teams_read, logs_read_data); what it does not say is "not checked". A
    SELECTOR (a key, a glob over keys, team:NAME, tag:KEY:VALUE) narrows the report.
    """
    owned = app.report_ownership(root, console.target(), selectors)
    from monitor_sync.render import ownership as shown

    if form == "text":
        console.answer(shown.text(owned, console.answer_style(output), by), output)
        return
    render = {"markdown": shown.markdown, "json": shown.json, "csv": shown.csv}[form]
    console.answer(render(owned, by), output)
