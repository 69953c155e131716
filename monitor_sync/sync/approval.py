"""Which of the teams that would be paged differently have not said yes to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct


class Lacking(Struct, frozen=True, kw_only=True):
    """A team that nobody has approved for. ``approvers`` may; where it is empty, nobody may."""

    team: str
    approvers: tuple[str, ...] = ()


def approvals_lacking(
    teams_paged: Iterable[str],
    approvers: Mapping[str, Collection[str]],
    approved_by: Collection[str],
) -> tuple[Lacking, ...]:
    """
    Return the teams among ``teams_paged`` of which no approver is in ``approved_by``.

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
