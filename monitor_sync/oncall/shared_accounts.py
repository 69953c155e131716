"""Accounts that a whole team shares, so that nobody may answer: found by their shifts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor_sync.counting import listed
from monitor_sync.oncall.path import EscalationLevel, Followed, LookAhead, Responder


def warnings(
    team: str, followed: Followed, teams_of: Mapping[str, frozenset[str]], window: LookAhead
) -> list[str]:
    """
    Return why the person on call may be an account that several people share.

    ``teams_of`` are the teams that each responder is called first for, by the responder's id.
    """
    first = called_first(followed.levels)
    if len(first) != 1:
        return []
    (person,) = first
    reasons = []
    if _alone(person, followed, window):
        reasons.append("is on call alone for all 14 days")
    if len(followed.levels) > 1 and _same(followed.levels[0], followed.levels[1]):
        reasons.append("is the second level too")
    others = sorted(teams_of.get(person.id, frozenset()) - {team})
    if others:
        reasons.append(f"is on call for {listed(others)} too")
    return [f"a shared account? {person.name} {reason}" for reason in reasons]


def called_first(levels: Sequence[EscalationLevel]) -> tuple[Responder, ...]:
    """Return the people of the first level that has any; each once."""
    people = next((level.people for level in levels if level.people), ())
    return tuple({person.id: person for person in people}.values())


def teams_of(followed: Iterable[tuple[str, Followed]]) -> dict[str, frozenset[str]]:
    """Return the teams that each responder is called first for, by the responder's id."""
    teams: dict[str, set[str]] = {}
    for team, path in followed:
        for person in called_first(path.levels):
            teams.setdefault(person.id, set()).add(team)
    return {person: frozenset(names) for person, names in teams.items()}


def _alone(person: Responder, followed: Followed, window: LookAhead) -> bool:
    shifts = followed.shifts or ()
    ahead = [s for s in shifts if s.start < window.end and s.end > window.now]
    return bool(ahead) and all(shift.person.id == person.id for shift in ahead)


def _same(first: EscalationLevel, second: EscalationLevel) -> bool:
    ids = {person.id for person in first.people}
    return len(ids) == 1 and ids == {person.id for person in second.people}
