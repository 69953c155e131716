"""``on-call verify --migration``: what still pages by Opsgenie, and whom its successor calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args
from urllib.parse import urlsplit

from monitor_sync.app import files, notification_rules, on_call, on_call_handles, on_call_paths
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.app.on_call_paths import HandleInUse, parsed
from monitor_sync.app.selection import select_monitors
from monitor_sync.audience.pagers import is_pager
from monitor_sync.audience.teams import handles_of
from monitor_sync.errors import RemoteError
from monitor_sync.oncall.privacy import NAMELESS
from monitor_sync.oncall.tool import of_kind

if TYPE_CHECKING:
    from monitor_sync.app.notification_rules import NotificationRule
    from monitor_sync.app.on_call_handles import HandleStep
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Monitor, Project, Team
    from monitor_sync.oncall.path import PagingPath

OLD: Final = "opsgenie"
"""The word of the tool that ends, in teams.yaml and as the kind of its handles."""

ENDS: Final = date(2027, 4, 5)
"""The end of support for Opsgenie: its page at Atlassian, and the banner of docs.opsgenie.com."""

SUCCESSORS: Final = ("JSM Operations", "Zenduty (Xurrent IMR)", "PagerDuty", "Datadog On-Call")
"""
Tools that can follow. JSM Operations has Opsgenie's own nouns, so moving there is mechanical.
Compass, the other target that Atlassian names, is itself being phased out (announced 2026-04-13).
"""

State = Literal["no_counterpart", "broken", "different", "not_checked", "ready"]
STATES: Final[tuple[State, ...]] = get_args(State)
"""
What stands in the way of a switch, the most work first. ``no_counterpart``: the team has no pager
of another tool. ``broken``: it has, and its page reaches nobody. ``different``: the two do not call
the same people now. ``not_checked``: nobody knows, or not every step of the new page was checked.
``ready``: they call the same people, and every step is ok.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldHandle:
    """
    A handle of a team that still leads to Opsgenie, and what would take its place.

    ``rules`` are the notification rules by which it is notified, ``by_message`` says that messages
    notify it too. ``both`` counts the monitors that notify the ``counterpart`` as well, whose
    handle is empty where the team has none.
    """

    old: PagingPath
    monitors: tuple[Monitor, ...]
    rules: tuple[str, ...]
    by_message: bool
    counterpart: str = ""
    both: int = 0
    new: PagingPath | None = None

    @property
    def state(self) -> State:
        """What stands in the way of a switch."""
        if self.new is None:
            return "no_counterpart"
        if self.new.status == "broken":
            return "broken"
        if not _known(self.old) or not _known(self.new):
            return "not_checked"
        if called_now(self.old) != called_now(self.new):
            return "different"
        return "ready" if self.new.status == "ok" else "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTeam:
    """A team that teams.yaml still gives to Opsgenie, or whose unused handles lead there."""

    name: str
    is_its_tool: bool
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRule:
    """A notification rule of Datadog's that still notifies Opsgenie."""

    name: str
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolMigration:
    """
    All that still leads to Opsgenie, as of ``at``.

    ``selected`` counts the monitors looked at. ``services`` are names in Datadog's Opsgenie
    integration that nothing here uses; none where monitors were selected. ``unread`` is what could
    not be read.
    """

    at: datetime
    selected: int
    handles: tuple[OldHandle, ...] = ()
    teams: tuple[OldTeam, ...] = ()
    rules: tuple[OldRule, ...] = ()
    services: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def days_left(self) -> int:
        """How many days are left until Opsgenie ends; negative afterwards."""
        return (ENDS - self.at.date()).days

    @property
    def monitors(self) -> int:
        """How many monitors still notify Opsgenie."""
        return len({monitor.key for handle in self.handles for monitor in handle.monitors})

    @property
    def left(self) -> bool:
        """True if anything that pages still leads to Opsgenie."""
        return bool(self.handles or self.teams or self.rules)


def called_now(path: PagingPath) -> frozenset[str]:
    """Return the names of those whom a path calls first now; tools share no ids of people."""
    return frozenset(person.name.casefold() for person in path.on_call)


def verify_migration(
    root: Path,
    target: Target,
    selectors: Sequence[str] = (),
    *,
    now: datetime | None = None,
    progress: Progress = silent,
) -> ToolMigration:
    """
    Return what of the selected monitors still pages by Opsgenie. Reads only.

    Raises as ``verify_on_call``.
    """
    project = files.read_whole(root, consequence="so no page is followed").project
    monitors = select_monitors(project, selectors)
    with closing(target.connect()) as client:
        rules, unread = notification_rules.read(client)
        in_use = on_call_paths.in_use(project, monitors, rules)
        webhooks = _webhooks(project, in_use, client)
        old = [
            replace(used, pager=True)  # also where the policy no longer counts it as one
            for used in in_use
            if _is_old(used.handle.text, webhooks)
        ]
        pairs = [(used, _counterpart(project, used, in_use, webhooks)) for used in old]
        new = [counterpart for _, counterpart in pairs if counterpart is not None]
        steps = on_call_handles.steps([*old, *new], client, ())
        services, unread_services = ((), ()) if selectors else _services(client, in_use, rules)
    followed = on_call.follow(project, [*old, *new], steps, target, now=now, progress=progress)
    paths = {(path.team, path.handle.casefold()): path for path in followed.paths}
    return ToolMigration(
        at=followed.at.astimezone(UTC),
        selected=len(monitors),
        handles=tuple(_row(used, counterpart, paths, in_use) for used, counterpart in pairs),
        teams=tuple(_teams(project.teams.values(), old, selected=bool(selectors))),
        rules=tuple(
            rule
            for rule in _rules(rules, webhooks)
            if not selectors or any(rule.name in used.rules for used in old)
        ),
        services=services,
        unread=(*unread, *unread_services),
    )


def _known(path: PagingPath) -> bool:
    return bool(path.on_call) and all(person.name != NAMELESS for person in path.on_call)


# what leads to Opsgenie


def _webhooks(
    project: Project, in_use: Iterable[HandleInUse], client: Client
) -> dict[str, HandleStep]:
    """Return what Datadog has of all webhooks that monitors and teams name, by handle."""
    named = {used.handle.text.casefold(): used.handle.text for used in in_use}
    for team in project.teams.values():
        named |= {text.casefold(): text for text in handles_of(team)}
    webhooks = [
        HandleInUse(team="", handle=handle, shown=handle.text.casefold(), pager=True)
        for text in named.values()
        if (handle := parsed(text)).kind == "webhook"
    ]
    return on_call_handles.steps(webhooks, client, ())


def _is_old(text: str, webhooks: Mapping[str, HandleStep]) -> bool:
    """Return whether a handle leads to Opsgenie: by its kind, or by its webhook's address."""
    if parsed(text).kind == OLD:
        return True
    held = webhooks.get(text.casefold())
    host = urlsplit(held.webhook.url).hostname if held and held.webhook else ""
    return (host or "").endswith("opsgenie.com")


def _services(
    client: Client, in_use: Iterable[HandleInUse], rules: Iterable[NotificationRule]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return Datadog's services of Opsgenie that nothing here uses, and why they are not known."""
    used = {handle.handle.target.casefold() for handle in in_use if handle.handle.kind == OLD}
    used |= {parsed(text).target.casefold() for rule in rules for text in rule.handles}
    try:
        services = client.integrations.opsgenie_services()
    except RemoteError as error:
        return (), (f"Datadog's services of Opsgenie: {error.problem}",)
    return tuple(sorted(name for name in services if name.casefold() not in used)), ()


def _teams(
    teams: Iterable[Team], old: Sequence[HandleInUse], *, selected: bool
) -> Iterable[OldTeam]:
    """Yield the teams that still name Opsgenie; all of them unless monitors were selected."""
    used = {handle.shown.casefold() for handle in old}
    concerned = {handle.team for handle in old}
    for team in teams:
        own = [text for text in dict.fromkeys(handles_of(team)) if parsed(text).kind == OLD]
        unused = tuple(text for text in own if text.casefold() not in used)
        is_its_tool = team.tool.casefold() == OLD
        if (unused or is_its_tool) and (not selected or team.name in concerned):
            yield OldTeam(
                name=team.name, is_its_tool=is_its_tool, unused=() if selected else unused
            )


def _rules(
    rules: Iterable[NotificationRule], webhooks: Mapping[str, HandleStep]
) -> Iterable[OldRule]:
    for rule in rules:
        handles = tuple(text for text in rule.handles if _is_old(text, webhooks))
        if handles:
            yield OldRule(name=rule.name, handles=handles)


# what takes its place


def _counterpart(
    project: Project,
    used: HandleInUse,
    in_use: Iterable[HandleInUse],
    webhooks: Mapping[str, HandleStep],
) -> HandleInUse | None:
    """Return the team's pager of another tool, as if the same monitors notified it; or None."""
    team = project.teams.get(used.team)
    own = list(dict.fromkeys(handles_of(team))) if team is not None else []
    own += [other.handle.text for other in in_use if other.team == used.team]
    globs = on_call_paths.project_pagers(project)
    pagers = [text for text in own if is_pager(text, globs) and not _is_old(text, webhooks)]
    if not pagers:
        return None
    tool = team.tool.casefold() if team is not None else ""
    chosen = min(pagers, key=lambda text: (of_kind(parsed(text).kind) != tool, pagers.index(text)))
    handle = parsed(chosen)
    return HandleInUse(
        team=used.team,
        handle=handle,
        shown=handle.text,
        pager=True,
        states=used.states,
        monitors=used.monitors,
    )


def _row(
    used: HandleInUse,
    counterpart: HandleInUse | None,
    paths: Mapping[tuple[str, str], PagingPath],
    in_use: Iterable[HandleInUse],
) -> OldHandle:
    row = OldHandle(
        old=paths[used.team, used.shown.casefold()],
        monitors=tuple(used.monitors.values()),
        rules=tuple(sorted(used.rules)),
        by_message=used.by_message,
    )
    if counterpart is None:
        return row
    shown = counterpart.shown
    both = {
        key
        for other in in_use
        if other.shown.casefold() == shown.casefold()
        for key in other.monitors
        if key in used.monitors
    }
    new = paths[used.team, shown.casefold()]
    return replace(row, counterpart=shown, both=len(both), new=new)
