"""Who owns what, with what Datadog says of it over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import Target, report_ownership
from monitor_sync.app.failures import WrongFiles
from monitor_sync.emulator.core import Emulator
from tests.conftest import Local
from tests.emulator.calls import ask, forget_requests, requests


def test_datadogs_teams_and_logs_are_asked_for_in_three_requests(
    project: Path, local: Local
) -> None:
    (project / "monitors/motor/api.yaml").write_text(
        "service: quote-api\nmonitors: {m: {name: m, query: 'avg(last_5m):avg:a{*} > 1'}}\n"
    )
    team = {"type": "team", "attributes": {"handle": "sales", "name": "Sales"}}
    ask(local.emulator, "POST", "/api/v2/team", {"data": team})
    ask(local.emulator, "POST", "/api/v2/logs", [
        {"service": "quote-api", "status": "error", "trace_id": "1"},
        {"service": "quote-api", "status": "error"},
        {"service": "of-somebody-else", "status": "error"},
    ])  # fmt: skip
    forget_requests(local.emulator)

    owned = report_ownership(project / "monitors", Target(environ=local.environment))

    assert owned.teams is not None
    assert owned.teams.unknown == ("sales",)
    assert owned.traced is not None
    assert [(row.service, row.logs, row.traced) for row in owned.traced] == [("quote-api", 2, 1)]
    assert owned.not_checked == {}
    assert requests(local.emulator) == {
        "GET /api/v2/team": 1,
        "POST /api/v2/logs/analytics/aggregate": 2,
    }


@pytest.mark.parametrize(
    ("permission", "what"), [("teams_read", "Datadog Teams"), ("logs_read_data", "error logs")]
)
def test_what_a_key_may_not_ask_is_not_checked_and_says_so(
    project: Path, permission: str, what: str
) -> None:
    from monitor_sync.emulator.server import running

    with running(Emulator(lacking=[permission])) as url:
        environ = {"DD_HOST": url, "DD_API_KEY": "a", "DD_APP_KEY": "b"}
        owned = report_ownership(project / "monitors", Target(environ=environ))

    assert list(owned.not_checked) == [what]
    assert owned.total.monitors == 1


def test_without_keys_everything_but_datadog_is_known(project: Path) -> None:
    owned = report_ownership(project / "monitors", Target(environ={}))

    assert list(owned.not_checked) == ["Datadog Teams", "error logs"]
    assert owned.teams is None
    assert owned.traced is None
    assert owned.total.monitors == 1


def test_a_test_with_a_mistake_leaves_owners_unknown(project: Path, local: Local) -> None:
    (project / "monitors/motor/api.yaml").write_text(
        "monitors: {m: {name: m, query: 'avg(last_5m):avg:a{*} > 1'}}\n"
    )
    (project / "monitors/motor/api.tests.yaml").write_text(
        "tests: [{name: n, monitor: gone, series: [{metric: a, values: 1}],"
        " expect: [{at: 1m, state: ok}]}]\n"
    )

    with pytest.raises(WrongFiles, match="the tests have 1 error, so owners are not known"):
        report_ownership(project / "monitors", Target(environ=local.environment))
