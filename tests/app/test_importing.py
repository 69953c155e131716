"""An import against a live Datadog: what it selects, where it writes, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor_sync import app
from monitor_sync.app import Imported, ImportOptions, Target
from monitor_sync.errors import UsageError
from monitor_sync.render import importing as rendered
from monitor_sync.render import plan as plan_text
from tests.conftest import Local
from tests.emulator.calls import ask

FLOW = """\
# written by people
team: quotes   # ours
monitors:
    disk-full:
        adopt: 11
        name: Disk full
        query: avg(last_5m):avg:disk{*} > ${critical}
        thresholds: {critical: 90}
        notify: false
        footer: false
# the end"""


def monitor(number: int, name: str, *tags: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "type": "query alert",
        "query": f"avg(last_5m):avg:m{number}{{*}} > 90",
        "message": "Look. @slack-quotes",
        "tags": list(tags),
        "options": {"thresholds": {"critical": 90.0}},
        "created_at": 1_700_000_000_000 + number,
        **more,
    }


MOTOR = ("business_unit:motor", "team:quotes", "service:api")
LIVE = [
    monitor(11, "Disk full", *MOTOR, query="avg(last_5m):avg:disk{*} > 90", message=""),
    monitor(12, "Load high", *MOTOR),
    monitor(13, "Both", "team:quotes", type="composite", query="11 && 12", options={}),
    monitor(14, "Made by Terraform", *MOTOR, "managed_by:terraform"),
    monitor(15, "Somebody's", "on_call:somebody", created_at=1_800_000_000_000),
]


@pytest.fixture
def root(local: Local, tmp_path: Path) -> Path:
    """A project with one file of people, and monitors that live beside it."""
    local.emulator.seed(LIVE)
    root = tmp_path / "monitors"
    files = {
        "project.yaml": "project: acme\nimport: {unit: business_unit, team: team, file: service}\n",
        "teams.yaml": "teams:\n  quotes: {name: Quotes}\n",
        "motor/business-unit.yaml": "name: Motor\n",
        "motor/api.yaml": FLOW,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def imported(root: Path, local: Local, **options: Any) -> Imported:
    return app.import_monitors(root, Target(environ=local.environment), ImportOptions(**options))


def keys(report: Imported) -> dict[int, str]:
    return {monitor.id: monitor.key for monitor in report.monitors}


def test_a_file_of_people_is_added_to_and_keeps_its_lines(root: Path, local: Local) -> None:
    report = imported(root, local, ids=[12, 11])

    assert keys(report) == {12: "motor/api/load-high"}
    assert report.files == (("motor/api.yaml", 1, 9),)
    assert "wrote 9 lines (9.0 for each monitor) to 1 file below" in rendered.text(report)
    assert report.already == 1
    assert (root / "motor/api.yaml").read_text() == FLOW.replace(
        "# the end",
        """\
    load-high:
      adopt: 12
      name: Load high
      query: avg(last_5m):avg:m12{*} > ${critical}
      thresholds: {critical: 90}
      service: api
      message: Look. @slack-quotes
      notify: false
      footer: false
# the end""",
    )
    assert imported(root, local, ids=[12]).already == 1


def test_a_file_that_an_import_wrote_takes_a_monitor_that_is_made_later(
    root: Path, local: Local
) -> None:
    local.emulator.seed([monitor(21, "First", "team:quotes", "service:ledger", "env:live")])
    imported(root, local, ids=[21])
    local.emulator.seed(
        [
            monitor(22, "Alike", "team:quotes", "service:ledger", "env:live"),
            monitor(23, "None", "team:quotes", "env:live"),
        ]
    )
    (root / "unplaced/general.yaml").write_text("service: ledger\n")

    report = imported(root, local, ids=[22, 23])

    assert report.left == ()
    assert keys(report) == {22: "unplaced/ledger/alike", 23: "unplaced/general/none"}
    assert "service: null" not in (root / "unplaced/ledger.yaml").read_text()
    assert "service: null" in (root / "unplaced/general.yaml").read_text()
    planned = app.plan(root, Target(environ=local.environment)).plan
    assert {change.id for change in planned.changes if change.action == "adopt"} == {11, 21, 22, 23}


def test_a_declared_monitor_that_has_lost_our_tags_is_not_declared_twice(
    root: Path, local: Local
) -> None:
    (root / "motor/load.yaml").write_text(
        "team: quotes\nmonitors:\n  high:\n    name: Load\n    message: Look. @slack-quotes\n"
        '    query: "avg(last_5m):avg:m21{*} > 90"\n    notify: false\n    footer: false\n'
    )
    local.emulator.seed([monitor(21, "Load", *MOTOR)])

    report = imported(root, local, ids=[21, 12])

    assert set(keys(report)) == {12}
    assert [(left.id, left.reason, left.detail) for left in report.left] == [
        (21, "unprovable", "write `adopt: 21` on motor/load/high, which declares the same")
    ]
    assert "write `adopt: 21` on motor/load/high, which declares the" in rendered.text(report)
    app.plan(root, Target(environ=local.environment))


def test_a_copy_that_would_make_a_declared_monitor_an_error_stays_out_with_the_reason(
    root: Path, local: Local
) -> None:
    high, low = "avg(last_5m):avg:m21{*} > 90", "avg(last_5m):avg:m23{*} > 90"
    common = "thresholds: {critical: 90}, message: Look., notify: false, footer: false"
    (root / "motor/load.yaml").write_text(
        "team: quotes\nadopt: {high: 21, low: 23}\nmonitors:\n"
        f'  high: {{name: Load, query: "{high}", {common}}}\n'
        f'  low: {{name: Low, query: "{low}", {common}}}\n'
    )
    z = (*MOTOR[:2], "service:z")
    local.emulator.seed(
        [
            monitor(21, "Load", *MOTOR, message="Look."),
            monitor(22, "Load", *MOTOR, query=high, message="Look."),
            monitor(23, "Low", *MOTOR, message="Look."),
            monitor(24, "Low", *z, query=low, message="Look."),
            monitor(25, "Load of others", *MOTOR, query=high, message="Look."),
        ]
    )

    report = imported(root, local, ids=[22, 24, 25])

    assert set(keys(report)) == {24, 25}
    assert report.ignored == {24: ("hygiene/exact-copy",)}
    words = "with it motor/load/high, which asks the same, has the error hygiene/exact-copy"
    assert [(left.id, left.reason) for left in report.left] == [(22, "unprovable")]
    assert words in report.left[0].detail
    assert words in " ".join(rendered.text(report).split())
    copies = [
        finding.key
        for finding in app.validate(root).diagnostics
        if finding.rule == "hygiene/exact-copy"
    ]
    assert copies == []


@pytest.mark.parametrize("options", [{"ids": [12]}, {"query": "tag:service:api"}])
def test_what_was_released_is_not_declared_again_and_the_report_says_why(
    root: Path, local: Local, options: dict[str, Any]
) -> None:
    (root / "motor/api.yaml").write_text(FLOW + "\nreleased: {load-high: now of another project}\n")

    report = imported(root, local, **options)

    assert report.monitors == ()
    assert {left.id: left.detail for left in report.left if left.reason == "unprovable"} == {
        12: "motor/api/load-high is under `released:`; without that line it is imported"
    }


def test_where_nothing_can_be_added_a_file_of_its_own_is_written(root: Path, local: Local) -> None:
    flow = 'team: quotes\nmonitors: {a: {name: A, query: "avg(last_5m):avg:a{*} > 1"}}\n'
    (root / "motor/api.yaml").write_text(flow)

    report = imported(root, local, ids=[12])

    assert keys(report) == {12: "motor/api-imported/load-high"}
    assert (root / "motor/api.yaml").read_text() == flow


def test_a_composite_names_its_members_by_key_and_a_tag_of_ours_stays_beside_ours(
    root: Path, local: Local
) -> None:
    report = imported(root, local, everything=True)

    texts = {path.name: path.read_text() for path in (root / "unplaced").iterdir()}
    assert "${id:motor/api/disk-full} && ${id:motor/api/load-high}" in texts["general.yaml"]
    assert "tags: {on_call: somebody}" in texts["general.yaml"]
    assert report.why_not == {
        13: "no tag `business_unit`",
        15: "no tag `business_unit`; no tag `team`",
    }
    planned = app.plan(root, Target(environ=local.environment))
    assert {change.action for change in planned.plan.changes} == {"adopt"}
    assert {field.field for change in planned.plan.changes for field in change.fields} == {"tags"}
    assert not planned.plan.refused


@pytest.mark.parametrize("carried", ["motor/api/errors", "motor/api/failures"])
def test_a_composite_names_the_original_of_a_clone_by_its_key(
    root: Path, local: Local, carried: str
) -> None:
    file = root / "motor/api.yaml"
    declared = """
    errors:
        moved_from: failures
        name: Errors
        query: avg(last_5m):avg:m31{*} > 90
"""
    file.write_text(FLOW.replace("\n# the end", declared))
    ours = ("monitor_sync_project:acme", f"monitor_sync_key:{carried}")
    local.emulator.seed(
        [
            monitor(31, "Errors", *ours),
            monitor(32, "Errors", *ours),
            monitor(33, "Both", *MOTOR, type="composite", query="31 && 12", options={}),
        ]
    )

    imported(root, local, ids=[33, 12])

    assert "${id:motor/api/errors} && ${id:motor/api/load-high}" in file.read_text()


def test_what_is_asked_for_is_selected_by_search_or_by_age(root: Path, local: Local) -> None:
    by_query = imported(root, local, query="tag:service:api", dry_run=True)
    by_age = imported(root, local, since=1_750_000_000_000, dry_run=True)

    assert set(keys(by_query)) == {12}
    assert [monitor.id for monitor in by_query.left] == [14]
    assert set(keys(by_age)) == {15}
    assert not by_query.written
    assert (root / "motor/api.yaml").read_text() == FLOW


def test_what_another_tool_manages_is_taken_over_with_the_steps_of_the_other_side(
    root: Path, local: Local
) -> None:
    report = imported(root, local, ids=[14], take_over=True)

    assert report.marks == {14: "terraform"}
    assert "in Terraform: a `removed` block" in rendered.text(report)


def test_a_dry_run_says_what_a_take_over_needs_on_the_other_side(root: Path, local: Local) -> None:
    report = imported(root, local, ids=[14], take_over=True, dry_run=True)

    assert "on the other side:\n  in Terraform: a `removed` block" in rendered.text(report)


@pytest.mark.parametrize("kept", [False, True])
def test_many_warnings_propose_a_baseline_until_there_is_one(
    root: Path, local: Local, kept: bool
) -> None:
    local.emulator.seed([monitor(number, f"Load {number}", *MOTOR) for number in range(21, 41)])
    options = {"baseline": root.parent / "known.json"} if kept else {}

    report = imported(root, local, everything=True, **options)

    command = f"  monitor-sync --root {root} validate --baseline known.json --write-baseline\n"
    assert (command in rendered.text(report)) is not kept


def test_the_findings_of_an_import_are_a_baseline(root: Path, local: Local) -> None:
    kept = root.parent / "baseline.json"

    imported(root, local, everything=True, baseline=kept)

    findings = app.validate(root, app.ValidateOptions(baseline=kept)).diagnostics
    assert {finding["key"] for finding in json.loads(kept.read_text())} >= {"motor/api/load-high"}
    assert [finding for finding in findings if finding.key != "motor/api/disk-full"] == []


def test_a_second_import_adds_to_the_baseline_of_the_first(root: Path, local: Local) -> None:
    kept = root.parent / "baseline.json"
    imported(root, local, ids=[12], baseline=kept)
    first = json.loads(kept.read_text())

    imported(root, local, ids=[15], baseline=kept)

    both = json.loads(kept.read_text())
    assert [finding for finding in both if finding in first] == first
    assert {finding["key"] for finding in both} - {finding["key"] for finding in first}


def test_the_findings_of_monitors_in_a_template_are_a_baseline(root: Path, local: Local) -> None:
    services = ("checkout", "login", "search")
    queries = [f"avg(last_5m):avg:web.latency{{service:{service}}} > 90" for service in services]
    local.emulator.seed(
        [
            monitor(
                31 + number, f"{service} is slow", *MOTOR[:2], f"service:{service}", query=query
            )
            for number, (service, query) in enumerate(zip(services, queries, strict=True))
        ]
    )
    kept = root.parent / "baseline.json"

    report = imported(root, local, ids=[31, 32, 33], templates=True, baseline=kept)

    assert len(report.in_common.templates) == 1
    findings = app.validate(root, app.ValidateOptions(baseline=kept)).diagnostics
    assert [finding for finding in findings if finding.key != "motor/api/disk-full"] == []


def test_an_unknown_id_is_named(root: Path, local: Local) -> None:
    with pytest.raises(UsageError, match="Datadog has no monitor 99"):
        imported(root, local, ids=[12, 99])


def test_teams_that_take_no_entry_are_left_to_a_person(root: Path, local: Local) -> None:
    (root / "teams.yaml").write_text("teams: {quotes: {name: Quotes}}\n")

    with pytest.raises(UsageError, match=r"nothing can be added to teams\.yaml"):
        imported(root, local, ids=[15])

    assert not (root / "unplaced").exists()


def test_a_project_begins_with_its_name(local: Local, tmp_path: Path) -> None:
    local.emulator.seed(LIVE[1:2])
    root = tmp_path / "new"

    with pytest.raises(UsageError, match="there is no"):
        imported(root, local, everything=True)
    imported(root, local, everything=True, project="acme")

    assert (root / "project.yaml").read_text().startswith("project: acme\nimport: {unit: bus")
    assert imported(root, local, everything=True).already == 1


def test_the_plan_of_an_adoption_names_what_its_tags_set_going(root: Path, local: Local) -> None:
    attributes = {"name": "wake", "filter": {"tags": ["on_call:quotes"]}, "recipients": ["x"]}
    rule = {"data": {"type": "monitor-notification-rule", "attributes": attributes}}
    ask(local.emulator, "POST", "/api/v2/monitor/notification_rule", rule)
    imported(root, local, ids=[12])

    plan = app.plan(root, Target(environ=local.environment)).plan

    words = "the notification rule wake may begin to match 2 monitors by the added tags"
    assert plan.besides == (f"{words}: motor/api/disk-full, motor/api/load-high",)
    assert words in plan_text.text(plan)
    assert plan.unchecked == ()


def test_a_byte_order_mark_stays_where_it_was(root: Path, local: Local) -> None:
    (root / "motor/api.yaml").write_text("\ufeff" + FLOW)

    imported(root, local, ids=[12])

    assert (root / "motor/api.yaml").read_bytes().startswith(b"\xef\xbb\xbf# written by people\n")


def test_a_monitor_that_a_person_adds_to_an_imported_file_and_that_it_silences_is_a_finding(
    root: Path, local: Local
) -> None:
    imported(root, local, ids=[15])
    with (root / "unplaced/general.yaml").open("a") as file:
        file.write('  mine: {name: Mine, query: "avg(last_5m):avg:mine{*} > 1", message: Look.}\n')

    findings = app.validate(root).diagnostics

    assert "routing/state-reaches-nobody" in {
        finding.rule for finding in findings if finding.key == "unplaced/general/mine"
    }
