"""Whose pagers a change concerns."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.audience.change import compare
from monitor_sync.audience.teams import teams_paged
from monitor_sync.model import NotifyRule, Team

MOTOR, TRAVEL, CHAT = "@webhook-zenduty-motor", "@webhook-zenduty-travel", "@slack-motor"
TEAMS = {
    "motor": Team(name="motor", title="", on_call="", handles={"pager": MOTOR, "chat": CHAT}),
    "travel": Team(
        name="travel",
        title="",
        on_call="",
        notify=(NotifyRule(recipients={"alert": (TRAVEL,)}),),
    ),
    "quiet": Team(name="quiet", title="", on_call=""),
}


def body(message: str, **options: Any) -> dict[str, Any]:
    return {
        "name": "Errors",
        "type": "query alert",
        "query": "avg(last_5m):avg:errors{*} > 1",
        "message": message,
        "options": {"thresholds": {"critical": 1}, **options},
    }


def alert(*handles: str) -> str:
    return "{{#is_alert}}" + " ".join(handles) + "{{/is_alert}}"


def paged(old: dict[str, Any] | None, new: dict[str, Any] | None) -> tuple[str, ...]:
    return teams_paged(compare(old, new).handles, TEAMS)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, body(alert(MOTOR)), ("motor",)),
        (body(alert(MOTOR)), None, ("motor",)),
        (body(alert(MOTOR)), body(alert(TRAVEL)), ("motor", "travel")),
        (body(alert(MOTOR)), body(alert(MOTOR, TRAVEL)), ("travel",)),
        (body(alert(MOTOR)), body(MOTOR), ("motor",)),
        (body(alert(MOTOR)), body(alert(MOTOR) + " Look at the queue."), ()),
        (body(alert(MOTOR)), body(alert(MOTOR, CHAT)), ()),
        (body(alert("@webhook-zenduty-nobody")), None, ()),
        (body(alert(MOTOR)), body(alert(MOTOR), renotify_interval=10), ("motor",)),
        (body(alert(CHAT)), body(alert(CHAT), renotify_interval=10), ()),
    ],
    ids=["new", "gone", "handed over", "another too", "of recoveries too", "the text alone",
         "the chat too", "nobody's pager", "reminded", "the chat reminded"],
)  # fmt: skip
def test_a_team_is_concerned_when_its_pager_is_told_of_more_or_of_less(
    old: dict[str, Any] | None, new: dict[str, Any] | None, expected: tuple[str, ...]
) -> None:
    assert paged(old, new) == expected


def test_the_policy_says_what_a_pager_is() -> None:
    gained = compare(None, body(alert(MOTOR, CHAT))).handles

    assert teams_paged(gained, TEAMS, ("@slack-*",)) == ("motor",)
    assert teams_paged(gained, TEAMS, ("@pagerduty-*",)) == ()


def test_a_pager_that_two_teams_share_concerns_both() -> None:
    teams = {**TEAMS, "motor-night": Team(name="", title="", on_call="", handles={"p": MOTOR})}

    assert teams_paged(compare(None, body(alert(MOTOR))).handles, teams) == (
        "motor",
        "motor-night",
    )


@pytest.mark.parametrize("handle", ["@oncall-motor", "@OnCall-Motor", "@oncall-{{team.name}}"])
def test_a_team_of_datadogs_on_call_is_concerned_though_no_file_names_its_handle(
    handle: str,
) -> None:
    assert "motor" in teams_paged([handle], TEAMS, ("@oncall-*",))
    assert teams_paged(["@oncall-motor-two"], TEAMS, ("@oncall-*",)) == ()


@pytest.mark.parametrize(
    "handle", ["@WEBHOOK-zenduty-A", "@webhook-{{x.name}}-a", "@webhook-zenduty-{{team.name}}"]
)
def test_a_handle_in_other_letters_or_with_a_variable_is_its_teams_pager(handle: str) -> None:
    teams = {
        "a": Team(name="a", title="", on_call="", handles={"phone": "@webhook-zenduty-a"}),
        "b": Team(name="b", title="", on_call="", handles={"phone": "@slack-b"}),
    }

    assert teams_paged([handle], teams, ("@webhook-*",)) == ("a",)
