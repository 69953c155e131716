"""One handle in place of another: where it is written, and what is refused or left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.adopt.migrate.handle import renamed
from monitor_sync.app import migrate
from monitor_sync.app.migrating import CodemodRun, requests
from monitor_sync.errors import UsageError
from tests.project.builders import PROJECT, TEAMS, flow, one, write

OLD, NEW = "@opsgenie-x", "@webhook-zenduty-x"


def _migrated(root: Path, files: dict[str, str], old: str = OLD) -> CodemodRun:
    """Return what the codemod did; a second run finds nothing."""
    write(root, dict(files))
    (step,) = migrate(root, ["handle", old, NEW]).steps
    assert migrate(root, ["handle", old, NEW]).files == ()
    return step


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call @opsgenie-x.", "Call @webhook-zenduty-x."),
        ("{{#is_alert}}@opsgenie-x{{/is_alert}}", "{{#is_alert}}@webhook-zenduty-x{{/is_alert}}"),
        ("@opsgenie-x @slack-a @opsgenie-x", "@webhook-zenduty-x @slack-a @webhook-zenduty-x"),
        ("@opsgenie-x-eu", "@opsgenie-x-eu"),
        ("@opsgenie-x${suffix}", "@opsgenie-x${suffix}"),
        ("@opsgenie-${y}", "@opsgenie-${y}"),
        ("@opsgenie-x{{host.name}}", "@opsgenie-x{{host.name}}"),
        ("mail@opsgenie-x and opsgenie-x", "mail@opsgenie-x and opsgenie-x"),
    ],
)
def test_a_handle_is_renamed_and_no_longer_one_that_begins_like_it(
    text: str, expected: str
) -> None:
    assert renamed(text, OLD, NEW) == expected


def test_it_is_renamed_wherever_files_name_it_and_comments_stay(tmp_path: Path) -> None:
    files = one(
        "options: {renotify_interval: 60, escalation_message: Still. @opsgenie-x}  # @opsgenie-x\n"
        'also_notify: {alert: ["@opsgenie-x", "@opsgenie-x-eu"]}\n'
        "notify: {recovery: ['@opsgenie-x']}\n"
    )
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace("fail.", "fail @opsgenie-x")
    files["motor/business-unit.yaml"] = (
        'name: Motor\nteam: motor-quotes\ndefaults: {also_notify: {alert: ["@opsgenie-x"]}}\n'
    )
    files["teams.yaml"] = TEAMS.replace("@webhook-zenduty-motor", OLD).replace(
        "alert: [chat]", 'alert: [chat, "@opsgenie-x"]'
    )
    files["project.yaml"] = PROJECT + 'policy: {pagers: ["@opsgenie-x", "@opsgenie-*"]}\n'
    files["motor/flow.tests.yaml"] = (
        "tests:\n  - name: e\n    monitor: errors\n"
        '    series: [{metric: motor.errors, values: "1x9"}]\n'
        '    expect: [{at: 5m, state: ok, notified: ["@opsgenie-x"], message: "to @opsgenie-x"}]\n'
    )
    step = _migrated(tmp_path, files)
    assert (step.files, step.kept, step.by_hand) == (5, (), ())
    for name, text in files.items():
        expected = text.replace(OLD, NEW).replace(f"{NEW}-eu", f"{OLD}-eu")
        expected = expected.replace(f"# {NEW}", f"# {OLD}")
        assert (tmp_path / name).read_text() == expected


def test_a_list_that_names_the_new_handle_already_loses_the_old_one(tmp_path: Path) -> None:
    files = one('also_notify: {alert: ["@opsgenie-x", "@webhook-zenduty-x", "@opsgenie-x"]}\n')
    _migrated(tmp_path, files)
    assert 'alert: ["@webhook-zenduty-x"]}' in (tmp_path / "motor/flow.yaml").read_text()


_TEMPLATE = """\
item: service
parameters:
  pager: {type: string, default: "@opsgenie-x"}
monitors:
  errors:
    name: "${service}"
    query: avg(last_5m):avg:a{*} > 5
    message: "Look. MESSAGE"
"""
_USE = 'use:\n  - {template: api, with: {pager: "Tell @opsgenie-x"}, for_each: [one]}\n'


def _with_template(message: str) -> dict[str, str]:
    return {
        "templates/api.yaml": _TEMPLATE.replace("MESSAGE", message),
        "motor/flow.yaml": _USE,
        "motor/more.yaml": _USE.replace(', with: {pager: "Tell @opsgenie-x"}', ""),
    }


def test_a_parameter_is_renamed_where_it_is_used_and_where_it_has_its_default(
    tmp_path: Path,
) -> None:
    files = _with_template("${pager}")
    step = _migrated(tmp_path, files)
    assert step.kept == ()
    assert step.monitors == 2
    assert (tmp_path / "motor/flow.yaml").read_text() == files["motor/flow.yaml"].replace(OLD, NEW)


def test_a_parameter_that_makes_a_longer_handle_stays(tmp_path: Path) -> None:
    step = _migrated(tmp_path, _with_template("${pager}-night ${pager}"))
    assert step.files == 0
    assert {(Path(kept.file).name, kept.line, kept.reason) for kept in step.kept} == {
        ("api.yaml", 8, "holes make the handle here")
    }


def test_a_word_that_a_block_makes_longer_stays_and_the_rest_of_the_monitor_goes(
    tmp_path: Path,
) -> None:
    files = one('also_notify: {alert: ["@opsgenie-x"]}\n')
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace(
        "Quotes fail.", '"@opsgenie-x{{#is_recovery}}-eu{{/is_recovery}}"'
    )
    step = _migrated(tmp_path, files)
    assert [(kept.what, kept.reason) for kept in step.kept] == [
        (OLD, "renamed here, others would be notified too")
    ]
    assert step.files == 1
    assert 'alert: ["@webhook-zenduty-x"]' in (tmp_path / "motor/flow.yaml").read_text()


def test_a_team_that_is_on_call_with_the_old_tool_and_a_pager_that_counts_no_more_are_told(
    tmp_path: Path,
) -> None:
    files = flow("{}")
    files["motor/flow.yaml"] = "{}\n"
    files["teams.yaml"] = TEAMS.replace("@webhook-zenduty-motor", OLD).replace(
        "tool: zenduty", "tool: opsgenie"
    )
    files["project.yaml"] = PROJECT + 'policy: {pagers: ["@opsgenie-*"]}\n'
    assert _migrated(tmp_path, files).notes == (
        "motor-quotes: `on_call` in teams.yaml still says `tool: opsgenie`;"
        " write there which tool pages the team now",
        "@webhook-zenduty-x is no pager by `policy.pagers` in project.yaml, and @opsgenie-x is:"
        " name it there too, or monitors lose their pager",
    )


@pytest.mark.parametrize("names", [("opsgenie-x", "webhook-zenduty-x"), (OLD, NEW)])
def test_both_are_handles_with_or_without_their_at_sign(names: tuple[str, str]) -> None:
    ((_, arguments),) = requests(["handle", *names])
    assert arguments == (OLD, NEW)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (OLD, "opsgenie-x", "@opsgenie-x is the same handle twice"),
        (OLD, "on call", "'@on call' is not a handle"),
        (OLD, "@", "'@' is not a handle"),
        ("@webhook-${team}", NEW, "'@webhook-${team}' is not a handle"),
        (OLD, "@webhook-{{team.name}}", "'@webhook-{{team.name}}' is not a handle"),
        (OLD, "@webhook-x.", "'@webhook-x.' is not a handle"),
        (OLD, "@webhook", "@webhook names no webhook"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_file_is_read(
    old: str, new: str, message: str
) -> None:
    with pytest.raises(UsageError) as raised:
        requests(["handle", old, new])
    assert str(raised.value) == message
