"""An import writes first unit tests of the monitors whose state is certain without Datadog."""

from __future__ import annotations

from pathlib import Path

from monitor_sync import app
from monitor_sync.app import ImportOptions, Target
from monitor_sync.app.unit_tests import run_tests
from monitor_sync.render import importing as rendered
from tests.app.test_importing import MOTOR, monitor
from tests.conftest import Local

OURS = """\
tests:
  - name: ours
    monitor: load-high
    series: [{metric: m12, values: "1x9"}]
    expect: [{at: 9m, state: ok}]
"""


def test_first_tests_are_written_where_they_pass_and_over_none_that_are_there(
    local: Local, tmp_path: Path
) -> None:
    root = tmp_path / "monitors"
    (root / "motor").mkdir(parents=True)
    placing = "{unit: business_unit, team: team, file: service}"
    (root / "project.yaml").write_text(f"project: acme\nimport: {placing}\n")
    (root / "teams.yaml").write_text("teams:\n  quotes: {name: Quotes}\n")
    (root / "motor/business-unit.yaml").write_text("name: Motor\n")
    (root / "motor/api.tests.yaml").write_text(OURS)
    local.emulator.seed(
        [
            monitor(12, "Load high", *MOTOR),
            monitor(
                21, "Few", *MOTOR[:2], "service:b", query="sum(last_10m):sum:m{*}.as_count() < 30"
            ),
            monitor(
                22, "Odd", *MOTOR[:2], "service:b", query="avg(last_5m):avg:a{*} / avg:b{*} > 90"
            ),
            monitor(
                23, "Hot", *MOTOR[:2], "service:b", query="avg(last_4h):avg:t{a:b} by {host} > 9"
            ),
        ]
    )

    report = app.import_monitors(
        root, Target(environ=local.environment), ImportOptions(everything=True, tests=True)
    )

    assert (
        "  wrote 2 unit tests, for monitors whose state is certain without Datadog\n"
        in rendered.text(report)
    )

    assert (root / "motor/api.tests.yaml").read_text() == OURS
    assert (
        (root / "motor/b.tests.yaml").read_text()
        == """\
tests:
  - name: ok at 4.5, alert at 1.5
    monitor: few
    series: [{metric: m, values: "4.5x14 1.5x14"}]
    expect: [{at: 14m, state: ok}, {at: 29m, state: alert}]
  - name: ok at 4.5, alert at 13.5
    monitor: hot
    step: 8m
    series:
      - metric: t
        tags: {host: one}
        values: "4.5x34 13.5x34"
    expect: [{at: 4h32m, state: ok}, {at: 9h12m, state: alert}]
"""
    )
    assert run_tests(root, ["motor/b"], "*").passed
