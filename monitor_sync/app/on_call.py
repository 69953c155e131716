"""``on-call verify``: each handle that monitors use, followed to a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor_sync.app import files, notification_rules, on_call_handles, on_call_paths
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.app.on_call_paths import HandleInUse
from monitor_sync.app.selection import select_monitors
from monitor_sync.counting import count, listed
from monitor_sync.oncall import coverage, shared_accounts
from monitor_sync.oncall import tool as tools
from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow, PagingPath, PathStep
from monitor_sync.oncall.steps import BEHIND, unread
from monitor_sync.oncall.tool import Connection, OnCallTool, Unusable

if TYPE_CHECKING:
    from monitor_sync.app.on_call_handles import HandleStep
    from monitor_sync.app.target import Target
    from monitor_sync.github.drift import IssueUpdate
    from monitor_sync.github.runner import ActionsRunner
    from monitor_sync.model import Monitor, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPaths:
    """
    Every path from a handle to a person, by team, and the moment at which they were followed.

    ``unread`` is what of Datadog could not be read, and may lead to further paths.
    """

    paths: tuple[PagingPath, ...]
    at: datetime
    unread: tuple[str, ...] = ()

    @property
    def broken(self) -> int:
        """How many paths are broken."""
        return sum(path.status == "broken" for path in self.paths)


def verify_on_call(
    root: Path,
    target: Target,
    selectors: Sequence[str] = (),
    *,
    now: datetime | None = None,
    progress: Progress = silent,
) -> VerifiedPaths:
    """
    Follow each handle that the selected monitors use to a person. Reads only.

    What cannot be asked is "not checked". Raises WrongFiles, and UsageError for a selector that
    means nothing and for an environment that names no Datadog.
    """
    loaded = files.read_whole(root, consequence="so no page is followed")
    shared: Any = loaded.shared.data if loaded.shared is not None else None
    accounts = shared.get("slack_accounts") if isinstance(shared, dict) else None
    monitors = select_monitors(loaded.project, selectors)
    return follow_monitors(
        loaded.project, monitors, target, now=now, progress=progress, slack_accounts=accounts or ()
    )


def follow_monitors(
    project: Project,
    monitors: Iterable[Monitor],
    target: Target,
    *,
    now: datetime | None = None,
    progress: Progress = silent,
    slack_accounts: Sequence[str] = (),
    pagers_of: str = "",
) -> VerifiedPaths:
    """
    Follow each handle that these monitors use; with ``pagers_of``, only the pagers of that team.

    Raises UsageError as ``verify_on_call``.
    """
    looked_at = list(monitors)
    with closing(target.connect()) as client:
        rules, unread = notification_rules.read(client)
        in_use = [
            used
            for used in on_call_paths.in_use(project, looked_at, rules)
            if not pagers_of or (used.team == pagers_of and used.pager)
        ]
        handle_steps = on_call_handles.steps(in_use, client, slack_accounts)
    unread += notification_rules.unclear(rules, looked_at)
    followed = follow(project, in_use, handle_steps, target, now=now, progress=progress)
    return replace(followed, unread=unread)


def follow(
    project: Project,
    in_use: Sequence[HandleInUse],
    handle_steps: dict[str, HandleStep],
    target: Target,
    *,
    now: datetime | None = None,
    progress: Progress = silent,
) -> VerifiedPaths:
    """Follow handles of which Datadog was asked already; ``handle_steps`` are by handle."""
    window = LookAhead(now=(now or datetime.now(UTC)).astimezone(UTC))
    followed = _follow(project, in_use, handle_steps, target, window, progress)
    return VerifiedPaths(paths=_paths(in_use, followed, window), at=window.now)


def keep_issue(
    job: ActionsRunner, verified: VerifiedPaths, title: str, text: str, *, author: str
) -> IssueUpdate | None:
    """
    Keep one issue while a path is broken, and close it when none is.

    None where none is broken and some could not be followed: not having looked is not having found
    none, so an issue that is open stays as it is. Raises RemoteError, and UsageError where GitHub's
    package or the token is missing.
    """
    from monitor_sync.app.pull_request import connect
    from monitor_sync.github import drift
    from monitor_sync.github.marker import Marker

    job.summarise(text)
    teams = sorted({path.team for path in verified.paths if path.status == "broken"})
    if teams:
        body = f"{Marker(kind='on-call')}\n{text}"
        return drift.report(connect(job), title, body, teams, author=author, subject="on-call")
    if any(path.status == "not_checked" and len(path.steps) > 1 for path in verified.paths):
        return None
    return drift.settle(connect(job), author=author, subject="on-call")


@dataclass(frozen=True, slots=True, kw_only=True)
class _FollowedHandle:
    """A handle that was followed: by which tool, the step about itself, what is behind it."""

    tool: str
    first: PathStep
    behind: Followed


class _Tools:
    """The tools of a run, each connected to once."""

    def __init__(self, target: Target) -> None:
        self._connection = Connection(
            environ=target.environ, deadline=target.time_left, on_wait=target.on_wait
        )
        self._connected: dict[str, OnCallTool | Unusable] = {}

    def get(self, name: str) -> OnCallTool | Unusable:
        if name not in self._connected:
            try:
                self._connected[name] = tools.connect(name, self._connection)
            except Unusable as error:
                self._connected[name] = error
        return self._connected[name]

    def close(self) -> None:
        for tool in self._connected.values():
            if not isinstance(tool, Unusable):
                tool.close()


def _follow(
    project: Project,
    in_use: Sequence[HandleInUse],
    handle_steps: dict[str, HandleStep],
    target: Target,
    window: LookAhead,
    progress: Progress,
) -> list[_FollowedHandle]:
    followed = []
    title = f"following {count(len(in_use), 'handle')}"
    with closing(_Tools(target)) as connected, progress(title, len(in_use)) as step:
        for used in in_use:
            followed.append(_follow_one(project, used, handle_steps, connected, window))
            step(True)
    return followed


def _follow_one(
    project: Project,
    used: HandleInUse,
    handle_steps: dict[str, HandleStep],
    connected: _Tools,
    window: LookAhead,
) -> _FollowedHandle:
    first = handle_steps[used.shown]
    name = _tool_name(project, used, connected)
    page = _page(project, used, first, name, window.now.date())
    behind = _behind(used, name, page, connected, window)
    return _FollowedHandle(tool=name, first=first.step, behind=behind)


def _behind(
    used: HandleInUse, name: str, page: PageToFollow, connected: _Tools, window: LookAhead
) -> Followed:
    """Return the steps behind a handle; none if it pages nobody."""
    if not used.pager:
        return Followed(steps=())
    if used.handle.dynamic:
        return _unchecked("a variable in the handle decides whom it reaches", "")
    if name == "webhook":
        reason = f"teams.yaml does not say into which tool the pages of {used.team} go"
        return _unchecked(reason, "add `on_call: {tool: …, service: …}` to the team")
    tool = connected.get(name)
    if isinstance(tool, Unusable):
        return _unchecked(tool.reason, tool.fix)
    return tool.follow(page, window)


def _tool_name(project: Project, used: HandleInUse, connected: _Tools) -> str:
    """Return the tool that a handle leads to: the team's, if such handles lead there."""
    team = project.teams.get(used.team)
    kind = used.handle.kind
    if used.pager and team is not None and team.tool:
        tool = connected.get(team.tool)
        leads_there = kind == "webhook" if isinstance(tool, Unusable) else kind in tool.handle_kinds
        if leads_there:
            return team.tool
    return tools.of_kind(kind) if used.pager else kind


def _page(
    project: Project, used: HandleInUse, first: HandleStep, tool: str, today: date
) -> PageToFollow:
    """Return what is to be followed; a declared service is one of the team's own tool alone."""
    team = project.teams.get(used.team)
    own = team is not None and team.tool.casefold() in ("", tool.casefold())
    return PageToFollow(
        team=used.team,
        handle=used.shown,
        target=used.handle.target,
        service=team.service if team is not None and own else "",
        acknowledge=on_call_paths.acknowledge_target(team, today),
        states=used.states_in_order,
        monitors=tuple(used.monitors.values()),
        webhook=first.webhook,
    )


def _unchecked(reason: str, fix: str) -> Followed:
    return Followed(steps=unread(reason, *BEHIND, fix=fix))


def _paths(
    in_use: Sequence[HandleInUse], followed: Sequence[_FollowedHandle], window: LookAhead
) -> tuple[PagingPath, ...]:
    teams_of = shared_accounts.teams_of(
        (used.team, path.behind) for used, path in zip(in_use, followed, strict=True)
    )
    paths = []
    for used, path in zip(in_use, followed, strict=True):
        behind = path.behind
        warned = shared_accounts.warnings(used.team, behind, teams_of, window)
        shifts = behind.shifts
        broken = any(step.step == "schedule" and step.status == "broken" for step in behind.steps)
        paths.append(
            PagingPath(
                team=used.team,
                handle=used.shown,
                tool=path.tool,
                states=used.states_in_order,
                monitors=len(used.monitors),
                steps=(_by_rules(path.first, used), *_warned(behind.steps, warned)),
                on_call=coverage.on_call(behind.levels, shifts, window),
                gaps=coverage.gaps(shifts, window) if broken and shifts is not None else (),
                ahead=coverage.ahead(shifts or (), window),
                levels=behind.levels,
            )
        )
    return tuple(paths)


def _by_rules(step: PathStep, used: HandleInUse) -> PathStep:
    """Return the step of a handle with the notification rules that notify it, where all is well."""
    if not used.rules or step.what:
        return step
    also = "also " if used.by_message else ""
    return replace(step, what=f"{also}by Datadog's notification rule {listed(sorted(used.rules))}")


def _warned(steps: Iterable[PathStep], warnings: Sequence[str]) -> tuple[PathStep, ...]:
    """Return the steps with what is to be warned of at the person."""
    return tuple(
        replace(step, warnings=tuple(warnings)) if step.step == "person" else step for step in steps
    )
