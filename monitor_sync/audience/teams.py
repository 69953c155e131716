"""Whose pagers are concerned: from handles to the teams that have them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from monitor_sync.audience.pagers import is_pager, may_be
from monitor_sync.model import Team


def handles_of(team: Team) -> Iterator[str]:
    """Yield the handles that a team has, by name or in its rules; one may come twice."""
    yield from team.handles.values()
    for rule in team.notify:
        for recipients in rule.recipients.values():
            yield from recipients


def teams_paged(
    handles: Iterable[str], teams: Mapping[str, Team], pagers: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """
    Return the names of the teams that have a pager among these handles, sorted.

    Several teams may have one handle, and then it concerns all of them. ``@oncall-NAME`` concerns
    the team of that name, whether it is written among its handles or not: a team's name is
    Datadog's too. What nobody has concerns no team. ``pagers`` are globs over the handles that wake
    somebody. The case of letters does not matter, and a variable in a handle may become any text.
    """
    paged = {handle.casefold() for handle in handles if is_pager(handle, pagers)}
    return tuple(
        sorted(
            name
            for name, team in teams.items()
            if _has_any(paged, {*handles_of(team), f"@oncall-{name}"})
        )
    )


def _has_any(paged: Collection[str], owned: Collection[str]) -> bool:
    """Return whether one of the handles is a team's, or can become one with a variable in it."""
    if any(handle.casefold() in paged for handle in owned):
        return True
    return any(
        may_be(handle, other)
        for handle in paged
        for other in owned
        if "{{" in handle or "{{" in other
    )
