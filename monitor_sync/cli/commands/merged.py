"""``merged``: apply what was merged since the last time, each merge as its plan was reviewed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from monitor_sync.cli import console, options
from monitor_sync.cli.commands.comment import door, teams
from monitor_sync.counting import count
from monitor_sync.errors import AppliedInPart, Refused, RemoteError, UsageError
from monitor_sync.git import commits
from monitor_sync.github import sticky
from monitor_sync.github.marker import Marker

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub
    from monitor_sync.github.merged import Step
    from monitor_sync.github.runner import Runner

_ALLOWED: Final = (
    "--max-deletes", "--max-changes", "--max-labels", "--max-unpaged", "--force-delete",
)  # fmt: skip
"""Options of apply that somebody may let through by hand: those that a refusal names."""

_HOW: Final = (
    "To approve it, start the workflow Apply by hand (Actions, Run workflow) with the fingerprint"
)
_AFTER: Final = (
    "Once what failed is mended, start the workflow Apply by hand (Actions, Run workflow) for the"
    " rest, with the fingerprint"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    One run: where it works, who is asked, what somebody let through by hand.

    ``since`` is the commit up to which everything is applied; empty where nobody knows, and then
    everything that differs is meant. ``keep`` is the folder for what later steps may want.
    """

    root: Path
    runner: Runner
    github: GitHub
    environment: str
    author: str
    since: str
    keep: Path
    allowed: Sequence[str] = field(default=())

    def run(self, root: Path, command: str, *arguments: str) -> int:
        """Run a command of ours, seen in this job's log, and answer its exit code."""
        line = [sys.executable, "-m", "monitor_sync", "--root", str(root), command, *arguments]
        return subprocess.run(line, check=False).returncode  # noqa: S603 - our own command


@click.command("merged")
@click.option("--github", "on_github", is_flag=True, help="On GitHub: its job says where.")
@click.option("--environment", default="production", show_default=True, help="What is recorded.")
@click.option(
    "--fingerprint",
    default="",
    envvar="MONITOR_SYNC_FINGERPRINT",
    help="Apply all that is not applied yet, if this is its plan's fingerprint.",
)
@click.option(
    "--only",
    default="",
    envvar="MONITOR_SYNC_ONLY",
    metavar="SELECTORS",
    help="With --fingerprint: these monitors and no others. Records nothing.",
)
@click.option(
    "--allow",
    default="",
    envvar="MONITOR_SYNC_ALLOW",
    metavar="OPTIONS",
    help="With --fingerprint: what a refusal named, such as '--max-deletes 12'.",
)
@click.option(
    "--keep", type=click.Path(path_type=Path), help="The folder for reports and for a new plan."
)
@click.option("--author", default=sticky.AUTHOR, show_default=True, help="Who the token writes as.")
@options.root
def command(
    root: Path,
    on_github: bool,
    environment: str,
    fingerprint: str,
    only: str,
    allow: str,
    keep: Path | None,
    author: str,
) -> None:
    """
    Apply what was merged since the last time, each merge as its plan was reviewed.

    For each pull request merged since then, oldest first: its files, its plan's fingerprint from
    our comment on it, and `apply --base … --expect …`. The first that is not as reviewed stops the
    run with exit 5, and its page shows the new plan. What is applied is recorded as a deployment.
    """
    from monitor_sync.github import runner as running

    if not on_github:
        raise UsageError("merged where?", hint="`monitor-sync merged --github`")
    if (only or allow) and not fingerprint:
        given = "--only" if only else "--allow"
        raise UsageError(f"{given} goes with --fingerprint", hint="the refused run's page has it")
    root = root.resolve()
    runner = running.from_environment(os.environ)
    github = door(runner)
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        task = Task(
            root=root,
            runner=runner,
            github=github,
            environment=environment,
            author=author,
            since=_since(github, root, environment),
            keep=folder.resolve(),
            allowed=_allowed(allow),
        )
        if fingerprint:
            _approved(task, fingerprint, shlex.split(only))
        else:
            _in_turn(task)


def _since(github: GitHub, root: Path, environment: str) -> str:
    found = github.applied(environment)
    if found and not commits.contains(root, found):
        console.say(f"{found[:12]} was applied last and is in this history no more.")
        return ""
    return found


def _allowed(text: str) -> list[str]:
    words = shlex.split(text)
    for word in words[::2]:
        if word not in _ALLOWED:
            raise UsageError(
                f"--allow {word!r}: it is none of those that can be let through",
                hint=f"{', '.join(_ALLOWED)}, each with its value",
            )
    return words


def _in_turn(task: Task) -> None:
    """Each merge as reviewed; stop at the first that is not, or that fails."""
    from monitor_sync.github import merged

    since = task.since or _pushed_from(task)
    found = [
        merged.Commit(sha=sha, parent=parent)
        for sha, parent in commits.first_parents(task.root, since)
    ]
    branch = commits.branch(task.root) or task.runner.default_branch
    steps = merged.steps(task.github, found, branch, author=task.author)
    if not steps:
        console.say(f"Nothing was merged since {since[:12]} that changes monitors.")
        task.runner.summarise("### Nothing to apply\n\nNo merge changed monitors.")
    for number, step in enumerate(steps, 1):
        console.say(f"{number} of {count(len(steps), 'merge')}: {_name(step)}")
        _applied(task, step)


def _pushed_from(task: Task) -> str:
    """Where to begin where nothing was recorded yet: before the push, or the last commit."""
    before = task.runner.pushed_from
    if before and commits.contains(task.root, before):
        return before
    return commits.commit(task.root, "HEAD^1")


def _applied(task: Task, step: Step) -> None:
    """Apply one merge, and say so. Raises Refused, or leaves with the exit code of apply."""
    report = task.keep / f"{step.head[:12]}.md"
    with commits.worktree(task.root, step.head) as files:
        if not step.fingerprint:
            _unreviewed(task, step, files)
            return
        code = task.run(
            files, "apply", "--base", step.base, "--expect", step.fingerprint, "--yes",
            "--format", "markdown", "--output", str(report),
        )  # fmt: skip
    said = report.read_text(encoding="utf-8") if report.exists() else _without_report(code, step)
    if code != 0:
        _stop(task, step, code, said)
    task.runner.summarise(said)
    _tell(task, step, said)
    _record(task, step.head)


def _unreviewed(task: Task, step: Step, files: Path) -> None:
    """A merge without a plan is fine where it changes nothing."""
    planned = task.keep / "unreviewed.json"
    code = task.run(files, "plan", "--base", step.base, "--out", str(planned))
    if code == 0 and not json.loads(planned.read_text(encoding="utf-8"))["changes"]:
        _record(task, step.head)
        return
    words = f"### Not applied\n\nNobody has reviewed what {_name(step)} changes: {step.why}."
    _stop(task, step, code or Refused.exit_code, words)


def _stop(task: Task, step: Step, code: int, said: str) -> NoReturn:
    """End the run: say on its page and on the pull request what is not done, and how to go on."""
    task.runner.summarise(said)
    new = _new_plan(task, code)
    _tell(task, step, f"{said.rstrip()}\n\n{_how(code)} `{new}`.\n" if new else said)
    part = "applied in part" if code == AppliedInPart.exit_code else "not applied"
    _leave(f"{_name(step)} is {part}, and nothing of what was merged after it", new, code)


def _leave(message: str, new: str, code: int) -> NoReturn:
    """Leave with the exit code of what stopped the run."""
    hint = f"{_how(code)} {new}" if new else "mend what failed and run this job again"
    console.complain(Refused(message, hint=hint))
    raise click.exceptions.Exit(code)


def _how(code: int) -> str:
    """How to go on: what was refused wants an approval, what failed wants mending first."""
    return _AFTER if code == AppliedInPart.exit_code else _HOW


def _new_plan(task: Task, code: int) -> str:
    """
    Plan all that is not applied, show it on the run's page, and answer its fingerprint.

    Empty where a new plan would not help: what failed is no matter of review.
    """
    if code not in {Refused.exit_code, AppliedInPart.exit_code}:
        return ""
    from monitor_sync.render import comment
    from monitor_sync.sync import plan_file

    path = task.keep / "plan.json"
    since = _since(task.github, task.root, task.environment)  # this run may have moved it
    base = ["--base", since] if since else []
    if task.run(task.root, "plan", *base, "--out", str(path)) != 0:
        return ""
    plan = plan_file.read(path.read_text(encoding="utf-8"), path.name)
    about = comment.About(
        kind="applied",
        base=since,
        head=commits.commit(task.root, "HEAD"),
        run=task.runner.run,
        teams=teams(task.root),
    )
    task.runner.summarise(f"{comment.summary(plan, about)}\n{_how(code)} `{plan.fingerprint}`.")
    task.runner.put(fingerprint=plan.fingerprint)
    return plan.fingerprint


def _approved(task: Task, fingerprint: str, only: Sequence[str]) -> None:
    """All that is not applied yet, or a part of it, as somebody has approved it by hand."""
    head = commits.commit(task.root, "HEAD")
    report = task.keep / "approved.md"
    base = ["--base", task.since] if task.since else []
    shown = ["--yes", *task.allowed, "--format", "markdown", "--output", str(report)]
    if only:
        part = task.keep / "part.json"
        code = task.run(task.root, "plan", *only, *base, "--out", str(part))
        if code == 0:
            found = json.loads(part.read_text(encoding="utf-8"))["fingerprint"]
            if found != fingerprint:
                raise Refused(
                    f"the plan is {found} now, and {fingerprint} was approved: nothing was written",
                    hint=f"look at it again; {_HOW} {found}",
                )
            code = task.run(task.root, "apply", str(part), *shown)
    else:
        code = task.run(task.root, "apply", *base, "--expect", fingerprint, *shown)
    if report.exists():
        task.runner.summarise(report.read_text(encoding="utf-8"))
    if code != 0:
        new = _new_plan(task, code)
        _leave("what was approved is not applied, or not all of it", new, code)
    if not only:
        _record(task, head)


def _record(task: Task, commit: str) -> None:
    """Remember what is applied. Without it the next run begins at the same place: no harm done."""
    try:
        task.github.record(commit, task.environment, task.runner.run)
    except RemoteError as error:
        console.warn(
            f"applied, and not recorded: {error}", error.hint or "the next run looks again"
        )


def _tell(task: Task, step: Step, text: str) -> None:
    """Say on the pull request what became of its plan."""
    if not step.number:
        return
    run = f"\n<sub>[The run]({task.runner.run})</sub>\n" if task.runner.run else ""
    body = f"{_marker(step)}\n{text.rstrip()}\n{run}"
    try:
        sticky.put(task.github, step.number, body, author=task.author, kind="applied")
    except RemoteError as error:
        console.warn(
            f"#{step.number} is not told: {error}", error.hint or "the run's page says the same"
        )


def _without_report(code: int, step: Step) -> str:
    if code == 0:
        return "### Nothing to apply\n\nDatadog already holds what this pull request changed."
    if code == Refused.exit_code:
        return (
            f"### Not applied\n\nWhat would be done now is not what was reviewed"
            f" (`{step.fingerprint}`), or a limit forbids it. The run shows the new plan."
        )
    return "### Not applied\n\nThe run's log says why."


def _marker(step: Step) -> Marker:
    return Marker(kind="applied", fingerprint=step.fingerprint, base=step.base, head=step.head)


def _name(step: Step) -> str:
    return f"#{step.number}" if step.number else f"the push of {step.head[:12]}"
