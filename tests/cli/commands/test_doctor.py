"""``doctor`` says what works from here, what does not and what to do, and writes nothing."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor_sync.cli import main
from monitor_sync.datadog import health
from monitor_sync.datadog.client import Client
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from tests.conftest import Local
from tests.datadog.conftest import Answer, ReceivedRequest, Script, script
from tests.emulator.calls import requests

__all__ = ["script"]

SECRETS = {"DD_API_KEY": "0123456789abcdefapi1", "DD_APP_KEY": "0123456789abcdefapp1"}


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments], prog_name="monitor-sync")


def states(result: Result) -> dict[str, str]:
    """The sign before each check's name."""
    return {name: sign for sign, name in re.findall(r"^(\S) (\w+(?: key)?)  ", result.stdout, re.M)}


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Emulator]]:
    """Start an emulator whose keys lack some permissions; the environment leads to it."""
    started: list[Any] = []

    def start(*permissions: str) -> Emulator:
        emulator = Emulator(lacking=permissions)
        context = running(emulator)
        monkeypatch.setenv("DD_HOST", context.__enter__())
        for name, value in {**SECRETS, "DD_SITE": "datadoghq.eu"}.items():
            monkeypatch.setenv(name, value)
        started.append(context)
        return emulator

    yield start
    for context in started:
        context.__exit__(None, None, None)


def test_where_all_works_every_check_passes_in_aligned_lines(local: Local) -> None:
    result = doctor()

    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    host = local.url.removeprefix("http://")
    assert re.match(r"✓ version     monitor-sync \S+, Python 3\.\d+", lines[0])
    assert lines[2:] == [
        f"✓ connection  {host} answers (site datadoghq.eu), without TLS",
        "✓ api key     datadoghq.eu knows DD_API_KEY",
        "✓ identity    user@emulator.example of Emulator",
        "✓ plan        monitors can be listed (monitors_read)",
        "✓ apply       this user and its key emulator may write monitors (monitors_write)",
        "✓ clock       within a minute of Datadog's",
        "",
        "8 checks: 8 passed.",
    ]


def test_it_only_ever_reads(local: Local) -> None:
    doctor()
    counts = requests(local.emulator)
    assert {route.split()[0] for route in counts} == {"GET"}


def test_a_user_who_may_not_write_can_plan_and_not_apply(without: Callable[..., Emulator]) -> None:
    without("monitors_write")
    result = doctor()

    assert result.exit_code == 1
    assert states(result)["plan"] == "✓"
    assert states(result)["apply"] == "✗"
    assert "no role of this user has monitors_write" in result.stdout
    assert result.stderr.startswith("error: apply failed\n")
    assert doctor("--for", "plan").exit_code == 0


def test_keys_that_may_not_read_monitors_fail_plan_and_leave_apply_unchecked(
    without: Callable[..., Emulator],
) -> None:
    without("monitors_read")
    result = doctor()

    assert result.exit_code == 1
    assert states(result)["plan"] == "✗"
    assert states(result)["apply"] == "-"
    assert "need monitors_read" in result.stdout


def test_what_only_a_write_would_show_is_not_called_passed(
    without: Callable[..., Emulator],
) -> None:
    without("user_app_keys")
    result = doctor()

    assert result.exit_code == 0
    assert states(result)["apply"] == "-"
    assert "not checked: this user has monitors_write" in result.stdout
    assert result.stdout.endswith("8 checks: 7 passed, 1 not checked.\n")


def test_no_connection_leaves_the_rest_unchecked(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert local.url
    monkeypatch.setenv("MONITOR_SYNC_BACKOFF", "0.001")
    with socket.socket() as taken:  # bound and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DD_HOST", f"http://127.0.0.1:{taken.getsockname()[1]}")
        result = doctor()

    assert result.exit_code == 1
    assert states(result)["connection"] == "✗"
    assert {states(result)[check] for check in ("api key", "plan", "apply", "clock")} == {"-"}
    assert "8 checks: 2 passed, 1 failed, 5 not checked." in result.stdout


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DD_SITE", "datadoghq.de", "did you mean DD_SITE=datadoghq.eu?"),
        ("DD_API_KEY", "", "DD_API_KEY is not set"),
        ("MONITOR_SYNC_TIMEOUT", "soon", "'soon', expected seconds from 0.001 to 3600"),
    ],
)
def test_an_environment_that_is_wrong_is_exit_2(
    local: Local, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    assert local.url
    monkeypatch.setenv(variable, value)
    result = doctor()

    assert result.exit_code == 2
    assert states(result) == {"version": "✓", "libyaml": "✓", "environment": "✗", "connection": "-"}
    assert says in result.stdout


def test_no_key_is_shown_in_any_format(without: Callable[..., Emulator]) -> None:
    without()
    shown = "".join(doctor("--format", format_).output for format_ in ("text", "json"))
    assert "8 passed" in shown
    for secret in SECRETS.values():
        assert secret not in shown
        assert secret[-4:] not in shown


def test_json_has_one_object_a_check_and_counts_them(local: Local) -> None:
    assert local.url
    shown = json.loads(doctor("--format", "json").stdout)

    assert shown["version"] == 1
    assert [check["check"] for check in shown["checks"]] == [
        "version", "libyaml", "connection", "api key", "identity", "plan", "apply", "clock",
    ]  # fmt: skip
    assert shown["summary"] == {"passed": 8, "warning": 0, "failed": 0, "not_checked": 0}


def user(*permissions: str, **attributes: Any) -> Answer:
    """The current user, as Datadog describes it, with permissions by its roles."""
    granted = [
        {"type": "permissions", "attributes": {"name": permission}} for permission in permissions
    ]
    organisation = {"type": "orgs", "attributes": {"name": "Acme"}}
    shown = {"email": "ci@acme.example", **attributes}
    return Answer(body={"data": {"attributes": shown}, "included": [organisation, *granted]})


def keys(*scopes: Any, last4: str = "-app") -> Answer:
    return Answer(
        body={
            "data": [
                {"attributes": {"name": f"key {number}", "last4": last4, "scopes": key_scopes}}
                for number, key_scopes in enumerate(scopes)
            ]
        }
    )


READ, WRITE = "monitors_read", "monitors_write"
VALID = Answer(body={"valid": True})
REFUSED = Answer(status=403, body={"errors": ["Forbidden"]})


def checks_by_name(
    script: Script, answers: dict[str, Answer], **settings: Any
) -> dict[str, health.Check]:
    """The checks against a scripted Datadog, by name."""
    usual = {
        "/api/v1/validate": VALID,
        "/api/v2/current_user": user(READ, WRITE),
        "/api/v2/current_user/application_keys": keys(None),
        "/api/v1/monitor": Answer(body=[]),
    }
    given = {**usual, **answers}

    def answer(request: ReceivedRequest) -> Answer:
        return given[request.path]

    script.say(answer)
    client: Client = script.client(tries=1, **settings)
    return {check.name: check for check in health.checks(client)}


@pytest.mark.parametrize(
    ("answers", "state", "says"),
    [
        ({}, "passed", "key 0 may write monitors"),
        ({"application_keys": keys([READ, WRITE])}, "passed", "may write"),
        ({"application_keys": keys([READ])}, "failed", "its key key 0 has not"),
        ({"application_keys": keys([READ], None)}, "not checked", "which of its keys"),
        ({"application_keys": keys([READ], [READ])}, "failed", "has not"),
        ({"application_keys": keys(None, last4="else")}, "not checked", "which of its keys"),
        ({"application_keys": REFUSED}, "not checked", "user_app_keys"),
        ({"application_keys": Answer(status=500)}, "not checked", "does not say"),
        ({"": user()}, "not checked", "does not say what this user may do"),
        ({"": user(READ)}, "failed", "no role of this user has monitors_write"),
    ],
)
def test_apply_is_judged_by_the_users_roles_and_the_scopes_of_its_key(
    script: Script, answers: dict[str, Answer], state: str, says: str
) -> None:
    paths = {f"/api/v2/current_user/{name}".rstrip("/"): answer for name, answer in answers.items()}
    check = checks_by_name(script, paths)["apply"]

    assert check.state == state
    assert says in check.text


def test_a_token_is_asked_for_no_api_key_and_its_scopes_stay_unchecked(script: Script) -> None:
    checks = checks_by_name(script, {}, bearer_token="ddpat_x")  # noqa: S106 - nobody's

    assert checks["api key"].text == "not needed with DD_BEARER_TOKEN"
    assert checks["apply"].state == "not checked"
    assert "scopes of a token" in checks["apply"].text
    assert "/api/v1/validate" not in {request.path for request in script.requests}


def test_a_service_account_is_called_one(script: Script) -> None:
    answer = {"/api/v2/current_user": user(READ, service_account=True)}
    assert (
        checks_by_name(script, answer)["identity"].text == "service account ci@acme.example of Acme"
    )


def test_a_wrong_api_key_and_a_wrong_application_key_are_told_apart(script: Script) -> None:
    denied = {"/api/v2/current_user": REFUSED, "/api/v1/monitor": REFUSED}
    application = checks_by_name(script, denied)
    both = checks_by_name(script, {**denied, "/api/v1/validate": REFUSED})

    assert application["api key"].state == "passed"
    assert application["identity"].state == "warning"
    assert "DD_APP_KEY" in application["identity"].text
    assert application["plan"].state == "failed"
    assert both["api key"].state == "failed"


@pytest.mark.parametrize(
    ("date", "state", "says"),
    [
        ("Tue, 01 Jan 2030 00:00:00 GMT", "failed", "behind Datadog's"),
        ("Wed, 01 Jan 2020 00:00:00 GMT", "failed", "ahead of Datadog's"),
        ("yesterday", "not checked", "no answer told the time"),
    ],
)
def test_clocks_that_differ_are_a_failure_on_our_side(
    script: Script, date: str, state: str, says: str
) -> None:
    last = Answer(body=keys(None).body, headers={"Date": date})
    checks = checks_by_name(script, {"/api/v2/current_user/application_keys": last})
    check = checks["clock"]

    assert check.text.endswith(says)
    assert check.state == state
    assert check.side == ("ours" if state == "failed" else "theirs")
