"""
What a change loosens of the rules by which it is itself reviewed. Pure.

Limits, policy, approvers, what a pager is, drift that is put back, suppressions: a change under
review is judged by those of its base, made stricter by its own, and what it loosens is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, get_args

from monitor_sync.audience.pagers import is_pager
from monitor_sync.model import (
    Limit,
    Limited,
    Limits,
    Monitor,
    Policy,
    Project,
    Released,
    with_stems,
)
from monitor_sync.sync.review_rules import (
    JUDGED_FROM,
    ReviewRules,
    pager_notions,
    stricter,
    written,
)

_LEVELS: Final = ("off", "note", "warning", "error")
_EACH: Final = "*"
_PROTECTIVE: Final = ("routing/", "ownership/")
"""Families of rules about who is paged and who answers: a suppression of one protects nobody."""
_NAMED: Final = 3
"""Monitors of one suppression that are named; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Loosening:
    """One rule of the review that is weaker than before, with its values as people read them."""

    what: str
    old: str
    new: str


def loosenings(
    base: ReviewRules, here: ReviewRules, usual_severities: Callable[[], Mapping[str, str]]
) -> tuple[Loosening, ...]:
    """
    Return all that is weaker ``here`` than at the ``base``, sorted; nothing without a base.

    ``usual_severities`` gives the level of each rule that no policy names; it is asked only where
    the policies differ in levels.
    """
    if not base.project:
        return ()
    loosened = [*_names(base, here), *_limits(base, here), *_pagers(base, here)]
    loosened += [*_policy(base, here), *_teams(base, here), *_ignored(base, here)]
    if base.severity != here.severity:
        loosened += _severities(base.severity, here.severity, usual_severities())
    return tuple(sorted(loosened))


def _loosening(what: str, old: Iterable[str], new: Iterable[str]) -> Loosening:
    return Loosening(what=what, old=", ".join(old) or "none", new=", ".join(new) or "none")


def _names(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    for what, old, new in (("project", base.project, here.project), ("site", base.site, here.site)):
        if old != new:
            yield _loosening(what, filter(None, [old]), filter(None, [new]))


def _limits(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    old, new = base.as_limits(), here.as_limits()
    for what in get_args(Limited):
        pairs = [(f"limits.{what}", old.standing[what], new.standing[what])]
        for unit in sorted({_EACH, *old.units, *new.units}):
            name = "limits.each_unit" if unit == _EACH else f"limits.units.{unit}"
            pairs.append((f"{name}.{what}", old.of_unit(unit, what), new.of_unit(unit, what)))
        reported = set()
        for name, before, after in pairs:
            if _weaker(before, after) and (before, after) not in reported:
                reported.add((before, after))
                yield Loosening(what=name, old=written(before), new=written(after))


def _weaker(before: Limit, after: Limit) -> bool:
    """
    Return whether a limit lets anything through that another one refuses.

    A count in place of a share is no weaker where no number of monitors has so small a share.
    """
    count, share = after.count, before.share
    if count is not None and share is not None and 100 * count <= share * JUDGED_FROM:
        before = Limit(count=before.count)
        after = Limit(count=count)
    return stricter(before, after) != after


def _pagers(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    """Yield what was a pager and is none any more, and what is one now without being one."""
    lost = [glob for glob in base.pagers if not is_pager(glob, here.pagers)]
    gained = [glob for glob in here.pagers if not is_pager(glob, base.pagers)]
    if lost:
        yield _loosening("what is a pager", lost, ())
    if gained:
        yield _loosening("what is a pager", (), gained)


def _policy(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    if base.paging_approval and not here.paging_approval:
        yield Loosening(what="policy.paging_approval", old="true", new="false")
    for name, old in base.demands.items():
        new = here.demands.get(name, ())
        # no priorities stand for the usual ones, which are as good as any
        if {*old} - {*new}:
            yield _loosening(f"policy.{name}", old, new)
    for tag, old in base.required_tags.items():
        allowed = here.required_tags.get(tag)
        if allowed is None:
            yield Loosening(what=f"policy.required_tags.{tag}", old="required", new="none")
        elif old and (not allowed or {*allowed} - {*old}):
            yield _loosening(f"policy.required_tags.{tag}", old, allowed or ("any",))
    switched_on = sorted({*here.reverting} - {*base.reverting})
    if switched_on:
        yield _loosening("drift: revert", base.reverting, here.reverting)


def _severities(
    base: Mapping[str, str], here: Mapping[str, str], usual: Mapping[str, str]
) -> Iterator[Loosening]:
    for rule in {**base, **here}:
        old = base.get(rule) or usual.get(rule, "error")
        new = here.get(rule) or usual.get(rule, "error")
        if _LEVELS.index(new) < _LEVELS.index(old):
            yield Loosening(what=f"policy.severity.{rule}", old=old, new=new)


def _teams(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    """Yield who may approve besides, whose approval nobody needs, and whose pages are nobody's."""
    for team in sorted({*base.approvers, *here.approvers}):
        old, new = base.approvers.get(team, ()), here.approvers.get(team, ())
        if (old and not new) or {*new} - {*old}:
            yield _loosening(f"teams.{team}.approvers", old, new)
    for team, had in base.handles.items():
        has = {handle.casefold() for handle in here.handles.get(team, ())}
        lost = [handle for handle in had if handle.casefold() not in has]
        if lost:
            yield _loosening(f"pagers of the team {team}", had, here.handles.get(team, ()))


def _ignored(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    """Yield the suppressions that are new or last longer, one for each rule."""
    for rule, keys in here.ignored.items():
        before = base.ignored.get(rule, {})
        longer = [key for key, until in keys.items() if not _covers(before.get(key), until)]
        if longer:
            more = len(longer) - _NAMED
            named = [*longer[:_NAMED], *([f"and {more} more"] if more > 0 else [])]
            yield _loosening(f"ignore {rule}", (), named)


def _covers(before: str | None, until: str) -> bool:
    """Return whether a suppression was there before, and for as long; an empty day is for ever."""
    return before is not None and (not before or (bool(until) and until <= before))


def withdrawn(base: ReviewRules, here: ReviewRules, going: Iterable[str]) -> tuple[Loosening, ...]:
    """
    Return what is released no more although it was not let go yet: it would be deleted.

    ``going`` are the keys that the plan deletes or releases. An entry whose monitor is nobody's by
    now has done its work, and nothing is said of it.
    """
    was, now = ({*rules.released} for rules in (base, here))
    lost = [
        key
        for key in sorted(going)
        if not was.isdisjoint(with_stems(key)) and now.isdisjoint(with_stems(key))
    ]
    return tuple(Loosening(what="released", old=key, new="none") for key in lost)


# the stricter of two


def judged(base: Project, here: Project) -> Project:
    """
    Return the project as it is here, with the rules of the review as the base has them.

    What the change makes stricter counts at once. Without a base nothing is changed.
    """
    if not base.name:
        return here
    return replace(
        here,
        policy=_stricter_policy(base.policy, here.policy),
        limits=stricter_limits(base.limits, here.limits),
        reverting=here.reverting & base.reverting,
        released=_still_released(base, here),
        monitors=_unsuppressed(base.monitors, here.monitors),
    )


def _still_released(base: Project, here: Project) -> Mapping[str, Released]:
    """Return what is released here, and what the base releases and no file here names any more."""
    heirs = {former for monitor in here.monitors.values() for former in monitor.moved_from}
    return {
        **{
            key: replace(released, path="", line=0)
            for key, released in base.released.items()
            if key not in here.monitors and key not in heirs
        },
        **here.released,
    }


def stricter_limits(left: Limits, other: Limits) -> Limits:
    """Return limits that refuse what either of two refuses; a pager is what either calls one."""
    whats: tuple[Limited, ...] = get_args(Limited)
    notions = dict.fromkeys((*pager_notions(left), *pager_notions(other)))
    return Limits(
        standing={what: stricter(left.standing[what], other.standing[what]) for what in whats},
        units={
            unit: {
                what: stricter(left.of_unit(unit, what), other.of_unit(unit, what))
                for what in whats
            }
            for unit in sorted({_EACH, *left.units, *other.units})
        },
        pagers=tuple(dict.fromkeys(glob for notion in notions for glob in notion)),
        notions=tuple(notions),
    )


def _stricter_policy(base: Policy, here: Policy) -> Policy:
    severity = {
        rule: max(base.severity.get(rule, level), level, key=_LEVELS.index)
        for rule, level in {**base.severity, **here.severity}.items()
        # what only the change names counts at once where nothing is stricter
        if rule in base.severity or level == "error"
    }
    return Policy(
        required_tags={
            tag: _both(base.required_tags.get(tag), here.required_tags.get(tag))
            for tag in {**base.required_tags, **here.required_tags}
        },
        name_pattern=base.name_pattern or here.name_pattern,
        paging_priorities=base.paging_priorities | here.paging_priorities,
        pagers=_narrower(base.pagers, here.pagers),
        forbidden_handles=tuple(dict.fromkeys((*base.forbidden_handles, *here.forbidden_handles))),
        severity=severity,
        paging_approval=base.paging_approval or here.paging_approval,
    )


def _both(base: tuple[str, ...] | None, here: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the values that both allow; the base's where there are none."""
    if not base:
        return here or ()
    return tuple(value for value in here or base if value in base) or base


def _narrower(base: tuple[str, ...], here: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a monitor that pages must reach: the change's where it only leaves out."""
    widened = not here or any(not is_pager(glob, base) for glob in here)
    return base if widened else here


def _unsuppressed(
    base: Mapping[str, Monitor], here: Mapping[str, Monitor]
) -> Mapping[str, Monitor]:
    """Return the monitors without what the change newly ignores of rules that protect people."""
    changed = {}
    for key, monitor in here.items():
        if not monitor.ignored:
            continue
        earlier = next((base[old] for old in (key, *monitor.moved_from) if old in base), None)
        if earlier is None:
            continue
        known = {suppression.rule: suppression.until for suppression in earlier.ignored}
        kept = tuple(
            suppression
            for suppression in monitor.ignored
            if not suppression.rule.startswith(_PROTECTIVE)
            or _covers(known.get(suppression.rule), suppression.until)
        )
        if kept != monitor.ignored:
            changed[key] = replace(monitor, ignored=kept)
    return {**here, **changed} if changed else here
