"""
Every figure of the report equals one that SQL computes from the truth behind the emulator.

The incidents come as Zenduty lists them, through the adapter; the truth is what the generator of
the history says has happened, and shares no code with the report.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor_sync.app.responding import Responded
from monitor_sync.app.weekly import Weekly
from monitor_sync.incidents import ResponseTarget
from monitor_sync.insight.response import sla
from monitor_sync.insight.response.report import ResponseQuestion, response_report
from monitor_sync.insight.response.weekly import team_weeks
from monitor_sync.model import Project, Team
from monitor_sync.oncall.zenduty.incidents import incident as from_zenduty
from monitor_sync.render import response as shown
from monitor_sync.render import weekly as pages
from monitor_sync.render.response.json import document
from tests.emulator.history.estates import TEAMS, UNTIL, served
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
    number text, team text, week text, priority text, problem text, created real, ack real,
    done real, status text, to_ack real, to_done real, lasted real, ack_target real,
    done_target real
)
"""


def midnight(day: date) -> float:
    return datetime.combine(day, time(), ZONE).timestamp()


def lines() -> list[dict[str, Any]]:
    return served().truth["incident"]


@pytest.fixture(scope="module")
def truth() -> Iterator[sqlite3.Connection]:
    """The incidents of the truth that a listing of Zenduty lets count."""
    base = sqlite3.connect(":memory:")
    base.execute(SCHEMA)
    for line in lines():
        times, status = line["told"], line["status"]
        created, ack = times["created"], times["acknowledged"]
        done = times["resolved"] if status == "resolved" else None
        old = created < midnight(CHANGED)
        base.execute(
            "insert into incident values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(line["number"]), line["team"], week(created, ZONE), line["priority"] or "none",
                line["problem"], created, ack, done, status,
                None if ack is None else ack - created,
                None if done is None else done - created,
                (UNTIL if done is None else done) - created,
                1800 if old else 300, 10800 if old else 5400,
            ),
        )  # fmt: skip
    merged = [(str(line["number"]),) for line in lines() if line["merged_into"] is not None]
    base.executemany("delete from incident where number = ?", merged)
    base.execute(
        "delete from incident where ack < created or done < created or ack > done"
        " or (status = 'resolved' and done is null) or (status = 'acknowledged' and ack is null)"
    )
    yield base
    base.close()


@pytest.fixture(scope="module")
def project() -> Project:
    teams = {
        name: Team(name=name, title=name, on_call=name, tool="zenduty", service=f"{name} service",
                   targets=TARGETS)
        for name in TEAMS
    }  # fmt: skip
    monitors = {
        f"motor/file/monitor-{number}": monitor(
            f"motor/file/monitor-{number}", TEAMS[number % 3], name=f"Monitor {number}"
        )
        for number in range(120)
    }
    return Project(
        name="acme", teams=teams, monitors=monitors, time_zone="Europe/Berlin", kinds=KINDS
    )


@pytest.fixture(scope="module")
def known() -> list[Any]:
    return [from_zenduty(item) for item in listed(served(), {"status": 0})]


def reported(project: Project, known: list[Any], *by: sla.ResponseDimension) -> dict[str, Any]:
    question = ResponseQuestion(start=START, end=END, by=by, now=UNTIL)
    report = response_report(project, known, (), question)
    return document(
        Responded(project=project, report=report, tools=("Zenduty",), as_of=UNTIL, complete=True,
                  notes=())
    )  # fmt: skip


COUNTS = """
select count(*), count(to_ack), sum(to_ack is null and done is not null),
       sum(to_ack is null and done is null), count(done), sum(done is null),
       avg(to_ack), avg(to_done),
       avg(case when to_ack is not null then to_ack <= ack_target
                when lasted > ack_target then 0 end),
       avg(case when to_done is not null then to_done <= done_target
                when lasted > done_target then 0 end)
from incident where created >= :start and created < :end and {where}
"""
PERCENTILE = """
with ordered as (
    select {value} as value, row_number() over (order by {value}) - 1 as place,
           count(*) over () as total
    from incident where {value} is not null and created >= :start and created < :end and {where}
), at as (select distinct {share} * (total - 1) as place from ordered)
select a.value + (at.place - cast(at.place as int)) * (b.value - a.value)
from at join ordered a on a.place = cast(at.place as int)
join ordered b on b.place = min(cast(at.place as int) + 1, a.total - 1)
"""


def by_sql(truth: sqlite3.Connection, where: str, **values: str) -> dict[str, Any]:
    """One row of the report, by SQL alone."""
    bound = {"start": midnight(START), "end": midnight(END), **values}
    counts = truth.execute(COUNTS.format(where=where), bound).fetchone()

    def times(value: str, mean: float | None, within: float | None) -> dict[str, Any]:
        cuts = {
            name: truth.execute(
                PERCENTILE.format(value=value, share=share, where=where), bound
            ).fetchone()
            for name, share in (("median", 0.5), ("p90", 0.9), ("p95", 0.95))
        }
        figures = {"mean": mean, "within_target": within}
        figures |= {name: cut and cut[0] for name, cut in cuts.items()}
        return {name: near(figure) for name, figure in figures.items()}

    names = ("incidents", "acknowledged", "never_acknowledged", "waiting", "resolved", "open")
    return {
        **dict(zip(names, (count or 0 for count in counts[:6]), strict=True)),
        "mtta": times("to_ack", counts[6], counts[8]),
        "mttr": times("to_done", counts[7], counts[9]),
    }


def near(figure: float | None) -> Any:
    return None if figure is None else pytest.approx(figure, abs=0.002)


@pytest.mark.parametrize(
    ("by", "where"),
    [
        (("team",), "team = :team"),
        (("team", "week"), "team = :team and week = :week"),
        (("week",), "week = :week"),
        (("priority",), "priority = :priority"),
        (("team", "priority", "week"), "team = :team and priority = :priority and week = :week"),
    ],
)
def test_each_row_is_what_sql_says_of_the_truth(
    truth: sqlite3.Connection,
    project: Project,
    known: list[Any],
    by: tuple[sla.ResponseDimension, ...],
    where: str,
) -> None:
    report = reported(project, known, *by)

    for row in report["rows"]:
        values = row.pop("by")
        assert row == by_sql(truth, where, **values), values
    inside = truth.execute(
        "select * from incident where created >= ? and created < ?",
        (midnight(START), midnight(END)),
    )
    columns = [column for column, *_ in inside.description]
    groups = {tuple(line[columns.index(name)] for name in by) for line in inside}
    assert len(report["rows"]) == len(groups) > 1


def test_the_whole_and_what_is_left_out_are_what_the_truth_says(
    truth: sqlite3.Connection, project: Project, known: list[Any]
) -> None:
    report = reported(project, known)

    assert {**report["total"], "by": {}} == {**by_sql(truth, "true"), "by": {}}
    within = [
        line for line in lines() if midnight(START) <= line["told"]["created"] < midnight(END)
    ]
    merged = sum(line["merged_into"] is not None for line in within)
    assert report["left_out"]["merged"] == merged
    assert len(within) == report["total"]["incidents"] + sum(report["left_out"].values())
    assert report["left_out"]["bad_times"] > 0 < merged


def test_what_came_back_is_what_the_truth_says(
    truth: sqlite3.Connection, project: Project, known: list[Any]
) -> None:
    back, distinct = truth.execute(
        "select sum(exists (select 1 from incident b where b.problem = a.problem"
        " and b.number != a.number and b.done between a.created - 30 * 86400 and a.created)),"
        " count(distinct problem) from incident a where created >= ? and created < ?",
        (midnight(START), midnight(END)),
    ).fetchone()

    recurrence = reported(project, known)["recurrence"]

    assert recurrence["reoccurrences"] == back > 0
    assert recurrence["distinct"] == distinct
    assert recurrence["rate"] == pytest.approx(back / recurrence["occurrences"], abs=1e-5)
    often = truth.execute(
        "select count(*) from incident where created >= ? and created < ?"
        " group by problem order by 1 desc limit 10", (midnight(START), midnight(END)),
    ).fetchall()  # fmt: skip
    assert [repeater["occurrences"] for repeater in recurrence["repeaters"][:10]] == [
        count for (count,) in often
    ]


def test_no_name_of_a_person_and_no_figure_of_one_is_in_any_form(
    project: Project, known: list[Any]
) -> None:
    items = listed(served(), {"status": 0})
    people = {item["assigned_to_name"] for item in items if item.get("assigned_to_name")}
    people |= {item["assigned_to"] for item in items if item.get("assigned_to")}
    question = ResponseQuestion(start=START, end=END, by=("service", "kind"), now=UNTIL)
    report = response_report(project, known, (), question)
    responded = Responded(project=project, report=report, tools=("Zenduty",), as_of=UNTIL,
                          complete=True, notes=())  # fmt: skip

    written = [form(responded) for form in (shown.text, shown.markdown, shown.json, shown.csv)]

    weeks = team_weeks(project, project.teams.values(), known, (), "2026-W48", UNTIL)
    week = Weekly(project=project, week="2026-W48", teams=weeks, review=None, as_of=UNTIL,
                  complete=True, notes=())  # fmt: skip
    forms = (pages.markdown, pages.slack, pages.html, pages.json)
    written += [form(week) for form in forms]

    assert people
    assert not [name for name in people for text in written if name in text]
