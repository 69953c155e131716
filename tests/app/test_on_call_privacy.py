"""No key, e-mail address or phone number is in anything that comes of any on-call tool."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor_sync.app.briefing import brief
from monitor_sync.app.on_call_migration import verify_migration
from monitor_sync.emulator.on_call.broken import ANSWERS
from monitor_sync.render import brief as brief_shown
from monitor_sync.render import on_call, on_call_markdown, on_call_migration
from tests.app.on_call_local import NOW, OnCallLocal, serving

KEYS = {
    "DD_API_KEY": "4c1d9e7f2b6a4d8c0001",
    "DD_APP_KEY": "9f8e7d6c5b4a39280002",
    "ZENDUTY_API_KEY": "7f3a9c1e5b2d4f600003",
    "PAGERDUTY_TOKEN": "y_NbAkKc66ryYTWU0004",
    "OPSGENIE_API_KEY": "2f7a9c1e5b2d4f600005",
}
TOOLS = {
    "zenduty": "@webhook-cars", "pagerduty": "@pagerduty-bikes",
    "datadog": "@oncall-boats", "opsgenie": "@opsgenie-planes",
}  # fmt: skip
PRIVATE = (*KEYS.values(), "@acme.example", "/integration/datadog/", "opsgenie.com/v", "GenieKey")
WAYS = ("", "webhook-missing", "integration-disabled", "schedule-gap", "level-0", *ANSWERS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCallLocal]:
    teams = [
        f"  {tool}-team:\n    on_call: {{tool: {tool}, service: {handle.partition('-')[2]}}}\n"
        f'    handles: {{pager: "{handle}", old: "@opsgenie-{tool}"}}\n'
        "    notify: [{alert: [pager, old], recovery: [pager, old]}]\n    targets: {mtta: 5m}\n"
        for tool, handle in TOOLS.items()
    ]
    text = "teams:\n" + "".join(teams)
    with serving(tmp_path_factory.mktemp("privacy") / "monitors", text) as local:
        yield local


@pytest.mark.parametrize("way", WAYS)
def test_nothing_private_is_printed_kept_or_raised(
    served: OnCallLocal, way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    served.break_it(*([way] if way else []))
    tools = ("ZENDUTY", "PAGERDUTY", "OPSGENIE")
    environ = KEYS | {f"{tool}_URL": f"{served.url}/__{tool.lower()}" for tool in tools}

    verified = served.verify(**environ)
    migration = verify_migration(served.root, served.target(**environ), now=NOW)
    briefed = brief(served.root, served.target(**environ), "datadog-team", now=NOW)

    assert {path.tool for path in verified.paths} == set(TOOLS)
    printed = [
        on_call.text(verified, full=True),
        on_call.as_json(verified),
        on_call_markdown.markdown(verified),
        on_call_migration.text(migration),
        on_call_migration.as_json(migration),
        on_call_migration.markdown(migration),
        brief_shown.text(briefed),
        "".join(map(repr, (verified, migration, briefed))),
        *capfd.readouterr(),
    ]
    for text, secret in itertools.product(printed, PRIVATE):
        assert secret not in text
    kept = [file for file in Path(os.environ["XDG_CACHE_HOME"]).parent.rglob("*") if file.is_file()]
    for file, secret in itertools.product(kept, PRIVATE):
        assert secret.encode() not in file.read_bytes()
