"""
What truly happened behind the emulator as a table for SQL, and the incidents as Zenduty has them.

The truth is what the generator of the history says, and shares no code with the reports. The
incidents come through the adapter: the listing, the alerts of each one, the maintenance windows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from monitor_sync.incidents import Incident, ResponseTarget
from monitor_sync.model import Project, Team
from monitor_sync.oncall.zenduty.incidents import incident as from_zenduty
from monitor_sync.oncall.zenduty.incidents import with_alerts
from tests.emulator.history.estates import TEAMS, UNTIL, served
from tests.emulator.history.estates import monitors as live_monitors
from tests.emulator.on_call.test_zenduty_incidents import listed
from tests.insight.response.incidents import monitor
from tests.insight.response.naive import week

ZONE = ZoneInfo("Europe/Berlin")
START, END = date(2026, 9, 7), date(2026, 11, 30)  # the clocks change in between
CHANGED = date(2026, 10, 5)
TARGETS = (
    ResponseTarget(start=CHANGED, acknowledge=300, resolve=5400),
    ResponseTarget(acknowledge=1800, resolve=10800),
)
KINDS = {"tech-ops": ("tech-ops",), "aws": ("layer:aws", "cloudwatch")}
SCHEMA = """
create table incident (
    number text, team text, unit text, service text, kind text, origin text, week text,
    priority text, problem text, created real, ack real, done real, status text, left_out text,
    to_ack real, to_done real, lasted real, ack_target real, done_target real, by_itself int
)
"""
BAD_TIMES = """
update incident set left_out = 'bad_times' where left_out is null and (
    ack < created or done < created or ack > done
    or (status = 'resolved' and done is null) or (status = 'acknowledged' and ack is null))
"""


def midnight(day: date) -> float:
    return datetime.combine(day, time(), ZONE).timestamp()


def lines() -> list[dict[str, Any]]:
    return served().truth["incident"]


def _left_out(line: dict[str, Any]) -> str | None:
    reasons = {"merged": line["merged_into"] is not None}
    reasons |= {name: line[name] for name in ("suppressed", "maintenance")}
    return next((reason for reason, fits in reasons.items() if fits), None)


@cache
def _priorities() -> dict[str, str]:
    """What a monitor says of its incidents where the tool says no priority."""
    bodies = enumerate(live_monitors())
    return {f"motor/file/monitor-{number}": f"P{body['priority']}" for number, body in bodies}


def _row(line: dict[str, Any]) -> tuple[Any, ...]:
    times, status, team = line["told"], line["status"], line["team"]
    created, ack = times["created"], times["acknowledged"]
    done = times["resolved"] if status == "resolved" else None
    old = created < midnight(CHANGED)
    return (
        str(line["number"]), team, team.partition("-")[0], f"{team} service",
        "tech-ops" if "tech-ops" in line["tags"] else "other", line["origin"],
        week(created, ZONE), line["priority"] or _priorities().get(line["monitor"], "none"),
        line["problem"],
        created, ack, done, status, _left_out(line),
        None if ack is None else ack - created,
        None if done is None else done - created,
        (UNTIL if done is None else done) - created,
        1800 if old else 300, 10800 if old else 5400, line["self_resolved"],
    )  # fmt: skip


@cache
def base() -> sqlite3.Connection:
    """Every incident of the truth; of those that count ``left_out`` is null."""
    opened = sqlite3.connect(":memory:")
    opened.execute(SCHEMA)
    marks = ", ".join("?" * SCHEMA.count(","))
    opened.executemany(f"insert into incident values (?, {marks})", map(_row, lines()))  # noqa: S608 - our own marks
    opened.execute(BAD_TIMES)
    opened.execute("create view counted as select * from incident where left_out is null")
    return opened


@cache
def project() -> Project:
    teams = {
        name: Team(name=name, title=name, on_call=name, tool="zenduty", service=f"{name} service",
                   targets=TARGETS)
        for name in TEAMS
    }  # fmt: skip
    monitors = {}
    for number, body in enumerate(live_monitors()):
        key, team = f"motor/file/monitor-{number}", TEAMS[number % 3]
        declared = monitor(key, team, name=body["name"], priority=body["priority"])
        monitors[key] = replace(declared, business_unit=team.partition("-")[0])
    return Project(
        name="acme", teams=teams, monitors=monitors, time_zone="Europe/Berlin", kinds=KINDS
    )


def ids() -> dict[int, str]:
    return {body["id"]: f"motor/file/monitor-{n}" for n, body in enumerate(live_monitors())}


@cache
def known() -> tuple[Incident, ...]:
    """The incidents of Zenduty, each with what its alerts tell."""
    estate = served()
    incidents = [from_zenduty(item) for item in listed(estate, {"status": 0})]
    services = {incident.service: incident.service_id for incident in incidents if incident}
    windows = [
        (services[f"{window['team']} service"], window["from"], window["to"])
        for window in estate.truth["maintenance"]
    ]
    return tuple(
        with_alerts(
            replace(incident, maintenance=_inside(incident, windows)), _alerts(incident.number)
        )
        for incident in incidents
        if incident
    )


def _inside(incident: Incident, windows: Sequence[tuple[str, float, float]]) -> bool:
    at = incident.created
    return any(incident.service_id == of and start <= at < end for of, start, end in windows)


def _alerts(number: str) -> tuple[dict[str, Any], ...]:
    _, answer = served().ask("GET", f"/__zenduty/api/incidents/{number}/alerts/")
    return tuple(answer if isinstance(answer, list) else answer["results"])


COUNTS = """
select count(*), count(to_ack), sum(to_ack is null and done is not null),
       sum(to_ack is null and done is null), count(done), sum(done is null),
       sum(coalesce(to_ack, lasted) > ack_target or coalesce(to_done, lasted) > done_target),
       count(done), sum(by_itself and done), sum(by_itself and done and to_ack is null),
       sum(to_ack = to_done), 0,
       avg(to_ack), avg(to_done),
       avg(case when to_ack is not null then to_ack <= ack_target
                when lasted > ack_target then 0 end),
       avg(case when to_done is not null then to_done <= done_target
                when lasted > done_target then 0 end)
from counted where created >= :start and created < :end and {where}
"""
PERCENTILE = """
with ordered as (
    select {value} as value, row_number() over (order by {value}) - 1 as place,
           count(*) over () as total
    from counted where {value} is not null and created >= :start and created < :end and {where}
), at as (select distinct {share} * (total - 1) as place from ordered)
select a.value + (at.place - cast(at.place as int)) * (b.value - a.value)
from at join ordered a on a.place = cast(at.place as int)
join ordered b on b.place = min(cast(at.place as int) + 1, a.total - 1)
"""


def row(where: str, **values: str) -> dict[str, Any]:
    """One row of the report, by SQL alone."""
    bound = {"start": midnight(START), "end": midnight(END), **values}
    counts = base().execute(COUNTS.format(where=where), bound).fetchone()

    def times(value: str, mean: float | None, within: float | None) -> dict[str, Any]:
        cuts = {
            name: base()
            .execute(PERCENTILE.format(value=value, share=share, where=where), bound)
            .fetchone()
            for name, share in (("median", 0.5), ("p90", 0.9), ("p95", 0.95))
        }
        figures = {"mean": mean, "within_target": within}
        figures |= {name: cut and cut[0] for name, cut in cuts.items()}
        return {name: near(figure) for name, figure in figures.items()}

    names = (
        "incidents", "acknowledged", "never_acknowledged", "waiting", "resolved", "open", "late",
        "self_resolved_known", "self_resolved", "self_resolved_unacknowledged",
        "acknowledged_at_resolution", "reopened",
    )  # fmt: skip
    known = dict(zip(names, (count or 0 for count in counts[:12]), strict=True))
    if not known["self_resolved_known"]:
        known |= {"self_resolved": None, "self_resolved_unacknowledged": None}
    return {
        **known,
        "mtta": times("to_ack", counts[12], counts[14]),
        "mttr": times("to_done", counts[13], counts[15]),
    }


def of_span(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What SQL says of the incidents that count, were created in the span, as ``own``."""
    own = "with own as (select * from counted where created >= ?1 and created < ?2)"
    bound = (midnight(START), midnight(END), *values)
    return base().execute(f"{own} {query}", bound).fetchall()


def near(figure: float | None, within: float = 0.002) -> Any:
    return None if figure is None else pytest.approx(figure, abs=within)
