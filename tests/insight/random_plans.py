"""Random queries, points and options of the documented part, for the brute force."""

from __future__ import annotations

import random

from tests.insight.brute import Leg, Plan, Points, Source

START = 1_793_613_600
"""2026-11-02 10:00:00 UTC."""


def random_plan(dice: random.Random) -> tuple[Plan, list[Source], list[int]]:
    """A query, the points that it reads, and the instants at which it is evaluated."""
    kind = dice.choice(["gauge", "gauge", "count"])
    other = dice.choice([kind, kind, "gauge"])
    minutes = dice.choice([1, 2, 5, 5, 10, 15])
    by: tuple[str, ...] = dice.choice([(), (), ("host",), ("host", "disk")])
    modifier = "" if kind == "gauge" else dice.choice(["as_count", "as_count", "as_rate"])
    left = random_leg(dice, "a.x", kind, by, modifier)
    aggregator = "sum" if modifier == "as_count" else dice.choice(["avg", "sum", "min", "max"])
    right, operator = None, ""
    change, shift = "", 0
    if dice.random() < 0.45:
        other = kind
        # one source a line: how gauges of several legs are aligned is an open point
        right = random_leg(dice, "b.y", other, dice.choice([by, ()]), modifier)
        operator = dice.choice("+-/") if modifier == "as_count" else dice.choice("+-*/")
    elif dice.random() < 0.3:
        change, shift = dice.choice(["change", "pct_change"]), 60 * dice.choice([1, 5, 10])
    if right and left.rollup != right.rollup:
        left, right = with_rollup(left, None), with_rollup(right, None)
    critical = dice.choice([0, 1, 3, 5, 10])
    plan = Plan(
        aggregator=aggregator, minutes=minutes, left=left, operator=operator, right=right,
        change=change, shift=shift, comparator=dice.choice([">", ">=", "<", "<="]),
        critical=critical, options={}, phase=dice.choice([0, 0, 7, 30]),
    )  # fmt: skip
    plan.options.update(random_options(dice, plan))
    sources = random_sources(dice, left) + (random_sources(dice, right) if right else [])
    instants = [START + 60 * minute + plan.phase for minute in range(1, dice.choice([12, 30]))]
    return plan, sources, instants


def with_rollup(leg: Leg, rollup: tuple[str, int] | None) -> Leg:
    return Leg(
        leg.metric, leg.kind, leg.space, leg.scope, leg.by, leg.modifier, rollup,
        leg.function, leg.bound, leg.ago,
    )  # fmt: skip


def random_leg(
    dice: random.Random, metric: str, kind: str, by: tuple[str, ...], modifier: str
) -> Leg:
    functions = ["", "", "", "clamp_min", "clamp_max", "cutoff_min", "cutoff_max", "default_zero"]
    return Leg(
        metric=metric,
        kind=kind,
        space="sum" if modifier else dice.choice(["avg", "sum", "min", "max"]),
        scope=dice.choice(["", "", "env:prod", "!env:prod"]),
        by=by,
        modifier=modifier,
        rollup=None
        if dice.random() < 0.6
        else ("sum" if modifier else "max", dice.choice([20, 60])),
        function="" if modifier == "as_count" else dice.choice(functions),
        bound=float(dice.choice([1, 2, 5])),
        ago=dice.choice([0, 0, 0, 300]),
    )


def random_options(dice: random.Random, plan: Plan) -> dict[str, object]:
    options: dict[str, object] = {}
    levels: dict[str, float] = {"critical": plan.critical}
    sign = 1 if plan.comparator.startswith(">") else -1
    if dice.random() < 0.4:
        levels["critical_recovery"] = plan.critical - sign * 2
    if dice.random() < 0.4:
        levels["warning"] = plan.critical - sign * 3
        if dice.random() < 0.5:
            levels["warning_recovery"] = plan.critical - sign * 4
    options["thresholds"] = levels
    if dice.random() < 0.25:
        options["require_full_window"] = True
    if dice.random() < 0.2:
        options["evaluation_delay"] = dice.choice([60, 120])
    if dice.random() < 0.2:
        options["new_group_delay"] = dice.choice([0, 120, 300])
    policy = dice.choice(
        ["default", "show_no_data", "show_and_notify_no_data", "resolve", "old", "none"]
    )
    if policy == "old":
        options |= {"notify_no_data": True, "no_data_timeframe": dice.choice([3, 10])}
    elif policy != "none":
        options["on_missing_data"] = policy
    return options


def random_sources(dice: random.Random, leg: Leg) -> list[Source]:
    hosts = ["1", "2"] if leg.by else dice.choice([["1"], ["1", "2"]])
    sources = []
    for host in hosts:
        tags = {"host": host, "disk": "sda"}
        if dice.random() < 0.5:
            tags["env"] = "prod"
        if dice.random() < 0.1:
            del tags["disk"]
        sources.append(Source(leg.metric, leg.kind, tags, random_points(dice)))
    return sources


def random_points(dice: random.Random) -> Points:
    every = dice.choice([15, 20, 60, 60, 90])
    points: Points = {}
    offset = dice.randrange(1, every)
    for second in range(START - 900 + offset, START + 1800, every):
        if dice.random() < 0.12:
            continue
        points.setdefault(second, []).append(float(dice.choice([0, 1, 2, 3, 5, 8, 13])))
    if dice.random() < 0.5:  # it goes silent for a while
        low = START + dice.randrange(0, 900)
        high = low + dice.choice([120, 400, 1200])
        points = {s: v for s, v in points.items() if not low <= s <= high}
    return points
