"""``report``: what those who answer for monitors ask about them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor_sync import app
from monitor_sync.cli import completion, console, options
from monitor_sync.cli.groups import CommandGroup
from monitor_sync.cli.progress import progress
from monitor_sync.counting import count, listed
from monitor_sync.errors import LiveDiffers, RemoteError

if TYPE_CHECKING:
    from datetime import date

    from monitor_sync.app.weekly import Weekly
    from monitor_sync.insight.ownership import Dimension
    from monitor_sync.insight.response.sla import ResponseDimension


@click.group("report", cls=CommandGroup)
def command() -> None:
    """Report on the monitors and on how we respond to them."""


@command.command("ownership")
@options.selectors
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["team", "unit", "service"]),
    help="Show all rows of this kind, and only these. Repeatable.",
)
@options.deadline
@options.output("text", "markdown", "json", "csv")
@options.root
def ownership(
    root: Path,
    selectors: Sequence[str],
    by: Sequence[Dimension],
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Show who owns which monitors and what they lack, the worst first.

    By team, business unit and service: monitors and priorities, what is unowned or unplaced, P1
    and P2 that reach no pager or have no test, monitors without a runbook, teams without an SOP.
    With keys in the environment, Datadog is asked for its teams, and for the share of error logs
    that carry a trace id (teams_read, logs_read_data); what it does not say is "not checked". A
    SELECTOR (a key, a glob over keys, team:NAME, tag:KEY:VALUE) narrows the report.
    """
    owned = app.report_ownership(root, console.target(deadline=deadline), selectors)
    from monitor_sync.render import ownership as shown

    if form == "text":
        console.answer(shown.text(owned, console.answer_style(output), by), output)
        return
    render = {"markdown": shown.markdown, "json": shown.json, "csv": shown.csv}[form]
    console.answer(render(owned, by), output)


@command.command("noise")
@options.selectors
@options.days
@options.duration("--within", "An alert that ends within T resolved by itself; 10m if not given.")
@options.history
@options.deadline
@click.option("--full", is_flag=True, help="Show every monitor, problem and team.")
@click.option("--fail-on-findings", is_flag=True, help="Exit with 4 if something is proposed.")
@options.output("text", "markdown", "json", "csv")
@options.root
def noise(
    root: Path,
    selectors: Sequence[str],
    start: date | None,
    end: date | None,
    within: float | None,
    offline: bool,
    budget: float | None,
    deadline: float | None,
    full: bool,
    fail_on_findings: bool,
    form: str,
    output: Path | None,
) -> None:
    """
    Show which monitors make noise, the noisiest first, and what would make them quieter.

    Of the last four weeks, or of the days from --from up to --to: pages, those at night (22 to 8 h
    in the project's time zone), flaps (at least 4 changes within 20 evaluations, as Kibana counts
    them; where each minute is evaluated that is six alerts an hour), alerts that ended by
    themselves, hours in alert, alerts that come together, and shifts with more than two problems.
    Silent for 180 days, without data for 30, muted without an end and Datadog's own quality issues
    count too. Needs monitors_read and events_read; what Datadog does not say is "not checked". A
    SELECTOR (a key, a glob over keys, team:NAME, tag:KEY:VALUE) narrows the report.
    """
    from monitor_sync.render import noise as shown

    chosen = app.NoiseOptions(
        selectors=selectors, start=start, end=end, within=within, offline=offline, budget=budget
    )
    talk = app.Conversation(progress=progress)
    report = app.report_noise(root, console.target(deadline=deadline), chosen, talk)
    if form == "text":
        console.answer(shown.text(report, console.answer_style(output), full=full), output)
    else:
        render = {"markdown": shown.markdown, "json": shown.json, "csv": shown.csv}[form]
        console.answer(render(report), output)
    if fail_on_findings and report.proposals:
        raise LiveDiffers(
            f"something is proposed for {count(len(report.proposals), 'monitor')}",
            hint="the report says for which, and why",
        )


@command.command("site")
@click.option(
    "--to",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to: a new or empty one, or one with an earlier site.",
)
@click.option(
    "--names", is_flag=True, help="Name people and incidents: only where the site is private."
)
@options.history
@options.deadline
@options.color
@options.root
def site(
    root: Path,
    folder: Path,
    names: bool,
    offline: bool,
    budget: float | None,
    deadline: float | None,
) -> None:
    """
    Write a site about the monitors and on-call, which any browser opens without a server.

    An overview, a page for each team and business unit, how on-call works here, and a list of all
    monitors with a search. It is static and loads nothing from elsewhere. Without keys it says what
    the files say; what Datadog and the on-call tools do not say is "not checked".
    """
    app.refuse_others(folder)
    chosen = app.SiteOptions(names=names, offline=offline, budget=budget)
    target, talk = console.target(deadline=deadline), app.Conversation(progress=progress)
    facts = app.site_facts(root, target, chosen, talk)
    from monitor_sync.render.site.pages import pages

    number = app.publish(folder, pages(facts))
    console.answer(f"{count(number, 'file')} in {folder}; open {folder / 'index.html'}\n")


@command.command("sla")
@options.selectors
@options.days
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["unit", "team", "service", "priority", "kind", "week"]),
    help="What to count by; all rows are shown. Repeatable. Default: the worst teams.",
)
@options.history
@options.deadline
@options.output("text", "markdown", "json", "csv")
@options.root
def sla(
    root: Path,
    selectors: Sequence[str],
    start: date | None,
    end: date | None,
    by: Sequence[ResponseDimension],
    offline: bool,
    budget: float | None,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Show how soon incidents are acknowledged and resolved, and what comes back, the worst first.

    Of the last four whole weeks, unless days are given: mean, median, p90, p95 and the share within
    the targets of teams.yaml, the change against the week before, and twelve weeks. Then what came
    back within 30 days, and what RCAs lack (<unit>/rca/*.md). Weeks are those of time_zone in
    project.yaml. Incidents come from the on-call tool and are kept in the state folder. A SELECTOR
    (a unit, team:NAME, a key) narrows the report.
    """
    responded = app.report_sla(
        root,
        console.target(deadline=deadline),
        app.ResponseOptions(
            selectors=selectors, start=start, end=end, by=tuple(by) or ("team",),
            offline=offline, budget=budget,
        ),
        conversation=app.Conversation(progress=progress),
    )  # fmt: skip
    from monitor_sync.render import response as shown

    if form == "text":
        style = console.answer_style(output)
        console.answer(shown.text(responded, style, whole=bool(by)), output)
        return
    render = {"markdown": shown.markdown, "json": shown.json, "csv": shown.csv}[form]
    console.answer(render(responded), output)


@command.command("weekly")
@click.argument("teams", nargs=-1, metavar="[TEAM]...", shell_complete=completion.selectors)
@click.option(
    "--week", default="", metavar="WEEK", help="Such as 2026-W40; the last whole week if not given."
)
@click.option(
    "--review", is_flag=True, help="Write the agenda of the weekly meeting over all units."
)
@click.option("--names", is_flag=True, help="Say who is on call, by name.")
@click.option("--post", is_flag=True, help="Post each page to Slack, once.")
@click.option("--resend", is_flag=True, help="With --post: post again what was posted already.")
@options.history
@options.deadline
@options.output("markdown", "slack", "html", "json")
@options.root
def weekly(
    root: Path,
    teams: Sequence[str],
    week: str,
    review: bool,
    names: bool,
    post: bool,
    resend: bool,
    offline: bool,
    budget: float | None,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Write a week of on-call as one page that a team reads on Monday.

    For each TEAM (motor-quotes, team:motor-quotes; else every team that is paged): last week's
    incidents against target, what is open, what came back, what is promised and late. With --review
    one agenda for all: worst against target, incidents without an RCA, overdue actions, repeaters,
    and incidents that no monitor of ours told of.

    --post sends each page to the webhook in MONITOR_SYNC_SLACK_WEBHOOK_MOTOR_QUOTES (the team's
    name), else MONITOR_SYNC_SLACK_WEBHOOK. A git ref at GitHub claims it first (GITHUB_REPOSITORY,
    GITHUB_TOKEN with contents: write), so that two runs post once.
    """
    if review and teams:
        raise click.UsageError("--review is about all units: name no team")
    if resend and not post:
        raise click.UsageError("--resend needs --post")
    chosen = app.WeeklyOptions(
        teams=teams, week=week, review=review, names=names, offline=offline, budget=budget
    )
    talk = app.Conversation(progress=progress)
    target = console.target(deadline=deadline)
    weekly = app.report_weekly(root, target, chosen, conversation=talk)
    from monitor_sync.render import weekly as shown

    if post:
        _post(weekly, shown.messages(weekly), resend=resend)
    elif form == "markdown":
        console.answer(shown.markdown(weekly, console.answer_style(output).width), output)
    else:
        render = {"slack": shown.slack, "html": shown.html, "json": shown.json}[form]
        console.answer(render(weekly), output)


def _post(weekly: Weekly, messages: Sequence[Mapping[str, Any]], *, resend: bool) -> None:
    """Post each page and say what became of it. Raises Unposted where one was not taken."""
    from monitor_sync.github import client, runner

    github = client.GitHub(runner.from_environment(os.environ))
    posted = app.post_weekly(weekly, messages, github, os.environ, resend=resend)
    words = {"posted": "posted", "taken": "posted already; --resend posts it again"}
    for page in posted:
        console.say(f"{page.name}, week {weekly.week}: {words.get(page.done, page.problem)}")
    failed = [page.name for page in posted if page.done == "failed"]
    if failed:
        raise RemoteError(
            f"{count(len(failed), 'page')} not posted: {listed(failed)}",
            hint="once it is mended, `--post --resend` posts them: they count as posted",
        )
