"""Pages followed into a local Opsgenie: every way to be broken, for its team alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from monitor_sync.app import files
from monitor_sync.app.on_call import VerifiedPaths
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.on_call.broken import ANSWERS
from monitor_sync.emulator.server import running
from monitor_sync.render import on_call, on_call_markdown
from tests.app.test_on_call import MONITORS, NOW, OnCallLocal, steps

KEY = "2f7a9c1e-5b2d-4f60-8a7c-9e1d3b5f7a90"

TEAMS = """
teams:
  motor-quotes:
    on_call: {tool: opsgenie, service: Quotes}
    handles: {pager: "@opsgenie-motor-quotes"}
    notify: [{alert: [pager], recovery: [pager]}]
    targets: {mtta: 5m}
  motor-policies:
    on_call: {tool: opsgenie}
    handles: {pager: "@opsgenie-Policies"}
    notify: [{alert: [pager], recovery: [pager]}]
    targets: {mtta: 5m}
  travel:
    on_call: {tool: zenduty, service: Journeys}
    handles: {pager: "@opsgenie-Policies"}
    notify: [{alert: [pager], recovery: [pager]}]
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCallLocal]:
    root = tmp_path_factory.mktemp("on-call") / "monitors"
    (root / "motor").mkdir(parents=True)
    (root / "project.yaml").write_text("project: acme\n")
    (root / "teams.yaml").write_text(TEAMS)
    (root / "motor" / "business-unit.yaml").write_text("name: Motor\nteam: motor-quotes\n")
    for team in ("motor-quotes", "motor-policies", "travel"):
        (root / "motor" / f"{team}.yaml").write_text(MONITORS.format(team=team))
    emulator = Emulator(clock=NOW.timestamp)
    with running(emulator) as url:
        project = files.read_whole(root).project
        yield OnCallLocal(emulator=emulator, url=url, root=root, project=project)


def verify(served: OnCallLocal, **environ: str) -> VerifiedPaths:
    usual = {"OPSGENIE_URL": f"{served.url}/__opsgenie", "OPSGENIE_API_KEY": KEY}
    return served.verify(**(usual | environ))


def test_a_healthy_catalogue_is_clean_with_few_reads_a_team(served: OnCallLocal) -> None:
    served.break_it()
    served.emulator.handle("DELETE", "/__emulator/requests", "", {}, b"")

    verified = verify(served)

    assert {path.team: path.status for path in verified.paths} == {
        "motor-policies": "ok",
        "motor-quotes": "ok",
        "travel": "ok",
    }
    assert {path.tool for path in verified.paths} == {"opsgenie"}
    assert all(path.on_call and path.ahead and not path.gaps for path in verified.paths)
    counts = json.loads(served.emulator.handle("GET", "/__emulator/requests", "", {}, b"")[2])
    assert {route: n for route, n in counts.items() if "__opsgenie" in route} == {
        "GET /__opsgenie/v2/teams": 1,
        "GET /__opsgenie/v2/integrations": 2,
        "GET /__opsgenie/v2/teams/{id}/routing-rules": 2,
        "GET /__opsgenie/v2/escalations": 1,
        "GET /__opsgenie/v2/schedules": 1,
        "GET /__opsgenie/v2/schedules/on-calls": 1,
        "GET /__opsgenie/v2/schedules/{id}/timeline": 2,
        "GET /__opsgenie/v2/users": 1,
    }


BROKEN_AT = {
    "webhook-missing": {"handle"},
    "integration-disabled": {"integration"},
    "level-0": {"escalation"},
    "policy-empty": {"escalation", "person"},
    "first-step-slow": {"escalation"},
    "schedule-empty": {"schedule"},
    "schedule-gap": {"schedule"},
}


@pytest.mark.parametrize("way", BROKEN_AT)
def test_each_way_to_be_broken_is_found_for_its_team_alone(served: OnCallLocal, way: str) -> None:
    served.break_it(f"{way}=motor-quotes")

    verified = verify(served)

    broken = {path.team: steps(path, "broken") for path in verified.paths}
    assert broken == {"motor-quotes": BROKEN_AT[way], "motor-policies": set(), "travel": set()}
    assert all(s.what and s.fix for p in verified.paths for s in p.steps if s.status == "broken")
    printed = [
        on_call.text(verified, full=True),
        on_call.as_json(verified),
        on_call_markdown.markdown(verified),
        repr(verified),
    ]
    assert not any(secret in text for secret in (KEY, "@acme.example") for text in printed)


@pytest.mark.parametrize("way", ANSWERS)
def test_a_tool_that_says_no_makes_paths_not_checked_and_never_fewer(
    served: OnCallLocal, way: str
) -> None:
    served.break_it(f"{way}=motor-quotes")
    unknown = {path.team: steps(path, "not_checked") for path in verify(served).paths}
    assert {"integration", "schedule"} <= unknown.pop("motor-quotes")
    assert unknown == {"motor-policies": set(), "travel": set()}

    served.break_it(way)
    verified = verify(served)
    assert {path.status for path in verified.paths} == {"not_checked"}
    assert [len(path.steps) for path in verified.paths] == [6, 6, 6]


def test_a_gap_is_told_with_its_times(served: OnCallLocal) -> None:
    served.break_it("schedule-gap=motor-quotes")
    paths = json.loads(on_call.as_json(verify(served)))["paths"]
    (gaps,) = (path["gaps"] for path in paths if path["team"] == "motor-quotes")
    assert gaps == [{"from": "2026-12-01T02:00:00Z", "to": "2026-12-01T06:00:00Z"}]


def test_without_a_key_its_paths_say_so(served: OnCallLocal) -> None:
    served.break_it()
    verified = verify(served, OPSGENIE_API_KEY="")
    assert {path.steps[1].what for path in verified.paths} == {"OPSGENIE_API_KEY is not set"}
