"""What a tag policy of Datadog would refuse is an error at its place, before any write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app import ApplyOptions, Target, ValidateOptions, apply, plan, validate
from monitor_sync.app.failures import WrongFiles
from monitor_sync.diagnostics import Diagnostic
from tests.conftest import Local
from tests.emulator.calls import ask

POLICIES = "GET /api/v2/monitor/policy"
FLOW = """\
monitors:
  m:
    name: m
    query: avg(last_5m):avg:a{*} > ${critical}
    thresholds: {critical: 5}
    message: m
    tags: {tier: gold}
"""


def policy(local: Local, key: str, values: list[str], *, required: bool = True) -> None:
    held = {"tag_key": key, "tag_key_required": required, "valid_tag_values": values}
    attributes = {"policy_type": "tag", "policy": held}
    ask(local.emulator, "POST", "/api/v2/monitor/policy", {"data": {"attributes": attributes}})


@pytest.fixture
def root(project: Path) -> Path:
    (project / "monitors/motor/flow.yaml").write_text(FLOW)
    return project / "monitors"


def places(diagnostics: Any) -> list[tuple[str, int, str]]:
    return [
        (diagnostic.rule, diagnostic.span.line, diagnostic.message)
        for diagnostic in diagnostics
        if isinstance(diagnostic, Diagnostic) and diagnostic.severity.label == "error"
    ]


MISSING = "a tag policy of Datadog asks for the tag `desk`, which is missing"
GOLD = "a tag policy of Datadog does not take `tier:gold`: `tier` is one of 1, 2"


def test_a_plan_names_file_and_line_and_nothing_is_written(root: Path, local: Local) -> None:
    policy(local, "tier", ["1", "2"])
    policy(local, "desk", ["*"])

    with pytest.raises(WrongFiles) as refused:
        apply(root, Target(environ=local.environment), ApplyOptions())

    assert places(refused.value.diagnostics) == [
        ("tags/refused-by-policy", 7, MISSING),
        ("tags/refused-by-policy", 7, GOLD),
    ]
    assert local.emulator.monitor_count == 0


def test_the_policies_are_asked_for_once_and_only_where_something_is_written(
    root: Path, local: Local
) -> None:
    policy(local, "tier", ["gold"])
    target = Target(environ=local.environment)
    apply(root, target)
    ask(local.emulator, "DELETE", "/__emulator/requests")
    assert plan(root, target).plan.changes == ()
    assert ask(local.emulator, "GET", "/__emulator/requests") == {"GET /api/v1/monitor": 1}

    (root / "motor/flow.yaml").write_text(FLOW.replace("name: m", "name: n"))
    assert len(plan(root, target).plan.changes) == 1
    assert ask(local.emulator, "GET", "/__emulator/requests")[POLICIES] == 1


def test_a_live_monitor_that_breaks_a_policy_is_refused_once_it_is_to_change(
    root: Path, local: Local
) -> None:
    target = Target(environ=local.environment)
    apply(root, target)
    policy(local, "tier", ["1", "2"])
    assert plan(root, target).plan.changes == ()

    (root / "motor/flow.yaml").write_text(FLOW.replace("critical: 5", "critical: 6"))
    with pytest.raises(WrongFiles) as refused:
        plan(root, target)
    assert [message for _, _, message in places(refused.value.diagnostics)] == [GOLD]


def test_validate_online_says_the_same_and_does_not_ask_again_about_that_monitor(
    root: Path, local: Local
) -> None:
    policy(local, "tier", ["1", "2"])
    target = Target(environ=local.environment)
    answer = validate(root, ValidateOptions(), target=target)

    assert ("tags/refused-by-policy", 7, GOLD) in places(answer.diagnostics)
    assert "POST /api/v1/monitor/validate" not in ask(local.emulator, "GET", "/__emulator/requests")


def test_where_datadog_does_not_say_they_are_not_checked(root: Path, local: Local) -> None:
    local.emulator.inject([{"kind": "forbidden", "route": POLICIES, "times": None}])
    target = Target(environ=local.environment)
    planned = plan(root, target)

    assert len(planned.plan.changes) == 1
    assert any("tag policies" in line for line in planned.plan.unchecked)
    answers = validate(root, ValidateOptions(), target=target).answers
    assert answers is not None
    assert any(line.startswith("Not checked: the organisation's tag") for line in answers.said)
