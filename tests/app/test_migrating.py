"""Codemods: what each makes of files, what it keeps, and that a second run finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import migrate
from monitor_sync.errors import UsageError
from monitor_sync.project.load import load
from tests.cli.repository import DROP, Repository
from tests.project.builders import MONITOR, flow, indented, one, write


def _migrated(tmp_path: Path, files: dict[str, str], *words: str) -> tuple[str, list[str]]:
    """Return ``motor/flow.yaml`` afterwards, and the reasons for what is kept."""
    root = write(tmp_path / "monitors", dict(files))
    migration = migrate(root, words)
    text = (root / "motor/flow.yaml").read_text()
    again = migrate(root, words)
    assert again.files == ()
    return text, [kept.reason for step in migration.steps for kept in step.kept]


@pytest.mark.parametrize(
    ("codemod", "written", "expected"),
    [
        (
            "no-data",
            "options: {notify_no_data: true, no_data_timeframe: 20, timeout_h: 1}",
            "options: {on_missing_data: show_and_notify_no_data, timeout_h: 1}",
        ),
        ("no-data", "options: {notify_no_data: false}", "options: {on_missing_data: show_no_data}"),
        (
            "no-data",
            "options: {notify_no_data: true}\nquery: avg(last_5m):default_zero(avg:a{*}) > 5",
            "options: {on_missing_data: default}\nquery: avg(last_5m):default_zero(avg:a{*}) > 5",
        ),
        ("type", "type: metric alert   # old", "type: query alert   # old"),
        (
            "new-group-delay",
            'options: {new_host_delay: 60}\nquery: "avg(last_5m):avg:a{*} by {host} > 5"',
            'options: {new_group_delay: 60}\nquery: "avg(last_5m):avg:a{*} by {host} > 5"',
        ),
        (
            "new-group-delay",
            "options: {new_host_delay: 60, timeout_h: 1}",
            "options: {timeout_h: 1}",
        ),
    ],
)
def test_an_option_is_written_anew_and_its_line_alone(
    tmp_path: Path, codemod: str, written: str, expected: str
) -> None:
    monitor = "\n".join(
        line for line in MONITOR.strip().splitlines() if line.split(":")[0] + ":" not in written
    )
    files = flow("errors:\n" + indented(monitor, 2) + indented(written, 2))
    text, kept = _migrated(tmp_path, files, codemod)
    assert text == files["motor/flow.yaml"].replace(indented(written, 4), indented(expected, 4))
    assert kept == []


def test_a_service_check_keeps_what_it_has_and_others_of_the_file_do_not(tmp_path: Path) -> None:
    check = 'name: C\ntype: service check\nquery: \'"a".over("*").last(2).count_by_status()\'\n'
    check += "message: x\nthresholds: {critical: 1, ok: 1}\noptions: {notify_no_data: true}\n"
    files = flow("c:\n" + indented(check, 2) + "errors:\n" + indented(MONITOR, 2))
    files["motor/flow.yaml"] = "defaults: {options: {notify_no_data: false}}\n" + (
        files["motor/flow.yaml"] + "    options: {notify_no_data: true}\n"
    )
    text, kept = _migrated(tmp_path, files, "no-data")
    assert text.endswith("    options: {on_missing_data: show_and_notify_no_data}\n")
    assert kept == ["a service check keeps the old options"] * 2


def test_an_escalation_becomes_a_block_and_notifies_the_same_people(tmp_path: Path) -> None:
    files = one("options: {renotify_interval: 60, escalation_message: Still. @slack-boss}\n")
    text, kept = _migrated(tmp_path, files, "escalation")
    assert "{{#is_renotify}}Still. @slack-boss{{/is_renotify}}" in text
    assert "escalation_message" not in text
    assert kept == []


def test_an_escalation_that_is_never_sent_is_kept(tmp_path: Path) -> None:
    files = one("options: {escalation_message: Still. @slack-boss}\n")
    text, kept = _migrated(tmp_path, files, "escalation")
    assert text == files["motor/flow.yaml"]
    assert kept == ["it is never sent: `renotify_interval` is not set"]


def test_a_tag_is_renamed_where_it_filters_groups_and_is_spoken_of(tmp_path: Path) -> None:
    files = flow(
        "errors:\n"
        '  name: "Errors of region {{region.name}}"\n'
        '  query: "avg(last_5m):avg:a{region:eu,!region:us,my.region:x} by {region} > 5"\n'
        '  message: \'{{#is_match "region.name" "eu"}}@slack-eu{{/is_match}} region:eu\'\n'
        "  tags: {region: eu}\n"
        '  options: {notify_by: ["region"]}\n'
    )
    text, _ = _migrated(tmp_path, files, "rename-tag", "region", "zone")
    assert text == files["motor/flow.yaml"].replace("region", "zone").replace(
        "my.zone", "my.region"
    ).replace("of zone {{", "of region {{").replace("zone:eu'", "region:eu'")


def test_one_value_of_a_tag_is_renamed_alone(tmp_path: Path) -> None:
    files = one("tags: {region: eu}\n")
    text = files["motor/flow.yaml"].replace("{env:${env}}", "{region:eu,zone:eu,region:eu2}")
    files["motor/flow.yaml"] = text
    migrated, _ = _migrated(tmp_path, files, "rename-tag", "region:eu", "region:europe")
    assert migrated == text.replace("{region:eu,", "{region:europe,").replace(
        "{region: eu}", "{region: europe}"
    )


def test_a_metric_whose_name_holes_make_is_kept_and_named(tmp_path: Path) -> None:
    monitor = MONITOR.replace("sum:motor.errors", "sum:${service}.errors") + "service: motor\n"
    files = flow("errors:\n" + indented(monitor, 2))
    text, kept = _migrated(tmp_path, files, "rename-metric", "motor.errors", "motor.failures")
    assert text == files["motor/flow.yaml"]
    assert kept == ["the metric's name is made of holes here"]


@pytest.mark.parametrize("words", [["typo"], ["rename-metric", "a"]])
def test_a_command_line_that_names_no_codemod_is_refused(tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(UsageError):
        migrate(tmp_path, words)


_SILENT = """\
defaults: {notify: false, footer: false}
team: claims
monitors:
  one:
    name: One
    query: avg(last_5m):avg:a{*} > 5
    message: |-
      Look at it.
      {{#is_alert}}@slack-claims @webhook-x{{/is_alert}}
      {{#is_recovery}}@slack-claims{{/is_recovery}}
  two:
    name: Two
    query: avg(last_5m):avg:b{*} > 5
    message: |-
      Two. {{#is_alert}}@slack-claims @webhook-x{{/is_alert}}
      {{#is_recovery}}@slack-claims{{/is_recovery}}
"""


def test_handles_of_a_team_without_rules_become_its_rules(tmp_path: Path) -> None:
    text, kept = _migrated(tmp_path, {"motor/flow.yaml": _SILENT}, "routing")
    assert kept == []
    assert (
        text
        == """\
defaults: {footer: false}
team: claims
monitors:
  one:
    name: One
    query: avg(last_5m):avg:a{*} > 5
    message: |-
      Look at it.
  two:
    name: Two
    query: avg(last_5m):avg:b{*} > 5
    message: |-
      Two.
"""
    )
    teams = (tmp_path / "monitors" / "teams.yaml").read_text()
    assert '{alert: ["@slack-claims", "@webhook-x"], recovery: ["@slack-claims"]}' in teams


def test_priorities_that_do_not_contradict_each_other_share_a_rule(tmp_path: Path) -> None:
    monitor = """\
  {name}:
    name: {name}
    query: avg(last_5m):avg:{name}{{*}} > 5
    thresholds: {thresholds}
    priority: {priority}
    message: "Look. {handles}"
"""
    rows = [
        ("one", "{critical: 5, warning: 4}", "3", "@slack-claims"),
        ("two", "{critical: 5}", "4", "@slack-claims"),
        ("three", "{critical: 5}", "null", "@slack-claims"),
        ("four", "{critical: 5}", "1", "@webhook-x"),
    ]
    names = ("name", "thresholds", "priority", "handles")
    text = "defaults: {notify: false}\nteam: claims\nmonitors:\n" + "".join(
        monitor.format(**dict(zip(names, row, strict=True))) for row in rows
    )
    _migrated(tmp_path, {"motor/flow.yaml": text}, "routing")

    claims = load(tmp_path / "monitors").project.teams["claims"]
    chat = dict.fromkeys(("alert", "warning", "recovery"), ("@slack-claims",))
    pager = dict.fromkeys(("alert", "recovery"), ("@webhook-x",))
    assert [(rule.priorities, rule.recipients) for rule in claims.notify] == [
        (frozenset({1}), pager), (frozenset(), chat),
    ]  # fmt: skip


def test_a_monitor_that_differs_from_its_team_keeps_its_own_people(tmp_path: Path) -> None:
    files = one("notify: false\npriority: 1\n")
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace(
        "Quotes fail.", "Quotes fail. {{#is_alert}}@slack-motor{{/is_alert}}"
    )
    text, kept = _migrated(tmp_path, files, "routing")
    assert kept == []
    assert "    message: Quotes fail.\n    notify: {alert: [chat], recovery: []}\n" in text


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Ask @slack-motor whether it matters.", "a handle is part of a sentence"),
        (
            '{{#is_match "host.name" "a"}}@slack-motor{{/is_match}}',
            "no routing by state notifies exactly these people",
        ),
        ("Look. @slack-{{host.name}}", "a handle is part of a sentence, or made of variables"),
    ],
)
def test_handles_that_no_routing_stands_for_are_kept(
    tmp_path: Path, message: str, reason: str
) -> None:
    files = one("notify: false\n")
    files["motor/flow.yaml"] = (
        files["motor/flow.yaml"]
        .replace("message: Quotes fail.", f"message: '{message}'")
        .replace("{env:${env}}", "{env:${env}} by {host}")
    )
    text, kept = _migrated(tmp_path, files, "routing")
    assert text == files["motor/flow.yaml"]
    assert [entry.startswith(reason) for entry in kept] == [True]


def test_what_a_message_says_in_some_cases_stays_and_the_rest_goes(tmp_path: Path) -> None:
    files = one("notify: false\n")
    message = '{{#is_match "host.name" "db"}}@dba{{/is_match}} @slack-motor @slack-other'
    files["motor/flow.yaml"] = (
        files["motor/flow.yaml"]
        .replace("message: Quotes fail.", f"message: '{message}'")
        .replace("{env:${env}}", "{env:${env}} by {host}")
    )
    text, kept = _migrated(tmp_path, files, "routing")
    assert 'message: \'{{#is_match "host.name" "db"}}@dba{{/is_match}}\'' in text
    assert 'notify: {alert: [chat, "@slack-other"], recovery: [chat, "@slack-other"]}' in text
    assert kept == ["no routing by state notifies exactly these people"]


def test_a_monitor_that_is_silent_twice_over_is_notified_as_its_team_says(tmp_path: Path) -> None:
    files = one("notify: false\n")
    files["motor/flow.yaml"] = (
        "defaults: {notify: false}\n"
        + files["motor/flow.yaml"].replace("Quotes fail.", "Quotes fail. @slack-motor")
        + "  quiet: {name: Q, query: 'avg(last_5m):avg:b{*} > 1', message: Nobody.}\n"
    )
    text, kept = _migrated(tmp_path, files, "routing")
    assert kept == []
    assert "    message: Quotes fail.\n    notify: null\n" in text
    assert text.startswith("defaults: {notify: false}\n")


def test_a_draft_is_routed_to_whom_it_would_notify(tmp_path: Path) -> None:
    files = one("notify: false\ndraft_status: draft\n")
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace(
        "Quotes fail.", "Quotes fail. @slack-other"
    )
    text, _ = _migrated(tmp_path, files, "routing")
    assert 'notify: {alert: ["@slack-other"], recovery: ["@slack-other"]}' in text


_TEMPLATE = """\
item: service
monitors:
  errors:
    name: "${service} errors"
    query: sum(last_5m):sum:errors{service:${service}} > 5
    notify: false
    footer: false
    message: |-
      Look.

      @slack-${unit}-alerts
"""


def test_a_template_says_for_each_team_its_own_handles(tmp_path: Path) -> None:
    use = "use:\n  - {template: apm, for_each: [api]}\n"
    files = {
        "templates/apm.yaml": _TEMPLATE,
        "motor/flow.yaml": "team: claims\n" + use,
        "travel/business-unit.yaml": "name: Travel\nteam: travel\n",
        "travel/flow.yaml": use,
        "teams.yaml": "teams:\n  motor-quotes: {name: Motor}\n  claims: {}\n  travel: {}\n",
    }
    root = write(tmp_path / "monitors", dict(files))
    (step,) = migrate(root, ["routing"]).steps

    template = (root / "templates/apm.yaml").read_text()
    assert "@" not in template
    assert "notify" not in template
    teams = (root / "teams.yaml").read_text()
    assert teams.count("@slack-motor-alerts") == teams.count("@slack-travel-alerts") == 2
    assert step.kept == ()
    assert step.notes == (
        "2 monitors moved: 2 notified as the team says, 0 by `notify` of their own",
        "claims: its new rules fit 1 of 1 monitor",
        "travel: its new rules fit 1 of 1 monitor",
    )


def test_a_template_whose_teams_have_other_rules_stays_as_it_is(tmp_path: Path) -> None:
    use = "use:\n  - {template: apm, for_each: [api]}\n"
    files = {
        "templates/apm.yaml": _TEMPLATE,
        "motor/flow.yaml": use,
        "travel/business-unit.yaml": "name: Travel\nteam: claims\n",
        "travel/flow.yaml": use,
    }
    root = write(tmp_path / "monitors", dict(files))
    migration = migrate(root, ["routing"])

    assert migration.files == ()
    (kept,) = migration.steps[0].kept
    assert (kept.reason, kept.handles) == (
        "its monitors notify different people", ("@slack-${unit}-alerts",),
    )  # fmt: skip


_IGNORED = """\
defaults:
  ignore: [{rule: hygiene/retired-no-data, reason: imported as found}]
monitors:
  one:
    name: One
    query: avg(last_5m):avg:a{*} > 5
    options: {notify_no_data: true, no_data_timeframe: 20}
    message: Look at it.
    runbook: one
  two:
    name: Two
    query: avg(last_5m):avg:b{*} > 5
    message: Look at it.
    ignore:
      - {rule: hygiene/no-message, reason: "ours, and useless since ever"}
      - {rule: hygiene/no-runbook, reason: there is none}
"""


def test_what_silenced_a_finding_goes_with_it_and_nothing_else(tmp_path: Path) -> None:
    root = write(tmp_path / "monitors", {"motor/flow.yaml": _IGNORED})
    (step,) = migrate(root, ["no-data"]).steps

    text = (root / "motor/flow.yaml").read_text()
    assert text == _IGNORED.replace(
        "defaults:\n  ignore: [{rule: hygiene/retired-no-data, reason: imported as found}]\n", ""
    ).replace(
        "{notify_no_data: true, no_data_timeframe: 20}",
        "{on_missing_data: show_and_notify_no_data}",
    )
    assert step.notes == (
        "took along `ignore` that silences nothing any more: 1 of hygiene/retired-no-data",
    )


def test_spent_lines_go_once_a_plan_says_so(repository: Repository) -> None:
    number = repository.live()[DROP]["id"]
    flow_text = (repository.folder / "monitors/motor/flow.yaml").read_text()
    repository.edit(
        "motor/flow.yaml", "conversion-drop:\n", "drop:\n    moved_from: conversion-drop\n"
    )
    repository.write("motor/more.yaml", "released:\n  gone: long ago\n" + _MORE)
    before = repository.done("migrate spent --dry-run").stdout
    assert "moved_from" not in before
    repository.done("apply --yes --workers 1")
    repository.edit("motor/flow.yaml", "    moved_from", f"    adopt: {number}\n    moved_from")

    repository.done("migrate spent")

    text = (repository.folder / "monitors/motor/flow.yaml").read_text()
    assert text == flow_text.replace("conversion-drop:\n", "drop:\n")
    assert (repository.folder / "monitors/motor/more.yaml").read_text() == _MORE
    assert "Nothing to rewrite" in repository.done("migrate spent").stdout


_MORE = """\
monitors:
  other:
    name: Other
    query: avg(last_5m):avg:other{*} > 5
    message: Other.
    runbook: other
"""
