"""Pages followed to people: every way to be broken is found, for its team alone, and in pairs."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor_sync.app.on_call import VerifiedPaths, verify_on_call
from monitor_sync.emulator.on_call.broken import ANSWERS, WAYS
from monitor_sync.errors import UsageError
from monitor_sync.oncall.path import PagingPath
from monitor_sync.render import on_call, on_call_markdown
from monitor_sync.render.style import PLAIN
from tests.app.on_call_local import KEY, NOW, OnCallLocal, serving, steps
from tests.emulator.calls import forget_requests, requests

TEAMS = """
teams:
  motor-quotes:
    on_call: {tool: zenduty, service: Quotes}
    handles: {pager: "@webhook-motor-quotes", chat: "@slack-motor"}
    notify: [{alert: [pager, chat], recovery: [pager]}]
    targets: {mtta: 5m}
  motor-policies:
    on_call: {tool: zenduty, service: Policies}
    handles: {pager: "@webhook-motor-policies"}
    notify: [{alert: [pager], warning: ["@ani@acme.example"], recovery: [pager]}]
    targets: {mtta: 5m}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCallLocal]:
    with serving(tmp_path_factory.mktemp("on-call") / "monitors", TEAMS) as local:
        yield local


def path(verified: VerifiedPaths, team: str) -> PagingPath:
    (pager,) = (p for p in verified.paths if p.team == team and p.tool == "zenduty")
    return pager


BROKEN_AT = {
    "webhook-missing": {"handle"},
    "webhook-elsewhere": {"service"},
    "integration-disabled": {"integration"},
    "level-0": {"integration"},
    "service-maintenance": {"service"},
    "maintenance-now": {"service"},
    "service-disabled": {"service"},
    "policy-empty": {"escalation", "person"},
    "first-step-slow": {"escalation"},
    "schedule-empty": {"schedule"},
    "schedule-gap": {"schedule"},
}


def expected(*ways: str) -> set[str]:
    """The steps that are broken: of a policy without steps nobody can tell the schedule."""
    broken = set().union(*(BROKEN_AT[way] for way in ways))
    return broken - {"schedule"} if "policy-empty" in ways else broken


def test_a_healthy_catalogue_is_clean(served: OnCallLocal) -> None:
    served.break_it()

    verified = served.verify()

    assert verified.broken == 0
    for team in ("motor-quotes", "motor-policies"):
        reached = path(verified, team)
        assert (reached.status, reached.states) == ("ok", ("alert", "recovery"))
        assert [person.name for person in reached.on_call] == [reached.steps[-1].name]
        assert reached.gaps == ()


@pytest.mark.parametrize("way", BROKEN_AT)
def test_each_way_to_be_broken_is_found_for_its_team_alone(served: OnCallLocal, way: str) -> None:
    served.break_it(f"{way}=motor-quotes")

    verified = served.verify()

    assert steps(path(verified, "motor-quotes"), "broken") == expected(way)
    assert path(verified, "motor-policies").status == "ok"
    assert verified.broken == 1
    assert all(s.what and s.fix for p in verified.paths for s in p.steps if s.status == "broken")


@pytest.mark.parametrize("way", ANSWERS)
def test_a_tool_that_says_no_makes_paths_not_checked_and_never_fewer(
    served: OnCallLocal, way: str
) -> None:
    served.break_it(f"{way}=motor-quotes")
    verified = served.verify()
    assert steps(path(verified, "motor-quotes"), "not_checked") == {"integration"}
    assert path(verified, "motor-quotes").status == "not_checked"
    assert path(verified, "motor-policies").status == "ok"

    served.break_it(way)
    verified = served.verify()
    for team in ("motor-quotes", "motor-policies"):
        assert path(verified, team).status == "not_checked"
        assert len(path(verified, team).steps) == 6


@pytest.mark.parametrize("first", BROKEN_AT)
def test_ways_are_found_in_pairs(served: OnCallLocal, first: str) -> None:
    ways = list(BROKEN_AT)
    for second in ways[ways.index(first) + 1 :]:
        served.break_it(f"{first}=motor-quotes", f"{second}=motor-quotes")
        together = path(served.verify(), "motor-quotes")
        missing = "webhook-missing" in (first, second)
        if missing:  # nothing leads elsewhere then
            assert steps(together, "broken") == expected(*({first, second} - {"webhook-elsewhere"}))
        else:
            assert steps(together, "broken") == expected(first, second)


def test_a_planned_maintenance_is_a_warning(served: OnCallLocal) -> None:
    served.break_it("maintenance-planned=motor-quotes")
    planned = path(served.verify(), "motor-quotes")
    assert planned.status == "ok"
    assert planned.steps[2].warnings == (
        "planned maintenance from Wed 2026-12-02 09:00 to 13:00 UTC: no incident is made then",
    )


def test_two_ways_at_one_step_are_both_told(served: OnCallLocal) -> None:
    served.break_it("integration-disabled=motor-quotes", "level-0=motor-quotes")
    (integration,) = (
        step for step in path(served.verify(), "motor-quotes").steps if step.status == "broken"
    )
    assert "is disabled" in integration.what
    assert "level 0" in integration.what


def test_a_gap_is_told_with_its_times(served: OnCallLocal) -> None:
    served.break_it("schedule-gap=motor-quotes")

    verified = json.loads(on_call.as_json(served.verify("team:motor-quotes")))

    (pager,) = (entry for entry in verified["paths"] if entry["tool"] == "zenduty")
    assert pager["gaps"] == [{"from": "2026-12-01T02:00:00Z", "to": "2026-12-01T06:00:00Z"}]
    assert list(pager) == [
        "team", "handle", "tool", "states", "monitors", "status", "steps", "on_call", "gaps",
    ]  # fmt: skip
    assert list(pager["steps"][0]) == ["step", "name", "status", "what", "fix"]
    assert set(verified["summary"]) == {"ok", "broken", "not_checked"}
    assert sum(verified["summary"].values()) == len(verified["paths"]) == 2


def test_what_wakes_nobody_is_a_path_of_its_handle_alone(served: OnCallLocal) -> None:
    served.break_it()
    others = {p.tool: p for p in served.verify().paths if p.tool != "zenduty"}
    assert {tool: len(p.steps) for tool, p in others.items()} == {"slack": 1, "email": 1}
    assert {p.status for p in others.values()} == {"not_checked"}


def test_without_a_key_for_the_tool_its_paths_say_so(served: OnCallLocal) -> None:
    served.break_it()
    verified = served.verify(ZENDUTY_API_KEY="")
    assert path(verified, "motor-quotes").steps[1].what == "ZENDUTY_API_KEY is not set"
    assert verified.broken == 0
    assert "2 paths not checked" not in on_call.text(verified)  # few are shown as trees


def test_a_missing_permission_in_datadog_leaves_the_rest_checked(served: OnCallLocal) -> None:
    served.break_it()
    served.emulator.inject(["forbidden,route=GET /api/v1/integration/*,times=always"])
    try:
        unknown = path(served.verify(), "motor-quotes")
    finally:
        served.emulator.inject([])
    assert steps(unknown, "not_checked") == {"handle", "integration"}
    assert steps(unknown, "ok") == {"service", "escalation", "schedule", "person"}


def test_one_read_of_who_is_on_call_a_team(served: OnCallLocal) -> None:
    served.break_it()
    forget_requests(served.emulator)
    served.verify()
    counts = requests(served.emulator)
    zenduty = {route: n for route, n in counts.items() if "__zenduty" in route}
    assert zenduty["GET /__zenduty/api/v2/account/teams/{team}/oncall/"] == 1
    assert sum(zenduty.values()) == 8


@pytest.mark.parametrize("way", ["", *WAYS])
def test_no_secret_address_or_number_is_in_anything_that_is_printed(
    served: OnCallLocal, way: str
) -> None:
    served.break_it(*([way] if way else []))

    verified = served.verify()

    printed = [
        on_call.text(verified, PLAIN, full=True),
        on_call.text(verified),
        on_call.as_json(verified),
        on_call_markdown.markdown(verified),
        on_call_markdown.markdown(verified, names=False),
        repr(verified),
    ]
    webhooks = [f"@webhook-{team}" for team in ("motor-quotes", "motor-policies")]
    secrets = [KEY, "@acme.example", "/integration/datadog/", "zenduty.com", *_keys(served)]
    for text, secret in itertools.product(printed, secrets):
        assert secret not in text
    assert all(handle in printed[2] for handle in webhooks)
    kept = [file for file in Path(os.environ["XDG_CACHE_HOME"]).parent.rglob("*") if file.is_file()]
    for file, secret in itertools.product(kept, (KEY, "/integration/datadog/", *_keys(served))):
        assert secret.encode() not in file.read_bytes()


def _keys(served: OnCallLocal) -> list[str]:
    headers = {"Authorization": "Token any"}

    def get(path: str) -> list[dict[str, str]]:
        answer = served.emulator.handle("GET", f"/__zenduty/api{path}", "", headers, b"")
        body = json.loads(answer[2]) if answer[0] == 200 and answer[2][:1] == b"[" else []
        assert isinstance(body, list)
        return body

    keys = []
    for team in get("/account/teams/"):
        at = f"/account/teams/{team['unique_id']}"
        for service in get(f"{at}/services/"):
            listed = get(f"{at}/services/{service['unique_id']}/integrations/")
            keys += [item["integration_key"] for item in listed]
    return keys


def test_names_and_times_of_gaps_stay_out_where_they_are_not_wanted(served: OnCallLocal) -> None:
    served.break_it("schedule-gap=motor-quotes")
    verified = served.verify()
    named = {person.name for p in verified.paths for person in p.on_call}

    without = on_call_markdown.markdown(verified, names=False)

    assert named
    assert not any(name in without for name in named)
    assert "02:00" not in without
    assert "somebody is missing in the next 14 days" in without
    assert all(name in on_call_markdown.markdown(verified) for name in named)


def test_a_folder_of_files_is_followed_as_its_project_is(served: OnCallLocal) -> None:
    served.break_it()
    whole = verify_on_call(served.root, served.target(), now=NOW)
    assert whole.paths == served.verify().paths
    some = verify_on_call(served.root, served.target(), ["team:motor-policies"], now=NOW)
    assert {path.team for path in some.paths} == {"motor-policies"}


def test_a_selector_that_means_nothing_is_refused(served: OnCallLocal) -> None:
    with pytest.raises(UsageError):
        verify_on_call(served.root, served.target(), ["travel"])
