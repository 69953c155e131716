"""A backtest over HTTP: what is asked for, what is kept, and that the replay is right."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app import BacktestOptions, Backtests, Target, apply, backtest
from monitor_sync.errors import UsageError
from monitor_sync.render.backtest.markdown import markdown
from monitor_sync.render.backtest.text import text
from monitor_sync.render.style import PLAIN
from tests.app.shop_project import shop
from tests.conftest import Local
from tests.emulator.calls import ask, forget_requests, requests

MONITORS = """
team: shop
monitors:
  cpu:
    name: CPU is high
    query: avg(last_5m):avg:shop.db.cpu{*} by {host} > ${critical}
    thresholds: {critical: 80, warning: 60}
    message: Slow.
  errors:
    name: Orders fail
    query: >-
      sum(last_15m):100 * sum:shop.order.count{status:error}.as_count()
      / sum:shop.order.count{*}.as_count() > ${critical}
    thresholds: {critical: 5}
    message: Fails.
  odd:
    name: Odd
    query: avg(last_4h):anomalies(avg:shop.db.cpu{*}, 'basic', 2) >= ${critical}
    thresholds: {critical: 1}
    message: Odd.
"""
FORTNIGHT = 14
"""Days in which generated metrics are sure to have trouble, whenever the tests run."""
ROUTE = "POST /api/v2/query/timeseries"


@pytest.fixture
def root(tmp_path: Path, local: Local) -> Path:
    """Return files that have been applied, with history from a seed."""
    root = shop(tmp_path, MONITORS)
    apply(root, Target(environ=os.environ)).raise_if_incomplete()
    local.emulator.generate_metrics(3)
    return root


def run(root: Path, *selectors: str, **options: Any) -> Backtests:
    wanted = BacktestOptions(selectors=selectors, **{"days": 1, **options})
    return backtest(root, Target(environ=os.environ), wanted)


def requests_since(local: Local) -> int:
    counts = requests(local.emulator)
    forget_requests(local.emulator)
    return counts.get(ROUTE, 0)


def test_the_replay_agrees_with_alerts_that_follow_from_another_rule(root: Path) -> None:
    made = run(root, "shop", days=FORTNIGHT)

    by_key = {b.monitor.key: b.compared for b in made.monitors}
    assert set(by_key) == {"shop/orders/cpu", "shop/orders/errors"}
    for compared in by_key.values():
        assert compared.fidelity is not None
        assert compared.fidelity.time_in_same_state == 1.0
        assert compared.fidelity.precision in (1.0, None)
        assert compared.fidelity.recall in (1.0, None)
    assert any(compared.new.fires for compared in by_key.values())
    assert [(s.key, s.reason) for s in made.skipped] == [("shop/orders/odd", "unsupported")]


MIXED = """
team: shop
monitors:
  conversion:
    name: Fewer buy
    query: >-
      sum(last_30m):100 - 100 * (sum:shop.quote.count{*}.as_count().rollup(sum, 300)
      - sum:shop.purchase.count{*}.as_count().rollup(sum, 300))
      / clamp_min(sum:shop.quote.count{*}.as_count().rollup(sum, 300), 20) < ${critical}
    thresholds: {critical: 6, warning: 8, critical_recovery: 7}
    options: {evaluation_delay: 60, on_missing_data: show_and_notify_no_data}
    message: Look at the funnel.
  memory:
    name: Memory runs out
    query: >-
      avg(last_15m):100 * max:shop.memory.used{*} by {pod}
      / max:shop.memory.limit{*} by {pod} > ${critical}
    thresholds: {critical: 93, warning: 88, critical_recovery: 90, warning_recovery: 85}
    message: Full.
  half-days:
    name: Slow for half a day
    query: max(last_12h):avg:shop.db.latency{*} > ${critical}
    thresholds: {critical: 5}
    message: Slow.
  backlog:
    name: Backlog grows
    query: change(avg(last_10m),last_1h):abs(sum:shop.backlog{*}) > ${critical}
    thresholds: {critical: 300}
    message: Grows.
  yesterday:
    name: Fewer than yesterday
    query: pct_change(sum(last_2h),last_1d):sum:shop.order.count{*}.as_count() < ${critical}
    thresholds: {critical: -40}
    message: Fewer.
  quiet:
    name: Nothing arrives
    query: sum(last_30m):default_zero(sum:shop.arrivals{*}.as_count()) < ${critical}
    thresholds: {critical: 100}
    message: Nothing.
  logs:
    name: Many errors are logged
    type: log alert
    query: >-
      logs("service:shop status:error").index("*").rollup("count").by("@path").last("10m")
      > ${critical}
    thresholds: {critical: 200, warning: 100}
    message: Errors.
  both:
    name: Fewer buy and it is slow
    type: composite
    query: ${id:shop/orders/conversion} || ${id:shop/orders/half-days}
    message: Both.
"""


def test_the_replay_agrees_with_another_rule_for_what_is_calculated(
    tmp_path: Path, local: Local
) -> None:
    root = shop(tmp_path, MIXED)
    apply(root, Target(environ=os.environ)).raise_if_incomplete()
    local.emulator.generate_metrics(3)
    made = {b.monitor.key: b.compared for b in run(root, "shop", days=2).monitors}

    assert len(made) == 8
    for key, compared in made.items():
        agreed = compared.fidelity
        assert agreed is not None, key
        assert agreed.time_in_same_state == 1.0, key
        assert {agreed.precision, agreed.recall} <= {1.0, None}, key
        assert compared.old is compared.new, key  # nothing is changed, of no member either
    assert made["shop/orders/memory"].new.fires  # its noise crosses the threshold each day


def test_what_was_fetched_is_not_fetched_again(root: Path, local: Local) -> None:
    requests_since(local)
    first = run(root, "shop/orders/errors")
    sent = requests_since(local)
    second = run(root, "shop/orders/errors")

    # the days that a day with the hours before it lies in; both series in one request
    assert first.calls == sent
    assert 2 <= sent <= 3
    assert (second.calls, requests_since(local)) == (0, 0)
    assert second.monitors[0].points == first.monitors[0].points
    assert second.monitors[0].compared == first.monitors[0].compared


def test_the_files_are_held_against_what_lives(root: Path) -> None:
    changed = MONITORS.replace("critical: 80, warning: 60", "critical: 500, warning: 400")
    (root / "shop" / "orders.yaml").write_text(changed)
    made = run(root)

    assert [b.monitor.key for b in made.monitors] == ["shop/orders/cpu"]
    compared = made.monitors[0].compared
    assert compared.old is not None
    assert compared.old.critical == 80
    assert not compared.new.fires
    assert not compared.new.told


def test_a_clone_with_the_same_key_is_not_what_lives(root: Path, local: Local) -> None:
    live = ask(local.emulator, "GET", "/api/v1/monitor")
    (cpu,) = (body for body in live if body["name"] == "CPU is high")
    clone = {name: cpu[name] for name in ("type", "message", "tags")}
    ask(local.emulator, "POST", "/api/v1/monitor", {
        **clone, "name": "CPU (copy)", "query": cpu["query"].replace("80", "500"),
        "options": {"thresholds": {"critical": 500}},
    })  # fmt: skip
    (replayed,) = run(root, "shop/orders/cpu", days=FORTNIGHT).monitors

    assert replayed.compared.new.fires
    assert replayed.compared.fidelity is not None
    assert replayed.compared.fidelity.precision == 1.0


def test_a_monitor_that_is_never_ok_is_checked_against_the_state_that_it_is_in(
    root: Path,
) -> None:
    added = "  always:\n    name: Always\n    query: avg(last_5m):avg:shop.db.cpu{*} > 1\n"
    with (root / "shop" / "orders.yaml").open("a") as file:
        file.write(added + "    thresholds: {critical: 1}\n    message: High.\n")
    apply(root, Target(environ=os.environ)).raise_if_incomplete()
    (replayed,) = run(root, "shop/orders/always").monitors

    assert replayed.compared.new.minutes == 24 * 60
    assert replayed.compared.fidelity is not None
    assert replayed.compared.fidelity.time_in_same_state == 1.0
    assert [a.kind for a in replayed.compared.assumptions] == ["standing"]


def test_a_new_monitor_has_nothing_to_be_held_against(root: Path) -> None:
    added = "  also:\n    name: Also\n    query: avg(last_5m):avg:shop.db.cpu{*} > 40\n"
    with (root / "shop" / "orders.yaml").open("a") as file:
        file.write(added + "    thresholds: {critical: 40}\n    message: High.\n")
    made = run(root)

    assert [b.monitor.key for b in made.monitors] == ["shop/orders/also"]
    assert made.monitors[0].compared.old is None
    assert made.monitors[0].compared.fidelity is None


def test_a_composite_is_replayed_by_its_members(root: Path) -> None:
    added = "  calm:\n    name: Calm\n    type: composite\n    query: '!${id:shop/orders/errors}'\n"
    with (root / "shop" / "orders.yaml").open("a") as file:
        file.write(f"{added}    message: All is well.\n")
    made = {b.monitor.key: b.compared.new for b in run(root, "shop", days=2).monitors}

    calm, errors = made["shop/orders/calm"], made["shop/orders/errors"]
    bad = sum(part.state == "alert" for part in errors.stretches)
    assert calm.minutes == pytest.approx(2 * 1440 - errors.minutes, abs=2 * bad + 1)


def test_tags_alone_are_not_replayed(root: Path) -> None:
    (root / "shop" / "orders.yaml").write_text(f"tags: {{tier: '1'}}\n{MONITORS}")

    assert {(s.key, s.reason) for s in run(root).skipped} == {
        ("shop/orders/cpu", "same"), ("shop/orders/errors", "same"), ("shop/orders/odd", "same"),
    }  # fmt: skip


def test_monitors_share_their_requests(root: Path, local: Local) -> None:
    requests_since(local)
    together = run(root, "shop")

    # three series of two monitors are no more requests than one of them takes
    assert len(together.monitors) == 2
    assert requests_since(local) == together.calls <= 3
    assert together.lacking == 0


def test_a_budget_is_kept_and_the_next_run_goes_on_from_there(root: Path, local: Local) -> None:
    requests_since(local)
    first = run(root, "shop", budget=1, days=2)
    assert requests_since(local) == first.calls == 1
    assert {s.reason for s in first.skipped} == {"budget", "unsupported"}
    assert 2 <= first.lacking <= 3
    said = f"{first.lacking} more requests would fetch the rest: run it again"
    assert said in " ".join(text(first, PLAIN).split())
    assert said in markdown(first)

    second = run(root, "shop", budget=first.lacking, days=2)
    assert requests_since(local) == second.calls == first.lacking
    assert (len(second.monitors), second.lacking) == (2, 0)


def test_a_query_that_is_refused_keeps_no_other_monitor_from_being_replayed(
    root: Path, local: Local
) -> None:
    text = MONITORS.replace("avg:shop.db.cpu{*} by {host}", "avg:shop.db.cpu{a OR b} by {host}")
    (root / "shop" / "orders.yaml").write_text(text)
    requests_since(local)
    made = run(root, "shop")

    assert [b.monitor.key for b in made.monitors] == ["shop/orders/errors"]
    assert {s.key: s.reason for s in made.skipped}["shop/orders/cpu"] == "refused"
    assert requests_since(local) == made.calls <= 12


def test_a_metric_that_nobody_reports_is_told(root: Path) -> None:
    text = MONITORS.replace("avg:shop.db.cpu{*} by {host}", "avg:shop.db.gpu{*}")
    (root / "shop" / "orders.yaml").write_text(text)
    made = run(root)

    assert [(s.key, s.reason) for s in made.skipped] == [("shop/orders/cpu", "no_points")]


def test_the_policy_says_how_often_a_monitor_may_fire(root: Path) -> None:
    policy = "policy: {backtest: {max_fires_per_week: 0, days: 2}}\n"
    (root / "project.yaml").write_text(f"project: acme\n{policy}")
    made = run(root, "shop", days=0)

    assert made.days == 2
    loud = {b.monitor.key for b in made.monitors if b.compared.new.fires}
    assert {b.monitor.key for b in made.too_loud()} == loud
    assert made.too_loud(10_000) == ()


def test_events_that_cannot_be_read_leave_the_replay_and_say_so(root: Path, local: Local) -> None:
    local.emulator.inject(["forbidden,route=* /api/v*/events*,times=always"])
    made = run(root, "shop/orders/errors")

    assert made.unknown
    assert made.monitors[0].compared.fidelity is None
    assert [a.kind for a in made.monitors[0].compared.assumptions] == ["no_history"]


def test_more_days_than_are_kept_are_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="expected 1 to 30"):
        run(root, "shop", days=31)


def test_the_span_ends_where_points_have_arrived(root: Path) -> None:
    made = run(root, "shop/orders/errors")

    assert made.span.end % 3600 == 0
    assert 900 <= time.time() - made.span.end < 3600 + 900 + 60


def test_suggestions_are_made_only_where_they_are_asked_for(root: Path) -> None:
    assert not run(root, "shop/orders/cpu").monitors[0].suggestions
    tried = run(root, "shop/orders/cpu", suggest=True).monitors[0]

    assert all(s.fires < len(tried.compared.new.fires) for s in tried.suggestions)
