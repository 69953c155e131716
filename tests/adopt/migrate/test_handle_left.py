"""Places that a person has to look at once a handle is renamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import migrate
from tests.project.builders import one, write


@pytest.mark.parametrize(
    ("message", "what", "reason"),
    [
        ("@opsgenie-${unit}", "@opsgenie-motor", "holes make the handle here"),
        ("@Opsgenie-Motor", "@Opsgenie-Motor", "this is the handle in other capitals"),
        (
            "@opsgenie-{{host.name}}",
            "@opsgenie-{{host.name}}",
            "a variable of Datadog's may make it this handle",
        ),
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_a_place_that_names_the_handle_in_another_way_is_listed_on_each_run(
    tmp_path: Path, message: str, what: str, reason: str, again: bool
) -> None:
    files = one("message: '@slack-a'\n")
    text = files["motor/flow.yaml"].replace("    message: Quotes fail.\n", "")
    files["motor/flow.yaml"] = text.replace("@slack-a", message)
    write(tmp_path, dict(files))
    words = ["handle", "@opsgenie-motor", "@webhook-zenduty-motor"]
    if again:
        migrate(tmp_path, words)
    migration = migrate(tmp_path, words)
    assert migration.files == ()
    (kept,) = migration.steps[0].kept
    assert (kept.what, kept.line, kept.reason) == (what, 6, reason)


def test_what_another_variable_makes_of_another_handle_is_not_listed(tmp_path: Path) -> None:
    files = one("")
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace(
        "fail.", "fail. @slack-{{host.name}} @opsgenie-motor-eu"
    )
    write(tmp_path, dict(files))
    (step,) = migrate(tmp_path, ["handle", "@opsgenie-motor", "@webhook-zenduty-motor"]).steps
    assert step.kept == ()


def test_routing_that_a_hole_names_is_listed_where_it_is_written(tmp_path: Path) -> None:
    files = one('also_notify: {alert: ["@opsgenie-${unit}"]}\n')
    write(tmp_path, dict(files))
    (step,) = migrate(tmp_path, ["handle", "@opsgenie-motor", "@webhook-zenduty-motor"]).steps
    (kept,) = step.kept
    assert (kept.what, kept.line, kept.reason) == (
        "@opsgenie-motor", 7, "holes make the handle here",
    )  # fmt: skip


@pytest.mark.parametrize("pattern", ["errors", "err*"])
def test_a_test_keeps_the_handle_of_a_monitor_that_keeps_it(tmp_path: Path, pattern: str) -> None:
    files = one('also_notify: {alert: ["@opsgenie-${unit}"]}\n')
    files["motor/flow.yaml"] += (
        "  other:\n    name: Other\n    query: avg(last_5m):avg:a{*} > 5\n"
        "    message: Call @opsgenie-motor.\n"
    )
    test = (
        "  - name: NAME\n    monitor: NAME\n    series: [{metric: a, values: 1x9}]\n"
        '    expect: [{at: 5m, state: ok, notified: ["@opsgenie-motor"]}]\n'
    )
    tests = "tests:\n" + test.replace("NAME", pattern) + test.replace("NAME", "other")
    files["motor/flow.tests.yaml"] = tests
    write(tmp_path, dict(files))
    (step,) = migrate(tmp_path, ["handle", "@opsgenie-motor", "@webhook-zenduty-motor"]).steps
    assert [(Path(kept.file).name, kept.line, kept.reason) for kept in step.kept] == [
        ("flow.tests.yaml", 5, "this tests a monitor that still names it"),
        ("flow.yaml", 7, "holes make the handle here"),
    ]
    head, _, tail = tests.rpartition("@opsgenie-motor")
    written = (tmp_path / "motor/flow.tests.yaml").read_text()
    assert written == f"{head}@webhook-zenduty-motor{tail}"
    assert step.files == 2
