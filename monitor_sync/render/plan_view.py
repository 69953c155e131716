"""
A plan as people are shown it: what is folded, counted, named and warned of, decided once.

``plan.py`` writes a view for a terminal, ``plan_markdown.py`` for a pull request. A plan for
programs (``sync/plan_json.py``) folds nothing and so needs no view.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from msgspec import Struct

from monitor_sync.model import Id
from monitor_sync.render import drift, notified
from monitor_sync.render.groups import Creates, Group, counted, creates, grouped
from monitor_sync.render.referrers import LOST, RELEASED, referrers
from monitor_sync.render.text import count
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.plan import Change, LeftAlone, Plan

VERBS: Final = {
    "create": "to create",
    "adopt": "to take over",
    "update": "to change",
    "release": "to release",
    "replace": "to replace",
    "delete": "to delete",
}
"""What the last line calls each action, in its order."""

LOOSENED: Final = "This change weakens the rules of its review; they hold until it is applied"

TWIN: Final = "it is as declared, so its original was restored after it was made anew"
"""What a clone is that differs in nothing from what the files declare."""

_FATES: Final = {"replace": LOST, "release": RELEASED}

_TOLD: Final = ("name", "type", "query", "priority", "options.thresholds")
"""What a new monitor is told by; the rest is in its file, and in ``show KEY``."""


class ChangeView(Struct, frozen=True, kw_only=True):
    """
    Changes that do the same, shown by the first of them.

    ``fields`` are those to show. ``fate`` is what becomes of the live monitor where the action's
    name does not say it. ``staying`` still refer to a monitor that goes away, ``leaving`` no more
    once the plan is applied.
    """

    group: Group
    fields: tuple[FieldChange, ...]
    fate: str
    remarks: tuple[str, ...]
    staying: tuple[str, ...]
    leaving: tuple[str, ...]

    @property
    def change(self) -> Change:
        """The change that stands for all."""
        return self.group.example

    @property
    def by_number(self) -> tuple[str, ...]:
        """The keys of the declared composites that name by its id what goes away."""
        # one that names it by its key is pointed to the new monitor, and so stays in nobody's way
        return tuple(name for name in self.change.referred_by if not name.startswith("#"))

    @property
    def is_create(self) -> bool:
        """True if there was nothing before, so that only new values are shown."""
        return self.group.action == "create"

    @property
    def is_folded(self) -> bool:
        """True if it stands for several monitors."""
        return len(self.group.changes) > 1

    @property
    def is_example(self) -> bool:
        """True if the texts of the monitors differ outside of what is changed."""
        return any(change.fields != self.change.fields for change in self.group.changes)


class PlanView(Struct, frozen=True, kw_only=True):
    """
    A whole plan, in the order in which it is shown.

    ``creates`` are the new monitors where there are too many to show each. ``strangers`` counts
    the live monitors that are left alone, by reason; clones of ours are named in ``clones``.
    """

    plan: Plan
    changes: tuple[ChangeView, ...]
    creates: tuple[Creates, ...]
    apart: tuple[drift.Section, ...]
    clones: tuple[LeftAlone, ...]
    strangers: Counter[str]
    notified: notified.Tally


def view(plan: Plan, *, full: bool = False) -> PlanView:
    """Return what to show of a plan; ``full`` folds nothing and leaves no field out."""
    clones = tuple(monitor for monitor in plan.left_alone if monitor.reason == "clone")
    reasons: list[str] = [monitor.reason for monitor in plan.left_alone]
    strangers = Counter(reason for reason in reasons if reason != "clone")
    return PlanView(
        plan=plan,
        changes=tuple(_change(group, plan, full=full) for group in grouped(plan, full=full)),
        creates=() if full or not counted(plan) else tuple(creates(plan)),
        apart=drift.sections(plan),
        clones=clones,
        strangers=strangers,
        notified=notified.tally(plan),
    )


def _change(group: Group, plan: Plan, *, full: bool) -> ChangeView:
    change = group.example
    referring = referrers(change, plan)
    brief = change.action == "create" and not full
    return ChangeView(
        group=group,
        fields=_telling(change) if brief else change.fields,
        fate=_FATES.get(change.action, ""),
        remarks=tuple(drift.remarks(change)),
        staying=tuple(referrer.words for referrer in referring if not referrer.removed),
        leaving=tuple(referrer.words for referrer in referring if referrer.removed),
    )


def _telling(change: Change) -> tuple[FieldChange, ...]:
    """Return the fields that tell what a new monitor is."""
    return tuple(
        field
        for name in _TOLD
        for field in change.fields
        if field.field == name or field.field.startswith(name + ".")
    )


def tally(plan: Plan) -> str:
    """Return what the plan comes to: ``1 to create, 1230 unchanged``, or ``nothing to do, …``."""
    counts = plan.summary
    parts = [f"{counts[action]} {verb}" for action, verb in VERBS.items() if counts[action]]
    if plan.refused:
        parts.append(f"{len(plan.refused)} refused")
    if not plan.changes:
        parts = ["nothing to do", *parts]
        if plan.unchanged or not drift.counts(plan):
            parts.append(f"{count(plan.unchanged, 'monitor')} unchanged")
    elif plan.unchanged:
        parts.append(f"{plan.unchanged} unchanged")
    parts += drift.counts(plan)
    whole = plan.narrowed_from
    if whole:
        parts.append(f"{len(plan.changes)} of all {count(len(whole.changes), 'change')} shown")
    return ", ".join(parts)


def link(site: str, monitor_id: Id) -> str:
    """Return the address of a live monitor in Datadog's own pages."""
    host = site if site.count(".") > 1 else f"app.{site}"
    return f"https://{host}/monitors/{monitor_id}"
