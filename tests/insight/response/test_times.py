"""Which incidents count, and how soon each was acknowledged and resolved."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor_sync.incidents import ResponseTarget
from monitor_sync.insight.response.placement import placed, places_of
from monitor_sync.insight.response.times import Response, Responses, responses, why_left_out
from tests.insight.response.incidents import incident, project, team

UTC = ZoneInfo("UTC")
NOW = 1_000_000.0
TARGET = ResponseTarget(acknowledge=300, resolve=5400)


def of(*incidents: Any, targets: tuple[ResponseTarget, ...] = (TARGET,)) -> Responses:
    acme = project(team("motor-quotes", targets=targets))
    return responses(placed(incidents, places_of(acme)), acme.teams, UTC, NOW)


def one(**given: Any) -> Response:
    (response,) = of(incident(**given)).counted
    return response


def test_times_are_from_creation_to_the_first_acknowledgement_and_the_last_resolution() -> None:
    response = one(created=1000.0, acknowledged=1240.0, resolved=7000.0, reopened=1)

    assert (response.acknowledged_after, response.resolved_after) == (240.0, 6000.0)
    assert (response.acknowledged_in_time, response.resolved_in_time) == (True, False)


@pytest.mark.parametrize(("took", "in_time"), [(300.0, True), (300.1, False)])
def test_a_target_is_kept_to_the_second(took: float, in_time: bool) -> None:
    assert one(created=0.0, acknowledged=took).acknowledged_in_time is in_time


def test_what_was_never_acknowledged_has_no_time_and_is_late_once_it_lasted_too_long() -> None:
    short, long = one(created=0.0, resolved=120.0), one(created=0.0, resolved=301.0)

    assert short.acknowledged_after is None
    assert short.acknowledged_in_time is None  # over by itself before anybody had to act
    assert long.acknowledged_in_time is False


def test_an_open_one_has_an_age_waits_until_acknowledged_and_is_late_by_now() -> None:
    waiting, acknowledged = one(created=NOW - 200.0), one(created=NOW - 6000.0, acknowledged=NOW)

    assert (waiting.age, waiting.waits, waiting.acknowledged_in_time) == (200.0, True, None)
    assert (acknowledged.waits, acknowledged.resolved_in_time) == (False, False)
    assert one(created=NOW - 301.0).acknowledged_in_time is False


def test_one_that_was_opened_again_is_open_whatever_its_old_resolution() -> None:
    response = one(created=NOW - 900.0, acknowledged=NOW - 100.0, resolved=NOW - 500.0,
                   status="triggered", reopened=1)  # fmt: skip

    assert (response.is_open, response.resolved_after, response.age) == (True, None, 900.0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"merged": True, "suppressed": True}, "merged"),
        ({"suppressed": True}, "suppressed"),
        ({"maintenance": True}, "maintenance"),
        ({"created": 10.0, "acknowledged": 9.0}, "bad_times"),
        ({"created": 10.0, "resolved": 9.0}, "bad_times"),
        ({"created": 10.0, "acknowledged": 30.0, "resolved": 20.0}, "bad_times"),
        ({"status": "resolved"}, "bad_times"),
        ({"status": "acknowledged"}, "bad_times"),
        ({"created": NOW + 301.0}, "bad_times"),
        ({"created": NOW + 299.0}, None),  # the tool's clock is a little ahead
        ({"created": 10.0, "acknowledged": 10.0, "resolved": 10.0}, None),
    ],
)
def test_what_does_not_count_has_one_reason(given: dict[str, Any], reason: str | None) -> None:
    assert why_left_out(incident(**given), NOW) == reason


def test_what_is_left_out_is_counted_by_reason() -> None:
    counted = of(incident("a"), incident("b", merged=True), incident("c", merged=True))

    assert [response.incident.id for response in counted.counted] == ["a"]
    assert counted.left_out == {"merged": 2, "suppressed": 0, "maintenance": 0, "bad_times": 0}


def test_the_target_is_the_one_of_the_day_and_of_the_priority() -> None:
    day = 86400.0
    targets = (
        ResponseTarget(priorities=frozenset({1}), start=date(1970, 1, 3), acknowledge=300),
        ResponseTarget(acknowledge=1800),
    )
    times = [
        (0.0, "P1"), (2 * day, "P1"), (2 * day, "P2"),
    ]  # fmt: skip
    counted = of(
        *(
            incident(str(n), created, acknowledged=created + 600, priority=priority)
            for n, (created, priority) in enumerate(times)
        ),
        targets=targets,
    ).counted

    assert [response.acknowledged_in_time for response in counted] == [True, False, True]


def test_what_teams_share_is_in_time_where_it_is_in_time_for_each_of_them() -> None:
    strict = ResponseTarget(acknowledge=300)
    desk = project(
        team("sales", "desk", targets=(strict,)),
        team("claims", "desk", targets=(ResponseTarget(acknowledge=900, resolve=5400),)),
        team("bot", "desk"),
    )
    made = [
        incident(str(n), service="desk", acknowledged=after, resolved=5000.0)
        for n, after in enumerate((200.0, 600.0))
    ]
    quick, slow = responses(placed(made, places_of(desk)), desk.teams, UTC, NOW).counted

    assert (quick.acknowledge_target, quick.resolve_target) == (300, 5400)
    assert (quick.is_late, slow.acknowledged_in_time, slow.resolved_in_time) == (False, False, True)


def test_without_a_target_nothing_is_judged() -> None:
    (response,) = of(incident(acknowledged=9e5), targets=()).counted

    assert response.acknowledged_in_time is response.resolved_in_time is None
