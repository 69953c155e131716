"""``validate --online`` against the local Datadog: what it asks, and where the answers point."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor_sync.app import Target, remote_checks
from monitor_sync.app.remote_checks import Answers
from monitor_sync.cli import main
from monitor_sync.errors import UsageError
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.project.load import Loaded, load
from monitor_sync.rules.remote_rules import PAGES
from monitor_sync.sync.apply import carry_out
from monitor_sync.sync.plan import make_plan
from tests.cli.run import FLOW
from tests.conftest import Local
from tests.emulator.calls import ask, forget_requests, requests
from tests.sync.test_remote_validation import TEXTS

PROJECT = """\
project: acme
tags: {env: production}
runbooks: https://runbooks.acme.example/
"""
TEAMS = """\
teams:
  motor-quotes:
    handles: {pager: "@webhook-zenduty-motor", chat: "@slack-motor-alerts"}
    notify:
      - {alert: [pager, chat, "@team-motor"], recovery: [pager, chat]}
"""
PAIR = """\
  pair:
    type: composite
    name: "[Motor] Both"
    query: "${id:motor/flow/conversion-drop} && ${id:motor/flow/conversion-drop}"
    message: Both.
"""
VALIDATE = ("POST /api/v1/monitor/validate", "POST /api/v1/monitor/{id}/validate")
WEBHOOKS = "/api/v1/integration/webhooks/configuration/webhooks"
SLACK = "/api/v1/integration/slack/configuration/accounts/acme/channels"


class Files:
    """A folder of files, and the local Datadog that they are held against."""

    def __init__(self, root: Path, local: Local) -> None:
        self.root = root
        self.local = local
        (root / "motor").mkdir(parents=True)
        self.write("project.yaml", PROJECT)
        self.write("teams.yaml", TEAMS)
        self.write("motor/business-unit.yaml", "name: Motor\nteam: motor-quotes\n")
        self.write("motor/flow.yaml", FLOW)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def load(self) -> Loaded:
        return load(self.root)

    def apply(self) -> None:
        from monitor_sync.datadog.client import Client

        client = Client.from_environment(self.local.environment)
        assert all(
            outcome.status == "done"
            for outcome in carry_out(
                make_plan(self.load().project, [], site=client.site), {"monitor": client.monitors}
            )
        )

    def ask(self, **options: Any) -> Answers:
        """The answers, with the counter of requests at zero before."""
        forget_requests(self.local.emulator)
        options.setdefault("everything", False)
        return remote_checks.diagnose(self.load(), Target(environ=os.environ), **options)

    def validate(self, *arguments: str) -> Result:
        """The command as a whole, in this process."""
        line = ["--root", str(self.root), "validate", "--online", *arguments]
        return CliRunner().invoke(main, line, prog_name="monitor-sync")

    def make(self, path: str, body: dict[str, Any]) -> None:
        ask(self.local.emulator, "POST", path, body)

    def requests(self, *routes: str) -> int:
        counted = requests(self.local.emulator)
        return sum(counted.get(route, 0) for route in routes)

    def place(self, text: str, name: str) -> tuple[str, int, int, int]:
        """Where a text stands in a file, as a diagnostic has it."""
        lines = (self.root / name).read_text().splitlines()
        line = next(number for number, line in enumerate(lines) if text in line)
        column = lines[line].index(text) + 1
        return f"{self.root}/{name}", line + 1, column, column + len(text)


def rules_and_places(answers: Answers) -> list[tuple[str, tuple[str, int, int, int]]]:
    """Rule and place of each diagnostic."""
    return [
        (
            diagnostic.rule,
            (
                diagnostic.span.path,
                diagnostic.span.line,
                diagnostic.span.column,
                diagnostic.span.end_column,
            ),
        )
        for diagnostic in answers.diagnostics
    ]


@pytest.fixture
def files(tmp_path: Path, local: Local) -> Files:
    return Files(tmp_path / "monitors", local)


@pytest.fixture
def known(files: Files) -> Files:
    """All handles of the files exist."""
    files.make(WEBHOOKS, {"name": "zenduty-motor", "url": "https://zenduty.example/"})
    files.make(SLACK, {"name": "#motor-alerts"})
    files.make("/api/v2/team", {"data": {"attributes": {"name": "Motor", "handle": "motor"}}})
    files.change("project.yaml", "project: acme", "project: acme\nslack_accounts: [acme]")
    return files


def test_handles_nobody_made_are_errors_where_the_team_names_them(files: Files) -> None:
    answers = files.ask()

    assert rules_and_places(answers) == [
        ("routing/handle-exists-nowhere", files.place("@team-motor", "teams.yaml")),
        ("routing/handle-exists-nowhere", files.place("@webhook-zenduty-motor", "teams.yaml")),
    ]
    webhook = answers.diagnostics[1]
    assert webhook.severity.label == "error"
    assert "pager: " in webhook.excerpt
    assert webhook.message == (
        "`@webhook-zenduty-motor` reaches nobody: Datadog has no webhook `zenduty-motor`"
    )
    assert files.requests(f"GET {WEBHOOKS}/{{name}}") == 1


def test_a_handle_of_one_monitor_is_an_error_at_that_monitor(known: Files) -> None:
    known.change(
        "motor/flow.yaml",
        "    message: Fewer visitors buy.\n",
        "    message: Fewer visitors buy, @slack-sales look.\n"
        '    also_notify: {alert: ["@webhook-sales"]}\n',
    )

    answers = known.ask()

    alert = known.place("@webhook-sales", "motor/flow.yaml")
    assert rules_and_places(answers) == [
        ("routing/handle-exists-nowhere", known.place("@slack-sales", "motor/flow.yaml")),
        ("routing/handle-exists-nowhere", (alert[0], alert[1], alert[2] - 1, alert[3] + 1)),
    ]
    assert {diagnostic.key for diagnostic in answers.diagnostics} == {"motor/flow/conversion-drop"}


def test_a_query_that_datadog_refuses_is_an_error_at_the_query(known: Files) -> None:
    query = "avg(last_5m):avg:motor.conversion{env:${env} < ${critical}"
    known.change("motor/flow.yaml", "{env:${env}} <", "{env:${env} <")

    answers = known.ask()

    assert rules_and_places(answers) == [
        ("query/refused-by-datadog", known.place(query, "motor/flow.yaml"))
    ]
    assert answers.diagnostics[0].message == (
        "Datadog refuses it: The value provided for parameter 'query' is invalid"
    )
    assert answers.said == [
        "Datadog was asked about 1 new or changed monitor: it refuses 1.",
        "3 handles looked up: all exist.",
    ]


def test_a_threshold_that_datadog_refuses_is_an_error_at_the_threshold(known: Files) -> None:
    known.change("motor/flow.yaml", "{critical: 12}", "{critical: 12, warning: 5}")

    answers = known.ask()

    path, line, column, end = known.place("warning: 5", "motor/flow.yaml")
    assert rules_and_places(answers) == [
        ("thresholds/refused-by-datadog", (path, line, column + len("warning: "), end))
    ]


def test_where_nothing_changed_no_monitor_is_asked_about(known: Files) -> None:
    known.apply()

    answers = known.ask()

    assert answers.diagnostics == []
    assert known.requests(*VALIDATE) == 0
    assert known.requests("GET /api/v1/monitor") == 1
    assert answers.said == [
        "Datadog was asked about no monitor: none is new or changed.",
        "3 handles looked up: all exist.",
    ]


def test_all_asks_about_what_did_not_change_either(known: Files) -> None:
    known.apply()

    answers = known.ask(everything=True)

    assert known.requests(VALIDATE[1]) == 1
    assert answers.said[0] == "Datadog was asked about 1 monitor: it refuses none."


def test_a_composite_of_new_monitors_is_said_to_be_not_checked(known: Files) -> None:
    known.write("motor/flow.yaml", FLOW + PAIR)

    answers = known.ask()

    assert answers.diagnostics == []
    assert known.requests(*VALIDATE) == 1
    assert answers.said[-1] == (
        "Not checked: 1 monitor (composites whose members do not exist yet: motor/flow/pair)."
    )
    known.apply()
    known.change("motor/flow.yaml", "Both.", "Both of them.")
    assert (
        known.ask().said[0] == "Datadog was asked about 1 new or changed monitor: it refuses none."
    )


def test_channels_of_unknown_accounts_are_said_to_be_not_checked(files: Files) -> None:
    said = files.ask().said

    assert said[1:] == [
        "2 handles looked up: 2 exist nowhere.",
        "Not checked: 1 handle (Slack channels, as project.yaml has no `slack_accounts`).",
    ]


def test_what_is_wrong_in_the_files_is_not_asked_about(known: Files) -> None:
    answers = known.ask(wrong={"motor/flow/conversion-drop"})

    assert known.requests(*VALIDATE) == 0
    assert answers.said[-1] == (
        "Not checked: 1 monitor (with errors in the files: motor/flow/conversion-drop)."
    )


def test_a_selection_narrows_monitors_and_handles(known: Files) -> None:
    answers = known.ask(keys=set())

    assert known.requests(*VALIDATE) == 0
    assert known.requests(f"GET {WEBHOOKS}/{{name}}") == 0
    assert answers.diagnostics == []


def test_the_organisation_says_how_bad_it_is(files: Files) -> None:
    severity = "policy: {severity: {routing/handle-exists-nowhere: warning}}\n"
    files.write("project.yaml", PROJECT + severity)

    assert [diagnostic.severity.label for diagnostic in files.ask().diagnostics] == ["warning"] * 2
    assert files.validate().exit_code == 0


def test_a_suppression_beside_the_monitor_counts_and_is_never_called_unused(known: Files) -> None:
    known.change("motor/flow.yaml", "Fewer visitors buy.", "Fewer visitors buy, @slack-sales.")
    ignored = "    ignore: [{rule: routing/handle-exists-nowhere, reason: made next week}]\n"
    known.write("motor/flow.yaml", (known.root / "motor/flow.yaml").read_text() + ignored)

    assert known.ask().diagnostics == []
    assert known.validate("--show", "note").exit_code == 0
    assert "-suppression" not in known.validate("--show", "note", "--format", "json").stdout


def test_without_keys_the_command_line_is_wrong(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DD_API_KEY")

    with pytest.raises(UsageError, match="DD_API_KEY is not set"):
        files.ask()


def test_a_datadog_that_is_not_there_leaves_everything_unchecked(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(RetryPolicy, "wait_before_next", lambda *_: None)

    answers = files.ask()

    assert answers.failed is not None
    assert answers.diagnostics == []
    assert answers.said == ["Not checked: everything, as Datadog did not list its monitors."]


def test_the_command_shows_what_datadog_said_among_its_own_findings(files: Files) -> None:
    files.change("motor/flow.yaml", "{env:${env}} <", "{env:${env}} by {host} <")
    files.change("motor/flow.yaml", "    priority: 1\n", "    options: {timeout_h: 30}\n")

    result = files.validate("--format", "json")

    assert result.exit_code == 3
    rules = [finding["rule"] for finding in json.loads(result.stdout)]
    assert "routing/handle-exists-nowhere" in rules
    assert "Not checked: " in result.stderr
    assert "1 monitor (with errors in the files: motor/flow/conversion-drop)" in result.stderr
    assert files.requests(*VALIDATE) == 0


def test_the_command_without_online_asks_nobody(files: Files) -> None:
    line = ["--root", str(files.root), "validate"]
    result = CliRunner().invoke(main, line, prog_name="monitor-sync")

    assert "routing/handle-exists-nowhere" not in result.stdout
    assert files.requests("GET /api/v1/monitor", *VALIDATE) == 0


def test_the_command_fails_where_datadog_did_not_answer(
    known: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(RetryPolicy, "wait_before_next", lambda *_: None)

    result = known.validate()

    assert result.exit_code == 1
    assert "Not checked: everything" in result.stderr
    assert "error: could not list monitors: nothing answers at 127.0.0.1:9" in result.stderr


def test_all_alone_is_a_wrong_command_line(files: Files) -> None:
    line = ["--root", str(files.root), "validate", "--all"]
    result = CliRunner().invoke(main, line, prog_name="monitor-sync")

    assert result.exit_code == 2


def test_every_name_that_can_be_told_has_a_manual_page() -> None:
    names = {page.name for page in PAGES}

    assert {f"{family}/refused-by-datadog" for _, family, _ in TEXTS} <= names
    assert "routing/handle-exists-nowhere" in names
    parts = ("Why:", "Example:", "Use instead:", "Source:")
    assert [(page.name, part) for page in PAGES for part in parts if part not in page.page] == []
