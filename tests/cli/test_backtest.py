"""`backtest --base`: this change alone, and the exit code of what would alert too often."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.cli.repository import Repository
from tests.emulator.calls import submit

LATENCY = """\
monitors:
  slow:
    name: "[Motor] Quotes are slow"
    query: avg(last_5m):avg:motor.quote.latency{env:${env}} > ${critical}
    thresholds: {critical: 5}
    priority: 3
    message: Slow.
    runbook: motor/slow
"""


def test_a_change_is_replayed_alone_and_fails_where_it_alerts_too_often(
    repository: Repository,
) -> None:
    repository.write("motor/latency.yaml", LATENCY)
    repository.commit("latency")
    repository.done("apply --yes --workers 1")
    repository.local.emulator.generate_metrics(1)
    repository.branch("lower")
    repository.edit("motor/latency.yaml", "critical: 5", "critical: 2.45")
    repository.commit("lower")

    run = repository.run("backtest --base main --days 1 --format json --fail-on-fires 1")
    printed = json.loads(run.stdout)
    assert [monitor["key"] for monitor in printed["monitors"]] == ["motor/latency/slow"]
    assert printed["monitors"][0]["new"]["fires"] > 1
    assert run.exit_code == 4
    narrowed = repository.run("backtest payments --base main --days 1 --format json")
    assert json.loads(narrowed.stdout)["monitors"] == []
    assert narrowed.exit_code == 0


DOUBTFUL = """\
monitors:
  groups:
    name: "[Motor] Load is high"
    query: avg(last_5m):avg:motor.load{*} by {host} > ${critical}
    thresholds: {critical: 5}
    message: Loaded.
    runbook: motor/slow
  seldom:
    name: "[Motor] Queue is long"
    query: avg(last_15m):avg:motor.queue{*} > ${critical}
    thresholds: {critical: 5}
    message: Waiting.
    runbook: motor/slow
  cloud:
    name: "[Motor] Database is busy"
    query: avg(last_15m):avg:aws.rds.cpuutilization{*} > ${critical}
    thresholds: {critical: 90}
    message: Busy.
    runbook: motor/slow
  odd:
    name: "[Motor] Load is odd"
    query: avg(last_4h):anomalies(avg:motor.load{*}, 'basic', 2) >= ${critical}
    thresholds: {critical: 1}
    message: Odd.
    runbook: motor/slow
"""


def test_uncertain_capped_late_and_unsupported_are_said_in_a_line_each(
    repository: Repository,
) -> None:
    now = int(time.time()) // 3600 * 3600

    def series(metric: str, host: str, every: int, since: int, value: float) -> dict[str, Any]:
        points = [{"timestamp": at + 20, "value": value} for at in range(since, now, every)]
        return {"metric": metric, "type": 3, "points": points, "tags": [f"host:{host}"]}

    day = now - 30 * 3600
    submit(
        repository.local.emulator,
        series("motor.load", "a", 60, day, 1),
        series("motor.load", "b", 60, now - 7 * 3600, 9),
        series("motor.queue", "a", 300, day, 1),
        series("aws.rds.cpuutilization", "a", 60, day, 50),
    )
    repository.write("motor/doubtful.yaml", DOUBTFUL)

    said = " ".join(repository.done("backtest 'motor/doubtful/*' --days 1").stdout.split())
    assert "uncertain: Datadog does not document new_group_delay" in said
    assert (
        "capped: avg:motor.queue{*}.rollup(avg, 60) has a point every 300 s, not every 60" in said
    )
    assert "late data: aws.rds.cpuutilization arrives minutes late" in said
    assert "unsupported: anomalies cannot be replayed from history" in said
    assert "3 monitors replayed" in said
