"""``on-call``: from a page to the person it wakes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import app
from monitor_sync.cli import completion, console, options
from monitor_sync.cli.groups import CommandGroup
from monitor_sync.cli.progress import progress
from monitor_sync.counting import count
from monitor_sync.errors import LiveDiffers, UsageError

if TYPE_CHECKING:
    from monitor_sync.github.runner import ActionsRunner


@click.group("on-call", cls=CommandGroup)
def command() -> None:
    """Follow pages to the people they wake."""


@command.command("brief")
@click.argument("team", shell_complete=completion.teams)
@options.deadline
@options.output("text", "markdown")
@options.root
def brief(root: Path, team: str, deadline: float | None, form: str, output: Path | None) -> None:
    """
    Print what somebody needs before a first shift for TEAM.

    Who is before and behind them, what can wake them and how often it did, the SOP, the runbooks
    that most monitors lead to, how to acknowledge, and that it is fine to call somebody. People and
    pages are told where the keys of Datadog and of the on-call tool are there, as for `on-call
    verify` and `report sla`; the rest is offline.
    """
    written = app.brief(root, console.target(deadline=deadline), team)
    from monitor_sync.render import brief as shown

    if form == "markdown":
        console.answer(shown.markdown(written), output)
    else:
        console.answer(shown.text(written, console.answer_style(output)), output)


@command.command("payload")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=options.writable,
    help="Write the payload to this file instead of standard output.",
)
def payload(output: Path | None) -> None:
    """
    Print the payload for a Datadog webhook that leads to Zenduty. Offline.

    Zenduty's own keys stand as its page has them; tags, priority and alert_cycle_key are added, so
    that alert rules can route by team and an incident can be joined to its alert's events. Paste it
    into the field Payload of the webhook in Datadog (Integrations, Webhooks). `on-call verify` says
    where a live webhook has another one.
    """
    from monitor_sync.oncall.zenduty import payload as zenduty

    console.answer(zenduty.text(), output)
    for line in _ABOUT_PAYLOAD:
        console.say(line)


_ABOUT_PAYLOAD: Final = (
    "",
    "Paste the payload in Datadog: Integrations, Webhooks, the team's webhook, field",
    "Payload. `monitor-sync on-call verify` then follows the webhook to a person.",
    "",
    "Before you rely on it: alerts with the same alert_id share one incident in",
    "Zenduty. It is the monitor's id here, so all groups of a monitor share an",
    "incident, and the recovery of one group may resolve it for all.",
    '"alert_id": "$ALERT_ID:$ALERT_SCOPE" would give each group its own incident, but',
    "nobody has verified that Zenduty takes it. To find out, change one webhook, let",
    "two groups of a monitor alert and one recover: the other's incident must stay.",
)


@command.command("verify")
@options.selectors
@click.option(
    "--full", is_flag=True, help="Show every step of every path; with --migration, every monitor."
)
@click.option(
    "--migration",
    "migrating",
    is_flag=True,
    help="Show what still pages by Opsgenie, which ends on 2027-04-05, and what takes its place.",
)
@click.option(
    "--fail-on-broken",
    is_flag=True,
    help="Exit 4 if a path is broken; with --migration, if anything is left on Opsgenie.",
)
@click.option(
    "--github",
    "keeps_issue",
    is_flag=True,
    help="In a job of GitHub Actions: keep one issue while a path is broken, without names.",
)
@click.option("--names", is_flag=True, help="With --github: people and times of gaps too.")
@options.deadline
@options.output("text", "json", "markdown")
@options.root
def verify(
    root: Path,
    selectors: Sequence[str],
    full: bool,
    migrating: bool,
    fail_on_broken: bool,
    keeps_issue: bool,
    names: bool,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Follow each handle that monitors use to a person. Reads only.

    From the handle, in a message or a notification rule of Datadog's, to its webhook, to the
    integration, the service that teams.yaml declares, its escalation policy, its schedules over the
    next 14 days and who is on call now.
    Each step is ok, broken (what, and what to do) or not checked (why). One person for all 14 days,
    at both levels or for several teams may be a shared account, which is a warning.

    With --migration: each monitor, notification rule and team that is still on Opsgenie, the handle
    that takes its place, whether both reach the same person now, and what to do next.

    Needs the keys of Datadog with integrations_read, and the tool's: ZENDUTY_API_KEY for Zenduty,
    PAGERDUTY_TOKEN for PagerDuty, OPSGENIE_API_KEY for Opsgenie (ZENDUTY_URL, PAGERDUTY_URL and
    OPSGENIE_URL name another address); for Datadog On-Call, on_call_read and teams_read of the keys
    of Datadog. Zenduty allows 40 reads a minute of who is on call; one is sent for
    each team.
    """
    if migrating and keeps_issue:
        raise UsageError("--github keeps the issue about broken pages", hint="leave --github out")
    target = console.target(deadline=deadline)
    if migrating:
        migration = app.verify_migration(root, target, selectors, progress=progress)
        _show_migration(migration, form, output, full=full)
        if fail_on_broken and migration.left:
            left = f"{count(migration.monitors, 'monitor')} or more still on Opsgenie"
            raise LiveDiffers(left, hint="each handle says what is next")
        return
    job = _job() if keeps_issue else None
    verified = app.verify_on_call(root, target, selectors, progress=progress)
    if job is not None:
        _keep_issue(job, verified, names=names)
    else:
        _show_paths(verified, form, output, full=full)
    if fail_on_broken and verified.broken:
        broken = count(verified.broken, "path is broken", "paths are broken")
        raise LiveDiffers(broken, hint="each broken step says what to do")


def _show_paths(verified: app.VerifiedPaths, form: str, output: Path | None, *, full: bool) -> None:
    from monitor_sync.render import on_call as shown
    from monitor_sync.render import on_call_markdown

    if form == "text":
        console.answer(shown.text(verified, console.answer_style(output), full=full), output)
    elif form == "markdown":
        console.answer(on_call_markdown.markdown(verified), output)
    else:
        console.answer(shown.as_json(verified), output)


def _show_migration(
    migration: app.ToolMigration, form: str, output: Path | None, *, full: bool
) -> None:
    from monitor_sync.render import on_call_migration as shown

    if form == "text":
        text = shown.text(migration, console.answer_style(output), full=full)
        console.answer(text, output)
    elif form == "markdown":
        console.answer(shown.markdown(migration), output)
    else:
        console.answer(shown.as_json(migration), output)


def _job() -> ActionsRunner:
    from monitor_sync.github import runner

    return runner.from_environment(os.environ)


def _keep_issue(job: ActionsRunner, verified: app.VerifiedPaths, *, names: bool) -> None:
    """Keep the issue about pages, and say what was done, then how many paths there are."""
    from monitor_sync.github import AUTHOR
    from monitor_sync.render import on_call, on_call_markdown

    text = on_call_markdown.markdown(verified, names=names)
    kept = app.keep_issue(job, verified, on_call_markdown.title(verified), text, author=AUTHOR)
    if kept is None:
        console.say("Not everything could be followed: the issue stays as it is.")
    else:
        if kept.url:
            console.answer(f"{kept.url}\n")
        console.say(f"Issue about pages: {kept.done}.")
    console.say(on_call.counting_line(verified))
