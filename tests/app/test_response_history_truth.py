"""What is read of some weeks from the emulator is what its generator knows to have happened."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app.response_history import ResponseHistory, read_history
from monitor_sync.app.target import Target
from monitor_sync.emulator.server import running
from monitor_sync.incidents import AlertEpisode, Incident, TimeSpan
from monitor_sync.model import Project, Team
from tests.emulator.history.estates import TEAMS, UNTIL, Served, served

WEEK = 7 * 86_400.0
SIX_WEEKS = TimeSpan(UNTIL - 6 * WEEK, UNTIL)
_ORIGINS = {"datadog": "datadog", "cloudwatch": "other", "person": "person"}


@dataclass(frozen=True, slots=True)
class Account:
    """An emulator with a history, and a folder to keep it in."""

    estate: Served
    target: Target

    def read(self, span: TimeSpan = SIX_WEEKS, **options: Any) -> ResponseHistory:
        teams = {name: Team(name=name, title=name, on_call=name, tool="zenduty") for name in TEAMS}
        project = Project(name="acme", teams=teams)
        options = {"episodes": True, "now": UNTIL + 60, **options}
        return read_history(project, self.target, span, **options)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    estate = served()
    with pytest.MonkeyPatch.context() as patch, running(estate.emulator) as url:
        patch.setattr("monitor_sync.oncall.zenduty.connecting.LIMITS", {})
        environ = {
            "DD_HOST": url,
            "DD_API_KEY": "any",
            "DD_APP_KEY": "any",
            "ZENDUTY_URL": f"{url}/__zenduty",
            "ZENDUTY_API_KEY": "7f3a9c1e5b2d4f608a7c",
            "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")),
        }
        yield Account(estate, Target(environ=environ))


def as_told(truth: dict[str, Any]) -> dict[str, Any]:
    """What the tool's listing tells of an incident."""
    return {
        **truth["told"],
        "status": truth["status"],
        "title": truth["title"],
        "service": f"{truth['team']} service",
        "priority": truth["priority"],
        "tags": tuple(sorted(truth["tags"])),
        "merged": truth["merged_into"] is not None,
        "maintenance": truth["maintenance"],
        "has_review": truth["reviewed"],
    }


def known(incident: Incident) -> dict[str, Any]:
    names = (
        *("created", "acknowledged", "resolved", "status", "title", "service", "priority", "tags"),
        *("merged", "maintenance", "has_review"),
    )
    return {name: getattr(incident, name) for name in names}


def episode(truth: dict[str, Any]) -> AlertEpisode:
    warned: Any = (("warning", truth["start"]), (truth["state"], truth["worst"]))
    return AlertEpisode(
        monitor_id=truth["monitor_id"],
        group=truth["group"],
        state=truth["state"],
        start=truth["start"],
        end=truth["end"],
        cycle=truth["cycle"],
        notified=truth["notified"],
        reached=warned if truth["worst"] > truth["start"] else (),
    )


def test_incidents_are_those_that_happened(account: Account) -> None:
    history = account.read()
    truth = {
        str(item["number"]): as_told(item)
        for item in account.estate.truth["incident"]
        if SIX_WEEKS.start <= item["told"]["created"] < SIX_WEEKS.end
    }
    assert {incident.number: known(incident) for incident in history.incidents} == truth
    assert len(history.incidents) == len(truth) > 50
    assert {incident.maintenance for incident in history.incidents} == {False, True}
    assert history.complete
    assert history.notes == ()


def test_episodes_are_those_that_happened(account: Account) -> None:
    def order(episode: AlertEpisode) -> tuple[Any, ...]:
        return (episode.monitor_id, episode.group, episode.start, episode.cycle)

    truth = [
        episode(item)
        for item in account.estate.truth["episode"]
        if item["end"] is None or item["end"] >= SIX_WEEKS.start
    ]
    assert sorted(account.read().episodes, key=order) == sorted(truth, key=order)


def test_an_episode_that_began_before_what_was_read_begins_where_its_recovery_says(
    account: Account,
) -> None:
    truth = next(
        episode(item)
        for item in account.estate.truth["episode"]
        if item["end"] and item["end"] < UNTIL - 10 * WEEK and item["end"] - item["start"] > 3600
    )
    assert truth.start is not None
    middle = truth.start + 1800
    history = account.read(TimeSpan(middle, middle + 86_400), incidents=False)
    same = [e for e in history.episodes if (e.cycle, e.group) == (truth.cycle, truth.group)]
    assert [(e.start, e.end, e.state) for e in same] == [(truth.start, truth.end, truth.state)]
    assert history.notes == ()


@pytest.mark.parametrize("weeks", [1, 5])
def test_a_week_has_what_was_created_in_it_and_what_reached_into_it(
    account: Account, weeks: int
) -> None:
    start = UNTIL - weeks * WEEK
    history = account.read(TimeSpan(start, start + WEEK), offline=True)
    truth = account.estate.truth
    numbers = {
        str(item["number"])
        for item in truth["incident"]
        if start <= item["told"]["created"] < start + WEEK
    }
    assert {incident.number for incident in history.incidents} == numbers
    cycles = {
        (item["cycle"], item["group"])
        for item in truth["episode"]
        if item["start"] < start + WEEK and (item["end"] is None or item["end"] >= start)
    }
    assert {(lasted.cycle, lasted.group) for lasted in history.episodes} == cycles


def test_alerts_of_single_incidents_tell_where_they_came_from(account: Account) -> None:
    span = TimeSpan(UNTIL - WEEK / 7, UNTIL)
    by_number = {str(item["number"]): item for item in account.estate.truth["incident"]}
    for incident in account.read(span, budget=60.0, episodes=False).incidents:
        truth = by_number[incident.number]
        assert incident.origin == _ORIGINS[truth["origin"]]
        assert incident.monitor_id == truth["monitor_id"]
        assert incident.entity == (truth["entity"] if truth["origin"] != "person" else "")
        assert incident.suppressed == truth["suppressed"]
        if incident.status == "resolved":
            assert incident.self_resolved == truth["self_resolved"]


def test_no_cell_of_the_file_names_somebody_of_the_account(account: Account) -> None:
    account.read()
    _, teams = account.estate.ask("GET", "/__zenduty/api/account/teams/")
    users = [member["user"] for team in teams for member in team["members"]]
    names = {user["username"] for user in users} | {user["email"] for user in users}
    names |= {f"{user['first_name']} {user['last_name']}" for user in users}
    (path,) = Path(account.target.environ["XDG_STATE_HOME"]).rglob("history.sqlite")
    with contextlib.closing(sqlite3.connect(path)) as database:
        for table in ("incidents", "transitions", "readings", "unfinished", "looked"):
            rows = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from above
            text = "\n".join(str(cell) for row in rows for cell in row)
            assert not [name for name in names if name in text]
    assert len(names) > 6


@pytest.fixture(scope="module")
def pagerduty(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ResponseHistory, ResponseHistory]]:
    """What is read of six weeks, and what of three days with the alerts of each incident."""
    estate = served("pagerduty")
    teams = {name: Team(name=name, title=name, on_call=name, tool="pagerduty") for name in TEAMS}
    with running(estate.emulator) as url:
        environ = {
            "DD_HOST": url,
            "DD_API_KEY": "any",
            "DD_APP_KEY": "any",
            "PAGERDUTY_URL": f"{url}/__pagerduty",
            "PAGERDUTY_TOKEN": "7f3a9c1e5b2d4f608a7c",
            "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")),
        }
        project = Project(name="acme", teams=teams)
        target = Target(environ=environ)
        days = TimeSpan(UNTIL - 3 * 86_400.0, UNTIL)
        listed = read_history(project, target, SIX_WEEKS, now=UNTIL + 60)
        yield listed, read_history(project, target, days, now=UNTIL + 60, budget=60.0)


def test_pagerdutys_incidents_are_those_that_happened(
    pagerduty: tuple[ResponseHistory, ResponseHistory],
) -> None:
    listed, _ = pagerduty
    truth = {
        str(item["number"]): item
        for item in served("pagerduty").truth["incident"]
        if SIX_WEEKS.start <= item["told"]["created"] < SIX_WEEKS.end
    }
    assert listed.notes == ()
    assert {incident.number for incident in listed.incidents} == truth.keys()
    for incident in listed.incidents:
        item = truth[incident.number]
        names = ("created", "acknowledged", "status", "title", "priority", "self_resolved")
        expected = {**item, **item["told"]}
        assert {name: getattr(incident, name) for name in names} == {
            name: expected[name] for name in names
        }
        # where it lacks the time of the resolution, the last change of the status has it
        assert incident.resolved in (item["resolved"], expected["resolved"])
        assert incident.merged == (item["merged_into"] is not None)
        assert incident.origin == ("person" if item["origin"] == "person" else None)
    assert "person" in {incident.origin for incident in listed.incidents}


def test_alerts_of_pagerdutys_incidents_tell_where_they_came_from(
    pagerduty: tuple[ResponseHistory, ResponseHistory],
) -> None:
    _, detailed = pagerduty
    truth = {str(item["number"]): item for item in served("pagerduty").truth["incident"]}
    assert len(detailed.incidents) > 5
    for incident in detailed.incidents:
        if not incident.merged:  # alerts of a merged one are its parent's
            item = truth[incident.number]
            assert incident.monitor_id == item["monitor_id"]
            assert incident.origin == _ORIGINS[item["origin"]]
