"""The classic path: arithmetic bucket by bucket, before the window becomes one number (5.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.insight import functions, legs, lines, windows
from monitor_sync.insight.history import reduced
from monitor_sync.insight.legs import FURTHER_BY, Buckets
from monitor_sync.insight.lines import Filling, Frame
from monitor_sync.insight.values import Group, Line, Unsupported
from monitor_sync.language.atoms import Number
from monitor_sync.language.functions import COMBINING
from monitor_sync.language.tree import (
    Argument,
    Arithmetic,
    Call,
    Expression,
    Parenthesised,
    Series,
    Signed,
    Variable,
)
from monitor_sync.language.tree_queries import inner_queries, regrouping, series_in, words_of

Variables = Mapping[str, Expression]


def evaluated(expression: Expression, buckets: Buckets, variables: Variables) -> Frame | float:
    """Return the lines of an expression, or the number that it is. Raises Unsupported."""
    match expression:
        case Number():
            return expression.value
        case Series():
            return legs.frame(legs.of(buckets.history, expression), buckets)
        case Variable():
            return evaluated(variable(expression, variables), buckets, variables)
        case Signed():
            operand = evaluated(expression.operand, buckets, variables)
            return _operation("*", -1.0 if expression.sign == "-" else 1.0, operand)
        case Parenthesised():
            inner = evaluated(expression.expression, buckets, variables)
            return _modified(inner, expression, buckets)
        case Arithmetic():
            return _arithmetic(expression, buckets, variables)
        case Call():
            return _modified(called(expression, buckets, variables), expression, buckets)


def variable(name: Variable, variables: Variables) -> Expression:
    """Return what a name of a formula stands for. Raises Unsupported where that is no metric."""
    if name.name not in variables:
        raise Unsupported(f"the variable {name.name}")
    return variables[name.name]


def _arithmetic(expression: Arithmetic, buckets: Buckets, variables: Variables) -> Frame | float:
    result = evaluated(expression.operands[0], buckets, variables)
    for operator, operand in zip(expression.operators, expression.operands[1:], strict=True):
        result = _operation(operator.text, result, evaluated(operand, buckets, variables))
    return result


def _operation(operator: str, left: Frame | float, right: Frame | float) -> Frame | float:
    return _both(left, right, lambda a, b: lines.calculated(operator, a, b))


def pointwise(frame: Frame, change: Callable[[float], float | None]) -> Frame:
    """Return a frame with each value changed; None drops the bucket."""
    changed = {group: lines.mapped(line, change) for group, line in frame.lines.items()}
    return frame.having(changed)


def joined(left: Frame, right: Frame, change: Callable[[float, float], float | None]) -> Frame:
    """
    Return what two operands make, bucket by bucket.

    A bucket that one of them lacks is dropped, unless something fills it (5.6).
    """
    keys, pairs = lines.partners(left.keys, right.keys, left.lines, right.lines)
    results: dict[Group, Line] = {}
    for group, mine, other in pairs:
        a, b = left.lines[mine], right.lines[other]
        times: list[int] = []
        values: list[float] = []
        for time in lines.union((a, b)):
            x, y = lines.at(a, time, left.between), lines.at(b, time, right.between)
            value = change(x, y) if x is not None and y is not None else None
            if value is not None:
                times.append(time)
                values.append(value)
        results[group] = times, values
    return Frame(keys, results, max(left.interval, right.interval), left.across, None)


def _modified(
    value: Frame | float, expression: Parenthesised | Call, buckets: Buckets
) -> Frame | float:
    if expression.layers:
        raise Unsupported(FURTHER_BY)
    for modifier in expression.modifiers:
        if not isinstance(value, Frame):
            raise Unsupported(f".{modifier.name.text}() of a number")
        if modifier.name.text == "rollup":
            method, seconds = legs.read_rollup(modifier)
            value = _rolled_up(value, method or "avg", seconds, buckets)
        elif modifier.name.text == "fill":
            value = _filled(value, legs.read_filling(modifier))
        else:
            raise Unsupported(f".{modifier.name.text}() behind a parenthesis")
    return value


def _rolled_up(frame: Frame, method: str, seconds: int, buckets: Buckets) -> Frame:
    interval = seconds or frame.interval
    first, last = legs.bounds(buckets)
    rolled_up = {}
    for group, line in frame.lines.items():
        coarser = lines.rolled_up(lines.cut(line, first, last), method, interval)
        rolled_up[group] = lines.cut(coarser, first, last)
    return Frame(frame.keys, rolled_up, interval, frame.across, frame.between)


def _filled(frame: Frame, filling: Filling) -> Frame:
    return Frame(frame.keys, frame.lines, frame.interval, filling, filling)


def called(call: Call, buckets: Buckets, variables: Variables) -> Frame | float:
    """Return the lines of a function. Raises Unsupported for one that cannot be reproduced."""
    name = call.function.text
    if name in functions.REFUSED:
        raise Unsupported(name)
    if name in COMBINING:
        return _combining(call, buckets, variables)
    inner = inner_queries(call.arguments)
    if not inner:
        raise Unsupported(f"{name}()")
    ago = seconds_ago(call, buckets)
    if ago:
        buckets = buckets.ago(ago)
    if name in functions.BEFORE_SPACE and isinstance(inner[0], Series):
        transform = functions.along(name, (), 1)
        return legs.frame(legs.of(buckets.history, inner[0]), buckets, transform)
    frame = evaluated(inner[0], buckets, variables)
    if ago or name == "exclude_null":  # groups without a key make none anyway (5.9)
        return frame
    if not isinstance(frame, Frame):
        change = functions.POINTWISE.get(name)
        value = change(frame, *numbers(call)) if change else None
        if value is None:
            raise Unsupported(f"{name}() of a number")
        return value
    return _applied(call, frame, buckets)


def _applied(call: Call, frame: Frame, buckets: Buckets) -> Frame:
    name = call.function.text
    if name in functions.POINTWISE:
        change, bounds = functions.POINTWISE[name], numbers(call)
        return pointwise(frame, lambda value: change(value, *bounds))
    if name in ("default_zero", "default"):
        bounds = numbers(call)
        return _defaulted(call, frame, buckets, bounds[-1] if bounds else 0.0)
    if name == "fill":
        words = [words_of(argument) for argument in call.arguments[1:]]
        limit = float(words[1]) if len(words) > 1 else lines.INTERPOLATED_FOR
        return _filled(frame, Filling(words[0] if words else "linear", limit))
    first, last = legs.bounds(buckets)
    inside = frame.having({g: lines.cut(line, first, last) for g, line in frame.lines.items()})
    if name in functions.COUNTS:
        return _counted(inside, functions.COUNTS[name])
    ranking = _ranking(call)
    if ranking is not None:
        return _ranked(inside, *ranking)
    arguments = [*numbers(call), *(words_of(argument) for argument in call.arguments[2:])]
    along = functions.along(name, arguments, frame.interval)
    if along is None:
        raise Unsupported(name)
    return inside.having({group: along(line) for group, line in inside.lines.items()})


def numbers(call: Call) -> list[float]:
    """Return the numbers among the arguments behind the query."""
    return [argument.value for argument in call.arguments[1:] if isinstance(argument, Number)]


def seconds_ago(call: Call, buckets: Buckets) -> int:
    """Return how far back a function reads its query, 0 where it reads it as it is (3.7)."""
    name = call.function.text
    if name == "calendar_shift":
        return _civil(call.arguments[1:], buckets.end - buckets.shift)
    return fixed_shift(call) if name == "timeshift" or name in functions.BEFORE else 0


def fixed_shift(call: Call) -> int:
    """Return the seconds of ``timeshift`` and of ``hour_before`` and its like."""
    seconds = numbers(call)
    return functions.BEFORE.get(call.function.text) or -int(seconds[0] if seconds else 0)


_CIVIL: Final = {"d": 1, "w": 7, "mo": 28}


def _civil(arguments: Sequence[Argument], end: float) -> int:
    """Return the seconds of a shift by civil days, which a clock change makes longer or shorter."""
    words = [words_of(argument) for argument in arguments]
    count = words[0].strip("-").rstrip("dwmo") if words else ""
    unit = words[0].strip("-")[len(count) :] if words else ""
    if not count.isdigit() or unit not in ("d", "w"):
        raise Unsupported("calendar_shift by months")
    now = datetime.fromtimestamp(end, ZoneInfo(words[1] if len(words) > 1 else "UTC"))
    then = now - timedelta(days=int(count) * _CIVIL[unit])
    return int(end - then.timestamp())


def _combining(call: Call, buckets: Buckets, variables: Variables) -> Frame | float:
    method = call.function.text
    operands = [
        evaluated(argument, buckets, variables) for argument in inner_queries(call.arguments)
    ]
    keys = regrouping(call)
    if len(operands) == 1 and isinstance(operands[0], Frame):
        outer = tuple(name.text for name in keys.names) if keys else ()
        return _regrouped(operands[0], outer, method)
    result = operands[0]
    if method == "avg" and len(operands) > 2:
        raise Unsupported("avg() of several series")
    for operand in operands[1:]:
        result = _both(result, operand, lambda a, b: reduced(method, (a, b)))
    return result


def _both(
    left: Frame | float, right: Frame | float, change: Callable[[float, float], float | None]
) -> Frame | float:
    """Return the result of two operands; a plain number applies to every bucket of the other."""
    if not isinstance(left, Frame):
        if not isinstance(right, Frame):
            value = change(left, right)
            return math.nan if value is None else value
        return pointwise(right, lambda value: change(left, value))
    if not isinstance(right, Frame):
        return pointwise(left, lambda value: change(value, right))
    return joined(left, right, change)


def _regrouped(frame: Frame, keys: Group, method: str) -> Frame:
    """Return a second layer of space aggregation, over fewer keys (5.7)."""
    if any(key not in frame.keys for key in keys):
        raise Unsupported("regrouping by a key that the query is not grouped by")
    held: dict[Group, list[Line]] = {}
    for group, line in frame.lines.items():
        outer = tuple(group[frame.keys.index(key)] for key in keys)
        held.setdefault(outer, []).append(line)
    combined = {group: lines.combined(inner, method, frame.across) for group, inner in held.items()}
    return Frame(keys, combined, frame.interval, frame.across, frame.between)


def _counted(frame: Frame, counts: Callable[[float], bool]) -> Frame:
    every = [line for line in frame.lines.values() if line[0]]
    times = lines.union(every)
    values = []
    for time in times:
        held = (lines.at(line, time, frame.across) for line in every)
        values.append(float(sum(value is not None and counts(value) for value in held)))
    return Frame((), {(): (times, values)}, frame.interval, None, None)


def _defaulted(call: Call, frame: Frame, buckets: Buckets, value: float) -> Frame:
    """
    Return lines without gaps (4.12, 4.13).

    A gauge is interpolated first: for five minutes, constant after its last point. Without any
    point in the window nothing changes, nor where all is ``as_count()`` or ``as_rate()``.
    """
    every = series_in(call)
    if every and all(legs.read(series).counted for series in every):
        return frame
    first, last = legs.bounds(buckets)
    grid = range(
        windows.first_bucket(
            buckets.start, frame.interval, at_start=buckets.readings.bucket_at_from
        ),
        windows.last_bucket(buckets.end, frame.interval) + 1,
        frame.interval,
    )
    filled = {}
    for group, line in frame.lines.items():
        if not lines.cut(line, first, last)[0]:
            filled[group] = line
            continue
        gauges = [_gauge(line, time, frame.across) for time in grid]
        filled[group] = list(grid), [value if gauge is None else gauge for gauge in gauges]
    return frame.having(filled)


def _gauge(line: Line, time: int, across: Filling | None) -> float | None:
    value = lines.at(line, time, across)
    if value is None and across == lines.LINEAR and line[0] and time > line[0][-1]:
        return lines.at(line, time, Filling("last"))
    return value


def _ranking(call: Call) -> tuple[int, str, bool] | None:
    """Return how many groups a ``top`` keeps, by what, and whether the highest."""
    name = call.function.text
    if name == "top":
        words = [words_of(argument) for argument in call.arguments[1:]]
        return (int(float(words[0])), words[1], words[2] != "asc") if len(words) == 3 else None
    rank, _, by = name.partition("_")
    for kind in ("top", "bottom"):
        if rank.startswith(kind) and rank.removeprefix(kind).isdigit():
            return int(rank.removeprefix(kind)), by, kind == "top"
    return None


_RANKED_BY: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "mean": lambda values: math.fsum(values) / len(values),
    "max": max,
    "min": min,
    "sum": math.fsum,
    "area": math.fsum,
    "last": lambda values: values[-1],
    "l2norm": lambda values: math.sqrt(math.fsum(value * value for value in values)),
}


def _ranked(frame: Frame, count: int, by: str, highest: bool) -> Frame:
    if by not in _RANKED_BY:
        raise Unsupported(f"top by {by}")
    having = [(group, line) for group, line in frame.lines.items() if line[0]]
    having.sort(key=lambda item: _RANKED_BY[by](item[1][1]), reverse=highest)
    return frame.having(dict(having[:count]))
