"""``merged``: apply what was merged since the last time, each merge as its plan was reviewed."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from monitor_sync.app.applying import ApplyOptions, apply
from monitor_sync.app.conversation import Conversation
from monitor_sync.app.failures import LimitsExceeded, OtherPlan
from monitor_sync.app.pages import About, Pages
from monitor_sync.app.planning import Planned, PlanOptions, plan
from monitor_sync.app.pull_request import connect, teams
from monitor_sync.counting import count
from monitor_sync.errors import (
    AppliedInPart,
    FilesInvalid,
    MonitorSyncError,
    Refused,
    RemoteError,
    UsageError,
    system_reason,
)
from monitor_sync.git import commits
from monitor_sync.github import AUTHOR, sticky
from monitor_sync.github.marker import Marker

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.github.client import GitHub
    from monitor_sync.github.merged import MergeStep
    from monitor_sync.github.runner import ActionsRunner
    from monitor_sync.model import Limit, Limited

_HOW: Final = (
    "To approve it, start the workflow Apply by hand (Actions, Run workflow) with the fingerprint"
)
_AFTER: Final = (
    "Once what failed is mended, start the workflow Apply by hand (Actions, Run workflow) for the"
    " rest, with the fingerprint"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedOptions:
    """
    Which merges are applied, and what somebody let through by hand.

    ``environment`` is where what is applied is recorded, ``author`` the login that the token
    writes as, ``keep`` the folder for reports and for a new plan (None: none are kept). With
    ``fingerprint`` all that is not applied yet is applied, if this is its plan's fingerprint; of
    that only what the selectors in ``only`` mean, and with these ``limits`` and ``forced`` keys.
    """

    environment: str = "production"
    author: str = AUTHOR
    keep: Path | None = None
    fingerprint: str = ""
    only: Sequence[str] = ()
    limits: Mapping[Limited, Limit] = field(default_factory=dict)
    forced: Collection[str] = ()


class JobLog(Protocol):
    """The log of the job, in which each step is told while it goes on."""

    def say(self, text: str) -> None:
        """Tell one line."""
        ...

    def warn(self, text: str, hint: str) -> None:
        """Tell that something was done, though maybe not all of it."""
        ...

    def complain(self, error: MonitorSyncError) -> None:
        """Tell an error that ends a step."""
        ...

    def planned(self, planned: Planned) -> None:
        """Show a plan."""
        ...

    def conversation(self) -> Conversation:
        """Return the conversation of the next apply."""
        ...


_ERRORS: Final[Mapping[int, type[MonitorSyncError]]] = {
    error.exit_code: error
    for error in (RemoteError, UsageError, FilesInvalid, Refused, AppliedInPart)
}
"""What a run that was stopped raises, by the exit code of what stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """
    One run: where it works, who is asked and told.

    ``since`` is the commit up to which everything is applied; empty where nobody knows, and then
    everything that differs is meant.
    """

    root: Path
    target: Target
    job: ActionsRunner
    github: GitHub
    options: MergedOptions
    pages: Pages
    log: JobLog
    since: str
    keep: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """How one apply ended: its exit code, its report where it came so far, and what stopped it."""

    code: int
    report: str = ""
    error: MonitorSyncError | None = None


def merged(
    root: Path,
    target: Target,
    job: ActionsRunner,
    options: MergedOptions,
    pages: Pages,
    log: JobLog,
) -> None:
    """
    Apply each pull request that was merged since the last run, oldest first, as it was reviewed.

    The first that is not as reviewed, or that fails, stops the run: its page and the job's page
    say why, and how to go on. What is applied is recorded as a deployment. Raises an error with the
    exit code of what stopped the run.
    """
    root = root.resolve()
    github = connect(job)
    with tempfile.TemporaryDirectory() as scratch:
        keep = options.keep or Path(scratch)
        _make(keep)
        run = _Delivery(
            root=root,
            target=target,
            job=job,
            github=github,
            options=options,
            pages=pages,
            log=log,
            since=_applied_last(github, root, options.environment, log),
            keep=keep.resolve(),
        )
        if options.fingerprint:
            _apply_approved(run)
        else:
            _apply_in_turn(run)


def _applied_last(github: GitHub, root: Path, environment: str, log: JobLog) -> str:
    """Return the commit that was applied last, empty where it is unknown or not in this history."""
    commit = github.applied(environment)
    if commit and not commits.contains(root, commit):
        log.say(f"{commit[:12]} was applied last and is no longer in this history.")
        return ""
    return commit


def _apply_in_turn(run: _Delivery) -> None:
    """Apply each merge as reviewed; stop at the first that is not, or that fails."""
    from monitor_sync.github import merged as merges

    since = run.since or _pushed_from(run)
    lines = commits.first_parents(run.root, since)
    merged_commits = [merges.Commit(sha=sha, parent=parent) for sha, parent in lines]
    branch = commits.branch(run.root) or run.job.default_branch
    steps = merges.steps(run.github, merged_commits, branch, author=run.options.author)
    if not steps:
        run.log.say(f"Nothing was merged since {since[:12]} that changes monitors.")
        run.job.summarise("### Nothing to apply\n\nNo merge changed monitors.")
    for number, step in enumerate(steps, 1):
        run.log.say(f"{number} of {count(len(steps), 'merge')}: {_name(step)}")
        _apply_step(run, step)


def _pushed_from(run: _Delivery) -> str:
    """Return where to begin where nothing was recorded yet: before the push, or the last commit."""
    before = run.job.pushed_from
    if before and commits.contains(run.root, before):
        return before
    return commits.commit(run.root, "HEAD^1")


def _apply_step(run: _Delivery, step: MergeStep) -> None:
    """Apply one merge, and say so. Raises where it is not applied."""
    with commits.worktree(run.root, step.head) as root:
        if not step.fingerprint:
            _check_unchanged(run, step, root)
            return
        reviewed = ApplyOptions(base=step.base, expect=step.fingerprint)
        result = _apply(run, root, reviewed, run.keep / f"{step.head[:12]}.md")
    report = result.report or _without_report(result.error, step)
    if result.code != 0:
        _stop(run, step, result.code, report)
    run.job.summarise(report)
    _tell(run, step, report)
    _record(run, step.head)


def _check_unchanged(run: _Delivery, step: MergeStep, root: Path) -> None:
    """Let a merge without a reviewed plan pass where it changes nothing; else raises."""
    options = PlanOptions(base=step.base)
    planned, code = _plan(run, root, options, run.keep / "unreviewed.json")
    if planned is not None and not planned.plan.changes:
        _record(run, step.head)
        return
    words = f"### Not applied\n\nNobody has reviewed what {_name(step)} changes: {step.why}."
    _stop(run, step, code or Refused.exit_code, words)


def _apply_approved(run: _Delivery) -> None:
    """Apply all that is not applied yet, or a part of it, as somebody has approved it by hand."""
    options = run.options
    head = commits.commit(run.root, "HEAD")
    allowed = ApplyOptions(limits=options.limits, forced=options.forced)
    report = run.keep / "approved.md"
    if options.only:
        result = _apply_part(run, allowed, report)
    else:
        everything = replace(allowed, base=run.since, expect=options.fingerprint)
        result = _apply(run, run.root, everything, report)
    if result.report:
        run.job.summarise(result.report)
    if result.code != 0:
        new = _new_plan(run, result.code)
        raise _stopped("what was approved is not applied, or not all of it", new, result.code)
    if not options.only:
        _record(run, head)


def _apply_part(run: _Delivery, allowed: ApplyOptions, report: Path) -> _Result:
    """Apply the selected part. Raises Refused where its plan is not the approved one."""
    file = run.keep / "part.json"
    options = PlanOptions(selectors=run.options.only, base=run.since)
    planned, code = _plan(run, run.root, options, file)
    if planned is None:
        return _Result(code=code)
    now, approved = planned.plan.fingerprint, run.options.fingerprint
    if now != approved:
        raise Refused(
            f"the plan is {now} now, and {approved} was approved: nothing was written",
            hint=f"look at it again; {_HOW} {now}",
        )
    return _apply(run, run.root, replace(allowed, plan_file=file), report)


def _apply(run: _Delivery, root: Path, options: ApplyOptions, report: Path) -> _Result:
    """Apply, and write the report. What goes wrong is told in the log and is in the result."""
    text = ""
    try:
        applied = apply(root, run.target, options, run.log.conversation())
        text = run.pages.outcomes(applied.outcomes, applied.plan.fingerprint)
        _write(run, report, text)
        applied.raise_if_incomplete()
    except MonitorSyncError as error:
        run.log.complain(error)
        return _Result(code=error.exit_code, report=text, error=error)
    return _Result(code=0, report=text)


def _plan(
    run: _Delivery, root: Path, options: PlanOptions, file: Path
) -> tuple[Planned | None, int]:
    """Plan, show it in the log and keep the plan file; None and the exit code where it fails."""
    try:
        planned = plan(root, run.target, options)
        _write(run, file, planned.file())
    except MonitorSyncError as error:
        run.log.complain(error)
        return None, error.exit_code
    run.log.planned(planned)
    return planned, 0


def _make(folder: Path) -> None:
    """Make the folder for reports, before anything is applied. Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass  # it can be written to
    except OSError as error:
        raise UsageError(
            f"--keep {folder}: {system_reason(error)}",
            hint="name a folder that is yours to write to",
        ) from None


def _write(run: _Delivery, file: Path, text: str) -> None:
    """Keep a report or a plan; where that fails, what was applied is applied all the same."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        run.log.warn(
            f"{file.name} is not kept: {system_reason(error)}",
            "the run's page says the same",
        )


def _stop(run: _Delivery, step: MergeStep, code: int, report: str) -> NoReturn:
    """Say on the run's page and on the pull request what is not done. Always raises."""
    run.job.summarise(report)
    new = _new_plan(run, code)
    _tell(run, step, f"{report.rstrip()}\n\n{_how(code)} `{new}`.\n" if new else report)
    part = "applied in part" if code == AppliedInPart.exit_code else "not applied"
    message = f"{_name(step)} is {part}, and nothing of what was merged after it"
    raise _stopped(message, new, code)


def _stopped(message: str, new: str, code: int) -> MonitorSyncError:
    hint = f"{_how(code)} {new}" if new else "mend what failed and run this job again"
    return _ERRORS[code](message, hint=hint)


def _how(code: int) -> str:
    """Return how to go on: a refusal needs an approval, a failure has to be mended first."""
    return _AFTER if code == AppliedInPart.exit_code else _HOW


def _new_plan(run: _Delivery, code: int) -> str:
    """
    Plan all that is not applied, show it on the run's page, and return its fingerprint.

    Empty where a new plan would not help: what failed is no matter of review.
    """
    if code not in {Refused.exit_code, AppliedInPart.exit_code}:
        return ""
    # this run may have moved it
    since = _applied_last(run.github, run.root, run.options.environment, run.log)
    planned, _ = _plan(run, run.root, PlanOptions(base=since), run.keep / "plan.json")
    if planned is None:
        return ""
    about = About(
        kind="applied",
        base=since,
        head=commits.commit(run.root, "HEAD"),
        run=run.job.run,
        teams=teams(run.root),
    )
    fingerprint = planned.plan.fingerprint
    run.job.summarise(f"{run.pages.summary(planned.plan, about)}\n{_how(code)} `{fingerprint}`.")
    run.job.put(fingerprint=fingerprint)
    return fingerprint


def _record(run: _Delivery, commit: str) -> None:
    """Remember what is applied. Without it the next run begins at the same place: no harm done."""
    try:
        run.github.record(commit, run.options.environment, run.job.run)
    except RemoteError as error:
        run.log.warn(
            f"applied, and not recorded: {error}", error.hint or "the next run looks again"
        )


def _tell(run: _Delivery, step: MergeStep, text: str) -> None:
    """Say on the pull request what became of its plan."""
    if not step.number:
        return
    link = f"\n<sub>[The run]({run.job.run})</sub>\n" if run.job.run else ""
    marker = Marker(kind="applied", fingerprint=step.fingerprint, base=step.base, head=step.head)
    body = f"{marker}\n{text.rstrip()}\n{link}"
    try:
        sticky.put(run.github, step.number, body, author=run.options.author, kind="applied")
    except RemoteError as error:
        run.log.warn(
            f"#{step.number} is not told: {error}", error.hint or "the run's page says the same"
        )


def _without_report(error: MonitorSyncError | None, step: MergeStep) -> str:
    """Return why nothing was applied: a limit, another plan than the reviewed one, or the log."""
    if isinstance(error, LimitsExceeded):
        lines = "\n".join(str(refusal).replace("`", "'") for refusal in error.refusals)
        return f"### Not applied\n\nA limit forbids what was reviewed:\n\n```text\n{lines}\n```"
    if isinstance(error, OtherPlan):
        return (
            "### Not applied\n\nWhat would be done now is not what was reviewed"
            f" (`{step.fingerprint}`). The run shows the new plan."
        )
    return "### Not applied\n\nThe run's log says why."


def _name(step: MergeStep) -> str:
    return f"#{step.number}" if step.number else f"the push of {step.head[:12]}"
