"""
A week of a monitor's evaluations beside the least that they must do.

``python -m tests.bench.evaluating [--evaluations N]``: a ``last_5m`` query with 20 groups,
evaluated every minute. The floor finds the window of each group by bisection and compares its
mean with the threshold. Told are processor times, as others on the machine only ever add.
"""

from __future__ import annotations

import argparse
import time
from bisect import bisect_left, bisect_right

from monitor_sync.insight.evaluation import evaluate
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.state import State, advance, rules
from monitor_sync.insight.values import EvaluationSettings
from monitor_sync.language import query

START = 1_793_606_400
GROUPS = 20
WEEK = 7 * 24 * 60


def sources(evaluations: int) -> list[SourcePoints]:
    """A point a minute from each of twenty hosts, each at a second of its own."""
    return [
        SourcePoints.of(
            "app.load",
            "gauge",
            [f"host:{host}"],
            [(START + 60 * i + host, (i // 30 + host * 3) % 100) for i in range(evaluations)],
        )
        for host in range(GROUPS)
    ]


def evaluated(every: list[SourcePoints], evaluations: int) -> tuple[float, int]:
    """Processor seconds of the evaluator with its states, and how often a state changed."""
    settings = EvaluationSettings(
        query=query.parse("query alert", "avg(last_5m):avg:app.load{*} by {host} > 70"),
        options={"on_missing_data": "show_no_data"},
    )
    history, known = PointHistory(every), rules(settings)
    state: State = {}
    changes = 0
    begin = time.process_time()
    for minute in range(evaluations):
        instant = START + 60 * minute + 60
        state, changed = advance(state, evaluate(settings, history, instant), known, instant)
        changes += len(changed)
    return time.process_time() - begin, changes


def floor(every: list[SourcePoints], evaluations: int) -> tuple[float, int]:
    """Processor seconds of the least, and how often it found a mean above the threshold."""
    above = 0
    begin = time.process_time()
    for minute in range(evaluations):
        end = START + 60 * minute + 60
        for source in every:
            low, high = bisect_left(source.times, end - 300), bisect_right(source.times, end)
            values = source.values[low:high]
            above += bool(values) and sum(values) / len(values) > 70
    return time.process_time() - begin, above


def main() -> None:
    """Read the command line, measure, print one line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluating", description=__doc__)
    parser.add_argument("--evaluations", type=int, default=WEEK)
    count = parser.parse_args().evaluations
    every = sources(count)
    ours, least = evaluated(every, count)[0], floor(every, count)[0]
    print(
        f"{count:,} evaluations of {GROUPS} groups: {ours:.2f} s, {ours / least:.1f} times the"
        f" floor of {least:.2f} s"
    )


if __name__ == "__main__":
    main()
