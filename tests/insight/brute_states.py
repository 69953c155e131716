"""States of the brute force: each evaluation of ``brute`` judged in turn."""

from __future__ import annotations

from tests.insight.brute import Number, Plan, Source, value_at


def holds(comparator: str, value: float, level: float) -> bool:
    return {
        ">": value > level, ">=": value >= level, "<": value < level, "<=": value <= level,
    }[comparator]  # fmt: skip


def judge(plan: Plan, value: float, before: str | None) -> str:
    levels = plan.options.get("thresholds", {})
    assert isinstance(levels, dict)
    if holds(plan.comparator, value, plan.critical):
        return "ALERT"
    recovery, warning = levels.get("critical_recovery"), levels.get("warning")
    if before == "ALERT" and recovery is not None and holds(plan.comparator, value, recovery):
        return "ALERT"
    if warning is not None:
        back = levels.get("warning_recovery")
        if holds(plan.comparator, value, warning):
            return "WARN"
        if before in ("ALERT", "WARN") and back is not None and holds(plan.comparator, value, back):
            return "WARN"
    return "OK"


def states(
    plan: Plan, sources: list[Source], instants: list[int]
) -> list[tuple[dict[tuple[str, ...], Number], dict[tuple[str, ...], str]]]:
    """What each evaluation says, and the states of all groups after it."""
    known: dict[tuple[str, ...], str] = {}
    first: dict[tuple[str, ...], int] = {}
    silent: dict[tuple[str, ...], int] = {}
    resolved: set[tuple[str, ...]] = set()
    answers: list[tuple[dict[tuple[str, ...], Number], dict[tuple[str, ...], str]]] = []
    delay = plan.options.get("new_group_delay", 60)
    assert isinstance(delay, int)
    for instant in instants:
        numbers = value_at(plan, sources, instant)
        for group, (outcome, value, last) in numbers.items():
            if outcome == "number":
                assert value is not None
                first.setdefault(group, instant)
                silent.pop(group, None)
                resolved.discard(group)
                if group not in known and group and instant - first[group] < delay:
                    continue
                known[group] = judge(plan, value, known.get(group))
            elif outcome == "empty" and group in known:
                silent.setdefault(group, instant)
                known[group] = missing(
                    plan, known[group], silent[group], last, instant, resolved, group
                )
        answers.append((numbers, dict(known)))
    return answers


def missing(
    plan: Plan,
    before: str,
    since: int,
    last: int | None,
    instant: int,
    resolved: set[tuple[str, ...]],
    group: tuple[str, ...],
) -> str:
    options = plan.options
    hours = options.get("timeout_h")
    if group in resolved:
        return "OK"
    if isinstance(hours, int) and before != "OK" and instant - since >= hours * 3600:
        resolved.add(group)
        return "OK"
    policy = options.get("on_missing_data")
    if policy in ("show_no_data", "show_and_notify_no_data"):
        return "NO DATA"
    if policy == "resolve":
        return "OK"
    if policy == "default":
        legs = [leg for leg in (plan.left, plan.right) if leg]
        zero = any(leg.function == "default_zero" for leg in legs)
        counts = zero or all(leg.modifier == "as_count" for leg in legs)
        return judge(plan, 0.0, before) if counts else before
    if options.get("notify_no_data"):
        minutes, late = options["no_data_timeframe"], options.get("evaluation_delay", 0)
        assert isinstance(minutes, int)
        assert isinstance(late, int)
        if last is not None and instant - late - last > minutes * 60:
            return "NO DATA"
    return before
