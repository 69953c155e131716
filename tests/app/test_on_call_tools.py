"""Pages followed into each other on-call tool: every way to be broken, for its team alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from monitor_sync.app.on_call import VerifiedPaths
from monitor_sync.emulator.on_call.broken import ANSWERS
from monitor_sync.render import on_call, on_call_markdown
from tests.app.on_call_local import OnCallLocal, serving, steps
from tests.emulator.calls import forget_requests, requests

TEAMS = """
teams:
  motor-quotes:
    on_call: {{tool: {name}, service: {service}}}
    handles: {{pager: "{quotes}"}}
    notify: [{{alert: [pager], recovery: [pager]}}]
    targets: {{mtta: 5m}}
  motor-policies:
    on_call: {{tool: {name}}}
    handles: {{pager: "{policies}"}}
    notify: [{{alert: [pager], recovery: [pager]}}]
    targets: {{mtta: 5m}}
  travel:
    on_call: {{tool: zenduty, service: Journeys}}
    handles: {{pager: "{policies}"}}
    notify: [{{alert: [pager], recovery: [pager]}}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """
    A tool, how two teams name what they have of it, and what is known of it beforehand.

    ``reads`` are the requests for three healthy paths, below ``at``. ``broken_at`` has by way the
    steps at which a path is broken then, ``unread`` the steps that a refusing answer leaves open.
    """

    name: str
    at: str
    service: str
    quotes: str
    policies: str
    keys: Mapping[str, str]
    reads: Mapping[str, int]
    broken_at: Mapping[str, set[str]]
    unread: set[str]

    def teams(self) -> str:
        return TEAMS.format(
            name=self.name, service=self.service, quotes=self.quotes, policies=self.policies
        )

    def verify(self, served: OnCallLocal, **environ: str) -> VerifiedPaths:
        address = {f"{self.name.upper()}_URL": served.url + self.at}
        return served.verify(**{**address, **self.keys, **environ})


OPSGENIE = Tool(
    name="opsgenie",
    at="/__opsgenie",
    service="Quotes",
    quotes="@opsgenie-motor-quotes",
    policies="@opsgenie-Policies",
    keys={"OPSGENIE_API_KEY": "2f7a9c1e-5b2d-4f60-8a7c-9e1d3b5f7a90"},
    reads={
        "/v2/teams": 1,
        "/v2/integrations": 2,
        "/v2/teams/{id}/routing-rules": 2,
        "/v2/escalations": 1,
        "/v2/schedules": 1,
        "/v2/schedules/on-calls": 1,
        "/v2/schedules/{id}/timeline": 2,
        "/v2/users": 1,
    },
    broken_at={
        "webhook-missing": {"handle"},
        "integration-disabled": {"integration"},
        "level-0": {"escalation"},
        "policy-empty": {"escalation", "person"},
        "first-step-slow": {"escalation"},
        "schedule-empty": {"schedule"},
        "schedule-gap": {"schedule"},
    },
    unread={"integration", "schedule"},
)
PAGERDUTY = Tool(
    name="pagerduty",
    at="/__pagerduty",
    service="Quotes",
    quotes="@pagerduty-Quotes",
    policies="@pagerduty-Policies",
    keys={"PAGERDUTY_TOKEN": "y_NbAkKc66ryYTWUXYEu"},
    reads={"/services": 1, "/escalation_policies": 1, "/oncalls": 2},
    broken_at={
        "webhook-missing": {"handle"},
        "service-maintenance": {"service"},
        "service-disabled": {"service"},
        "policy-empty": {"escalation", "person"},
        "schedule-empty": {"schedule"},
        "schedule-gap": {"schedule"},
        "first-step-slow": set(),
    },
    unread={"schedule", "person"},
)
DATADOG = Tool(
    name="datadog",
    at="/api/v2/on-call",
    service="motor-quotes",
    quotes="@oncall-motor-quotes",
    policies="@oncall-motor-policies",
    keys={"DD_API_KEY": "4c1d9e7f2b6a4d8c", "DD_APP_KEY": "9f8e7d6c5b4a39281706"},
    reads={
        "/teams/{id}/routing-rules": 2,
        "/teams/{id}/on-call": 2,
        "/escalation-policies/{id}": 2,
        "/schedules/{id}/on-call": 10,  # a read for each turn, with one override
    },
    broken_at={
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
    },
    unread={"integration", "service", "escalation", "schedule", "person"},
)
TOOLS = {tool.name: tool for tool in (OPSGENIE, PAGERDUTY, DATADOG)}


@pytest.fixture(scope="module", params=TOOLS)
def tool(request: pytest.FixtureRequest) -> Tool:
    return TOOLS[request.param]


@pytest.fixture(scope="module")
def served(tool: Tool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCallLocal]:
    with serving(tmp_path_factory.mktemp("on-call") / "monitors", tool.teams()) as local:
        yield local


def test_a_healthy_catalogue_is_clean_with_few_reads_a_team(
    tool: Tool, served: OnCallLocal
) -> None:
    served.break_it()
    forget_requests(served.emulator)

    verified = tool.verify(served)

    assert {path.team: path.status for path in verified.paths} == {
        "motor-policies": "ok",
        "motor-quotes": "ok",
        "travel": "ok",  # by the handle's name: the service of teams.yaml is Zenduty's
    }
    assert {path.tool for path in verified.paths} == {tool.name}
    assert all(path.on_call and path.ahead and not path.gaps for path in verified.paths)
    assert not any(step.warnings for path in verified.paths for step in path.steps[:-1])
    counts = requests(served.emulator)
    prefix = f"GET {tool.at}"
    below = {route.removeprefix(prefix): n for route, n in counts.items() if tool.at in route}
    assert below == tool.reads


@pytest.mark.parametrize(
    ("tool", "way"),
    [(name, way) for name, tool in TOOLS.items() for way in tool.broken_at],
    indirect=["tool"],
)
def test_each_way_to_be_broken_is_found_for_its_team_alone(
    tool: Tool, served: OnCallLocal, way: str
) -> None:
    served.break_it(f"{way}=motor-quotes")

    verified = tool.verify(served)

    broken = {path.team: steps(path, "broken") for path in verified.paths}
    expected = tool.broken_at[way]
    assert broken == {"motor-quotes": expected, "motor-policies": set(), "travel": set()}
    assert all(s.what and s.fix for p in verified.paths for s in p.steps if s.status == "broken")
    printed = [
        on_call.text(verified, full=True),
        on_call.as_json(verified),
        on_call_markdown.markdown(verified),
        repr(verified),
    ]
    secrets = ("@acme.example", *tool.keys.values())
    assert not any(secret in text for secret in secrets for text in printed)


@pytest.mark.parametrize("way", ANSWERS)
def test_a_tool_that_says_no_makes_paths_not_checked_and_never_fewer(
    tool: Tool, served: OnCallLocal, way: str
) -> None:
    served.break_it(f"{way}=motor-quotes")
    paths = {path.team: path for path in tool.verify(served).paths}
    assert {team: path.status for team, path in paths.items()} == {
        "motor-quotes": "not_checked",
        "motor-policies": "ok",
        "travel": "ok",
    }
    assert steps(paths["motor-quotes"], "not_checked") == tool.unread
    assert not steps(paths["motor-policies"], "not_checked")

    served.break_it(way)
    verified = tool.verify(served)
    assert {path.status for path in verified.paths} == {"not_checked"}
    assert [len(path.steps) for path in verified.paths] == [6, 6, 6]


def test_a_gap_is_told_with_its_times(tool: Tool, served: OnCallLocal) -> None:
    served.break_it("schedule-gap=motor-quotes")
    paths = json.loads(on_call.as_json(tool.verify(served)))["paths"]
    (gaps,) = (path["gaps"] for path in paths if path["team"] == "motor-quotes")
    assert gaps == [{"from": "2026-12-01T02:00:00Z", "to": "2026-12-01T06:00:00Z"}]


@pytest.mark.parametrize("tool", ["opsgenie", "pagerduty"], indirect=True)
def test_without_a_key_its_paths_say_so(tool: Tool, served: OnCallLocal) -> None:
    served.break_it()
    (name,) = tool.keys
    verified = tool.verify(served, **{name: ""})
    assert {path.steps[1].what for path in verified.paths} == {f"{name} is not set"}


@pytest.mark.parametrize("tool", ["datadog"], indirect=True)
def test_a_bearer_token_is_enough_for_datadog(tool: Tool, served: OnCallLocal) -> None:
    served.break_it()
    token = {"DD_BEARER_TOKEN": "ddpat_4f608a7c1e5b"}
    verified = tool.verify(served, DD_API_KEY="", DD_APP_KEY="", **token)
    assert {path.status for path in verified.paths} == {"ok"}
