"""The figures of noise are those of what truly happened, counted a second time in plain SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace as replaced
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.app.live_statuses import LiveStatuses
from monitor_sync.app.noisy_monitors import NoiseReport, judged
from monitor_sync.app.response_history import read_history
from monitor_sync.app.target import Target
from monitor_sync.emulator.server import running
from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.response.noise import LiveStatus
from monitor_sync.model import Monitor, tag_value
from monitor_sync.render import noise
from tests.emulator.history.estates import UNTIL, monitors, served
from tests.emulator.on_call.test_zenduty_incidents import listed
from tests.insight.response import truth

SPAN = TimeSpan(UNTIL - 56 * 86_400, UNTIL)
"""Eight whole weeks, in which the clocks of Berlin go back."""

WALL = datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()  # from then on an hour ahead, before two

TABLES = """
CREATE TABLE episode (monitor, team, priority, grp, state, start, "end", notified, worst);
CREATE TABLE incident (monitor, grp, team, created, acknowledged, counts);
CREATE VIEW fire AS
  SELECT *, worst + CASE WHEN worst < {wall} THEN 7200 ELSE 3600 END AS wall
  FROM episode WHERE start >= {start} AND start < {end};
CREATE VIEW page AS  -- alerts alone page: where it warned first, the page comes with the worst
  SELECT monitor, team, grp, worst AS start,
         CAST(strftime('%H', wall, 'unixepoch') AS INTEGER) AS hour,
         strftime('%w', wall, 'unixepoch') IN ('0', '6') AS weekend
  FROM fire WHERE notified AND state = 'alert' AND priority <= 2;
CREATE TABLE paged AS
  WITH RECURSIVE problem(team, start) AS (
    SELECT team, min(start) FROM page GROUP BY team
    UNION ALL
    SELECT team, (SELECT min(start) FROM page
                  WHERE page.team = problem.team AND page.start > problem.start + 300)
    FROM problem WHERE start IS NOT NULL
  )
  SELECT page.monitor, page.team, page.start, page.grp, (
    SELECT max(start) FROM problem WHERE team = page.team AND start <= page.start
  ) AS problem FROM page;
"""

FIRES = """
SELECT monitor, count(*) AS fires, max(start) AS last_fired, count("end") AS ended,
       total("end" - start <= 600 AND NOT EXISTS (
         SELECT 1 FROM incident i WHERE i.monitor = fire.monitor AND i.grp = fire.grp
         AND i.acknowledged BETWEEN fire.start AND fire."end"
       )) AS self_resolved_fires
FROM fire GROUP BY monitor
"""
EPISODES = """
WITH known AS (
  SELECT *, max(start, {start}) AS began, min(coalesce("end", {end}), {end}) AS until
  FROM episode WHERE start < {end} AND ("end" IS NULL OR "end" > {start})
), alerts AS (
  SELECT *, max(until) OVER (PARTITION BY monitor ORDER BY alerting, until
                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (SELECT *, max(worst, {start}) AS alerting FROM known WHERE state = 'alert')
)
SELECT monitor, count(*) AS episodes, coalesce((
  SELECT sum(max(0, until - max(alerting, coalesce(before, alerting)))) / 3600.0
  FROM alerts WHERE alerts.monitor = known.monitor
), 0) AS hours_in_alert FROM known GROUP BY monitor
"""
PAGES = """
SELECT monitor, count(*) AS pages, sum(hour >= 22 OR hour < 8) AS night,
       sum(hour BETWEEN 8 AND 21 AND (hour >= 18 OR weekend)) AS off_hours,
       (SELECT count(DISTINCT problem) FROM paged WHERE paged.monitor = page.monitor) AS problems
FROM page GROUP BY monitor
"""
FLAPS = """
WITH changed AS (
  SELECT monitor, grp, start AS at FROM fire
  UNION ALL SELECT monitor, grp, "end" FROM fire WHERE "end" IS NOT NULL
), fourth AS (
  SELECT monitor, grp, at, lead(at, 3) OVER (PARTITION BY monitor, grp ORDER BY at) AS last
  FROM changed
), quick AS (
  SELECT * FROM fourth WHERE last - at <= 19 * 60
), begun AS (
  SELECT *, coalesce(at > max(last) OVER (PARTITION BY monitor, grp ORDER BY at
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS first
  FROM quick
)
SELECT monitor, sum(first) AS flaps, (
  SELECT count(*) FROM fire WHERE fire.monitor = begun.monitor AND EXISTS (
    SELECT 1 FROM quick q WHERE q.monitor = fire.monitor AND q.grp = fire.grp
    AND fire.start BETWEEN q.at AND q.last)
) AS flapping_fires FROM begun GROUP BY monitor
"""
SHIFTS = """
WITH moment AS ({moments}), shift AS (
  SELECT team, count(*) AS number FROM moment GROUP BY team, CAST((
    at + CASE WHEN at < {wall} THEN 7200 ELSE 3600 END - 8 * 3600) / 43200 AS INTEGER)
)
SELECT team, sum(number), sum(number > 2), max(number),
       (SELECT count(*) FROM page WHERE page.team = shift.team)
FROM shift GROUP BY team
"""
INCIDENTS = "SELECT team, created AS at FROM incident WHERE counts"
PROBLEMS = "SELECT DISTINCT team, problem AS at FROM paged"


def _keys() -> dict[int, str]:
    return {body["id"]: tag_value(body["tags"], "monitor_sync_key") for body in monitors()}


def _declared() -> Iterator[Monitor]:
    for body in monitors():
        key, team = _keys()[body["id"]], tag_value(body["tags"], "team")
        yield Monitor(key=key, body=body, business_unit="motor", team=team)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[NoiseReport, NoiseReport]:
    """The report with the incidents of the on-call tool, and the one without; alerts over HTTP."""
    declared = {monitor.key: monitor for monitor in _declared()}
    project = replace(truth.project(), monitors=declared)
    _, answer = served().ask("GET", "/api/v1/monitor/search", query="per_page=1000")
    statuses = {
        _keys()[item["id"]]: LiveStatus(id=item["id"], last_triggered=item["last_triggered_ts"])
        for item in answer["monitors"]
    }
    with running(served().emulator) as url:
        environ = {"DD_HOST": url, "DD_API_KEY": "a", "DD_APP_KEY": "b"}
        target = Target(environ={**environ, "XDG_STATE_HOME": str(tmp_path_factory.mktemp("h"))})
        alerts = read_history(project, target, SPAN, incidents=False, episodes=True, now=UNTIL)
    incidents = tuple(own for own in truth.known() if SPAN.start <= own.created < SPAN.end)

    def report(history: Any) -> NoiseReport:
        live = LiveStatuses(by_key=statuses)
        return judged(project, [*declared.values()], live, history, SPAN, now=UNTIL)

    return report(replaced(alerts, incidents=incidents)), report(alerts)


@pytest.fixture(scope="module")
def base() -> Iterator[sqlite3.Connection]:
    """What truly happened, in tables."""
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.executescript(_filled(TABLES.partition("CREATE VIEW")[0]))
    priorities = {_keys()[body["id"]]: body["priority"] for body in monitors()}
    database.executemany(
        "INSERT INTO episode VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (line["monitor"], line["owner"], priorities[line["monitor"]], line["group"],
             line["state"], line["start"], line["end"], line["notified"], line["worst"])
            for line in served().truth["episode"]
        ],
    )  # fmt: skip
    database.executemany(
        "INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?)",
        [
            (line["monitor"], line["group"], line["team"], line["told"]["created"],
             line["told"]["acknowledged"], line["merged_into"] is None
             and not line["suppressed"] and not line["maintenance"])
            for line in truth.lines() if SPAN.start <= line["told"]["created"] < SPAN.end
        ],
    )  # fmt: skip
    database.executescript(_filled("CREATE VIEW" + TABLES.partition("CREATE VIEW")[2]))
    yield database
    database.close()


def _filled(query: str, **given: str) -> str:
    return query.format(start=SPAN.start, end=SPAN.end, wall=WALL, **given)


def test_every_figure_of_every_monitor_is_what_sql_says_of_the_truth(
    reports: tuple[NoiseReport, NoiseReport], base: sqlite3.Connection
) -> None:
    expected: dict[str, dict[str, Any]] = {}
    for query in (FIRES, EPISODES, PAGES, FLAPS):
        for line in base.execute(_filled(query)):
            expected.setdefault(line["monitor"], {}).update(dict(line))
    zeros = ("fires", "episodes", "pages", "night", "off_hours", "flaps", "flapping_fires",
             "ended", "self_resolved_fires", "problems")  # fmt: skip
    ever = dict(
        base.execute("SELECT monitor, max(worst) FROM episode WHERE state = 'alert' GROUP BY 1")
        .fetchall()
    )  # fmt: skip

    for row in reports[0].noise.monitors:
        figures = expected.get(row.key, {})
        reported = {name: getattr(row, name) for name in zeros}
        assert reported == {name: figures.get(name, 0) for name in zeros}, row.key
        assert row.hours_in_alert == pytest.approx(figures.get("hours_in_alert", 0)), row.key
        assert row.last_fired == figures.get("last_fired", ever.get(row.key)), row.key
    assert len(expected) > 60
    for name in zeros:
        assert sum(figures.get(name, 0) for figures in expected.values()) > 0, name


@pytest.mark.parametrize(("place", "moments"), [(0, INCIDENTS), (1, PROBLEMS)])
def test_shifts_are_what_sql_says_of_the_truth(
    reports: tuple[NoiseReport, NoiseReport],
    base: sqlite3.Connection,
    place: int,
    moments: str,
) -> None:
    expected = {tuple(line) for line in base.execute(_filled(SHIFTS, moments=moments))}

    shifts = {(s.team, s.problems, s.over, s.worst, s.pages) for s in reports[place].shifts}

    assert shifts == expected
    assert {shift.shifts for shift in reports[place].shifts} == {112}
    assert sum(over for _, _, over, _, _ in expected) > 0


def test_the_line_that_counts_counts_what_sql_counts(
    reports: tuple[NoiseReport, NoiseReport], base: sqlite3.Connection
) -> None:
    fires, pages, night, problems = base.execute(
        "SELECT (SELECT count(*) FROM fire), count(*), sum(hour >= 22 OR hour < 8),"
        " (SELECT count(*) FROM (SELECT DISTINCT team, problem FROM paged)) FROM page"
    ).fetchone()

    assert noise.tally(reports[0]).startswith(
        f"120 monitors in 56 days: {fires} alerts, {pages} pages ({night} at night),"
        f" {problems} problems, "
    )


def test_no_name_of_a_person_is_in_any_form(reports: tuple[NoiseReport, NoiseReport]) -> None:
    items = listed(served(), {"status": 0})
    people = {item[name] for item in items for name in ("assigned_to", "assigned_to_name")}
    written = [form(reports[0]) for form in (noise.text, noise.markdown, noise.json, noise.csv)] + [
        noise.text(reports[0], full=True)
    ]

    assert len(people - {"", None}) > 3
    assert not [name for name in people - {"", None} for text in written if name in text]
