"""What must change in Datadog for it to match the files. Pure: no clock, no network, no files."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

from monitor_sync.audience.pagers import pager_globs
from monitor_sync.errors import UsageError
from monitor_sync.model import Body, LiveMonitor, Monitor, Project, tag_value
from monitor_sync.resources.difference import FieldChange, differences
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.difference import field_changes
from monitor_sync.resources.monitor.equivalence import same_type
from monitor_sync.resources.monitor.payload import to_create, to_update
from monitor_sync.selectors import Selector, selected
from monitor_sync.sync.drift import Base
from monitor_sync.sync.identity import Match, Refusal, match
from monitor_sync.sync.references import References

if TYPE_CHECKING:
    from monitor_sync.audience.change import AudienceChange

__all__ = [
    "ORDER",
    "Action",
    "Change",
    "LeftAlone",
    "Plan",
    "Reason",
    "Refusal",
    "make_plan",
    "select",
]

Action = Literal["create", "update", "replace", "delete", "adopt"]
Reason = Literal["unmanaged", "clone", "other-project"]

ORDER: Final = ("delete", "replace", "update", "adopt", "create")
"""The order in which a plan is shown: what cannot be undone comes first."""

_GOING: Final = ("delete", "replace")


@dataclass(frozen=True, kw_only=True)
class Change:
    """
    One monitor that is to be written.

    ``id`` is the live monitor's, None for a create; a replace has the old one's, which goes away.
    ``fields`` are the fields that differ: for a create every field it sets (``old`` None), for a
    delete none. ``body`` is what would be sent, None for a delete;
    ``${id:KEY}`` stands in a composite's query where the id is only known once KEY is made.
    ``references`` are these keys. ``live`` is what Datadog holds now. ``successor`` is a monitor
    of the wanted type that an earlier, interrupted replace already made. ``referred_by`` names
    the composites that would still refer to a monitor that goes away, ``blocked_by`` has what
    Datadog itself says refers to it now. ``planned`` is the hash of the live monitor's canonical
    form, where a plan was read from a file; empty where ``live`` has the body. ``reverts`` are
    those of the fields that are no part of the change under review: drift that its unit's policy
    puts back. ``overwrites`` is what somebody made of the monitor and this change undoes: fields
    as its base declared them (``old``) and as they are live (``new``). ``pagers`` are globs over
    the handles that wake somebody. ``recorded_audience`` is who is notified differently by a plan
    file; None where it is to be derived from ``live`` and ``body``. ``team``, ``business_unit``
    and the place in the files are empty where nothing says them; a delete has them from its tags.
    """

    action: Action
    key: str
    name: str
    id: int | None = None
    team: str = ""
    business_unit: str = ""
    path: str = ""
    line: int = 0
    fields: tuple[FieldChange, ...] = ()
    body: Body | None = None
    references: tuple[str, ...] = ()
    live: LiveMonitor | None = None
    successor: LiveMonitor | None = None
    referred_by: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    planned: str = ""
    pagers: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    overwrites: tuple[FieldChange, ...] = ()
    recorded_audience: AudienceChange | None = None

    @functools.cached_property
    def audience(self) -> AudienceChange:
        """
        Return who is notified differently once the change is made.

        It is derived when it is first asked for. A plan read from a file does not hold what is
        live now; there it is what the file says: the handles that come and go.
        """
        if self.recorded_audience is not None:
            return self.recorded_audience
        from monitor_sync.audience.change import compare  # 20 ms that a plan of nothing saves

        old = self.live.body if self.live is not None else None
        return compare(old, self.body, pagers=self.pagers)

    @property
    def is_revert(self) -> bool:
        """Whether it does nothing but put back drift."""
        return bool(self.reverts) and all(each.field in self.reverts for each in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A live monitor that is not touched, and why: not ours, a clone of ours, another project's."""

    id: int
    key: str
    name: str
    reason: Reason
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Everything that applying would do, and everything that it would leave alone.

    ``changes`` are in the order in which they are shown: see ``ORDER``, then by key.
    ``unchanged`` counts the declared monitors that Datadog holds as declared. ``ours`` are the
    ids of all live monitors of this project, which apply compares with a second listing before it
    creates anything; ``units`` counts them by business unit. ``org_id`` is the organisation that
    was asked, 0 where no live monitor tells. ``unchecked`` says, a sentence each, what could not
    be looked up. ``narrowed_from`` is the whole plan, where this one shows a part of it.
    ``known_fingerprint`` is that of the whole plan, where this one was read from a file. ``made``
    is when the listing began that it was made of, in milliseconds since 1970; 0 unknown. ``base``
    has what differs for other reasons, where the plan is of one change alone.
    """

    project: str
    site: str
    changes: tuple[Change, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unchanged: int = 0
    ours: frozenset[int] = frozenset()
    units: Mapping[str, int] = field(default_factory=dict)
    org_id: int = 0
    unchecked: tuple[str, ...] = ()
    narrowed_from: Plan | None = None
    known_fingerprint: str = ""
    made: int = 0
    base: Base | None = None

    @property
    def summary(self) -> dict[str, int]:
        """How many of each: create, update, replace, delete, adopt, unchanged, unmanaged."""
        counts = dict.fromkeys(("create", "update", "replace", "delete", "adopt"), 0)
        for change in self.changes:
            counts[change.action] += 1
        counts["unchanged"] = self.unchanged
        counts["unmanaged"] = sum(each.reason == "unmanaged" for each in self.left_alone)
        return counts

    @property
    def going(self) -> tuple[int, ...]:
        """The ids of the monitors that would go away: deletes, and the old ones of replaces."""
        return tuple(each.id for each in self.changes if each.action in _GOING and each.id)

    def blocked(self, blockers: Mapping[int, tuple[str, ...]]) -> Plan:
        """The same plan, with what Datadog says refers to monitors that go away, by id."""
        changes = (
            replace(each, blocked_by=tuple(blockers.get(each.id or 0, ())))
            if each.action in _GOING
            else each
            for each in self.changes
        )
        return replace(self, changes=tuple(changes))

    @property
    def fingerprint(self) -> str:
        """
        Eight hex digits that differ when what would be done differs.

        SHA-256 over project, site and the changes by key. Not over times, versions, the place in
        the files, the selectors that narrow what is shown, or drift that is put back: that comes
        and goes while a change is under review.
        """
        if self.known_fingerprint:
            return self.known_fingerprint
        whole = self.narrowed_from or self
        steps = sorted(
            [change.key, change.action, change.id or 0, _fields(change)]
            for change in whole.changes
            if not change.is_revert
        )
        text = json.dumps([whole.project, whole.site, steps], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _fields(change: Change) -> list[str]:
    """The field changes of one change, each as text, in an order that never depends on chance."""
    return sorted(
        json.dumps([each.field, each.old, each.new], sort_keys=True, default=str)
        for each in change.fields
        if each.field not in change.reverts
    )


def make_plan(project: Project, live: Sequence[LiveMonitor], *, site: str) -> Plan:
    """
    Compare what the files want with what Datadog has.

    A live monitor without our project's key is left alone, whatever its name. One with our key
    that no file declares any more is deleted. ``site`` is the Datadog site asked.
    """
    found = match(project, live)
    references = References(project, found)
    changes: list[Change] = []
    refused = list(found.refused.values())
    unchanged = 0
    for key, monitor in project.monitors.items():
        if key in found.refused:
            continue
        lacking = references.lacking(monitor)
        if lacking:
            refused.append(_unresolved(monitor, lacking))
            continue
        change = _change(monitor, found, references)
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    changes += [_delete(monitor, references) for monitor in found.orphans]
    pagers = pager_globs(project.limits.pagers, project.limits.pager_handles)
    changes = [replace(each, pagers=pagers) for each in changes]
    changes.sort(key=lambda each: (ORDER.index(each.action), each.key, each.id or 0))
    ours = [each for each in live if each.key and each.project == project.name]
    return Plan(
        project=project.name,
        site=site,
        changes=tuple(changes),
        left_alone=_left_alone(found),
        refused=tuple(sorted(refused, key=lambda each: (each.key, each.message))),
        unchanged=unchanged,
        ours=frozenset(each.id for each in ours),
        units=Counter(_unit(each) for each in ours),
        org_id=next((each.org_id for each in live if each.org_id), 0),
    )


def select(plan: Plan, selectors: Sequence[Selector], *, project: Project) -> Plan:
    """
    The part of a plan that the selectors mean, to be shown; the fingerprint stays the whole's.

    A delete is meant by its live key and tags. Raises UsageError for a selector that means no
    declared monitor and nothing in the plan.
    """
    if not selectors:
        return plan
    tags = {key: monitor.tags for key, monitor in project.monitors.items()}
    for change in plan.changes:
        if change.action == "delete" and change.live is not None:
            tags[change.key] = tuple(change.live.body.get("tags") or ())
    if plan.base:
        tags |= {each.key: each.tags for each in plan.base.apart if each.tags}
    alone = {each.id: (each.key, each.tags) for each in plan.left_alone if each.key}
    for selector in selectors:
        known = chain(tags.items(), alone.values())
        if not any(selector.matches(key, its) for key, its in known):
            raise UsageError(
                f"{selector.text} selects nothing",
                hint="see `monitor-sync list` for the keys, or write team:NAME or tag:KEY:VALUE",
            )
    meant = {key for key, its in tags.items() if selected(selectors, key, its)}
    changed = {change.key for change in plan.changes} | {each.key for each in plan.refused}
    if plan.base:
        changed |= {each.key for each in plan.base.apart}
        changed |= {each.key for each in plan.base.refused}
    return replace(
        plan,
        changes=tuple(each for each in plan.changes if each.key in meant),
        refused=tuple(each for each in plan.refused if each.key in meant),
        left_alone=tuple(
            each
            for each in plan.left_alone
            if each.key and selected(selectors, each.key, each.tags)
        ),
        unchanged=sum(key in meant and key not in changed for key in project.monitors),
        narrowed_from=plan.narrowed_from or plan,
        base=plan.base.narrowed(meant) if plan.base else None,
    )


def _change(monitor: Monitor, found: Match, references: References) -> Change | None:
    """What one declared monitor needs, or None where Datadog holds it as declared."""
    current = found.ours.get(monitor.key)
    body = references.resolved(monitor)
    if current is None:
        return _wanted(monitor, "create", None, body, fields=_all_fields(body))
    fields = field_changes(current.body, body)
    if not same_type(current.body.get("type"), monitor.type):
        change = _wanted(monitor, "replace", current, body, fields)
        return replace(
            change,
            successor=found.successors.get(monitor.key),
            referred_by=references.left_behind(current.id),
        )
    if not fields:
        return None
    return _wanted(
        monitor, "adopt" if monitor.key in found.adopted else "update", current, body, fields
    )


def _wanted(
    monitor: Monitor,
    action: Action,
    current: LiveMonitor | None,
    body: Body,
    fields: tuple[FieldChange, ...],
) -> Change:
    return Change(
        action=action,
        key=monitor.key,
        name=monitor.name,
        id=current.id if current else None,
        team=monitor.team,
        business_unit=monitor.business_unit,
        path=monitor.path,
        line=monitor.line,
        fields=fields,
        body=to_update(body) if action in ("update", "adopt") else to_create(body),
        references=monitor.references,
        live=current,
    )


def _all_fields(body: Body) -> tuple[FieldChange, ...]:
    """Every field that a create sets."""
    return differences({}, canonical(body, declared=body))


def _unit(monitor: LiveMonitor) -> str:
    """The business unit of a live monitor: what its tag says."""
    return tag_value(tuple(monitor.body.get("tags") or ()), "business_unit")


def _delete(monitor: LiveMonitor, references: References) -> Change:
    tags = tuple(monitor.body.get("tags") or ())
    return Change(
        action="delete",
        key=monitor.key,
        name=monitor.name,
        id=monitor.id,
        team=tag_value(tags, "team"),
        business_unit=_unit(monitor),
        live=monitor,
        referred_by=references.left_behind(monitor.id),
    )


def _left_alone(found: Match) -> tuple[LeftAlone, ...]:
    kinds: tuple[tuple[Reason, list[LiveMonitor]], ...] = (
        ("clone", found.clones),
        ("other-project", found.others),
        ("unmanaged", found.unmanaged),
    )
    return tuple(
        LeftAlone(
            id=each.id,
            key=each.key,
            name=each.name,
            reason=reason,
            tags=tuple(each.body.get("tags") or ()),
        )
        for reason, monitors in kinds
        for each in sorted(monitors, key=lambda each: (each.key, each.id))
    )


def _unresolved(monitor: Monitor, lacking: str) -> Refusal:
    return Refusal(
        key=monitor.key,
        message=f"{monitor.key} refers to {lacking}, which is not live and not made by this plan",
        hint="see why that one is refused, or refer to another",
        path=monitor.path,
        line=monitor.line,
    )
