"""A small estate with a history: three teams, 120 monitors, two thirds of which page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.history import truth
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.on_call.owners import OwnerTeam
from tests.emulator.conftest import KEYS

UNTIL = 1_795_996_800.0  # 2026-11-30, a Monday, 00:00 UTC
TEAMS = ("motor-quotes", "motor-policies", "claims-intake")
MONITORS = 120
_PAGED = (
    "{{#is_alert}}@webhook-%(team)s{{/is_alert}} {{#is_renotify}}@webhook-%(team)s{{/is_renotify}}"
    " {{#is_recovery}}@webhook-%(team)s{{/is_recovery}}"
)
_HANDLES = {"zenduty": "webhook", "pagerduty": "pagerduty", "datadog": "oncall"}
_BY = {True: " by {host}", False: ""}


def owners(tool: str = "zenduty") -> list[OwnerTeam]:
    """Return the three teams, all paged by one tool."""
    prefix = f"@{_HANDLES[tool]}-"
    return [
        OwnerTeam(name=n, title=n, tool=tool, service=f"{n} service", handles=(f"{prefix}{n}",))
        for n in TEAMS
    ]


def monitors(tool: str = "zenduty") -> Iterator[dict[str, Any]]:
    """Yield their monitors, with ids; those of priority 1 and 2 page."""
    message = _PAGED.replace("webhook", _HANDLES[tool])
    for number in range(MONITORS):
        team = TEAMS[number % 3]
        priority = number % 3 + 1
        yield {
            "id": 20_000_001 + number,
            "type": "query alert",
            "name": f"Monitor {number}",
            "query": f"avg(last_5m):avg:m{number}{{*}}{_BY[number % 5 == 0]} > 5",
            "message": message % {"team": team} if priority <= 2 else "To be seen. @slack-cars",
            "tags": [
                f"business_unit:{team.partition('-')[0]}",
                f"team:{team}",
                f"service:service-{number % 9}",
                f"monitor_sync_key:motor/file/monitor-{number}",
                *(["layer:aws"] if number % 7 == 0 else []),
            ],
            "priority": priority,
            "options": {
                "thresholds": {"critical": 5, "warning": 3},
                "notify_no_data": number % 2 == 0,
                "renotify_interval": 60 if number % 10 == 0 else None,
            },
        }


class Served:
    """An emulator with a history, its truth by kind of line, and a way to ask."""

    def __init__(
        self, tool: str = "zenduty", variants: Iterable[str] = (), weeks: int = 26, **limits: Any
    ) -> None:
        self.now = UNTIL
        self.emulator = Emulator(org_id=1, clock=lambda: self.now, **limits)
        self.emulator.seed(monitors(tool))
        self.emulator.seed_on_call(owners(tool))
        self.history = self.emulator.seed_history(weeks, seed=7, variants=variants)

    @cached_property
    def truth(self) -> dict[str, list[dict[str, Any]]]:
        """The lines of the truth, by their type."""
        return read_truth(self.history)

    def ask(
        self, method: str, path: str, body: Any = None, query: str | dict[str, str] = ""
    ) -> tuple[int, Any]:
        """Return status and decoded answer."""
        tokens = {"zenduty": "Token any", "pagerduty": "Token token=any"}
        tool = next((name for name in tokens if f"__{name}" in path), "")
        headers = {"authorization": tokens[tool], "host": "tool.example"} if tool else KEYS
        content = b"" if body is None else json.dumps(body).encode()
        status, _, answer = self.emulator.handle(method, path, query, headers, content)
        return status, json.loads(answer)


def read_truth(history: PastHistory) -> dict[str, list[dict[str, Any]]]:
    """Return the lines of the truth, by their type."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in truth.lines(history):
        values = json.loads(line)
        lines.setdefault(values["type"], []).append(values)
    return lines


@cache
def served(tool: str = "zenduty") -> Served:
    """Return the estate that tests share which change nothing."""
    return Served(tool)
