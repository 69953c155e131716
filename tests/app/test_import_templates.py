"""This repository's own monitors, live without our tags, are imported as templates."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor_sync import app
from monitor_sync.app import Imported, ImportOptions, Target
from monitor_sync.project.load import load
from tests.conftest import Local

OWN = Path(__file__).parents[2] / "monitors"


@cache
def own_monitors(units: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Return the bodies of our monitors, of these units alone if any, as if made by hand."""
    monitors = {
        key: monitor
        for key, monitor in load(OWN).project.monitors.items()
        if units is None or monitor.business_unit in units
    }
    ids = {key: str(number) for number, key in enumerate(monitors, 5_000)}
    bodies = []
    for key, monitor in monitors.items():
        query = re.sub(r"\$\{id:([^}]*)\}", lambda match: ids[match[1]], monitor.body["query"])
        tags = [tag for tag in monitor.body["tags"] if not tag.startswith("monitor_sync_")]
        body = {**monitor.body, "id": int(ids[key]), "query": query, "tags": tags}
        bodies.append(json.loads(json.dumps(body)))
    return bodies


def imported(local: Local, root: Path, *, templates: bool) -> Imported:
    options = ImportOptions(everything=True, project="acme", templates=templates)
    return app.import_monitors(root, Target(environ=local.environment), options)


def lines_a_monitor(report: Imported) -> float:
    return sum(file.lines for file in report.files) / len(report.monitors)


def assert_nothing_but_adoption(local: Local, root: Path, monitors: int) -> None:
    changes = app.plan(root, Target(environ=local.environment)).plan.changes
    assert {change.action for change in changes} == {"adopt"}
    assert {field.field for change in changes for field in change.fields} == {"tags"}
    assert len(changes) == monitors


def test_a_unit_is_found_again_as_templates_and_plans_nothing_but_its_adoption(
    local: Local, tmp_path: Path
) -> None:
    bodies = own_monitors(frozenset({"travel"}))
    local.emulator.seed(bodies)
    report = imported(local, tmp_path / "monitors", templates=True)
    assert_nothing_but_adoption(local, tmp_path / "monitors", len(bodies))
    assert lines_a_monitor(report) < 15
    template = next(
        template for template in report.in_common.templates if "requests-fail" in template.monitors
    )
    assert template.item == "service"
    assert template.monitors["requests-fail"]["name"] == "[Travel] ${service}: requests fail"
    text = (tmp_path / "monitors/travel/trip-data.yaml").read_text("utf-8")
    top = [line.partition(":")[0] for line in text.splitlines() if re.match("[a-z]", line)]
    assert top == ["adopt", "service", "defaults", "use", "monitors"]
    assert re.search(r"(?m)^  trip-data\.requests-fail: 5[0-9]{3}$", text)


@pytest.mark.long
def test_all_of_our_monitors_take_nine_lines_each_where_plain_import_takes_twenty(
    local: Local, tmp_path: Path
) -> None:
    bodies = own_monitors()
    local.emulator.seed(bodies)
    plain = imported(local, tmp_path / "plain" / "monitors", templates=False)
    assert lines_a_monitor(plain) > 20
    report = imported(local, tmp_path / "found" / "monitors", templates=True)
    assert len(report.monitors) == len(bodies) == 1_986
    assert lines_a_monitor(report) <= 9
    assert_nothing_but_adoption(local, tmp_path / "found" / "monitors", len(bodies))
