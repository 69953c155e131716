"""
From an escalation policy of Datadog On-Call to people: its steps, its schedules, who is called now.

The first step is called at once; ``escalate_after_seconds`` is how long it has before the next is.
A step for whose schedule nobody is on call is skipped (Datadog's page on escalation policies).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor_sync.http.reading import Fields, span, text
from monitor_sync.oncall import coverage
from monitor_sync.oncall.datadog.documents import Reference, attribute, related
from monitor_sync.oncall.datadog.lists import DatadogLists, EscalationPolicy, responder
from monitor_sync.oncall.datadog.schedule import people_now, turns
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
    judged,
    late_level,
    no_schedule,
    not_checked,
    person_step,
    unread,
)

_TITLE = "Datadog On-Call"


def beyond(
    policy_id: str,
    page: PageToFollow,
    lists: DatadogLists,
    window: LookAhead,
    *,
    team: str = "",
) -> Followed:
    """
    Return the steps of an escalation policy: escalation, schedule, person.

    ``team`` is the id of the team whose last rule has this policy: its first step calls whom
    Datadog names for that team. It is empty if another rule has the policy.
    """
    policy = lists.policy(policy_id)
    if isinstance(policy, NotRead):
        return Followed(steps=unread(policy.reason))
    escalation = _escalation_step(policy, page)
    if not policy.steps:
        schedule = not_checked("schedule", "the policy has no step that could name one")
        return Followed(steps=(escalation, schedule, person_step((), _TITLE, "")))
    shifts_of = {
        schedule: turns(lists, schedule.id, window)
        for step in policy.steps
        for schedule in _schedules(step, policy)
    }
    called = lists.responders(team) if team else None
    levels = _levels(policy, shifts_of, called, window)
    schedule, shifts = _schedule_step(policy, shifts_of, levels, window)
    reason = next((read.reason for read in shifts_of.values() if isinstance(read, NotRead)), "")
    known = None if reason and not any(level.people for level in levels) else levels
    person = person_step(known, _TITLE, reason)
    return Followed(steps=(escalation, schedule, person), levels=known or (), shifts=shifts)


def _escalation_step(policy: EscalationPolicy, page: PageToFollow) -> PathStep:
    problem = fix = note = ""
    if not policy.steps:
        problem, fix = "it has no steps, so it calls nobody", "give the policy a first step"
    elif not related(policy.steps[0], "targets"):
        problem, fix = "its first step calls nobody", "name a schedule in the first step"
    elif len(policy.steps) > 1:
        note = late_level("second", _delay(policy.steps[0]), page.acknowledge)
    return judged("escalation", policy.name, problem, fix, note)


def _delay(step: Fields) -> timedelta:
    return span(attribute(step, "escalate_after_seconds")) or timedelta()


def _schedules(step: Fields, policy: EscalationPolicy) -> list[Reference]:
    """Return the schedules whose person on call a step calls now."""
    schedules = []
    for target in related(step, "targets"):
        fields = policy.named.get(target, {})
        if target.type == "schedules":
            schedules.append(target)
        elif target.type == "schedule_target" and text(attribute(fields, "position")) == "current":
            schedules += related(fields, "schedule")
    return schedules


def _others(step: Fields, policy: EscalationPolicy) -> list[Responder]:
    """Return whom a step calls directly: users, whole teams, the turns before and after."""
    others = []
    for target in related(step, "targets"):
        fields = policy.named.get(target, {})
        if target.type == "users":
            others.append(responder(target.id, fields))
        elif target.type == "teams":
            name = shown(text(attribute(fields, "name"))) or "a team"
            others.append(Responder(id=target.id, name=f"everybody of {name}"))
        elif target.type == "schedule_target" and text(attribute(fields, "position")) != "current":
            which = shown(text(attribute(fields, "position"))) or "another"
            others.append(Responder(id=target.id, name=f"whose turn is {which}"))
    return others


def _levels(
    policy: EscalationPolicy,
    shifts_of: dict[Reference, tuple[Shift, ...] | NotRead],
    called: tuple[Responder, ...] | NotRead | None,
    window: LookAhead,
) -> tuple[EscalationLevel, ...]:
    """Return who is called now at each step, and after how long."""
    levels = []
    waits = timedelta()
    for position, step in enumerate(policy.steps, 1):
        people = _others(step, policy)
        for schedule in _schedules(step, policy):
            read = shifts_of[schedule]
            if not isinstance(read, NotRead):
                people += [shift.person for shift in people_now(read, window)]
        if position == 1 and isinstance(called, tuple):
            people = list(called)
        unique = {person.id: person for person in people}
        levels.append(
            EscalationLevel(position=position, delay=waits, people=tuple(unique.values()))
        )
        waits += _delay(step)
    return tuple(levels)


def _schedule_step(
    policy: EscalationPolicy,
    shifts_of: dict[Reference, tuple[Shift, ...] | NotRead],
    levels: Sequence[EscalationLevel],
    window: LookAhead,
) -> tuple[PathStep, tuple[Shift, ...] | None]:
    """Return the step about the schedules of the first step, and who is on call by them."""
    first = policy.steps[0]
    schedules, others = _schedules(first, policy), _others(first, policy)
    shifts = [Shift(person=person, start=window.now, end=window.end) for person in others]
    if not schedules:
        if not others:
            return not_checked("schedule", "the first step names no schedule"), None
        return no_schedule("step"), tuple(shifts)
    for schedule in schedules:
        read = shifts_of[schedule]
        if isinstance(read, NotRead):
            return not_checked("schedule", read.reason), None
        shifts += read
    name = ", ".join(shown(text(attribute(policy.named.get(s, {}), "name"))) for s in schedules)
    step = coverage.schedule_step(name, shifts, levels, window)
    return step, None if step.status == "not_checked" else tuple(shifts)
