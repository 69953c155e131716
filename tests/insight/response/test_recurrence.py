"""Which problems come back."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.incidents import Incident, TimeSpan
from monitor_sync.insight.response.placement import place, placed, places_of
from monitor_sync.insight.response.recurrence import (
    Recurrence,
    fingerprint,
    recurrence,
)
from monitor_sync.insight.response.times import responses
from monitor_sync.insight.response.titles import lasting_title
from tests.insight.response import naive
from tests.insight.response.incidents import incident, project, team

DAY = 86400.0
NOW = 100 * DAY
START = NOW - 28 * DAY
ACME = places_of(project(team("motor-quotes")))


def came_back(*incidents: Incident) -> Recurrence:
    acme = project(team("motor-quotes"))
    known = responses(placed(incidents, places_of(acme)), acme.teams, ZoneInfo("UTC"), NOW).counted
    within = [response for response in known if response.incident.created >= START]
    return recurrence(within, known, TimeSpan(START - 28 * DAY, START))


def conversion(identity: str, days: float, lasted: float | None = 60, **given: Any) -> Incident:
    created = NOW - days * DAY
    resolved = None if lasted is None else created + lasted
    return incident(identity, created, resolved=resolved, monitor_id=7, **given)


def test_the_same_monitor_and_group_again_within_thirty_days_of_being_resolved_came_back() -> None:
    back = came_back(conversion("old", 40), conversion("a", 20), conversion("b", 1))

    assert (back.occurrences, back.distinct, back.reoccurrences, back.rate) == (2, 1, 2, 1.0)
    (repeater,) = back.repeaters
    assert (repeater.occurrences, repeater.before) == (2, 1)


def test_after_more_than_thirty_days_or_while_the_first_is_still_open_it_did_not() -> None:
    assert came_back(conversion("old", 60), conversion("a", 1)).reoccurrences == 0
    assert came_back(conversion("open", 20, None), conversion("a", 1)).reoccurrences == 0
    assert came_back(conversion("late", 20, 20 * DAY), conversion("a", 1)).reoccurrences == 0


def test_another_group_of_the_monitor_is_another_problem() -> None:
    back = came_back(conversion("a", 20, group="host:a"), conversion("b", 1, group="host:b"))

    assert (back.distinct, back.reoccurrences, back.repeaters) == (2, 0, ())


def test_without_a_monitor_it_is_the_tools_entity_and_without_one_the_lasting_title() -> None:
    entity = [incident(n, entity="alarm-1", title=f"t{n}") for n in "12"]
    titled = [incident(n, title=f"Pod quotes-7f{n}b9c-x2 of 10.0.0.{n} restarted") for n in "12"]

    assert len({fingerprint(place(made, ACME)) for made in entity}) == 1
    assert len({fingerprint(place(made, ACME)) for made in titled}) == 1
    assert len({fingerprint(place(incident(service_id=name), ACME)) for name in "ab"}) == 2


@pytest.mark.parametrize(
    ("title", "lasting"),
    [
        ("Disk 91.5 % on web-01.eu.acme", "disk <*> % on <*>"),
        ("Order 550e8400-e29b-41d4-a716-446655440000  stuck", "order <*> stuck"),
        ("P1 quote-api 5xx", "p<*> quote-api <*>xx"),
        ("Conversion dropped", "conversion dropped"),
        ("ip-10-0-2-6 is full", "ip-<*>-<*>-<*>-<*> is full"),
        ("ip-10-0-12-65 is full", "ip-<*>-<*>-<*>-<*> is full"),
        ("kafka-broker-12 is down", "kafka-broker-<*> is down"),
        ("quotes-6f7d8c9b5-kxzwv restarted", "quotes-<*> restarted"),
    ],
)
def test_a_title_is_read_without_what_changes(title: str, lasting: str) -> None:
    assert lasting_title(title) == lasting


def test_repeaters_are_the_most_frequent_first() -> None:
    other = [
        incident(f"o{n}", NOW - n * DAY, resolved=NOW - n * DAY + 9, monitor_id=8)
        for n in (1, 2, 3)
    ]
    back = came_back(conversion("a", 20), conversion("b", 1), *other)

    assert [repeater.occurrences for repeater in back.repeaters] == [3, 2]


LASTED = st.sampled_from([None, 0.0, 60.0, 5 * DAY])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), LASTED, st.integers(1, 2)), max_size=9))
def test_reoccurrences_equal_a_second_computation(
    made: list[tuple[int, float | None, int]],
) -> None:
    incidents = []
    for number, (days, lasted, which) in enumerate(made):
        created = NOW - days * DAY
        over = None if lasted is None or created + lasted > NOW else created + lasted
        incidents.append(incident(str(number), created, resolved=over, monitor_id=which))
    within = [occurred for occurred in incidents if occurred.created >= START]

    assert came_back(*incidents).reoccurrences == sum(
        naive.came_back(occurred, incidents) for occurred in within
    )


def test_incidents_of_which_one_was_read_to_its_entity_are_one_problem_by_title() -> None:
    read = incident(
        "read", NOW - 9 * DAY, resolved=NOW - 8 * DAY, entity="alarm-1", title="ALARM 1"
    )
    same, other = (incident(title, NOW - DAY, title=title) for title in ("ALARM 2", "ALARM B"))

    back = came_back(read, same, other)

    assert (back.distinct, back.reoccurrences) == (2, 1)
