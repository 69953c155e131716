"""The monitors of this repository are what the README says of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import yaml

from monitor_sync.emulator.core import Emulator
from monitor_sync.model import Monitor
from monitor_sync.project.load import Loaded, load
from tests.rules.cases import check

ROOT = Path(__file__).resolve().parent.parent.parent / "monitors"
TECHNICAL = ("services", "kubernetes", "aws", "jobs")
"""Files that use templates for what every unit has; the others are hand-written."""


@cache
def estate() -> Loaded:
    return load(ROOT)


def monitors() -> list[Monitor]:
    return list(estate().project.monitors.values())


def hand_written() -> set[str]:
    """Business monitors by key, before their items multiply them."""
    seen = set()
    for path in ROOT.glob("*/*.yaml"):
        if path.parent.name != "templates" and not path.stem.startswith(TECHNICAL):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            seen |= {f"{path.parent.name}/{path.stem}/{name}" for name in data.get("monitors", ())}
    return seen


def test_the_files_have_no_problem_at_all() -> None:
    assert estate().diagnostics == ()


def test_no_rule_finds_anything_but_what_its_teams_have_settled_for() -> None:
    rules = {diagnostic.rule for diagnostic in check(estate())}

    assert rules <= {"routing/groups-share-an-incident"}


def test_every_name_opens_with_the_name_of_its_unit() -> None:
    units = estate().project.business_units
    unlike = [m.name for m in monitors() if not m.name.startswith(f"[{units[m.business_unit]}] ")]

    assert unlike == []


def test_there_is_as_much_of_everything_as_an_insurer_has() -> None:
    assert len(monitors()) >= 1_200
    assert len({monitor.business_unit for monitor in monitors()}) >= 12
    assert len({monitor.service for monitor in monitors() if monitor.service}) >= 70
    assert len(hand_written()) >= 150


def test_every_monitor_has_an_owner_a_priority_a_runbook_and_a_message() -> None:
    teams = estate().project.teams
    lacking = [
        monitor.key
        for monitor in monitors()
        if monitor.team not in teams
        or monitor.priority is None
        or not monitor.runbook.startswith("https://")
        or monitor.body["message"].startswith("---")
    ]

    assert lacking == []


def test_every_state_that_a_monitor_can_reach_has_a_recipient() -> None:
    silent = [
        (monitor.key, state)
        for monitor in monitors()
        for state, handles in monitor.recipients.items()
        if not handles
    ]

    assert silent == []


def test_a_pager_that_hears_of_an_alert_hears_of_its_end() -> None:
    def pagers(monitor: Monitor, state: str) -> set[str]:
        return {handle for handle in monitor.recipients.get(state, ()) if "zenduty" in handle}

    open_ended = [
        monitor.key
        for monitor in monitors()
        if not pagers(monitor, "alert") | pagers(monitor, "no_data") <= pagers(monitor, "recovery")
    ]

    assert open_ended == []


def test_no_two_monitors_watch_the_same_thing() -> None:
    seen: dict[str, str] = {}
    twice = []
    for monitor in monitors():
        # a formula says what it reads only together with its variables
        variables = json.dumps(monitor.body["options"].get("variables"))
        other = seen.setdefault(f"{monitor.type} {monitor.query} {variables}", monitor.key)
        if other != monitor.key:
            twice.append((other, monitor.key))

    assert twice == []


def test_metrics_crawled_from_a_cloud_are_evaluated_late() -> None:
    early = [
        monitor.key
        for monitor in monitors()
        if ":aws." in monitor.query and (monitor.body["options"].get("evaluation_delay") or 0) < 900
    ]

    assert early == []


def test_datadog_as_recorded_takes_every_monitor() -> None:
    emulator = Emulator()
    headers = {"dd-api-key": "a", "dd-application-key": "b"}
    ids: dict[str, int] = {}
    refused = []
    for reference in sorted(monitors(), key=lambda monitor: len(monitor.references)):
        body = dict(reference.body)
        for key in reference.references:
            body["query"] = body["query"].replace(f"${{id:{key}}}", str(ids[key]))
        status, _, answer = emulator.handle(
            "POST", "/api/v1/monitor", {}, headers, json.dumps(body).encode()
        )
        if status == 200:
            ids[reference.key] = json.loads(answer)["id"]
        else:
            refused.append((reference.key, answer))

    assert refused == []
