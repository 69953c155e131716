"""Every recorded definition that lives is imported and adopted; a second run does nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from monitor_sync import app
from monitor_sync.app import ApplyOptions, ImportOptions, Target
from monitor_sync.diagnostics import Severity
from tests.conftest import Local

CORPUS = Path(__file__).resolve().parents[3] / "shared/corpus/monitors.jsonl"


def accepted() -> list[dict[str, Any]]:
    """The definitions that Datadog took, as an account lists them."""
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    bodies = [row["monitor"] for row in rows if row["kind"] in ("created", "validated", "listed")]
    for body in bodies:  # two old listings have roles with their names
        roles = body.get("restricted_roles") or ()
        if any(isinstance(role, dict) for role in roles):
            body["restricted_roles"] = [role["uuid"] for role in roles]
    return bodies


@pytest.mark.long
@pytest.mark.skipif(not CORPUS.is_file(), reason="the recordings are not beside this repository")
def test_all_but_what_nobody_can_create_is_adopted_by_tags_alone(
    local: Local, tmp_path: Path
) -> None:
    bodies = accepted()
    local.emulator.seed(bodies)
    root, target = tmp_path / "monitors", Target(environ=local.environment)
    options = ImportOptions(everything=True, project="acme", take_over=True)

    report = app.import_monitors(root, target, options)

    left = Counter(left.reason for left in report.left)
    types = Counter(body["type"] for body in bodies)
    assert left == {"unsupported": types["synthetics alert"] + types["event alert"]}
    errors = [
        finding for finding in app.validate(root).diagnostics if finding.severity is Severity.ERROR
    ]
    assert errors == []
    changes = app.plan(root, target).plan.changes
    assert {change.action for change in changes} == {"adopt"}
    assert {field.field for change in changes for field in change.fields} == {"tags"}
    assert len(changes) == len(report.monitors) == len(bodies) - left.total()
    app.apply(root, target, ApplyOptions()).raise_if_incomplete()
    assert app.plan(root, target).plan.changes == ()
    assert app.import_monitors(root, target, options).monitors == ()
