"""What a hint says to type: it leads to what the author meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rules.cases import PROJECT, SOUND, TEAMS, Case, check, read

_LOGS = 'logs("service:quotes").index("*").rollup("count").last("5m") > 5'
_EVENTS = 'events("source:nagios").rollup("count").last("5m") > 5'
_FILLED = "sum(last_15m):default_zero(sum:motor.orders{*}.as_count())"

HINTS: list[tuple[dict[str, Any], str, str]] = [
    ({"tags": [""]}, "tags/odd-characters", "remove it"),
    ({"tags": [" "]}, "tags/odd-characters", "remove it"),
    ({"tags": ["tier:"]}, "tags/odd-characters", "write `tier:VALUE`, or `tier`"),
    ({"tags": ["cost centre:a"]}, "tags/odd-characters", "write `cost_centre:a`"),
    ({"name": "$env is slow"}, "hygiene/unfilled-name",
     "write `${env}` to fill it in from the files, or `{{env.name}}`"),
    ({"name": "{host.name} is slow"}, "hygiene/unfilled-name",
     "write `{{host.name}}`, two braces on each side"),
    ({"name": "%s is slow"}, "hygiene/unfilled-name", "write what it stands for"),
    ({"query": "avg(last_15m):avg:system.cpu.user{*} > 900"}, "thresholds/wrong-unit",
     "write a number up to 100"),
    ({"type": "llm-observability alert", "query": 'formula("a").last("5m") > 5', "options": {
        "variables": [{"name": "a", "data_source": "spans", "compute": {"aggregation": "count"}}]}},
     "query/bad-variable", "write `llm_observability`"),
    ({"query": f"{_FILLED} > 5", "options": {"notify_no_data": True}}, "hygiene/retired-no-data",
     "write `on_missing_data: default` instead"),
    ({"query": f"{_FILLED} > 5", "options": {"on_missing_data": "resolve"}},
     "options/missing-data-of-default-zero",
     "write `default`, or take `default_zero(…)` out of the query"),
    ({"query": f"{_FILLED} < 1", "priority": 1}, "options/silent-at-zero",
     "take `default_zero(…)` out of the query, and write "
     "`on_missing_data: show_and_notify_no_data` under `options`"),
    ({"options": {"new_group_delay": 60}}, "options/new-group-delay-ungrouped",
     "remove `new_group_delay`, or group the query: `by {host}`"),
    ({"type": "log alert", "query": _LOGS, "options": {"new_group_delay": 60}},
     "options/new-group-delay-ungrouped",
     'remove `new_group_delay`, or group the query: `.by("host")`'),
    ({"type": "log alert", "query": _LOGS, "thresholds": {"critical": 5, "ok": 0}},
     "thresholds/ok-outside-checks",
     "remove `ok`; `critical_recovery` says when an alert is over"),
    ({"type": "event-v2 alert", "query": _EVENTS, "thresholds": {"critical": 5, "ok": 0}},
     "thresholds/ok-outside-checks", "remove `ok`"),  # it would refuse a recovery
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule", "hint"), HINTS)
def test_a_hint_says_what_to_type(
    tmp_path: Path, changes: dict[str, Any], rule: str, hint: str
) -> None:
    monitor = {**{k: v for k, v in SOUND.items() if k != "thresholds"}, **changes}
    monitor["query"] = monitor["query"].replace("${critical}", "5")
    case = Case(
        file="", name="", monitors={"m": monitor}, project=PROJECT, teams=TEAMS, findings=()
    )
    findings = check(read(tmp_path / "monitors", case))

    assert [finding.hint for finding in findings if finding.rule == rule] == [hint]


@pytest.mark.parametrize(
    ("teams", "hint"),
    [
        (TEAMS, "write `notify: {alert: [pager]}`, or give the team a rule for this priority"),
        (
            {"teams": {"motor": {"name": "Motor"}}},
            'write `notify: {alert: ["@HANDLE"]}`, or give the team a rule for this priority',
        ),
    ],
)
def test_who_is_to_be_notified_is_named_as_the_team_can(
    tmp_path: Path, teams: dict[str, Any], hint: str
) -> None:
    monitor = {**SOUND, "priority": 1, "notify": {"alert": []}}
    case = Case(
        file="", name="", monitors={"m": monitor}, project=PROJECT, teams=teams, findings=()
    )
    findings = check(read(tmp_path / "monitors", case))

    unheard = [finding for finding in findings if finding.rule == "routing/page-reaches-nobody"]
    assert [finding.hint for finding in unheard] == [hint]
