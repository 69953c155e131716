"""From a service of Zenduty's to people: its escalation policy, schedules, who is on call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor_sync.http.reading import Fields, identifier, number, objects, span, text, whole
from monitor_sync.oncall import coverage
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
    broken,
    judged,
    no_schedule,
    not_checked,
    ok,
    person_step,
    unread,
)
from monitor_sync.oncall.zenduty.lists import ZendutyLists, ZendutyService, responder
from monitor_sync.oncall.zenduty.schedule import turns

_SCHEDULE, _USER = 1, 2  # `target_type` of a rule's target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    """An escalation policy; ``rules`` in the order in which they are carried out."""

    id: str
    name: str
    team: str
    rules: tuple[Fields, ...]


def beyond(
    service: ZendutyService, page: PageToFollow, lists: ZendutyLists, window: LookAhead
) -> Followed:
    """Return the steps from a service on: escalation, schedule, person."""
    fields = lists.policy(service)
    if isinstance(fields, NotRead):
        return Followed(steps=unread(fields.reason))
    if fields is None:
        return _without_policy(service)
    policy = _policy(fields, service)
    on_call = lists.on_call(policy.team)
    levels = None if isinstance(on_call, NotRead) else _levels(policy, on_call)
    reason = on_call.reason if isinstance(on_call, NotRead) else "Zenduty does not list its policy"
    person = person_step(levels, "Zenduty", reason)
    if not policy.rules:
        return Followed(
            steps=(
                _escalation_step(policy, page),
                not_checked("schedule", "the policy has no step that could name one"),
                person,
            ),
            levels=levels or (),
        )
    schedule, shifts = _schedule(policy, levels or (), lists, window)
    return Followed(
        steps=(_escalation_step(policy, page), schedule, person), levels=levels or (), shifts=shifts
    )


def _without_policy(service: ZendutyService) -> Followed:
    problem = f"the service {shown(service.name)} has no escalation policy: it calls nobody"
    fix = "give the service an escalation policy in Zenduty"
    rest = unread("there is no escalation policy that leads to one", "schedule", "person")
    return Followed(steps=(broken("escalation", "", problem, fix), *rest))


def _policy(fields: Fields, service: ZendutyService) -> _Policy:
    rules = sorted(objects(fields.get("rules")), key=lambda rule: number(rule.get("position")) or 0)
    return _Policy(
        id=text(fields.get("unique_id")),
        name=text(fields.get("name")),
        team=identifier(fields.get("team")) or service.team.id,
        rules=tuple(rules),
    )


# the escalation


def _escalation_step(policy: _Policy, page: PageToFollow) -> PathStep:
    problem = fix = note = ""
    if not policy.rules:
        problem, fix = "it has no steps, so it calls nobody", "give the policy a first step"
    elif not objects(policy.rules[0].get("targets")):
        problem, fix = "its first step calls nobody", "name a schedule in the first step"
    else:
        problem, fix, note = _first_delay(policy.rules[0], page)
    return judged("escalation", policy.name, problem, fix, note)


def _first_delay(rule: Fields, page: PageToFollow) -> tuple[str, str, str]:
    """
    Return what is wrong with the delay of the first step, what to do, and what is worth knowing.

    The OpenAPI 1.1.0 says "if delay=5, then … at t=5" and no unit: minutes are inferred.
    """
    delay = span(rule.get("delay"), seconds=60) or timedelta()
    minutes = delay / timedelta(minutes=1)
    if page.acknowledge is None:
        waits = f"the first step waits {minutes:g} min and " if minutes else ""
        return "", "", f"{waits}teams.yaml has no target to acknowledge" if minutes else ""
    if delay <= page.acknowledge:
        return "", "", ""
    target = page.acknowledge / timedelta(minutes=1)
    return (
        f"the first step waits {minutes:g} min (delay read as minutes), longer than the"
        f" {target:g} min to acknowledge",
        "let the first step of the policy begin at once",
        "",
    )


# the schedule


def _schedule(
    policy: _Policy, levels: Sequence[EscalationLevel], lists: ZendutyLists, window: LookAhead
) -> tuple[PathStep, tuple[Shift, ...] | None]:
    """Return the step about the schedules of the first rule, and who is on call by them."""
    targets = objects(policy.rules[0].get("targets"))
    wanted = [text(t.get("target_id")) for t in targets if whole(t.get("target_type")) == _SCHEDULE]
    users = [text(t.get("target_id")) for t in targets if whole(t.get("target_type")) == _USER]
    on_call = {person.id: person for level in levels for person in level.people}
    people = {**lists.people(), **on_call}
    shifts = [
        Shift(
            person=people.get(user) or Responder(id=user, name=NAMELESS),
            start=window.now,
            end=window.end,
        )
        for user in users
    ]
    if not wanted:
        step = no_schedule("step") if users else ok("schedule", "", "no schedule")
        return step, tuple(shifts) or None
    listed = lists.schedules(policy.team)
    if isinstance(listed, NotRead):
        return not_checked("schedule", listed.reason), None
    schedules = [fields for fields in listed if text(fields.get("unique_id")) in wanted]
    if len(schedules) < len(set(wanted)):
        missing = "the first step names a schedule that is not among those of its team"
        return not_checked("schedule", missing), None
    doubt = ""
    for fields in schedules:
        read = turns(fields, people, window)
        shifts += read.shifts
        doubt = doubt or read.doubt
    name = ", ".join(shown(text(fields.get("name"))) for fields in schedules)
    step = coverage.schedule_step(name, shifts, levels, window, doubt=doubt)
    return step, None if step.status == "not_checked" else tuple(shifts)


# people


def _levels(policy: _Policy, on_call: Sequence[Fields]) -> tuple[EscalationLevel, ...] | None:
    """Return who is on call now at each level; None where Zenduty does not list the policy."""
    for fields in on_call:
        if text(fields.get("unique_id")) == policy.id:
            rules = objects(fields.get("oncalls"))
            return tuple(sorted(map(_level, rules), key=lambda level: level.position))
    return None


def _level(rule: Fields) -> EscalationLevel:
    return EscalationLevel(
        position=whole(rule.get("position")) or 0,
        delay=span(rule.get("delay"), seconds=60),
        people=tuple(map(responder, objects(rule.get("oncalls")))),
    )
