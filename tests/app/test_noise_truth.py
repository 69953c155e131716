"""The figures of noise are those of what truly happened, counted a second time in plain SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from monitor_sync.app.live_statuses import LiveStatuses
from monitor_sync.app.noisy_monitors import judged
from monitor_sync.app.response_history import read_history
from monitor_sync.app.target import Target
from monitor_sync.emulator.server import running
from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.response.noise import LiveStatus
from monitor_sync.model import Monitor, Project, tag_value
from monitor_sync.render import noise
from tests.emulator.history.estates import UNTIL, monitors, served

SPAN = TimeSpan(UNTIL - 56 * 86_400, UNTIL)
"""Eight whole weeks, from a Monday to a Monday."""

TRUTH = """
WITH known AS (
  SELECT monitor, state, start, "end", notified, priority,
         start >= :start AS fired,
         max(start, :start) AS began, min(coalesce("end", :end), :end) AS ended
  FROM episode WHERE start < :end AND ("end" IS NULL OR "end" > :start)
), alerts AS (
  SELECT monitor, began, ended,
         max(ended) OVER (PARTITION BY monitor ORDER BY began, ended
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
  FROM known WHERE state = 'alert'
), hours AS (
  SELECT monitor, sum(max(0, ended - max(began, coalesce(until, began)))) / 3600.0 AS hours
  FROM alerts GROUP BY monitor
)
SELECT known.monitor AS key,
       sum(fired) AS fires,
       count(*) AS episodes,
       sum(fired AND notified AND state = 'alert' AND priority <= 2
           AND (CAST(strftime('%H', start, 'unixepoch') AS INTEGER) >= 22
                OR CAST(strftime('%H', start, 'unixepoch') AS INTEGER) < 8)) AS night,
       sum(fired AND notified AND state = 'alert' AND priority <= 2) AS pages,
       avg(CASE WHEN fired AND "end" IS NOT NULL THEN "end" - start <= 600 END) AS self_resolved,
       coalesce(max(hours), 0) AS hours_in_alert
FROM known LEFT JOIN hours USING (monitor) GROUP BY known.monitor
"""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the report says of each monitor, read over HTTP."""
    declared = {monitor.key: monitor for monitor in _declared()}
    project = Project(name="acme", monitors=declared)
    ids = {tag_value(live["tags"], "monitor_sync_key"): live["id"] for live in monitors()}
    statuses = {key: LiveStatus(id=number) for key, number in ids.items()}
    with running(served().emulator) as url:
        environ = {"DD_HOST": url, "DD_API_KEY": "a", "DD_APP_KEY": "b"}
        target = Target(environ={**environ, "XDG_STATE_HOME": str(tmp_path_factory.mktemp("h"))})
        history = read_history(project, target, SPAN, incidents=False, episodes=True, now=UNTIL)
    report = judged(
        project, [*declared.values()], LiveStatuses(by_key=statuses), history, SPAN, now=UNTIL
    )
    pages = {row.key: row.pages for row in report.noise.monitors}
    rows = json.loads(noise.json(report))
    return {row["key"]: {**row, "pages": pages[row["key"]]} for row in rows}


def _declared() -> Iterator[Monitor]:
    for body in monitors():
        key = tag_value(body["tags"], "monitor_sync_key")
        yield Monitor(key=key, body=body, business_unit="motor", team="motor")


def test_every_figure_is_that_of_what_truly_happened(reported: dict[str, dict[str, Any]]) -> None:
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    priorities = {tag_value(m["tags"], "monitor_sync_key"): m["priority"] for m in monitors()}
    database.execute('CREATE TABLE episode (monitor, state, start, "end", notified, priority)')
    database.executemany(
        "INSERT INTO episode VALUES (:monitor, :state, :start, :end, :notified, :priority)",
        [{**line, "priority": priorities[line["monitor"]]} for line in served().truth["episode"]],
    )
    truth = {
        row["key"]: dict(row)
        for row in database.execute(TRUTH, {"start": SPAN.start, "end": SPAN.end})
    }

    assert len(truth) > 60
    assert sum(row["fires"] for row in truth.values()) > 500
    for key, row in reported.items():
        if key not in truth:
            assert (row["fires"], row["episodes"], row["hours_in_alert"]) == (0, 0, 0), key
            continue
        expected = truth[key]
        for name in ("fires", "episodes", "night", "pages"):
            assert row[name] == expected[name], (key, name)
        assert row["hours_in_alert"] == pytest.approx(expected["hours_in_alert"], abs=0.006), key
        assert row["self_resolved"] == (
            None
            if expected["self_resolved"] is None
            else pytest.approx(expected["self_resolved"], abs=0.0001)
        ), key


def test_the_monitor_that_was_made_to_flap_flaps(reported: dict[str, dict[str, Any]]) -> None:
    flapped = {
        line["monitor"]
        for line in served().truth["episode"]
        if line["edge"] == "flapping" and line["start"] >= SPAN.start
    }

    assert flapped
    assert all(reported[key]["flaps"] for key in flapped)
