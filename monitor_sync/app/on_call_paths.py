"""Which handles the monitors of a project use, in which states, for whom, and by which tool."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from monitor_sync.audience.audience import of_body
from monitor_sync.audience.pagers import is_pager, pager_globs
from monitor_sync.audience.teams import handles_of
from monitor_sync.incidents import target_for
from monitor_sync.language.handles import Handle, handles
from monitor_sync.language.transitions import TRANSITIONS
from monitor_sync.model import STATES

if TYPE_CHECKING:
    from monitor_sync.app.notification_rules import NotificationRule
    from monitor_sync.model import Monitor, Project, Team

EMAIL: Final = "@(an e-mail address)"
"""Stands for the handle of every e-mail address: it is somebody's, and never shown."""

_STATE_OF: Final = {transition.name: transition.state for transition in TRANSITIONS}


@dataclass(slots=True, kw_only=True)
class HandleInUse:
    """
    A handle that monitors use, of one team.

    ``shown`` is the handle as it may be shown. ``pager`` says that it wakes somebody.
    """

    team: str
    handle: Handle
    shown: str
    pager: bool
    states: set[str] = field(default_factory=set)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)
    """Names of the notification rules by which it is notified."""
    by_message: bool = False
    """True if a message notifies it, and not only a rule."""

    @property
    def states_in_order(self) -> tuple[str, ...]:
        """The states in which the handle is notified."""
        return tuple(state for state in STATES if state in self.states)


def in_use(
    project: Project, monitors: Iterable[Monitor], rules: Sequence[NotificationRule] = ()
) -> list[HandleInUse]:
    """
    Return the handles that monitors use: by team, each team's in the order of first use.

    ``rules`` are Datadog's notification rules: whom they notify of a monitor counts as well.
    """
    globs = project_pagers(project)
    owners = _owners(project.teams)
    used: dict[tuple[str, str], HandleInUse] = {}
    for monitor in monitors:
        for text, states, by_rule in _notified(monitor, rules):
            handle = parsed(text)
            shown = EMAIL if handle.kind == "email" else handle.text
            for team in _teams(text, monitor, owners):
                in_team = used.setdefault(
                    (team, shown.casefold()),
                    HandleInUse(team=team, handle=handle, shown=shown, pager=is_pager(text, globs)),
                )
                in_team.states |= states
                in_team.rules |= by_rule
                in_team.by_message = in_team.by_message or not by_rule
                in_team.monitors[monitor.key] = monitor
    return sorted(used.values(), key=lambda handle: handle.team)


def project_pagers(project: Project) -> tuple[str, ...]:
    """Return the globs that say what a pager is in a project."""
    named = {team.handles["pager"] for team in project.teams.values() if "pager" in team.handles}
    return pager_globs(project.policy.pagers, named)


def acknowledge_target(team: Team | None, today: date) -> timedelta | None:
    """Return a team's strictest target to acknowledge, None where teams.yaml has none for today."""
    targets = team.targets if team is not None else ()
    promised = [
        target_for(targets, "acknowledge", priority, today) for priority in (1, 2, 3, 4, 5, None)
    ]
    seconds = [seconds for seconds in promised if seconds is not None]
    return timedelta(seconds=min(seconds)) if seconds else None


def _notified(
    monitor: Monitor, rules: Sequence[NotificationRule]
) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield each handle that a monitor notifies, in which states, and by which rules."""
    states: dict[str, set[str]] = {}
    audience = of_body(monitor.body)
    for transition, recipients in audience.at.items():
        for handle in recipients.handles:
            states.setdefault(handle, set()).add(_STATE_OF[transition])
    yield from ((handle, held, set()) for handle, held in states.items())
    reached = {_STATE_OF[transition] for transition in audience.at}
    for rule in rules if monitor.body.get("draft_status") != "draft" else ():
        for handle, held in rule.notified(monitor, reached).items():
            yield handle, held, {rule.name}


def parsed(text: str) -> Handle:
    """Return a handle that stands alone; a user's own where it is of no known kind."""
    for handle in handles(text):
        return handle
    return Handle(text=text, start=0, end=len(text), kind="user", target=text.removeprefix("@"))


def _owners(teams: Mapping[str, Team]) -> dict[str, list[str]]:
    """Return the teams that have a handle, by the handle."""
    owners: dict[str, list[str]] = {}
    for name, team in teams.items():
        for handle in {handle.casefold() for handle in handles_of(team)}:
            owners.setdefault(handle, []).append(name)
    return owners


def _teams(text: str, monitor: Monitor, owners: Mapping[str, Collection[str]]) -> Collection[str]:
    """Return whose handle it is: the owner's of the monitor, else those that have it."""
    having = owners.get(text.casefold(), ())
    return [monitor.team] if monitor.team in having or not having else having
