"""
Every figure of the reports equals one that SQL computes from the truth behind the emulator.

``truth.py`` holds that truth, and the incidents as they come through Zenduty's adapter.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from monitor_sync.app.responding import Responded
from monitor_sync.app.weekly import Weekly
from monitor_sync.insight.response import sla
from monitor_sync.insight.response.paged import team_pages
from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.report import ResponseQuestion, response_report
from monitor_sync.insight.response.weekly import team_weeks, week_review
from monitor_sync.render import response as shown
from monitor_sync.render import weekly as pages
from monitor_sync.render.response.json import document
from tests.emulator.history.estates import TEAMS, UNTIL, served
from tests.emulator.on_call.test_zenduty_incidents import listed
from tests.insight.response import truth
from tests.insight.response.truth import END, START, midnight, near

CLOCKS_CHANGED, LAST = "2026-W43", "2026-W48"
TODAY = END + timedelta(days=1)
"""The day after the one in which the history ends: what waits there is an hour old."""


@cache
def reported(*by: sla.ResponseDimension, end: date = END) -> dict[str, Any]:
    question = ResponseQuestion(start=START, end=end, by=by, now=UNTIL)
    report = response_report(truth.project(), truth.known(), (), question, truth.ids())
    return document(
        Responded(project=truth.project(), report=report, tools=("Zenduty",), as_of=UNTIL,
                  complete=True, notes=())
    )  # fmt: skip


@pytest.mark.parametrize(
    "by",
    [
        ("team",), ("team", "week"), ("week",), ("priority",), ("team", "priority", "week"),
        ("unit",), ("service", "kind"), ("kind", "week"),
    ],
)  # fmt: skip
def test_each_row_is_what_sql_says_of_the_truth(by: tuple[sla.ResponseDimension, ...]) -> None:
    where = " and ".join(f"{dimension} = :{dimension}" for dimension in by)
    rows = reported(*by)["rows"]

    for row in rows:
        figures = {name: figure for name, figure in row.items() if name != "by"}
        assert figures == truth.row(where, **row["by"]), row["by"]
    groups = truth.of_span(f"select distinct {', '.join(by)} from own")  # noqa: S608 - our own names
    assert {tuple(row["by"].values()) for row in rows} == set(groups)
    assert len(rows) == len(groups) > 1


def test_the_whole_and_what_is_left_out_are_what_the_truth_says() -> None:
    report = reported()

    assert {**report["total"], "by": {}} == {**truth.row("true"), "by": {}}
    left_out = truth.base().execute(
        "select left_out, count(*) from incident where left_out is not null"
        " and created >= ? and created < ? group by 1", (midnight(START), midnight(END)),
    )  # fmt: skip
    assert report["left_out"] == dict(left_out.fetchall())
    assert min(report["left_out"].values()) > 0
    assert len(report["left_out"]) == 4


def test_open_incidents_have_the_age_that_the_truth_says_and_wait_where_nobody_came() -> None:
    still_open = truth.base().execute(
        "select number, lasted, ack is null from counted where done is null and created >= ?"
        " order by created", (midnight(START),),
    )  # fmt: skip

    still_listed = reported(end=TODAY)["open"]
    open_incidents = [(own["number"], own["age"], own["waiting"]) for own in still_listed]

    assert open_incidents == [(number, near(age), bool(waits)) for number, age, waits in still_open]
    assert {waits for _, _, waits in open_incidents} == {False, True}


def test_what_is_open_from_before_the_days_is_what_the_truth_says() -> None:
    question = ResponseQuestion(start=END, end=TODAY, by=(), now=UNTIL)
    report = response_report(truth.project(), truth.known(), (), question, truth.ids())
    needed = question.needed(truth.ZONE)
    still_open = truth.base().execute(
        "select number from counted where done is null and created >= ? and created < ?"
        " order by created", (needed.start, midnight(END)),
    )  # fmt: skip

    assert [own.incident.number for own in report.open_before] == [name for (name,) in still_open]
    assert report.open_before


def test_the_trend_of_twelve_weeks_and_its_last_change_are_what_the_truth_says() -> None:
    for trend in reported("team")["trends"]:
        weekly = {
            week: figures
            for week, *figures in truth.of_span(
                "select week, count(*), avg(to_ack), avg(to_done) from own"
                " where ?3 in ('', team) group by week", trend["by"].get("team", ""),
            )
        }  # fmt: skip
        expected = [weekly.get(week, (0, None, None)) for week in trend["weeks"]]

        assert len(trend["weeks"]) == 12
        assert trend["incidents"] == [number for number, _, _ in expected]
        for measure, place in (("mtta", 1), ("mttr", 2)):
            means = [figures[place] for figures in expected]
            assert trend[measure] == [near(mean) for mean in means]
            before, last = means[-2:]
            changed = last / before - 1 if last is not None and before else None
            assert trend["change"][measure] == near(changed, 0.0001)
    assert len(reported("team")["trends"]) == 1 + len(TEAMS)


REPEATERS = """
select count(*), sum(back), (
    select count(*) from counted b where b.problem = a.problem
    and b.created >= ?3 and b.created < ?1
), max(created), max(team)
from (
    select own.*, exists (
        select 1 from counted b where b.problem = own.problem and b.number != own.number
        and b.done between own.created - 30 * 86400 and own.created
    ) as back from own
) a group by problem
"""


def test_what_came_back_is_what_the_truth_says() -> None:
    problems = truth.of_span(REPEATERS, truth.midnight(START - (END - START)))

    recurrence = reported()["recurrence"]

    occurrences, back = (sum(line[place] for line in problems) for place in (0, 1))
    assert recurrence["occurrences"] == occurrences
    assert recurrence["distinct"] == len(problems)
    assert recurrence["reoccurrences"] == back > 0
    assert recurrence["rate"] == near(back / occurrences, 1e-5)
    names = ("occurrences", "reoccurrences", "before", "last", "team")
    assert sorted(tuple(own[name] for name in names) for own in recurrence["repeaters"]) == sorted(
        (times, back, before, f"{datetime.fromtimestamp(last, UTC):%Y-%m-%dT%H:%M:%SZ}", team)
        for times, back, before, last, team in problems
        if times > 1 or back
    )


@pytest.mark.parametrize("team", TEAMS)
def test_how_often_a_team_was_paged_is_what_the_truth_says(team: str) -> None:
    """Times that contradict each other rang the pager all the same."""
    pages, nights = (
        truth.base()
        .execute(
            "select count(*), total(hour >= 22 or hour < 8) from ("
            " select cast(strftime('%H', created + case when created < ?3 then 7200 else 3600 end,"
            " 'unixepoch') as integer) as hour from incident where team = ?4"
            " and created >= ?1 and created < ?2"
            " and coalesce(left_out, 'bad_times') = 'bad_times')",
            (midnight(START), midnight(END), midnight(date(2026, 10, 25)) + 3 * 3600, team),
        )
        .fetchone()
    )
    own = [i for i in truth.known() if midnight(START) <= i.created < midnight(END)]

    paged = team_pages(
        placed(own, places_of(truth.project(), truth.ids())),
        team, days=84, zone=truth.ZONE, now=UNTIL,
    )  # fmt: skip

    assert (paged.pages, paged.nights) == (pages, nights)
    assert pages > nights > 0


@pytest.mark.parametrize("name", [CLOCKS_CHANGED, LAST])
def test_a_week_of_each_team_and_of_all_is_what_the_truth_says(name: str) -> None:
    given = (truth.known(), (), name, UNTIL, truth.ids())
    acme = truth.project()
    week = Weekly(
        project=acme,
        week=name,
        teams=team_weeks(acme, acme.teams.values(), *given),
        review=week_review(acme, *given),
        as_of=UNTIL,
        complete=True,
        notes=(),
    )

    document = json.loads(pages.json(week))

    for own in document["teams"]:
        team = own["team"]
        assert own["total"] == {"by": {}, **truth.row("team = :t and week = :w", t=team, w=name)}
        for row in own["rows"]:
            where = "team = :t and week = :w and priority = :p"
            priority = row["by"]["priority"]
            assert row == {"by": row["by"], **truth.row(where, t=team, w=name, p=priority)}
    assert document["review"]["total"] == {"by": {}, **truth.row("week = :w", w=name)}
    unseen = truth.of_span(
        "select number, origin = 'person' from own where week = ?3 and origin != 'datadog'"
        " order by created", name,
    )  # fmt: skip
    assert [
        (own["number"], own["detected_by"] == "person") for own in document["review"]["unseen"]
    ] == [(number, bool(by_hand)) for number, by_hand in unseen]


def test_no_name_of_a_person_and_no_figure_of_one_is_in_any_form() -> None:
    items = listed(served(), {"status": 0})
    people = {item["assigned_to_name"] for item in items if item.get("assigned_to_name")}
    people |= {item["assigned_to"] for item in items if item.get("assigned_to")}
    question = ResponseQuestion(start=START, end=END, by=("service", "kind"), now=UNTIL)
    acme = truth.project()
    report = response_report(acme, truth.known(), (), question)
    responded = Responded(project=acme, report=report, tools=("Zenduty",), as_of=UNTIL,
                          complete=True, notes=())  # fmt: skip

    written = [form(responded) for form in (shown.text, shown.markdown, shown.json, shown.csv)]

    weeks = team_weeks(acme, acme.teams.values(), truth.known(), (), LAST, UNTIL)
    week = Weekly(project=acme, week=LAST, teams=weeks, review=None, as_of=UNTIL,
                  complete=True, notes=())  # fmt: skip
    forms = (pages.markdown, pages.slack, pages.html, pages.json)
    written += [form(week) for form in forms]

    assert people
    assert not [name for name in people for text in written if name in text]
