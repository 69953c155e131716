"""
How much one run may do: what a plan does too much of, and the option that lets it. Pure.

The idea, and the 30 % from ten monitors up, are octoDNS's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, get_args

from msgspec import Struct

from monitor_sync.audience.audience import of_body
from monitor_sync.audience.pagers import is_pager
from monitor_sync.language.message_layout import take_apart
from monitor_sync.model import Limit, Limited, Limits, tag_value
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.plan import Change, Plan
from monitor_sync.sync.review_rules import JUDGED_FROM, pager_notions

_WAIVED: Final[frozenset[Limited]] = frozenset({"changes", "labels", "lookalikes"})
"""What somebody who has reviewed the plan has agreed to. What cannot be undone takes an option."""

_DONE: Final[Mapping[Limited, str]] = {
    "deletes": "would be deleted or replaced",
    "changes": "would be changed",
    "labels": "would get other tags or another footer",
    "unpaged": "would lose their last pager",
    "lookalikes": "would stand beside a live one that looks the same",
}
_NOTHING: Final[Mapping[Limited, Limit]] = MappingProxyType({})


class Breach(Struct, frozen=True, kw_only=True):
    """
    A limit that a plan exceeds.

    ``message`` is the arithmetic in one line. ``hint`` names the option that lifts this breach and
    all others of the same kind; of several, the last has it and the others have none.
    """

    message: str
    hint: str = ""


def breaches(
    plan: Plan,
    limits: Limits,
    *,
    reviewed: bool = False,
    overrides: Mapping[Limited, Limit] = _NOTHING,
) -> tuple[Breach, ...]:
    """
    Return the limits that a plan exceeds; none if it may be carried out.

    ``reviewed`` says that somebody has seen this very plan: it lifts the limits of changes, of
    labels and of lookalikes. An override stands for the limit in all and of every unit alike,
    reviewed or not. The unit of a change is that of the live monitor, of an adoption the one that
    takes it over. An adoption of tags alone never counts, any other one counts as an update does.
    Creates count only where they have lookalikes.
    """
    adoptions = [change for change in plan.changes if change.action == "adopt"]
    others = _count((change for change in plan.changes if change.action != "adopt"), limits)
    adopted = _count(adoptions, limits)
    breaches_: list[Breach] = []
    for what in get_args(Limited):
        counted = others[what] + adopted[what]
        if not counted or (reviewed and what in _WAIVED and what not in overrides):
            continue
        override = overrides.get(what)
        messages = list(_exceeded(what, others[what], plan.units, limits, override))
        if adopted[what]:  # what is taken over is ours then; ours alone are judged all the same
            live = Counter(plan.units) + Counter(map(_unit, adoptions))
            messages = list(_exceeded(what, counted, live, limits, override)) or messages
        breaches_ += [Breach(message=message) for message in messages[:-1]]
        if messages:
            hint = _hint(plan, what, counted.total(), reviewed=reviewed)
            breaches_.append(Breach(message=messages[-1], hint=hint))
    return tuple(breaches_)


# counting


def _count(changes: Iterable[Change], limits: Limits) -> dict[Limited, Counter[str]]:
    """Count changes of each kind by unit."""
    counted: dict[Limited, Counter[str]] = {what: Counter() for what in get_args(Limited)}
    for change in changes:
        for what in _kinds(change, limits):
            counted[what][_unit(change)] += 1
    return counted


def _kinds(change: Change, limits: Limits) -> tuple[Limited, ...]:
    """Return which limits a change counts for."""
    if change.action == "create" and (change.lookalikes or change.foreign):
        return ("lookalikes",)
    if change.action == "create" or _is_of_tags_alone(change):
        return ()
    kinds: list[Limited] = []
    if change.action == "release":  # it lives on and pages; it can be taken over again
        kinds.append("changes")
    elif change.action in ("update", "adopt"):
        kinds.append("labels" if _is_label(change.fields) else "changes")
    else:
        kinds.append("deletes")
    if change.body is not None and _is_unpaged(change, limits):
        kinds.append("unpaged")
    return tuple(kinds)


def _is_of_tags_alone(change: Change) -> bool:
    """Return whether a change takes a monitor over and does nothing else."""
    return change.action == "adopt" and all(field.field == "tags" for field in change.fields)


def _unit(change: Change) -> str:
    """Return the unit that the monitor is of now, which may be about to change."""
    if change.action == "adopt":  # until now it is no unit's of ours, whatever its tags say
        return change.business_unit
    if change.live is not None:
        return tag_value(change.kind.tags(change.live.body), "business_unit")
    tags = next((field.old for field in change.fields if field.field == "tags"), None)
    if tags is None:
        return change.business_unit
    return tag_value(list(tags), "business_unit")


def _is_label(fields: tuple[FieldChange, ...]) -> bool:
    """Return whether nothing differs but tags and the footer of the message."""
    return all(
        field.field == "tags"
        or (field.field == "message" and _without_footer(field.old) == _without_footer(field.new))
        for field in fields
    )


def _without_footer(message: object) -> tuple[str, str]:
    parts = take_apart(message if isinstance(message, str) else "")
    return parts.text, parts.routing


def _is_unpaged(change: Change, limits: Limits) -> bool:
    """Return whether the monitor named a pager and names none any more, whatever the state."""
    audience, body_audience = change.audience, of_body(change.body or {})
    going = {*audience.no_longer_named, *audience.lost}
    left = {*body_audience.named, *body_audience.handles}
    return any(
        any(is_pager(handle, globs) for handle in going)
        and not any(is_pager(handle, globs) for handle in left)
        for globs in pager_notions(limits)
    )


# judging


def _exceeded(
    what: Limited,
    counted: Counter[str],
    live: Mapping[str, int],
    limits: Limits,
    override: Limit | None,
) -> Iterator[str]:
    """
    Yield what exceeds a limit: units first, by name, then all of them together.

    The ``counted`` changes are shares of the ``live`` monitors; both are by unit.
    """
    in_all = override or limits.standing[what]
    everything = sum(live.values())
    alone = False
    for unit, count in sorted(counted.items()):
        limit = override or limits.of_unit(unit, what)
        why = _why(count, live.get(unit, 0), limit)
        if why:
            # a project of one unit is told once
            whole = len(counted) == 1 if what == "lookalikes" else live.get(unit, 0) == everything
            alone = alone or (whole and limit == in_all)
            whose = f"of {unit}" if unit else "without a business unit"
            yield f"{_of(what, count, live.get(unit, 0))} {whose} {_DONE[what]}: {why}"
    why = _why(counted.total(), everything, in_all)
    if why and not alone:
        yield f"{_of(what, counted.total(), everything)} in all {_DONE[what]}: {why}"


def _why(count: int, live: int, limit: Limit) -> str:
    """Return which part of a limit is exceeded; empty if none is."""
    shown = []
    percent = ""
    if limit.count is not None and count > limit.count:
        shown.append(str(limit.count))
    if limit.share is not None and live >= JUDGED_FROM and 100 * count > limit.share * live:
        percent = f"{_percentage(count, live, limit.share)} %, "
        shown.append(f"{limit.share.normalize():f} %")
    if not shown:
        return ""
    return f"{percent}the limit{'s are' if len(shown) > 1 else ' is'} {' and '.join(shown)}"


def _percentage(count: int, live: int, limit: Decimal) -> str:
    """Return a share in percent, with as many digits as it takes to be seen to exceed the limit."""
    exact = Decimal(100 * count) / live
    shown = next(
        (text for digits in range(6) if Decimal(text := f"{exact:.{digits}f}") > limit), None
    )
    return shown or f"{exact:f}"


def _of(what: Limited, count: int, live: int) -> str:
    if what == "lookalikes":
        return f"{count} new {'monitor' if count == 1 else 'monitors'}"
    return f"{count} of {live} {'monitor' if live == 1 else 'monitors'}"


def _hint(plan: Plan, what: Limited, total: int, *, reviewed: bool) -> str:
    """Return the option that lets this plan pass: an override holds for all units together too."""
    option = f"`--max-{what} {total}`"
    if what in _WAIVED and not reviewed:
        option += f", or `--expect {plan.fingerprint}` after a review"
    if what == "lookalikes":
        nobodys = any(change.lookalikes for change in plan.changes)
        keeps = "`adopt: ID` takes it over" if nobodys else "`moved_from` keeps it"
        return f"{keeps}, as the plan says; if a second one is meant: {option}"
    return f"if that is meant: {option}"
