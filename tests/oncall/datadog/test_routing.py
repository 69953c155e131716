"""Where routing rules send a page, and which of it reaches nobody."""

from __future__ import annotations

from tests.datadog.conftest import Script
from tests.oncall.datadog.estate import BASE, DatadogOnCall, follow, paging, policy, reroute, user
from tests.oncall.following import OK, statuses, step


def test_a_page_that_falls_to_a_last_rule_with_low_urgency_wakes_nobody(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.set_rules("quotes", ("tags.env:dev", paging()), ("", paging("low")))

    followed = follow(script)

    assert statuses(followed) == OK | {"integration": "broken"}
    what = step(followed, "integration").what
    assert "low urgency" in what
    assert "the last rule takes the pages of 1 monitor" in what  # the other has priority 4
    assert "rule 1, tags.env:dev, matches no monitor" in str(step(followed, "integration").warnings)


def test_low_urgency_is_meant_for_warnings(script: Script) -> None:
    assert statuses(follow(script, states=("warning", "recovery"))) == OK


def test_what_depends_on_the_groups_of_a_monitor_is_a_warning(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.set_rules("quotes", ("tags.host:a1", paging()), ("", paging("low")))

    followed = follow(script)

    assert statuses(followed) == OK
    assert "it depends on groups" in step(followed, "integration").warnings[0]


def test_a_rule_of_some_hours_leaves_the_rest_to_the_next(
    script: Script, datadog: DatadogOnCall
) -> None:
    office = {
        "time_zone": "UTC",
        "restrictions": [
            {
                "start_day": "monday",
                "start_time": "09:00:00",
                "end_day": "friday",
                "end_time": "17:00:00",
            }
        ],
    }
    low = ("", paging("low"))
    datadog.set_rules("quotes", ("", paging()), low, time_restriction=office)
    assert step(follow(script), "integration").status == "broken"

    datadog.set_rules("quotes", ("", paging()), ("", paging()), time_restriction=office)
    assert statuses(follow(script)) == OK

    datadog.set_rules("quotes", ("", paging(support_hours=office)))
    assert "on hold outside of its support hours" in step(follow(script), "integration").what


def test_a_rule_that_only_writes_to_a_chat_calls_nobody(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.set_rules("quotes", ("", {"type": "send_slack_message", "channel": "x"}))
    expected = {"escalation": "not_checked", "schedule": "not_checked", "person": "not_checked"}
    assert statuses(follow(script)) == OK | expected | {"integration": "broken"}


def test_a_page_that_no_rule_takes_is_broken(script: Script, datadog: DatadogOnCall) -> None:
    datadog.set_rules("quotes", ("tags.env:dev", paging()))
    assert "no routing rule takes" in step(follow(script), "integration").what
    datadog.set_rules("quotes")
    assert "no routing rules: it is not set up" in step(follow(script), "integration").what


def test_a_rule_may_hand_a_page_to_another_team(script: Script, datadog: DatadogOnCall) -> None:
    datadog.set_rules("quotes", ("", reroute("claims")))

    followed = follow(script, service="claims")

    assert statuses(followed) == OK | {"reroute": "ok"}
    assert [step.step for step in followed.steps][:3] == ["integration", "reroute", "service"]
    assert step(followed, "reroute").name == "claims"
    elsewhere = follow(script)
    assert "to another team than teams.yaml declares" in step(elsewhere, "service").what


def test_rules_that_hand_a_page_on_in_a_circle_are_broken(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.set_rules("quotes", ("", reroute("claims")))
    datadog.set_rules("claims", ("", reroute("quotes")))
    hops = [s for s in follow(script).steps if s.step == "reroute"]
    assert [hop.status for hop in hops] == ["ok", "broken"]
    assert "in a circle" in hops[1].what


def test_a_team_that_a_page_is_handed_to_and_nobody_sees_is_not_checked(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.set_rules("quotes", ("", reroute("secret")))
    followed = follow(script)
    assert step(followed, "reroute").status == "not_checked"
    assert step(followed, "person").status == "not_checked"


def test_each_policy_that_pages_come_to_is_followed(script: Script, datadog: DatadogOnCall) -> None:
    datadog.paths[f"{BASE}/escalation-policies/p2"] = policy((300, [user("Dewi")]))
    datadog.set_rules("quotes", ("priority:4", paging(policy="p2")), ("", paging()))
    people = [step.name for step in follow(script).steps if step.step == "person"]
    assert sorted(people) == ["Ani Wijaya", "Dewi Wijaya"]
