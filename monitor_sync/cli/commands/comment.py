"""``comment``: tell a pull request, or an issue, what a plan says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from monitor_sync.app import extras
from monitor_sync.cli import console, options
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.errors import AccessDenied, Rejected, UsageError

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub
    from monitor_sync.github.runner import Runner
    from monitor_sync.model import Team
    from monitor_sync.render.comment import About
    from monitor_sync.sync.plan import Plan

_SHORT: Final = 12_000
"""Characters of a comment that is posted after GitHub found the longer one too long."""

_SEVERITIES: Final = {each.label: each for each in Severity}

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("comment")
@click.option(
    "--github", "on_github", is_flag=True, help="On GitHub; the job's variables say where."
)
@click.option("--plan", "planfile", type=_FILE, help="What `monitor-sync plan --out` wrote.")
@click.option("--findings", type=_FILE, help="What `monitor-sync validate --format json` wrote.")
@click.option(
    "--pull-request",
    "number",
    type=click.IntRange(min=1),
    help="Its number, if the job's event does not say it.",
)
@click.option("--drift", is_flag=True, help="Keep the one issue about drift instead of a comment.")
@click.option("--artifact", default="", help="The artifact in which the job keeps the whole plan.")
@click.option("--no-plan", "reason", default="", metavar="WHY", help="Say why there is no plan.")
@click.option("--author", default="", metavar="LOGIN", help="Who the token writes as.")
@options.root
def command(
    root: Path,
    on_github: bool,
    planfile: Path | None,
    findings: Path | None,
    number: int | None,
    drift: bool,
    artifact: str,
    reason: str,
    author: str,
) -> None:
    """
    Show a plan on a pull request, in the one comment that is edited ever after.

    The whole plan goes to the step's summary too. Without a plan only the findings go there. Where
    the token may not comment, as for a pull request from a fork, that is said and is no failure.
    With --drift the plan is kept in one issue, which is closed once nothing differs.
    """
    from monitor_sync.github import runner as running
    from monitor_sync.render import comment

    if not on_github:
        raise UsageError("comment where?", hint="`monitor-sync comment --github --plan FILE`")
    runner = running.from_environment(os.environ)
    about = _about(runner, findings, artifact)
    if planfile is None:
        if drift or not (findings or reason):
            raise UsageError(
                "nothing to say: no --plan", hint="`monitor-sync plan --out FILE` writes one"
            )
        runner.summarise(comment.without_plan(reason, about))
        console.say("Written to the step's summary.")
        return
    plan = plan_in(planfile)
    if drift:
        about = replace(about, kind="drift", base="", head="")
    else:
        about = replace(about, teams=teams(root))
    shown = runner.summarise(comment.summary(plan, about))
    runner.put(fingerprint=plan.fingerprint, changes=str(len(plan.changes)))
    if drift:
        _keep_issue(door(runner), plan, about, author)
    elif number or runner.pull_request:
        _post(runner, number or runner.pull_request, plan, about, author, shown=shown)
    else:
        console.say("No pull request: the plan is in the step's summary.")


def door(runner: Runner) -> GitHub:
    """GitHub's client. Raises UsageError where its package, or the token, is missing."""
    try:
        from monitor_sync.github.client import GitHub
    except ImportError as error:
        raise extras.lacking(error, "github", "talking to GitHub") from None
    return GitHub(runner)


def _post(
    runner: Runner, number: int, plan: Plan, about: About, author: str, *, shown: bool
) -> None:
    from monitor_sync.github import sticky
    from monitor_sync.render import comment

    author = author or sticky.AUTHOR
    try:
        github = door(runner)
        try:
            put = sticky.put(github, number, comment.text(plan, about), author=author)
        except Rejected:  # whatever the limit is, this is below it; if not, that is told
            short = comment.text(plan, about, limit=_SHORT)
            put = sticky.put(github, number, short, author=author)
    except AccessDenied as error:
        where = ": the plan is in the step's summary" if shown else ""
        console.warn(f"no comment{where}; {error}", error.hint)
        runner.summarise(f"\nThis job may not comment on #{number}, so the plan is only here.\n")
        return
    runner.put(comment_url=put.url)
    removed = f", {put.removed} stale removed" if put.removed else ""
    console.answer(f"{put.url}\n")
    console.say(f"Comment on #{number} {put.done}{removed}.")


def _keep_issue(github: GitHub, plan: Plan, about: About, author: str) -> None:
    """One issue while something differs. A comparison that failed made no plan, and ends before."""
    from monitor_sync.github import drift, sticky
    from monitor_sync.render import comment

    author = author or sticky.AUTHOR
    differing = comment.drifted(plan)
    if differing:
        title, text = comment.drift_title(plan), comment.text(plan, about)
        owners = sorted({*filter(None, differing.values())})
        kept = drift.report(github, title, text, owners, author=author)
    else:
        kept = drift.settle(github, author=author)
    if kept.url:
        console.answer(f"{kept.url}\n")
    console.say(f"Issue about drift: {kept.done}.")


def _about(runner: Runner, findings: Path | None, artifact: str) -> About:
    from monitor_sync.render.comment import About

    return About(
        base=runner.base,
        head=runner.head,
        run=runner.run,
        artifact=artifact,
        source=f"{runner.address}/blob/{runner.head}" if runner.head else "",
        findings=_findings(findings) if findings else (),
    )


def teams(root: Path) -> Mapping[str, Team]:
    """Whose handles are whose, by the files; nobody's where this job has no files."""
    from monitor_sync.app import files

    return files.read(root).project.teams if root.is_dir() else {}


def plan_in(path: Path) -> Plan:
    """The plan of a file. Raises Refused where it is none, UsageError where it cannot be read."""
    from monitor_sync.sync import plan_file

    return plan_file.read(_read(path), str(path))


def _findings(path: Path) -> list[Diagnostic]:
    try:
        return [_diagnostic(each) for each in json.loads(_read(path))]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} holds no findings: {error}",
            hint="`monitor-sync validate --format json --output FILE` writes them",
        ) from None


def _diagnostic(raw: Mapping[str, Any]) -> Diagnostic:
    span = Span(raw["file"], raw["line"], raw["column"], raw["end_column"])
    return Diagnostic(
        rule=raw["rule"],
        severity=_SEVERITIES[raw["severity"]],
        message=raw["message"],
        span=span,
        hint=raw["hint"] or "",
        key=raw["key"] or "",
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="name a file that is there") from None
