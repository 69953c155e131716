"""How many requests forty teams cost, tool by tool, and that none is refused as too many."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.on_call.owners import OwnerTeam
from monitor_sync.emulator.server import running
from monitor_sync.http.request_gate import Clock
from monitor_sync.oncall.datadog import connecting as datadog
from monitor_sync.oncall.opsgenie import connecting as opsgenie
from monitor_sync.oncall.pagerduty import connecting as pagerduty
from monitor_sync.oncall.path import LookAhead, PageToFollow
from monitor_sync.oncall.tool import Connection, OnCallTool
from tests.http.clock import Unhurried
from tests.oncall.zenduty.estate import NOW

Connect = Callable[[Connection, Clock], OnCallTool]
TOOLS: dict[str, tuple[Connect, str, dict[str, str], str]] = {
    "datadog": (datadog.connect, "@oncall-", {"DD_HOST": ""}, "/api/v2/"),
    "pagerduty": (pagerduty.connect, "@pagerduty-", {"PAGERDUTY_URL": "/__pagerduty"}, "/__pager"),
    "opsgenie": (opsgenie.connect, "@opsgenie-", {"OPSGENIE_URL": "/__opsgenie"}, "/__opsgenie"),
}
KEYS = dict.fromkeys(("DD_API_KEY", "DD_APP_KEY", "PAGERDUTY_TOKEN", "OPSGENIE_API_KEY"), "k" * 20)
MOST = {"datadog": 17 * 40 + 1, "pagerduty": 40 + 2, "opsgenie": 3 * 40 + 6}
"""Datadog On-Call tells one turn a read, and every third schedule here has turns of 12 hours."""


@pytest.mark.long
@pytest.mark.parametrize("tool", TOOLS)
def test_forty_teams_stay_within_the_limits_of_each_tool(tool: str) -> None:
    connect, prefix, addresses, at = TOOLS[tool]
    teams = [
        OwnerTeam(
            name=f"t{number}", title=f"T{number}", tool=tool, service="",
            handles=(f"{prefix}t{number}",),
        )
        for number in range(40)
    ]  # fmt: skip
    clock = Unhurried()
    emulator = Emulator(clock=lambda: NOW.timestamp() + clock.now(), enforce_limits=True)
    emulator.seed_on_call(teams)
    with running(emulator) as url:
        environ = KEYS | {name: f"{url}{path}" for name, path in addresses.items()}
        connected = connect(Connection(environ=environ), clock)
        began = clock.now()
        for team in teams:
            page = PageToFollow(team=team.name, handle=team.handles[0], target=team.name)
            followed = connected.follow(page, LookAhead(now=NOW))
            assert {step.status for step in followed.steps} == {"ok"}
        connected.close()
        counts = json.loads(emulator.handle("GET", "/__emulator/requests", "", {}, b"")[2])

    requests = sum(number for route, number in counts.items() if at in route)
    print(f"{tool}: {requests} requests, within {clock.now() - began:.0f} s")
    assert requests <= MOST[tool]
