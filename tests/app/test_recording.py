"""A stretch of real history becomes a test that passes, and fails where the monitor is changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor_sync.app import Target
from monitor_sync.app.recording import Recorded, record
from monitor_sync.app.unit_tests import run_tests
from monitor_sync.cli import main
from monitor_sync.errors import UsageError
from monitor_sync.incidents import TimeSpan
from tests.app.shop_project import shop
from tests.conftest import Local
from tests.emulator.calls import submit

MONITORS = """
team: shop
monitors:
  cpu:
    name: CPU is high
    query: avg(last_5m):avg:shop.db.cpu{env:prod} by {host} > ${critical}
    thresholds: {critical: 80}
    message: Slow.
  errors:
    name: Orders fail
    query: >-
      sum(last_15m):100 * sum:shop.order.count{status:error}.as_count()
      / sum:shop.order.count{*}.as_count() > ${critical}
    thresholds: {critical: 5}
    message: Fails.
  mixed:
    name: Either
    query: avg(last_5m):avg:shop.db.cpu{host:a OR host:b} > ${critical}
    thresholds: {critical: 80}
    message: Slow.
"""
NOW = int(time.time()) // 3600 * 3600 - 3600
SPAN = TimeSpan(float(NOW - 4 * 3600), float(NOW))


@pytest.fixture
def root(tmp_path: Path, local: Local, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return files, and a Datadog in which something went wrong for half an hour."""
    root = shop(tmp_path, MONITORS)
    wrong = range(NOW - 2 * 3600, NOW - 5400)
    minutes = range(NOW - 8 * 3600, NOW, 60)
    for metric, kind, tags, usual, bad in (
        ("shop.db.cpu", 3, ["env:prod", "host:a"], 40, 95),
        ("shop.db.cpu", 3, ["env:prod", "host:b"], 41, 42),
        ("shop.order.count", 1, ["status:error"], 1, 30),
        ("shop.order.count", 1, ["status:ok"], 99, 70),
    ):
        points = [
            {"timestamp": at + 7, "value": (bad if at in wrong else usual) + at // 60 % 3}
            for at in minutes
        ]
        series = {"metric": metric, "type": kind, "tags": tags, "points": points}
        submit(local.emulator, series)
    monkeypatch.chdir(tmp_path)
    return root


def run(root: Path, key: str, span: TimeSpan = SPAN) -> Recorded:
    return record(root, Target(environ=os.environ), key, span, name="", budget=100)


@pytest.mark.parametrize("key", ["shop/orders/cpu", "shop/orders/errors"])
def test_an_outage_becomes_a_test_that_passes_and_notices_a_worse_threshold(
    root: Path, key: str
) -> None:
    made = run(root, key)

    assert made.alerts == 1
    assert run_tests(root, [], "*").passed
    assert len(made.text) < 1500
    file = root / "shop" / "orders.yaml"
    file.write_text(file.read_text().replace("critical: 80", "critical: 99").replace("5}", "50}"))
    assert not run_tests(root, [], "*").passed


def test_a_second_test_is_added_below_the_first_with_its_comments(root: Path) -> None:
    run(root, "shop/orders/cpu")
    path = root / "shop" / "orders.tests.yaml"
    path.write_text("# ours\n" + path.read_text())
    run(root, "shop/orders/errors")

    assert path.read_text().startswith("# ours\ntests:\n")
    assert len(run_tests(root, [], "*").tested) == 2


def test_a_quiet_stretch_is_a_test_too(root: Path) -> None:
    made = run(root, "shop/orders/errors", TimeSpan(SPAN.start, SPAN.start + 3600))

    assert made.alerts == 0
    assert "state: ok" in made.text


def test_what_cannot_be_recorded_is_refused_and_nothing_is_written(root: Path) -> None:
    with pytest.raises(UsageError):
        run(root, "shop/orders/mixed", TimeSpan(SPAN.end, SPAN.start))
    with pytest.raises(UsageError, match="half an hour"):
        run(root, "shop/orders/cpu", TimeSpan(SPAN.start, time.time()))
    with pytest.raises(UsageError, match="two days"):
        run(root, "shop/orders/cpu", TimeSpan(SPAN.start - 3 * 86_400, SPAN.end))
    (root / "shop" / "orders.tests.yaml").write_text("tests: []\n")
    with pytest.raises(UsageError, match="it is unchanged"):
        run(root, "shop/orders/cpu")
    assert (root / "shop" / "orders.tests.yaml").read_text() == "tests: []\n"


@pytest.mark.usefixtures("root")
def test_the_command_line_says_what_it_takes() -> None:
    given = CliRunner().invoke(main, ["test", "--from", "2026-11-02T10:00Z"])
    assert (given.exit_code, "test record KEY" in given.stderr) == (2, True)
    wrong = CliRunner().invoke(main, ["test", "record", "a", "--from", "noon", "--to", "noon"])
    assert (wrong.exit_code, "--from is no time" in wrong.stderr) == (2, True)
    times = [time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(at)) for at in (SPAN.start, SPAN.end)]
    words = ["test", "record", "shop/orders/cpu", "--from", times[0], "--to", times[1]]
    made = CliRunner().invoke(main, words)
    assert made.exit_code == 0, made.stderr
    assert "it passes, with 1 alert" in made.stderr
    assert made.stdout.startswith("  - name: cpu on ")
