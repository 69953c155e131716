"""Rows of response times: against a second computation, and what they say of few or none."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.incidents import Incident, ResponseTarget
from monitor_sync.insight.response import sla
from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.times import Responses, responses
from tests.insight.response import naive
from tests.insight.response.incidents import incident, project, team

BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_790_000_000.0
TARGET = naive.Targets(300, 5400)
WEEK = 7 * 86400.0
TEAMS = ("motor", "claims", "travel")


def counted(incidents: list[Incident], now: float = NOW) -> Responses:
    promised = (ResponseTarget(acknowledge=300, resolve=5400),)
    acme = project(*(team(name, targets=promised) for name in TEAMS))
    return responses(placed(incidents, places_of(acme)), acme.teams, BERLIN, now)


def as_json(row: sla.ResponseRow) -> dict[str, Any]:
    def times(of: sla.TimesSummary) -> dict[str, Any]:
        names = ("mean", "median", "p90", "p95", "within_target")
        return {name: getattr(of, name) for name in names}

    counts = (
        "incidents",
        "acknowledged",
        "never_acknowledged",
        "waiting",
        "resolved",
        "open",
        "late",
        "self_resolved_known",
        "self_resolved",
        "self_resolved_unacknowledged",
        "acknowledged_at_resolution",
        "reopened",
    )
    return {
        **{name: getattr(row, name) for name in counts},
        "mtta": times(row.mtta),
        "mttr": times(row.mttr),
    }


def approximately(figures: dict[str, Any]) -> dict[str, Any]:
    """Figures as they are compared: floats to nine digits, the rest exactly."""
    return {
        name: approximately(value)
        if isinstance(value, dict)
        else (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value)
        for name, value in figures.items()
    }


seconds = st.one_of(st.none(), st.integers(-2, 9000).map(float))


@st.composite
def some_incidents(draw: st.DrawFn) -> list[Incident]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        created = NOW - draw(st.integers(-400, int(2 * WEEK)))
        after, lasted = draw(seconds), draw(seconds)
        given: dict[str, Any] = {
            "acknowledged": None if after is None else created + after,
            "resolved": None if lasted is None else created + lasted,
            "service": draw(st.sampled_from(TEAMS)),
            "self_resolved": draw(st.sampled_from([None, False, True])),
            "reopened": draw(st.integers(0, 2)),
        }
        given["service_id"] = given["service"]
        given |= dict.fromkeys(
            draw(st.sets(st.sampled_from(["merged", "suppressed", "maintenance"]), max_size=1)),
            True,
        )
        if draw(st.booleans()):
            given["status"] = draw(st.sampled_from(["triggered", "acknowledged", "resolved"]))
        made.append(incident(str(number), created, **given))
    return made


@settings(max_examples=60, deadline=None)
@given(some_incidents())
def test_every_row_equals_a_second_computation(incidents: list[Incident]) -> None:
    report = counted(incidents)

    reasons = [naive.reason(made, NOW) for made in incidents]
    assert report.left_out == {name: reasons.count(name) for name in report.left_out}
    (whole,) = sla.rows(report.counted, ()) or (sla.row(()),)
    assert as_json(whole) == approximately(naive.figures(incidents, TARGET, NOW))
    for row in sla.rows(report.counted, ("team", "week")):
        of_row = [
            made for made in incidents
            if made.service == row.by["team"] and naive.week(made.created, BERLIN) == row.by["week"]
        ]  # fmt: skip
        assert as_json(row) == approximately(naive.figures(of_row, TARGET, NOW))
    teams_and_weeks = {
        (made.service, naive.week(made.created, BERLIN))
        for made in incidents
        if not naive.reason(made, NOW)
    }
    assert len(sla.rows(report.counted, ("team", "week"))) == len(teams_and_weeks)


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1.0), (50, 2.5), (90, 3.7), (95, 3.85), (100, 4.0)]
)
def test_a_percentile_lies_between_the_two_nearest_values(percent: float, expected: float) -> None:
    assert sla.percentile([1.0, 2.0, 3.0, 4.0], percent) == pytest.approx(expected)


def test_of_nothing_there_are_no_figures_and_of_one_all_are_the_same() -> None:
    nothing, single = sla.row(()), sla.row(counted([incident("1", NOW - 50, acknowledged=NOW,
                                                    service="motor")]).counted)  # fmt: skip

    assert nothing.mtta == sla.TimesSummary()
    assert nothing.mtta.within_target is None
    assert {single.mtta.mean, single.mtta.median, single.mtta.p90, single.mtta.p95} == {50.0}


def test_fewer_than_five_incidents_are_marked() -> None:
    made = [incident(str(n), NOW - 50, service="motor") for n in range(5)]

    assert not sla.row(counted(made).counted).is_few
    assert sla.row(counted(made[:4]).counted).is_few


def test_many_late_ones_are_worse_than_a_high_share_of_few() -> None:
    late = {"acknowledged": NOW, "resolved": NOW}
    made = [incident(f"m{n}", NOW - 9000, service="motor", **late) for n in range(3)]
    made += [incident(f"q{n}", NOW - 60, service="motor", **late) for n in range(9)]
    made += [incident("c", NOW - 9000, service="claims", **late)]
    made += [incident("t", NOW - 60, service="travel", **late)]

    rows = sla.in_order(sla.rows(counted(made).counted, ("team",)))

    assert [(row.by["team"], row.late) for row in rows] == [
        ("motor", 3), ("claims", 1), ("travel", 0),
    ]  # fmt: skip


def test_an_incident_late_to_both_is_one_late_incident() -> None:
    both = incident("b", NOW - 9000, service="motor", acknowledged=NOW - 8000, resolved=NOW)
    alone = incident("a", NOW - 9000, service="motor", resolved=NOW - 8990)

    (row,) = sla.rows(counted([both, alone]).counted, ("team",))

    assert (row.mtta.late, row.mttr.late, row.late) == (1, 1, 1)


def test_a_trend_has_twelve_weeks_and_the_change_of_the_last_against_the_one_before() -> None:
    made = [
        incident("old", NOW - 20 * WEEK, acknowledged=NOW - 20 * WEEK + 9, service="motor"),
        incident("before", NOW - WEEK, acknowledged=NOW - WEEK + 200, service="motor"),
        incident("last", NOW - 60, acknowledged=NOW - 60 + 300, service="motor"),
    ]
    last = naive.week(NOW, BERLIN)

    trend = sla.trends(counted(made, NOW + 600).counted, ("team", "week"), last)[("motor",)]

    assert trend.weeks[-1] == last
    assert trend.mtta == (*[None] * 10, 200.0, 300.0)
    assert trend.incidents == (*[0] * 10, 1, 1)
    assert trend.change("acknowledge") == 0.5
    assert trend.change("resolve") is None
