"""Journals and locks are those of one organisation, by whatever name Datadog tells it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor_sync import app
from monitor_sync.app import Target, organisation
from monitor_sync.store.state import Workspace
from tests.cli.run import environment
from tests.conftest import Local
from tests.emulator.calls import forget_requests, requests

FORBIDDEN = "forbidden,route=GET /api/v2/current_user,times=always"


def estate(local: Local) -> Workspace:
    target = Target(environ=environment(local.environment))
    return organisation.estate(target, target.connect(), "acme")


def requests_since(local: Local) -> dict[str, int]:
    counts = requests(local.emulator)
    forget_requests(local.emulator)
    return counts


def applied(project: Path, local: Local) -> None:
    target = Target(environ=environment(local.environment))
    app.apply(project / "monitors", target).raise_if_incomplete()


def test_an_empty_organisation_is_told_by_the_current_user(local: Local) -> None:
    (name,) = estate(local).organisations
    assert name
    assert requests_since(local) == {"GET /api/v2/current_user": 1, "GET /api/v1/monitor": 1}


def test_a_known_organisation_costs_one_request(project: Path, local: Local) -> None:
    applied(project, local)
    requests_since(local)
    assert estate(local).known
    assert requests_since(local) == {"GET /api/v2/current_user": 1}


def test_a_key_that_may_not_ask_who_it_is_finds_the_same_state(project: Path, local: Local) -> None:
    applied(project, local)
    applied(project, local)  # which has seen the organisation's number
    folder = estate(local).folder
    local.emulator.inject([FORBIDDEN])
    assert estate(local).folder == folder


def test_a_key_with_fewer_permissions_first_finds_the_same_state_later(
    project: Path, local: Local
) -> None:
    local.emulator.inject([FORBIDDEN])
    applied(project, local)  # nothing tells: the state of the host
    assert estate(local).folder != estate(local).shared
    applied(project, local)
    folder = estate(local).folder
    local.emulator.inject([])
    assert estate(local).folder == folder


def test_a_plan_file_too_is_applied_in_a_state_that_any_key_finds(
    project: Path, local: Local, tmp_path: Path
) -> None:
    applied(project, local)
    target = Target(environ=environment(local.environment))
    file = tmp_path / "plan.json"
    file.write_text(app.plan(project / "monitors", target).file())
    app.apply(project / "monitors", target, app.ApplyOptions(plan_file=file))
    folder = estate(local).folder
    local.emulator.inject([FORBIDDEN])
    assert estate(local).folder == folder


def test_where_nobody_tells_the_state_is_that_of_the_host(project: Path, local: Local) -> None:
    local.emulator.inject([FORBIDDEN])
    seen: list[bool] = []
    talk = app.Conversation(show=lambda prepared: seen.append(prepared.organisation_unknown))
    target = Target(environ=environment(local.environment))
    app.apply(project / "monitors", target, conversation=talk)
    assert seen == [True]
    assert (estate(local).shared / "journal.jsonl").exists()


def test_what_such_a_run_made_is_known_once_the_organisation_is(
    project: Path, local: Local
) -> None:
    local.emulator.inject([FORBIDDEN])
    applied(project, local)
    seen: list[int] = []
    talk = app.Conversation(show=lambda prepared: seen.append(len(prepared.past.made)))
    target = Target(environ=environment(local.environment))
    app.apply(project / "monitors", target, conversation=talk)
    assert seen == [1]
    assert local.emulator.monitor_count == 1


def test_the_caller_may_name_the_organisation(local: Local) -> None:
    target = Target(environ=environment(local.environment), organisation="mine")
    assert organisation.estate(target, target.connect(), "acme").organisations[0] == "mine"


@contextmanager
def emulated(port: int, folder: Path) -> Iterator[str]:
    """A local Datadog started anew at a port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", "emulate", "--port", str(port)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)
        process.stdout.close()


def test_a_local_emulator_started_anew_is_another_estate(project: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for _ in range(2):
        with emulated(port, tmp_path) as url:
            expected, requests = apply_and_count(project, url)
        assert expected == frozenset()
        assert requests["POST /api/v1/monitor"] == 1


def apply_and_count(project: Path, url: str) -> tuple[frozenset[object], dict[str, int]]:
    """Apply; return what an earlier run is said to have left, and the requests."""
    keys = {"DD_HOST": url, "DD_API_KEY": "test", "DD_APP_KEY": "test"}
    target = Target(environ={**os.environ, **keys})
    seen: list[frozenset[object]] = []
    talk = app.Conversation(show=lambda prepared: seen.append(frozenset(prepared.past.expected)))
    app.apply(project / "monitors", target, conversation=talk).raise_if_incomplete()
    with urllib.request.urlopen(f"{url}/__emulator/requests") as answer:  # noqa: S310 - loopback
        counted = json.load(answer)
    assert isinstance(counted, dict)
    return seen[0], counted
