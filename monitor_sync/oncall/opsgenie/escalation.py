"""
From what a routing rule of Opsgenie's notifies to people: an escalation, a schedule, a person.

Each rule of an escalation has a ``delay`` that counts from the alert (OpenAPI: ``timeAmount`` in
``timeUnit``, minutes unless said).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor_sync.http.reading import Fields, objects, part, span, text
from monitor_sync.oncall import coverage
from monitor_sync.oncall.opsgenie.lists import Named, OpsgenieLists, named
from monitor_sync.oncall.path import (
    EscalationLevel,
    Followed,
    LookAhead,
    PageToFollow,
    PathStep,
    Responder,
    Shift,
)
from monitor_sync.oncall.privacy import shown
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.steps import (
    broken,
    judged,
    late_level,
    no_schedule,
    not_checked,
    ok,
    person_step,
    unread,
)

_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_PEOPLE: Final = frozenset({"user", "team", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A rule of an escalation: after ``delay`` it calls ``recipient``."""

    delay: timedelta
    recipient: Named


def beyond(
    notified: Named, page: PageToFollow, lists: OpsgenieLists, window: LookAhead
) -> Followed:
    """Return the steps from what a routing rule notifies: escalation, schedule, person."""
    if notified.type != "escalation":
        note = f"the routing rule notifies a {notified.type} at once: there is no second level"
        direct = ok("escalation", "", note)
        only = (_Level(delay=timedelta(), recipient=notified),)
        return _called(direct, only, lists, window)
    listed = lists.escalations()
    if isinstance(listed, NotRead):
        return Followed(steps=unread(listed.reason))
    fields = next((f for f in listed if notified.key in (f.get("id"), f.get("name"))), None)
    if fields is None:
        reason = "Opsgenie does not list the escalation that the routing rule notifies"
        return Followed(steps=unread(reason))
    levels = tuple(sorted(map(_level, objects(fields.get("rules"))), key=lambda rule: rule.delay))
    return _called(_escalation_step(fields, levels, page), levels, lists, window)


def _level(rule: Fields) -> _Level:
    delay = rule.get("delay")
    held: Fields = delay if isinstance(delay, dict) else {"timeAmount": delay}
    seconds = _SECONDS.get(text(held.get("timeUnit")) or "minutes", 60)
    return _Level(
        delay=span(held.get("timeAmount"), seconds=seconds) or timedelta(),
        recipient=named(part(rule, "recipient"), "none"),
    )


def _escalation_step(fields: Fields, levels: Sequence[_Level], page: PageToFollow) -> PathStep:
    problem = fix = ""
    if not levels:
        problem, fix = "it has no rules, so it calls nobody", "give the escalation a first rule"
    elif levels[0].recipient.type == "none":
        problem, fix = "its first rule calls nobody", "name a schedule in the first rule"
    else:
        problem = late_level("first", levels[0].delay, page.acknowledge)
        fix = "let the first rule of the escalation call at once" if problem else ""
    return judged("escalation", text(fields.get("name")), problem, fix)


def _called(
    escalation: PathStep, levels: Sequence[_Level], lists: OpsgenieLists, window: LookAhead
) -> Followed:
    """Return the steps of an escalation with these levels, and whom they call."""
    if not levels:
        schedule = not_checked("schedule", "the escalation has no rule that could name one")
        return Followed(steps=(escalation, schedule, person_step((), "Opsgenie", "")))
    people = [_people(level.recipient, lists) for level in levels]
    reason = next((called.reason for called in people if isinstance(called, NotRead)), "")
    levels_now = tuple(
        EscalationLevel(
            position=position,
            delay=level.delay,
            people=() if isinstance(called, NotRead) else called,
        )
        for position, (level, called) in enumerate(zip(levels, people, strict=True), 1)
    )
    known = None if reason and not any(level.people for level in levels_now) else levels_now
    schedule, shifts = _schedule_step(levels[0].recipient, known or (), lists, window)
    return Followed(
        steps=(escalation, schedule, person_step(known, "Opsgenie", reason)),
        levels=known or (),
        shifts=shifts,
    )


def _people(recipient: Named, lists: OpsgenieLists) -> tuple[Responder, ...] | NotRead:
    """Return whom a recipient is now."""
    if recipient.type == "schedule":
        return lists.on_call(recipient)
    if recipient.type in _PEOPLE:
        fields = {"type": recipient.type, "id": recipient.id, "name": recipient.name}
        return (lists.person(fields),)
    return ()


def _schedule_step(
    recipient: Named, levels: Sequence[EscalationLevel], lists: OpsgenieLists, window: LookAhead
) -> tuple[PathStep, tuple[Shift, ...] | None]:
    """Return the step about the schedule of the first level, and who is on call by it."""
    if recipient.type in _PEOPLE and levels:
        shifts = tuple(
            Shift(person=person, start=window.now, end=window.end) for person in levels[0].people
        )
        return no_schedule("level"), shifts
    if recipient.type != "schedule":
        return not_checked("schedule", "the first level names no schedule"), None
    enabled = lists.enabled(recipient)
    if enabled is False:
        problem = f"the schedule {shown(recipient.name)} is disabled: it calls nobody"
        return broken("schedule", recipient.name, problem, "enable the schedule in Opsgenie"), None
    read = lists.shifts(recipient, window)
    if isinstance(read, NotRead):
        return not_checked("schedule", read.reason), None
    step = coverage.schedule_step(shown(recipient.name), read, levels, window)
    return step, None if step.status == "not_checked" else read
