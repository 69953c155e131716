"""Steps that are made alike for every tool. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import Final

from monitor_sync.counting import count
from monitor_sync.oncall.path import EscalationLevel, Followed, PageToFollow, PathStep, StepName
from monitor_sync.oncall.privacy import shown

_BEHIND_A_SERVICE: Final[tuple[StepName, ...]] = ("escalation", "schedule", "person")
BEHIND: Final[tuple[StepName, ...]] = ("integration", "service", *_BEHIND_A_SERVICE)
"""The steps behind a handle, in order."""


def unread(reason: str, *names: StepName, fix: str = "") -> tuple[PathStep, ...]:
    """Return these steps as not checked for one reason; without names, those behind a service."""
    return tuple(not_checked(name, reason, fix) for name in names or _BEHIND_A_SERVICE)


def not_checked(name: StepName, reason: str, fix: str = "") -> PathStep:
    """Return a step that is not checked, for a reason."""
    return PathStep(step=name, name="", status="not_checked", what=reason, fix=fix)


def ok(name: StepName, title: str, note: str = "") -> PathStep:
    """Return a step that is as it should be; a note says what is worth knowing."""
    return PathStep(step=name, name=shown(title), status="ok", what=note)


def broken(name: StepName, title: str, problem: str, fix: str) -> PathStep:
    """Return a step at which the page ends."""
    return PathStep(step=name, name=shown(title), status="broken", what=problem, fix=fix)


def integration_without_key(title: str) -> PathStep:
    """Return the step of an integration where Datadog's API does not say to which key it sends."""
    reason = "Datadog does not give the key that it sends to"
    return ok("integration", title, f"{reason}: whether it is this integration's is not checked")


def no_schedule(level: str) -> PathStep:
    """Return the step of a schedule where the first level, in the tool's word, needs none."""
    return ok("schedule", "", f"the first {level} calls people directly: no schedule")


def judged(
    name: StepName,
    title: str,
    problem: str,
    fix: str,
    note: str = "",
    warnings: tuple[str, ...] = (),
) -> PathStep:
    """Return a step: broken if there is a problem, else ok with a note that is worth reading."""
    return PathStep(
        step=name,
        name=shown(title),
        status="broken" if problem else "ok",
        what=problem or note,
        fix=fix,
        warnings=warnings,
    )


def unknown(kind: str, *first: PathStep) -> Followed:
    """Return a path that cannot be followed behind these steps: nobody knows to which service."""
    reason = f"it is not known which {kind} the page comes to"
    return Followed(steps=(*first, *unread(reason)))


def no_such_service(
    page: PageToFollow, names: Sequence[str], tool: str, *, kind: str = "service"
) -> PathStep:
    """
    Return the step of a service that the tool does not have: the declared one, else the handle's.

    It is broken only if teams.yaml declares it: in Datadog a handle may be called anything.
    ``kind`` is the tool's word for what a service is.
    """
    wanted = page.service
    if not wanted:
        reason = f"{tool} has no {kind} {page.target}, and teams.yaml declares none"
        return not_checked("service", reason, "declare on_call.service in teams.yaml")
    near = get_close_matches(wanted, names, n=1)
    mend = f"did you mean {shown(near[0])}? If not, mend" if near else "mend"
    return PathStep(
        step="service",
        name=wanted,
        status="broken",
        what=f"{tool} has no {kind} {wanted}",
        fix=f"{mend} on_call.service of the team in teams.yaml, or make the {kind} in {tool}",
    )


def late_level(which: str, delay: timedelta, acknowledge: timedelta | None) -> str:
    """Return that a level, ``first`` or ``second``, is called too late; empty if it is not."""
    if acknowledge is None or delay <= acknowledge:
        return ""
    minute = timedelta(minutes=1)
    return (
        f"the {which} level is called after {delay / minute:g} min, later than the"
        f" {acknowledge / minute:g} min to acknowledge"
    )


def person_step(levels: Sequence[EscalationLevel] | None, tool: str, reason: str) -> PathStep:
    """
    Return the step about who is called first now.

    ``levels`` is None where that is not known, for ``reason``. ``tool`` is the tool's name.
    """
    if levels is None:
        return not_checked("person", reason)
    reached = next((level for level in levels if level.people), None)
    if reached is None:
        problem = "nobody is on call now, at no level"
        fix = f"put somebody on call in {tool} now, then mend the schedule"
        return broken("person", "", problem, fix)
    note = ""
    if reached is not levels[0]:
        position = levels.index(reached) + 1
        waits = reached.delay / timedelta(minutes=1) if reached.delay else 0
        note = f"nobody at the first level now; level {position} is called after {waits:g} min"
    people = ", ".join(person.name for person in reached.people[:3])
    more = len(reached.people) - 3
    return ok("person", f"{people} and {count(more, 'other')}" if more > 0 else people, note)
