"""``comment`` and ``approvals``: tell a pull request what a plan says; ask who approved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from monitor_sync.app import backtest_told, extras, files, job_files
from monitor_sync.app.pages import About, Pages
from monitor_sync.errors import AccessDenied, Rejected, UsageError
from monitor_sync.git import commits
from monitor_sync.github import AUTHOR, sticky

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub
    from monitor_sync.github.runner import ActionsRunner
    from monitor_sync.model import Project, Team
    from monitor_sync.sync.approval import Lacking
    from monitor_sync.sync.change import Change
    from monitor_sync.sync.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOptions:
    """
    What is told, and where.

    ``plan_file`` is what ``plan --out`` wrote, ``findings`` what ``validate --format json`` wrote,
    ``backtest`` what ``backtest --format json`` did, or ``no_backtest`` why it could not run;
    without a plan ``reason`` says why there is none. ``number`` is the pull request's, 0 for that
    of the job. With ``drift`` one issue is kept instead of a comment. ``artifact`` is where the
    job keeps the whole plan, ``author`` the login that the token writes as.
    """

    plan_file: Path | None = None
    findings: Path | None = None
    backtest: Path | None = None
    no_backtest: str = ""
    reason: str = ""
    number: int = 0
    drift: bool = False
    artifact: str = ""
    author: str = AUTHOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    Where a plan is told now, and how it came there.

    ``where`` is ``summary`` for the job's page alone, as there is no plan or no pull request.
    ``number`` is the pull request's. ``done`` is what was done to the comment or the issue, and
    ``removed`` how many stale comments are gone. ``refused`` is why the comment could not be
    written: then it is on the job's page if ``on_page``.
    """

    where: Literal["summary", "comment", "issue"]
    planned: bool = True
    number: int = 0
    url: str = ""
    done: str = ""
    removed: int = 0
    refused: AccessDenied | None = None
    on_page: bool = False


def comment(root: Path, job: ActionsRunner, options: CommentOptions, pages: Pages) -> Told:
    """
    Show a plan on a pull request, in the one comment that is edited ever after.

    The plan goes to the job's page too; without a plan only the findings go there. Raises
    UsageError where there is nothing to tell, Refused for a file that is no plan, RemoteError.
    """
    about = _about(job, options)
    if options.plan_file is None:
        if options.drift or not (options.findings or options.reason):
            raise UsageError("--plan is missing", hint="`monitor-sync plan --out FILE` writes one")
        job.summarise(pages.without_plan(options.reason, about))
        return Told(where="summary", planned=False)
    plan = read_plan(options.plan_file)
    if options.drift:
        about = replace(about, kind="drift", base="", head="")
    else:
        about = replace(about, teams=teams(root))
    on_page = job.summarise(pages.summary(plan, about))
    job.put(fingerprint=plan.fingerprint, changes=str(len(plan.changes)))
    number = options.number or job.pull_request
    if options.drift:
        return _keep_issue(connect(job), plan, about, options.author, pages)
    if not number:
        return Told(where="summary")
    posted = _post(job, number, plan, about, options.author, pages)
    return replace(posted, on_page=on_page)


def connect(job: ActionsRunner) -> GitHub:
    """Return GitHub's client. Raises UsageError where its package, or the token, is missing."""
    try:
        from monitor_sync.github.client import GitHub
    except ImportError as error:
        raise extras.lacking(error, "PyGithub", "talking to GitHub") from None
    return GitHub(job)


def read_plan(path: Path) -> Plan:
    """Read a plan file. Raises Refused where it is none, UsageError where it cannot be read."""
    from monitor_sync.sync import plan_file

    return plan_file.read(job_files.text(path).decode("utf-8", errors="replace"), str(path))


def teams(root: Path) -> Mapping[str, Team]:
    """Return the teams of the files, by name; none where this job has no files."""
    return files.read(root).project.teams if root.is_dir() else {}


def _post(
    job: ActionsRunner, number: int, plan: Plan, about: About, author: str, pages: Pages
) -> Told:
    try:
        github = connect(job)
        try:
            put = sticky.put(github, number, pages.text(plan, about), author=author)
        except Rejected:  # whatever GitHub's limit is, the short text is below it
            put = sticky.put(github, number, pages.short(plan, about), author=author)
    except AccessDenied as error:
        job.summarise(f"\nThis job may not comment on #{number}, so the plan is only here.\n")
        return Told(where="comment", number=number, refused=error)
    job.put(comment_url=put.url)
    return Told(where="comment", number=number, url=put.url, done=put.done, removed=put.removed)


def _keep_issue(github: GitHub, plan: Plan, about: About, author: str, pages: Pages) -> Told:
    """Keep one issue while something differs. A comparison that failed made no plan at all."""
    from monitor_sync.github import drift

    differing = pages.drifted(plan)
    if differing:
        owners = sorted({*filter(None, differing.values())})
        title, text = pages.drift_title(plan), pages.text(plan, about)
        kept = drift.report(github, title, text, owners, author=author)
    else:
        kept = drift.settle(github, author=author)
    return Told(where="issue", url=kept.url, done=kept.done)


def _about(job: ActionsRunner, options: CommentOptions) -> About:
    return About(
        base=job.base,
        head=job.head,
        run=job.run,
        artifact=options.artifact,
        source=f"{job.address}/blob/{job.head}" if job.head else "",
        findings=job_files.findings(options.findings) if options.findings else (),
        backtest=backtest_told.read(options.backtest) if options.backtest else None,
        no_backtest=options.no_backtest,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """
    Those who would be paged differently, and which of them have agreed.

    ``required`` is False where the policy of the base asks for no approval. ``teams`` would be
    paged differently, and ``lacking`` are those of them that nobody has approved for.
    """

    required: bool
    teams: Sequence[str] = ()
    lacking: Sequence[Lacking] = ()


def approvals(root: Path, job: ActionsRunner, plan_file: Path, base: str) -> Approvals:
    """
    Find the teams whose pages a plan changes, and who of them has approved the pull request.

    Policy and approvers are those of the revision ``base``, so that nobody lets themselves
    through. Raises UsageError, Refused for a file that is no plan, RemoteError.
    """
    from monitor_sync.sync.approval import approvals_lacking

    before = _project_at(root, base)
    if not before.policy.paging_approval:
        return Approvals(required=False)
    paged = _teams_paged(read_plan(plan_file), before, files.read(root).project)
    if not paged:
        return Approvals(required=True)
    if not job.pull_request:
        raise UsageError("this job has no pull request", hint="run it in a job of a pull request")
    logins = connect(job).approved_by(job.pull_request, job.head)
    approvers = {name: team.approvers for name, team in before.teams.items()}
    lacking = approvals_lacking(paged, approvers, logins)
    return Approvals(required=True, teams=paged, lacking=lacking)


def _project_at(root: Path, revision: str) -> Project:
    """Return the project as a revision has it; one that asks for nothing where it had none yet."""
    from monitor_sync.model import Project

    with commits.worktree(root.resolve(), revision) as folder:
        return files.read(folder).project if folder.is_dir() else Project(name="")


def _teams_paged(plan: Plan, before: Project, here: Project) -> Sequence[str]:
    """
    Return the teams whose pages change, by the handles that they have here or had before.

    What a pager was at the base counts as well as what is one here: no change says of its own
    pages that they wake nobody.
    """
    from monitor_sync.audience.pagers import pager_globs
    from monitor_sync.audience.teams import teams_paged

    globs = tuple(
        dict.fromkeys(
            glob
            for project in (before, here)
            for glob in pager_globs(project.limits.pagers, project.limits.pager_handles)
        )
    )
    return sorted(
        {
            name
            for change in plan.changes
            for project in (before, here)
            for name in teams_paged(
                (*change.audience.handles, *_behind_variables(change)),
                project.teams,
                (*globs, *change.pagers),
            )
        }
    )


def _behind_variables(change: Change) -> Iterator[str]:
    """
    Yield the handles right behind a variable that come or go with a change.

    ``{{host.name}}@webhook-a`` notifies where the variable shows nothing, and nobody can know
    that: what cannot be ruled out is asked about.
    """
    from monitor_sync.language.handles import named

    for field in change.fields:
        if field.field in ("message", "options.escalation_message"):
            old, new = (
                {*named(text.replace("}}@", "}} @"))} if isinstance(text, str) else set()
                for text in (field.old, field.new)
            )
            yield from sorted(old ^ new)
