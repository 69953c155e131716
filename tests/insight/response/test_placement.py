"""Whose an incident is."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.insight.response.placement import (
    PlacedIncident,
    namesakes,
    place,
    places_of,
    priority_name,
    unknown_priorities,
)
from monitor_sync.model import Project
from tests.insight.response.incidents import incident, monitor, project, team

CONVERSION = monitor("motor/purchase-flow/conversion-drop", "motor-quotes", priority=1)
MOTOR = project(team("motor-quotes"), team("claims", "svc-claims"), monitors=(CONVERSION,))


def placed(of: Project = MOTOR, ids: dict[int, str] | None = None, **given: Any) -> PlacedIncident:
    return place(incident(**given), places_of(of, ids))


def test_the_team_is_the_one_whose_service_it_is_by_name_or_by_id() -> None:
    assert placed(service="Motor-Quotes").team == "motor-quotes"
    assert placed(service="Claims intake", service_id="svc-claims").team == "claims"


def test_a_service_of_nobody_is_unplaced_and_one_of_several_is_shared() -> None:
    both = project(team("motor-quotes"), team("motor-policies", "motor-quotes"))

    assert (placed(service="billing").team, placed(service="billing").unit) == ("unplaced",) * 2
    assert placed(both).team == "shared"
    assert placed(both).claimants == ("motor-quotes", "motor-policies")


def test_a_name_that_several_services_have_is_told_where_teams_use_it() -> None:
    main = project(team("motor", "main"), team("claims", "svc-claims"))
    made = [
        incident(str(n), service=service, service_id=of)
        for n, (service, of) in enumerate(
            (("Main", "a"), ("Main", "b"), ("Main", "b"), ("Edge", "c"), ("Edge", "d"))
        )
    ]

    assert namesakes(made, main) == {"main": 2}
    assert namesakes(made[1:], main) == {}


def test_of_several_teams_with_a_service_of_that_name_the_one_with_that_tool_has_it() -> None:
    moved = project(team("old", "quotes", tool="pagerduty"), team("new", "quotes"))

    assert placed(moved, service="quotes").team == "new"
    assert placed(moved, service="quotes", tool="pagerduty").team == "old"


def test_the_unit_is_the_monitors_else_the_only_one_of_the_team() -> None:
    platform = monitor("platform/edge/errors", "motor-quotes")
    wide = project(team("motor-quotes"), monitors=(CONVERSION, platform))
    owned = project(
        team("motor-quotes"), monitors=(CONVERSION, platform), unit_owners={"motor": "motor-quotes"}
    )

    assert placed().unit == "motor"
    assert placed(wide).unit == "shared"
    assert placed(owned).unit == "motor"
    assert placed(owned, {7: platform.key}, monitor_id=7).unit == "platform"


def test_it_came_from_our_monitor_only_where_datadogs_id_says_so() -> None:
    ids = {7: CONVERSION.key}

    assert placed(ids=ids, monitor_id=7).monitor == CONVERSION.key
    assert placed(ids=ids, monitor_id=7).detected_by == "ours"
    assert placed(ids=ids, monitor_id=8).detected_by == "other"
    assert placed(ids=ids, origin="other").detected_by == "other"
    assert placed(ids=None, origin="person").detected_by == "person"
    assert placed(ids=ids, origin="datadog").detected_by is None
    assert placed(ids=ids).detected_by is None
    assert placed(ids=None, monitor_id=7).detected_by is None


@pytest.mark.parametrize(
    ("title", "key", "group"),
    [
        ("[P1] [Triggered on {host:b,env:a}] Quote, dropped", CONVERSION.key, "env:a,host:b"),
        ("[No Data] Quote, dropped", CONVERSION.key, ""),
        ("[P2] [Re-Triggered] Quote, dropped", CONVERSION.key, ""),
        ("[Triggered] Quote, dropped again", "", ""),
        ("Quote, dropped", "", ""),
        ("[Triggered] Twice", "", ""),
    ],
)
def test_it_is_our_monitor_too_where_datadog_put_its_whole_name_into_the_title(
    title: str, key: str, group: str
) -> None:
    named = monitor(CONVERSION.key, "motor-quotes", name="Quote, dropped")
    twins = (monitor(f"motor/a/{part}", "motor-quotes", name="Twice") for part in "ab")
    of = project(team("motor-quotes"), monitors=(named, *twins))

    assert (placed(of, title=title).monitor, placed(of, title=title).group) == (key, group)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("P1", "P1"),
        ("sev-2", "P2"),
        ("3", "P3"),
        ("P1 - Critical", "P1"),
        ("Critical (P1)", "P1"),
        ("1 - High", "P1"),
        ("2: Medium", "P2"),
        ("Priority #4", "P4"),
        ("S5", "P5"),
        ("", "none"),
        ("Major", "Major"),
        ("Infra Priority", "Infra Priority"),
        ("P0", "P0"),
        ("P12", "P12"),
        ("P1/P2", "P1/P2"),
        ("24x7", "24x7"),
        ("2 hours", "2 hours"),
        ("Group 1", "Group 1"),
    ],
)
def test_a_priority_is_read_as_tools_write_it(said: str, name: str) -> None:
    assert priority_name(placed(priority=said)) == name


def test_the_project_says_which_priority_a_word_is_and_what_nobody_says_is_told() -> None:
    of = project(team("motor-quotes"), priorities={"Critical": 1, "p0": 1, "P1": 2})
    words = ("critical", "P0", "P1", "P2", "Low", "Infra Priority", "", "Low")
    made = [incident(str(number), priority=word) for number, word in enumerate(words)]

    assert [placed(of, priority=word).priority for word in words[:4]] == [1, 1, 2, 2]
    assert unknown_priorities(made, of) == ("Infra Priority", "Low")


def test_where_the_tool_says_no_priority_it_is_the_monitors() -> None:
    assert placed(ids={7: CONVERSION.key}, monitor_id=7).priority == 1
    assert placed(ids={7: CONVERSION.key}, monitor_id=7, priority="P3").priority == 3


def test_the_kind_is_the_first_of_the_project_that_a_tag_means() -> None:
    kinds = {"tech-ops": ("ops", "techops"), "security": ("sec",)}
    of = project(team("motor-quotes"), kinds=kinds)

    assert placed(of, tags=("Sec", "TechOps")).kind == "tech-ops"
    assert placed(of, tags=("sec",)).kind == "security"
    assert placed(of, tags=("deploy",)).kind == "other"
