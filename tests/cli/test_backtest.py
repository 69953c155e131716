"""`backtest --base`: this change alone, and the exit code of what would alert too often."""

from __future__ import annotations

import json

from tests.cli.repository import Repository

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
