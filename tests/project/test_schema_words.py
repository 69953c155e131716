"""What somebody typed in place of a type or a key leads to the one that does it here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.builders import flow, one, read

MEANT = [
    ("type: composite alert", "did you mean `composite`?"),
    ("type: trace alert", "write `trace-analytics alert`"),
    ("type: dbm", "write `database-monitoring alert`"),
    ("type: log", "did you mean `log alert`?"),
    ("type: ci alert", "write `ci-pipelines alert` or `ci-tests alert`"),
    ("type: uptime alert", "does not know yet needs `raw_type: true`"),
    ("type: synthetics alert", "together with its Synthetic test"),
    ("title: x", "write `name:`"),
    ("severity: 1", "write `priority:`, a number from 1 to 5"),
    ("recipients: ['@a']", "write `also_notify: {alert: […]}`"),
    ("notifications: ['@a']", "write `also_notify: {alert: […]}`"),
    ("force_delete: true", "`apply --force-delete KEY`"),
    ("validate: false", "`validate --online`"),
    ("effective_tags: []", "`show KEY`"),
    ("kennel_id: errors", "the name above the monitor is its key"),
    ("mute: true", "mute it in Datadog"),
    ("silenced: {'*': 0}", "mute it in Datadog"),
    ("operator: '>'", "it is a part of `query:`"),
    ("metric: a.b", "it is a part of `query:`"),
    ("template: api", "templates are used under `use:`"),
    ("owner: x", "write `team:`"),
    ("env: prod", "write `tags: {env: …}`"),
    ("draft: true", "write `draft_status: draft`"),
    ("overall_stat: OK", "needs `raw_type: true`"),
    ("options: {renotify: 60}", "write `renotify_interval:`"),
    ("options: {critical: 5}", "write it under `thresholds:`"),
    ("options: {priority: 1}", "write it beside `options:`"),
    ("options: {mute: true}", "mute it in Datadog"),
    ("options: {spin: up}", "goes under `raw_options`"),
    ("options: {notify_by: host}", 'write `["host"]`'),
    ("options: {renotify_statuses: [warning]}", "write `warn`"),
    ("options: {require_full_window: 0}", "write `false`"),
    ("options: {on_missing_data: true}", "one of: default, "),
    ("tags: 'a:b, c:d'", 'write `["a:b", "c:d"]`'),
    ("tags: [{a: b}]", 'write `"a:b"`, without a blank'),
    ("tags: [{a: 1.10}]", 'write `"a:1.10"`'),
    ("notify: '@slack-a'", 'write `{alert: ["@slack-a"]}`'),
    ("adopt: '123'", "write `123` without quotes"),
    ("type: burn rate alert", "write `slo alert`"),
]


@pytest.mark.parametrize(("text", "hint"), MEANT)
def test_the_word_of_another_tool_leads_to_ours(tmp_path: Path, text: str, hint: str) -> None:
    (said,) = hints_of(tmp_path, one(text))

    assert hint in said


def test_a_type_that_resembles_nothing_gets_no_guess(tmp_path: Path) -> None:
    (diagnostic,) = read(tmp_path, one("type: something else")).diagnostics

    assert diagnostic.hint == (
        "a type of Datadog's that this tool does not know yet needs `raw_type: true`"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("alert", "write `critical:`"),
        ("recovery", "write `critical_recovery:` or `warning_recovery:`"),
        ("warn_recovery", "write `warning_recovery:`"),
        ("critcal", "did you mean `critical`?"),
    ],
)
def test_the_level_of_another_tool_leads_to_ours(tmp_path: Path, name: str, hint: str) -> None:
    monitor = f"m:\n  name: m\n  query: avg(last_5m):avg:a{{*}} > 5\n  thresholds: {{{name}: 5}}\n"

    assert hint in hints_of(tmp_path, flow(monitor))


def hints_of(root: Path, files: dict[str, str]) -> list[str]:
    return [diagnostic.hint for diagnostic in read(root, files).diagnostics]


def test_a_number_for_a_time_is_not_to_be_put_in_quotes(tmp_path: Path) -> None:
    text = "options: {group_retention_duration: 60}"

    (diagnostic,) = read(tmp_path, one(text)).diagnostics

    assert diagnostic.message == "`60` is not a time, such as `2h`"
    assert diagnostic.hint == ""


def test_an_item_that_stands_twice_is_named(tmp_path: Path) -> None:
    (diagnostic,) = read(tmp_path, one("for_each: {x: [a, b, a]}")).diagnostics

    assert (diagnostic.message, diagnostic.hint) == ("`a` stands twice in the list", "take one out")
