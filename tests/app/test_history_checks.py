"""``validate --online`` and the points of the last days: what is odd, where, and what was not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app import Target, history_checks
from monitor_sync.app.history_checks import HistoryAnswers
from monitor_sync.app.validation import validate
from monitor_sync.diagnostics import Severity
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from monitor_sync.project.load import load
from tests.app import shop_project
from tests.conftest import Local
from tests.emulator.calls import submit

NOW = time.time()


class Shop:
    """Files with one monitor, and a Datadog that knows some points."""

    def __init__(self, folder: Path, local: Local) -> None:
        self.root, self.local = shop_project.shop(folder), local

    def report(
        self, tags: list[str], value: Callable[[int], float], kind: int = 3, metric: str = "shop.a"
    ) -> None:
        """Submit a point every two hours of the last week."""
        times = range(int(NOW) - 7 * 86_400, int(NOW), 7200)
        points = [{"timestamp": at, "value": value(at)} for at in times]
        series = {"metric": metric, "type": kind, "tags": tags, "points": points}
        submit(self.local.emulator, series)

    def declare(self, query: str, critical: float = 80, more: str = "") -> None:
        (self.root / "shop" / "orders.yaml").write_text(
            "team: shop\nmonitors:\n  a:\n    name: A\n"
            f"    query: {query}\n    thresholds: {{critical: {critical:g}}}\n"
            f"    message: A.\n{more}"
        )

    def ask(self, **options: Any) -> HistoryAnswers:
        target = Target(environ=os.environ)
        return history_checks.diagnose(
            load(self.root), target, target.connect(), ["shop/orders/a"], **options
        )

    def findings_about(
        self, query: str, critical: float = 80, more: str = ""
    ) -> list[tuple[str, str]]:
        """Rule and marked text of each finding about a query."""
        self.declare(query, critical, more)
        return [
            (d.rule, d.excerpt[d.span.column - 1 : d.span.end_column - 1])
            for d in self.ask().diagnostics
        ]


@pytest.fixture
def shop(tmp_path: Path, local: Local) -> Shop:
    return Shop(tmp_path, local)


def test_a_metric_that_nobody_sends_is_told_where_its_name_stands(shop: Shop) -> None:
    assert shop.findings_about("avg(last_5m):avg:shop.a{env:prod} > ${critical}") == [
        ("query/no-points", "shop.a{env:prod}")
    ]


def test_a_monitor_that_tells_of_missing_data_may_have_none(shop: Shop) -> None:
    missing = "    options: {on_missing_data: show_and_notify_no_data}\n"
    assert shop.findings_about("avg(last_5m):avg:shop.a{*} > ${critical}", more=missing) == []


def test_nothing_counted_is_a_note(shop: Shop) -> None:
    shop.declare("sum(last_5m):sum:shop.a{status:error}.as_count() > ${critical}")
    (finding,) = shop.ask().diagnostics

    assert (finding.rule, finding.severity) == ("query/no-counts", Severity.NOTE)


def test_tags_that_no_point_has_together_and_keys_that_none_has(shop: Shop) -> None:
    shop.report(["env:production", "host:b"], lambda _: 50)

    assert shop.findings_about("avg(last_5m):avg:shop.a{env:prod} by {host} > ${critical}") == [
        ("query/no-points-with-filter", "shop.a{env:prod}")
    ]
    assert shop.findings_about(
        "avg(last_5m):avg:shop.a{env:production} by {hostname} > ${critical}"
    ) == [("query/no-such-group", "shop.a{env:production}")]


@pytest.mark.parametrize(
    ("query", "critical", "rule"),
    [
        (">", 80, "thresholds/never-crossed"),
        (">", 45, ""),
        (">", 30, "thresholds/always-crossed"),
        ("<", 30, "thresholds/never-crossed"),
        (">", 0.05, "thresholds/other-unit"),
        (">", 45_000, "thresholds/other-unit"),
        ("<", 50_000_000, "thresholds/other-unit"),
        # far away, and further than any unit or nearer
        (">", 900, "thresholds/never-crossed"),
        (">", 900_000, "thresholds/never-crossed"),
        (">", -1, "thresholds/always-crossed"),
    ],
)
def test_a_threshold_is_held_against_the_range_of_values(
    shop: Shop, query: str, critical: float, rule: str
) -> None:
    shop.report([], lambda at: 40 + at // 7200 % 2 * 10)
    shop.declare(f"avg(last_5m):avg:shop.a{{*}} {query} ${{critical}}", critical)
    diagnostics = shop.ask().diagnostics

    assert [d.rule for d in diagnostics] == ([rule] if rule else [])
    assert all("between 40 and 50 in 7 days" in d.message for d in diagnostics)


def test_a_gauge_that_is_read_as_a_count(shop: Shop) -> None:
    shop.report([], lambda at: 70 + at // 7200 % 2 * 20)
    query = "sum(last_5m):sum:shop.a{*}.as_count() > ${critical}"
    assert shop.findings_about(query) == [("query/counted-gauge", "shop.a{*}")]

    shop.report([], lambda _: 0, kind=1)
    assert shop.findings_about(query) == []


def test_types_that_may_not_be_read_are_said_and_the_rest_is_checked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.declare("sum(last_5m):sum:shop.a{*}.as_count() > ${critical}")
    with running(Emulator(lacking=["metrics_read"])) as url:
        monkeypatch.setenv("DD_HOST", url)
        answers = shop.ask()

    assert [d.rule for d in answers.diagnostics] == ["query/no-counts"]
    assert answers.said[-1] == (
        "Not checked: 1 type of a metric, without metrics_read or beyond the requests of one run"
        " (shop.a)."
    )


def test_no_unit_is_guessed_for_counts_and_for_what_swings(shop: Shop) -> None:
    shop.report([], lambda _: 1, kind=1)
    shop.report([], lambda at: 1 + at // 7200 % 2 * 50, metric="shop.queue")

    counted = "sum(last_5m):sum:shop.a{*}.as_count() > ${critical}"
    assert [rule for rule, _ in shop.findings_about(counted, 1000)] == ["thresholds/never-crossed"]
    swinging = "avg(last_5m):avg:shop.queue{*} > ${critical}"
    assert [rule for rule, _ in shop.findings_about(swinging, 7000)] == ["thresholds/never-crossed"]


def test_what_was_fetched_is_kept_and_a_spent_budget_is_said(shop: Shop) -> None:
    shop.report([], lambda _: 50)
    shop.declare("avg(last_5m):avg:shop.a{*} > ${critical}")
    spent, first = shop.ask(budget=2, now=NOW), shop.ask(now=NOW)

    assert spent.requests == 2
    assert spent.diagnostics == ()
    assert "Not checked against points: 1 monitor (beyond the " in spent.said[0]
    assert 5 <= first.requests <= 7
    assert first.said == ("Points of 7 days looked at for 1 monitor.",)
    assert shop.ask(now=NOW).requests == 0


def test_without_the_permission_nothing_is_checked_and_nothing_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.declare("avg(last_5m):avg:shop.a{*} > ${critical}")
    with running(Emulator(lacking=["timeseries_query"])) as url:
        monkeypatch.setenv("DD_HOST", url)
        answers = shop.ask()

    assert answers.diagnostics == ()
    assert answers.said == (
        "Not checked against points: 1 monitor"
        " (no access; points need timeseries_query: shop/orders/a).",
    )


def test_a_state_folder_that_cannot_be_made_is_no_failure(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    shop.declare("avg(last_5m):avg:shop.a{*} > ${critical}")

    (line,) = shop.ask().said
    assert line.startswith("Not checked against points: 1 monitor (no folder below XDG_STATE_HOME")


def test_a_type_without_such_history_is_said_to_be_left_out(shop: Shop) -> None:
    shop.declare("avg(last_4h):anomalies(avg:shop.a{*}, 'basic', 2) >= ${critical}", 1)

    assert shop.ask().said == (
        "Not checked against points: 1 monitor (which history cannot answer for: shop/orders/a).",
    )


def test_validate_asks_for_points_of_changed_monitors_and_suppressions_count(shop: Shop) -> None:
    query = "avg(last_5m):avg:shop.a{*} > ${critical}"
    ignored = "    ignore: [{rule: query/no-points, reason: it comes rarely}]\n"
    target = Target(environ=os.environ)
    shop.declare(query)
    rules = [d.rule for d in validate(shop.root, target=target).diagnostics]
    shop.declare(query, more=ignored)
    fewer = [d.rule for d in validate(shop.root, target=target).diagnostics]

    assert "query/no-points" in rules
    assert set(rules) - set(fewer) == {"query/no-points"}
    assert set(fewer) <= set(rules)
