"""
From a service of PagerDuty's to people: its escalation policy, and who is on call by it.

The first level is called at once; ``escalation_delay_in_minutes`` of a rule is how long it has to
acknowledge before the next level is called (OpenAPI, api-schema of 2026-08-14).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor_sync.http.reading import Fields, moment, objects, part, span, text, whole
from monitor_sync.oncall import coverage
from monitor_sync.oncall.pagerduty.lists import PagerDutyLists, PagerDutyService
from monitor_sync.oncall.path import (
    EscalationLevel,
    Followed,
    LookAhead,
    PageToFollow,
    PathStep,
    Responder,
    Shift,
)
from monitor_sync.oncall.privacy import NAMELESS, shown
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.steps import (
    judged,
    late_level,
    no_schedule,
    not_checked,
    person_step,
    unread,
)


def beyond(
    service: PagerDutyService, page: PageToFollow, lists: PagerDutyLists, window: LookAhead
) -> Followed:
    """Return the steps from a service on: escalation, schedule, person."""
    fields = lists.policy(service.policy)
    if fields is None:
        reason = "PagerDuty does not list the escalation policy of the service"
        fields = NotRead(reason)
    if isinstance(fields, NotRead):
        return Followed(steps=unread(fields.reason))
    rules = objects(fields.get("escalation_rules"))
    escalation = _escalation_step(fields, rules, page)
    if not rules:
        schedule = not_checked("schedule", "the policy has no level that could name one")
        return Followed(steps=(escalation, schedule, person_step((), "PagerDuty", "")))
    entries = lists.on_call(service.policy, window)
    if isinstance(entries, NotRead):
        return Followed(steps=(escalation, *unread(entries.reason, "schedule", "person")))
    levels = _levels(rules, entries, window)
    shifts = tuple(_shift(entry, window) for entry in entries if _level_of(entry) == 1)
    schedule = _schedule_step(rules[0], shifts, levels, window)
    known = None if schedule.status == "not_checked" else shifts
    return Followed(
        steps=(escalation, schedule, person_step(levels, "PagerDuty", "")),
        levels=levels,
        shifts=known,
    )


def _escalation_step(fields: Fields, rules: Sequence[Fields], page: PageToFollow) -> PathStep:
    problem = fix = note = ""
    if not rules:
        problem, fix = "it has no levels, so it calls nobody", "give the policy a first level"
    elif not objects(rules[0].get("targets")):
        problem, fix = "its first level calls nobody", "name a schedule in the first level"
    elif len(rules) > 1:
        note = late_level("second", _delay(rules[0]), page.acknowledge)
    title = text(fields.get("name")) or text(fields.get("summary"))
    return judged("escalation", title, problem, fix, note)


def _delay(rule: Fields) -> timedelta:
    return span(rule.get("escalation_delay_in_minutes"), seconds=60) or timedelta()


def _schedule_step(
    rule: Fields, shifts: Sequence[Shift], levels: Sequence[EscalationLevel], window: LookAhead
) -> PathStep:
    targets = objects(rule.get("targets"))
    names = [
        shown(text(target.get("summary")))
        for target in targets
        if text(target.get("type")).startswith("schedule")
    ]
    if not targets:
        return not_checked("schedule", "the first level calls nobody")
    if not names:
        return no_schedule("level")
    return coverage.schedule_step(", ".join(names), shifts, levels, window)


def _levels(
    rules: Sequence[Fields], entries: Sequence[Fields], window: LookAhead
) -> tuple[EscalationLevel, ...]:
    """Return who is on call now at each level, and after how long it is called."""
    levels = []
    waits = timedelta()
    for position, rule in enumerate(rules, 1):
        shifts = (_shift(entry, window) for entry in entries if _level_of(entry) == position)
        people = {s.person.id: s.person for s in shifts if s.start <= window.now < s.end}
        levels.append(
            EscalationLevel(position=position, delay=waits, people=tuple(people.values()))
        )
        waits += _delay(rule)
    return tuple(levels)


def _level_of(entry: Fields) -> int | None:
    return whole(entry.get("escalation_level"))


def _shift(entry: Fields, window: LookAhead) -> Shift:
    """Return an on-call of PagerDuty's; one without a start or an end has none in the window."""
    user = part(entry, "user")
    name = text(user.get("name")) or text(user.get("summary"))
    return Shift(
        person=Responder(id=text(user.get("id")), name=shown(name) or NAMELESS),
        start=moment(entry.get("start")) or window.now,
        end=moment(entry.get("end")) or window.end,
    )
