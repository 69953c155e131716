"""Pages followed into a local Datadog On-Call: every way to be broken, for its team alone."""

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

TOKEN = "ddpat_4f608a7c1e5b"  # noqa: S105 - of a server of ours
KEYS = {"DD_API_KEY": "4c1d9e7f2b6a4d8c", "DD_APP_KEY": "9f8e7d6c5b4a39281706"}

TEAMS = """
teams:
  motor-quotes:
    on_call: {tool: datadog, service: motor-quotes}
    handles: {pager: "@oncall-motor-quotes"}
    notify: [{alert: [pager], recovery: [pager]}]
    targets: {mtta: 5m}
  motor-policies:
    on_call: {tool: datadog}
    handles: {pager: "@oncall-motor-policies"}
    notify: [{alert: [pager], recovery: [pager]}]
    targets: {mtta: 5m}
  travel:
    on_call: {tool: zenduty, service: Journeys}
    handles: {pager: "@oncall-motor-policies"}
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
    return served.verify(**(KEYS | environ))


def test_a_healthy_catalogue_is_clean_with_few_reads_a_team(served: OnCallLocal) -> None:
    served.break_it()
    served.emulator.handle("DELETE", "/__emulator/requests", "", {}, b"")

    verified = verify(served)

    assert {path.team: path.status for path in verified.paths} == {
        "motor-policies": "ok",
        "motor-quotes": "ok",
        "travel": "ok",
    }
    assert {path.tool for path in verified.paths} == {"datadog"}
    assert all(path.on_call and path.ahead and not path.gaps for path in verified.paths)
    assert not any(step.warnings for path in verified.paths for step in path.steps[:-1])
    counts = json.loads(served.emulator.handle("GET", "/__emulator/requests", "", {}, b"")[2])
    reads = {route.removeprefix("GET /api/v2/on-call/"): n for route, n in counts.items()}
    assert reads["teams/{id}/routing-rules"] == reads["teams/{id}/on-call"] == 2
    assert reads["escalation-policies/{id}"] == 2
    assert reads["schedules/{id}/on-call"] == 10  # a read for each turn, with one override
    assert "schedules/{id}/responders" not in reads


BROKEN_AT = {
    "webhook-missing": {"handle", "service"},
    "webhook-elsewhere": {"service"},
    "integration-disabled": {"integration"},
    "level-0": {"integration"},
    "low-urgency": {"integration"},
    "support-hours": {"integration"},
    "reroute-circle": {"reroute"},
    "policy-empty": {"escalation", "person"},
    "schedule-empty": {"schedule"},
    "schedule-gap": {"schedule"},
    "first-step-slow": set(),
    "rule-unmatched": set(),
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
    secrets = ("@acme.example", *KEYS.values())
    assert not any(secret in text for secret in secrets for text in printed)


@pytest.mark.parametrize("way", ANSWERS)
def test_a_tool_that_says_no_makes_paths_not_checked_and_never_fewer(
    served: OnCallLocal, way: str
) -> None:
    served.break_it(f"{way}=motor-quotes")
    one_team = {path.team: path.status for path in verify(served).paths}
    assert one_team == {"motor-quotes": "not_checked", "motor-policies": "ok", "travel": "ok"}

    served.break_it(way)
    verified = verify(served)
    assert {path.status for path in verified.paths} == {"not_checked"}
    assert [len(path.steps) for path in verified.paths] == [6, 6, 6]


def test_a_gap_is_told_with_its_times(served: OnCallLocal) -> None:
    served.break_it("schedule-gap=motor-quotes")
    paths = json.loads(on_call.as_json(verify(served)))["paths"]
    (gaps,) = (path["gaps"] for path in paths if path["team"] == "motor-quotes")
    assert gaps == [{"from": "2026-12-01T02:00:00Z", "to": "2026-12-01T06:00:00Z"}]


def test_a_bearer_token_is_enough(served: OnCallLocal) -> None:
    served.break_it()
    verified = served.verify(DD_API_KEY="", DD_APP_KEY="", DD_BEARER_TOKEN=TOKEN)
    assert {path.status for path in verified.paths} == {"ok"}
