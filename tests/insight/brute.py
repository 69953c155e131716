"""
The documented part of the specification again, second by second, without any cleverness.

It shares nothing with the evaluator but the words of the query: it never reads one. A ``Plan``
says what is asked; ``text`` writes the query, ``states`` works the answer out by looking at every
second and every point, each time anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Points = dict[int, list[float]]
"""Values by second."""


@dataclass(frozen=True)
class Source:
    metric: str
    kind: str
    tags: dict[str, str]
    points: Points


@dataclass(frozen=True)
class Leg:
    metric: str
    kind: str
    space: str
    scope: str = ""
    by: tuple[str, ...] = ()
    modifier: str = ""
    rollup: tuple[str, int] | None = None
    function: str = ""
    bound: float = 0.0
    ago: int = 0

    def text(self) -> str:
        keys = f" by {{{','.join(self.by)}}}" if self.by else ""
        text = f"{self.space}:{self.metric}{{{self.scope or '*'}}}{keys}"
        if self.modifier:
            text += f".{self.modifier}()"
        if self.rollup:
            text += f".rollup({self.rollup[0]}, {self.rollup[1]})"
        if self.ago:
            text = f"timeshift({text}, -{self.ago})"
        if self.function == "default_zero":
            return f"default_zero({text})"
        return f"{self.function}({text}, {self.bound:g})" if self.function else text


@dataclass(frozen=True)
class Plan:
    aggregator: str
    minutes: int
    left: Leg
    operator: str = ""
    right: Leg | None = None
    change: str = ""
    shift: int = 0
    comparator: str = ">"
    critical: float = 0.0
    options: dict[str, object] = field(default_factory=dict)
    phase: int = 0

    def text(self) -> str:
        window = f"last_{self.minutes}m"
        evaluated = f"{self.aggregator}({window})"
        if self.change:
            evaluated = f"{self.change}({evaluated},last_{self.shift // 60}m)"
        body = self.left.text()
        if self.right:
            body = f"{body} {self.operator} {self.right.text()}"
        return f"{evaluated}:{body} {self.comparator} {self.critical:g}"


def interval_of(leg: Leg, seconds: int) -> int:
    if leg.rollup:
        return leg.rollup[1]
    for nice in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400):
        if seconds / nice <= 300:
            return nice
    raise AssertionError


def make(method: str, values: list[float]) -> float:
    if method == "sum":
        return sum(values)
    if method == "avg":
        return sum(values) / len(values)
    if method == "count":
        return float(len(values))
    return min(values) if method == "min" else max(values)


Buckets = dict[int, float]


def source_buckets(leg: Leg, source: Source, start: int, end: int, interval: int) -> Buckets:
    """Buckets that start between two seconds, from the points that were there at the end."""
    buckets: Buckets = {}
    for second in range(start, end + 1):
        if second % interval:
            continue
        values = []
        for inside in range(second, min(second + interval, end + 1)):
            values += source.points.get(inside, [])
        if not values:
            continue
        counted = leg.modifier != "" and source.kind == "count"
        method = leg.rollup[0] if leg.rollup else "sum" if counted else "avg"
        value = make(method, values)
        if leg.modifier == "as_rate" and source.kind == "count":
            value /= interval
        buckets[second] = value
    return buckets


def interpolated(buckets: Buckets, second: int) -> float | None:
    """Linear between two samples, for five minutes after the first of them."""
    if second in buckets:
        return buckets[second]
    before = [s for s in buckets if s < second]
    after = [s for s in buckets if s > second]
    if not before or not after or second - max(before) > 300:
        return None
    low, high = max(before), min(after)
    return buckets[low] + (buckets[high] - buckets[low]) * (second - low) / (high - low)


def matches(leg: Leg, source: Source) -> bool:
    if source.metric != leg.metric:
        return False
    if leg.scope:
        key, _, value = leg.scope.lstrip("!").partition(":")
        if (source.tags.get(key) == value) == leg.scope.startswith("!"):
            return False
    return all(key in source.tags for key in leg.by)


def groups_of(leg: Leg, sources: list[Source]) -> dict[tuple[str, ...], list[Source]]:
    by_group: dict[tuple[str, ...], list[Source]] = {}
    for source in sources:
        if matches(leg, source):
            by_group.setdefault(tuple(source.tags[key] for key in leg.by), []).append(source)
    return by_group


def leg_buckets(
    leg: Leg, sources: list[Source], start: int, end: int, seconds: int
) -> dict[tuple[str, ...], Buckets]:
    interval = interval_of(leg, seconds)
    ago = leg.ago
    by_group = {}
    for group, members in groups_of(leg, sources).items():
        every = [source_buckets(leg, s, start - ago - 1000, end - ago, interval) for s in members]
        line: Buckets = {}
        for second in range(start - ago - 400, end - ago + 1):
            if not any(second in buckets for buckets in every):
                continue
            if leg.kind == "gauge" and len(every) > 1:
                values = [interpolated(b, second) for b in every]
            else:
                values = [b.get(second) for b in every]
            line[second] = make(leg.space, [v for v in values if v is not None])
        line = {s + ago: v for s, v in line.items()}
        by_group[group] = function_on(leg, line, start, end, interval)
    return by_group


def function_on(leg: Leg, line: Buckets, start: int, end: int, interval: int) -> Buckets:
    inside = {s: v for s, v in line.items() if start <= s <= end}
    if leg.function == "default_zero":
        if not inside or leg.modifier:
            return inside
        for second in range(start, end + 1):
            if second % interval == 0 and second not in inside:
                inside[second] = zero_or_interpolated(leg, line, second)
        return inside
    if leg.function == "clamp_min":
        return {s: max(v, leg.bound) for s, v in inside.items()}
    if leg.function == "clamp_max":
        return {s: min(v, leg.bound) for s, v in inside.items()}
    if leg.function == "cutoff_min":
        return {s: v for s, v in inside.items() if v >= leg.bound}
    if leg.function == "cutoff_max":
        return {s: v for s, v in inside.items() if v <= leg.bound}
    return inside


def zero_or_interpolated(leg: Leg, line: Buckets, second: int) -> float:
    if leg.kind != "gauge":
        return 0.0
    value = interpolated(line, second)
    if value is not None:
        return value
    before = [s for s in line if s < second]
    after = [s for s in line if s > second]
    if before and not after and second - max(before) <= 300:
        return line[max(before)]
    return 0.0


def operate(operator: str, a: float, b: float) -> float | None:
    if operator == "/":
        return a / b if b != 0 else None
    return a + b if operator == "+" else a - b if operator == "-" else a * b


def points_in(leg: Leg, sources: list[Source], start: int, end: int, seconds: int) -> bool:
    """Whether a bucket of the window has a point; what came before its first bucket has none."""
    interval = interval_of(leg, seconds)
    start, end = start - leg.ago, end - leg.ago
    first = next((s for s in range(start, end + 1) if s % interval == 0), end + 1)
    return any(s in source.points for source in sources for s in range(first, end + 1))


Number = tuple[str, float | None, int | None]
"""`number`, `skipped` or `empty`; the value; the time of the last point."""


def value_at(plan: Plan, sources: list[Source], instant: int) -> dict[tuple[str, ...], Number]:
    """What an evaluation says of each group."""
    delay = plan.options.get("evaluation_delay", 0)
    assert isinstance(delay, int)
    seconds = plan.minutes * 60
    end = instant - delay
    start = end - seconds
    legs = [leg for leg in (plan.left, plan.right) if leg]
    counted = any(leg.modifier == "as_count" for leg in legs) and (
        plan.right is not None or plan.change != ""
    )
    now = combine(plan, sources, start, end, counted)
    if plan.change:
        past = combine(plan, sources, start - plan.shift, end - plan.shift, counted)
        now = changed(plan, now, past, counted)
    values_by_group: dict[tuple[str, ...], Number] = {}
    keys = plan.left.by

    def members(leg: Leg, group: tuple[str, ...]) -> list[Source]:
        return groups_of(leg, sources).get(group[: len(leg.by)], [])

    if not keys:
        now.setdefault((), None)
    for group, line in now.items():
        mine = [(source, leg.ago) for leg in legs for source in members(leg, group)]
        seen = [t + ago for source, ago in mine for t in source.points if t <= end - ago]
        within = any(
            points_in(
                leg, groups_of(leg, sources).get(group[: len(leg.by)], []), start, end, seconds
            )
            for leg in legs
        )
        value = reduce(plan, line)
        if not within:
            if seen or not keys:
                values_by_group[group] = "empty", None, max(seen, default=None)
        elif plan.options.get("require_full_window") and not full(mine, start, end):
            values_by_group[group] = "skipped", None, None
        elif value is None:
            values_by_group[group] = (
                ("empty", None, max(seen)) if counted else ("skipped", None, None)
            )
        else:
            values_by_group[group] = "number", value, None
    return values_by_group


Combined = dict[tuple[str, ...], "Buckets | float | None"]


def combine(plan: Plan, sources: list[Source], start: int, end: int, counted: bool) -> Combined:
    seconds = end - start
    left = leg_buckets(plan.left, sources, start, end, seconds)
    right = leg_buckets(plan.right, sources, start, end, seconds) if plan.right else None
    if counted:
        return combine_counted(plan, left, right)
    if right is None:
        return dict(left)
    combined: Combined = {}
    zero = [leg.modifier == "as_rate" for leg in (plan.left, plan.right) if leg]
    for group, a in left.items():
        b = right.get(group if plan.right and plan.right.by else ())
        if b is None:
            continue
        line: Buckets = {}
        for second in {*a, *b}:
            x = a.get(second, 0.0 if zero[0] else None)
            y = b.get(second, 0.0 if zero[1] else None)
            value = operate(plan.operator, x, y) if x is not None and y is not None else None
            if value is not None:
                line[second] = value
        combined[group] = line
    return combined


def combine_counted(
    plan: Plan,
    left: dict[tuple[str, ...], Buckets],
    right: dict[tuple[str, ...], Buckets] | None,
) -> Combined:
    combined: Combined = {}
    groups = {*left, *(right or {})} if not plan.right or plan.right.by == plan.left.by else {*left}
    for group in groups:
        a = sum(left.get(group, {}).values())
        if right is None:
            combined[group] = a
            continue
        b = sum(right.get(group if plan.right and plan.right.by else (), {}).values())
        combined[group] = operate(plan.operator, a, b)
    return combined


def changed(plan: Plan, now: Combined, past: Combined, counted: bool) -> Combined:
    combined: Combined = {}
    for group in {*now, *past} if counted else {*now} & {*past}:
        a, b = now.get(group), past.get(group)
        if counted:
            combined[group] = difference(plan, number(a), number(b))
            continue
        assert isinstance(a, dict)
        assert isinstance(b, dict)
        line = {}
        for second, value in a.items():
            then = b.get(second - plan.shift)
            delta = difference(plan, value, then)
            if delta is not None:
                line[second] = delta
        combined[group] = line
    return combined


def number(value: Buckets | float | None) -> float | None:
    assert not isinstance(value, dict)
    return value


def difference(plan: Plan, now: float | None, past: float | None) -> float | None:
    if now is None or past is None:
        return None
    if plan.change == "change":
        return now - past
    return (now - past) / past * 100 if past else None


def reduce(plan: Plan, line: Buckets | float | None) -> float | None:
    if not isinstance(line, dict):
        return line
    return make(plan.aggregator, list(line.values())) if line else None


def full(sources: list[tuple[Source, int]], start: int, end: int) -> bool:
    """Minute buckets from the window's start: the first has a point, at most three have none."""
    having = [
        any(
            second - ago in source.points
            for source, ago in sources
            for second in range(minute, minute + 60)
        )
        for minute in range(start, end, 60)
    ]
    return having[0] and having.count(False) <= 3
