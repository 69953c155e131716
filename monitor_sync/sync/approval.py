"""Which teams would be paged otherwise, and which of them have not said yes to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor_sync.language.pagers import is_pager
from monitor_sync.model import Team
from monitor_sync.sync.handles import Notified


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A team that nobody has approved for. ``approvers`` may; where it is empty, nobody may."""

    team: str
    approvers: tuple[str, ...] = ()


def teams_paged(
    differences: Iterable[Notified], teams: Mapping[str, Team], pagers: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """
    The teams whose pagers would be notified of more, of less or in other cases; by name.

    ``differences`` has who is notified differently by each change. A handle is a team's that has
    it among its handles or in its rules; several may have one, and then it concerns all of them.
    What nobody has concerns no team. ``pagers`` are the policy's globs over handles that page.
    """
    moved = {handle for each in differences for handle in _moved(each) if is_pager(handle, pagers)}
    return tuple(sorted(name for name, team in teams.items() if moved & {*_handles(team)}))


def _moved(told: Notified) -> Iterator[str]:
    yield from told.gained
    yield from told.lost
    for each in told.at:
        old, new = dict(each.old), dict(each.new)
        yield from (handle for handle in {**old, **new} if old.get(handle) != new.get(handle))


def _handles(team: Team) -> Iterator[str]:
    yield from team.handles.values()
    for rule in team.notify:
        for recipients in rule.recipients.values():
            yield from recipients


def approvals_lacking(
    teams_paged: Iterable[str],
    approvers: Mapping[str, Collection[str]],
    approved_by: Collection[str],
) -> tuple[Lacking, ...]:
    """
    The teams among ``teams_paged`` for which none of their approvers is in ``approved_by``.

    ``approvers`` maps a team to GitHub logins and must come from the base of the pull request, or
    whoever asks could name themselves. ``approved_by`` are the logins whose latest review of the
    newest commit approves; GitHub takes no review by the author. Logins are compared as GitHub
    does, without regard to case. A team that has no approvers, or that the base does not know, is
    lacking: what nobody can approve is not approved.
    """
    said_yes = {login.casefold() for login in approved_by}
    return tuple(
        Lacking(team=team, approvers=tuple(approvers.get(team, ())))
        for team in dict.fromkeys(teams_paged)
        if not said_yes & {login.casefold() for login in approvers.get(team, ())}
    )
