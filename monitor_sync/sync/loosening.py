"""
What a change loosens of the rules by which it is itself reviewed. Pure.

Limits, policy, approvers, what a pager is, drift that is put back, suppressions: a change under
review is judged by those of its base, made stricter by its own, and what it loosens is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.audience.pagers import USUAL_PAGING, is_pager
from monitor_sync.model import (
    Limit,
    Limited,
    Limits,
    Monitor,
    Policy,
    Project,
    Released,
)
from monitor_sync.selectors import with_stems
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
_OF_POLICY: Final = frozenset(
    {"tags/required", "tags/value-not-allowed", "hygiene/name-unlike-pattern"}
)
"""Further rules by which ``policy`` is asked: a suppression of one is an exception to it."""
_NAMED: Final = 3
"""Monitors of one suppression that are named; the others are counted."""


class Loosening(Struct, frozen=True, kw_only=True, order=True):
    """One rule of the review that is weaker than before, with its values as people read them."""

    what: str
    old: str
    new: str
    more: tuple[str, ...] = ()
    """What ``new`` only counts: the fingerprint is over these too."""


def loosenings(
    base: ReviewRules, here: ReviewRules, usual_severities: Callable[[], Mapping[str, str]]
) -> tuple[Loosening, ...]:
    """
    Return all that is weaker ``here`` than at the ``base``; nothing without a base.

    What holds for the whole project comes first, then units and teams, then suppressions, each
    sorted: hundreds of these hide none of those where not all are shown.
    ``usual_severities`` gives the level of each rule that no policy names; it is asked only where
    the policies differ in levels.
    """
    if not base.project:
        return ()
    whole = [*_names(base, here), *_limits(base, here), *_pagers(base, here)]
    whole += _policy(base, here)
    if base.severity != here.severity:
        whole += _severities(base.severity, here.severity, usual_severities())
    parts = [*_unit_limits(base, here), *_teams(base, here)]
    return (*sorted(whole), *sorted(parts), *sorted(_ignored(base, here)))


def _loosening(what: str, old: Iterable[str], new: Iterable[str]) -> Loosening:
    return Loosening(what=what, old=", ".join(old) or "none", new=", ".join(new) or "none")


def _names(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    for what, old, new in (("project", base.project, here.project), ("site", base.site, here.site)):
        if old != new:
            yield _loosening(what, filter(None, [old]), filter(None, [new]))


def _limits(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    """Yield the limits of all units, together and of each, that are weaker."""
    old, new = base.as_limits(), here.as_limits()
    for what in get_args(Limited):
        together = (old.standing[what], new.standing[what])
        yield from _weaker_limit(f"limits.{what}", *together)
        for_each = (old.of_unit(_EACH, what), new.of_unit(_EACH, what))
        if for_each != together:
            yield from _weaker_limit(f"limits.each_unit.{what}", *for_each)


def _unit_limits(base: ReviewRules, here: ReviewRules) -> Iterator[Loosening]:
    """Yield the limits of single units that are weaker, but for those that are as each unit's."""
    old, new = base.as_limits(), here.as_limits()
    for what in get_args(Limited):
        for_each = (old.of_unit(_EACH, what), new.of_unit(_EACH, what))
        for unit in {*old.units, *new.units} - {_EACH}:
            own = (old.of_unit(unit, what), new.of_unit(unit, what))
            if own != for_each:
                yield from _weaker_limit(f"limits.units.{unit}.{what}", *own)


def _weaker_limit(name: str, before: Limit, after: Limit) -> Iterator[Loosening]:
    if _weaker(before, after):
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
    most, now = base.max_fires_per_week, here.max_fires_per_week
    if most is not None and (now is None or now > most):
        new_text = "no limit" if now is None else f"{now:g}"
        yield Loosening(what="policy.backtest.max_fires_per_week", old=f"{most:g}", new=new_text)
    days, fewer = base.backtest_days, here.backtest_days
    if most is not None and fewer < days:
        yield Loosening(what="policy.backtest.days", old=f"{days}", new=f"{fewer}")
    for name, old in base.demands.items():
        new = here.demands.get(name, ())
        if {*old} - {*new}:
            yield _loosening(f"policy.{name}", old, new)
    paging = here.demands.get("paging_priorities", ())
    usual = sorted(map(str, USUAL_PAGING))
    if paging and not base.demands.get("paging_priorities") and {*usual} - {*paging}:
        yield _loosening("policy.paging_priorities", usual, paging)
    for tag, old in base.required_tags.items():
        allowed = here.required_tags.get(tag)
        if allowed is None:
            yield Loosening(what=f"policy.required_tags.{tag}", old="required", new="none")
        elif old and (not allowed or {*allowed} - {*old}):
            yield _loosening(f"policy.required_tags.{tag}", old, allowed or ("any",))
    switched_on = sorted({*here.reverting} - {*base.reverting})
    if switched_on:
        yield _loosening("drift: revert", _units(base.reverting), _units(here.reverting))


def _units(names: Iterable[str]) -> list[str]:
    return [name or "all units" for name in names]


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
            named, more = longer[:_NAMED], tuple(sorted(longer[_NAMED:]))
            counted = [f"and {len(more)} more"] if more else []
            yield replace(_loosening(f"ignore {rule}", (), [*named, *counted]), more=more)


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


def with_heirs(base: Project, here: Project) -> Project:
    """Return the base with the limits of each unit for the units to which its monitors move too."""
    units = {**base.limits.units}
    whats: tuple[Limited, ...] = get_args(Limited)
    for monitor in here.monitors.values() if units else ():
        heir = monitor.key.partition("/")[0]
        for unit in {former.partition("/")[0] for former in monitor.moved_from} - {heir}:
            if unit in base.limits.units:
                units[heir] = {
                    what: stricter(
                        replace(base.limits, units=units).of_unit(heir, what),
                        base.limits.of_unit(unit, what),
                    )
                    for what in whats
                }
    return replace(base, limits=replace(base.limits, units=units))


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
        paging_priorities=_paging(base.paging_priorities, here.paging_priorities),
        pagers=_narrower(base.pagers, here.pagers),
        forbidden_handles=tuple(dict.fromkeys((*base.forbidden_handles, *here.forbidden_handles))),
        severity=severity,
        paging_approval=base.paging_approval or here.paging_approval,
        backtest=_stricter_backtest(base.backtest, here.backtest),
    )


def _stricter_backtest(base: Mapping[str, float], here: Mapping[str, float]) -> Mapping[str, float]:
    """Return what both ask of a backtest: the fewer alerts, over the more days."""
    stricter = {"max_fires_per_week": min, "days": max}
    return {
        name: choose(rules[name] for rules in (base, here) if name in rules)
        for name, choose in stricter.items()
        if name in base or name in here
    }


def _paging(base: frozenset[int], here: frozenset[int]) -> frozenset[int]:
    """Return the priorities that page by either; none, the usual ones, where the base says none."""
    return base | here if base or here >= USUAL_PAGING else base


def _both(base: tuple[str, ...] | None, here: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the values that both allow; the base's where there are none."""
    if not base:
        return here or ()
    return tuple(value for value in here or base if value in base) or base


def _narrower(base: tuple[str, ...], here: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a monitor that pages must reach: the change's where it only leaves out."""
    widened = not here or any(not is_pager(glob, base) for glob in here)
    return base if widened else here


def _protects(rule: str) -> bool:
    """Return whether a suppression of a rule would let people down, or the policy."""
    return rule.startswith(_PROTECTIVE) or rule in _OF_POLICY


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
            if not _protects(suppression.rule)
            or _covers(known.get(suppression.rule), suppression.until)
        )
        if kept != monitor.ignored:
            changed[key] = replace(monitor, ignored=kept)
    return {**here, **changed} if changed else here
