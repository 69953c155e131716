"""A plan file: what comes back is what was kept, and nothing that was touched is taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor_sync.errors import Refused
from monitor_sync.sync import plan_file, plan_json
from monitor_sync.sync.change import Change
from monitor_sync.sync.conflict import hash_of
from monitor_sync.sync.plan import Plan, make_plan
from monitor_sync.sync.review_rules import ReviewRules
from tests.sync.builders import answer, body, composite, live, monitor, project

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas" / "plan.json").read_text(encoding="utf-8")
)


def a_plan() -> Plan:
    """A plan with every action but adopt."""
    kept = monitor("payments/router/kept")
    changed = monitor("payments/router/changed", query="avg(last_5m):sum:a.b{*} > 5")
    other = monitor("payments/router/other", type="log alert", query='logs("a").count() > 5')
    both = composite("payments/router/both", "${id:payments/router/new}", "payments/router/new")
    declared = project(kept, changed, other, both, monitor("payments/router/new"))
    held = live(
        answer(kept, 1, org_id=77),
        answer(body(changed.key), 2),
        answer(body(other.key), 3),
        answer(body("payments/router/gone"), 4),
        {**answer(body("x"), 5), "tags": []},
    )
    return make_plan(declared, held, site="datadoghq.eu")


def planned_hash(change: Change) -> str:
    """The hash of the live resource as the plan saw it; empty for a create."""
    return hash_of(change.kind, change.live.body, change.body or {}) if change.live else ""


def kept(plan: Plan) -> str:
    return plan_json.file(plan, commit="abc")


def test_what_is_read_is_what_was_kept() -> None:
    plan = a_plan()
    again = plan_file.read(kept(plan), "plan.json")

    assert again.fingerprint == plan.fingerprint
    assert again.summary == plan.summary
    assert (again.ours, again.units, again.org_id) == (plan.ours, plan.units, 77)
    assert [planned_hash(change) for change in again.changes] == [
        planned_hash(change) for change in plan.changes
    ]
    for was, now in zip(plan.changes, again.changes, strict=True):
        assert (now.action, now.key, now.id) == (was.action, was.key, was.id)
        assert json.dumps(now.body) == json.dumps(was.body)
        assert now.references == was.references


def test_a_plan_file_kept_again_is_the_same_to_the_byte() -> None:
    text = kept(a_plan())
    assert plan_json.file(plan_file.read(text, "plan.json"), commit="abc") == text


def test_a_plan_file_fits_its_schema() -> None:
    document = json.loads(kept(a_plan()))
    jsonschema.validate(document, SCHEMA)
    assert {change["action"] for change in document["changes"]} == {
        "create",
        "update",
        "replace",
        "delete",
    }


def test_a_part_of_a_plan_keeps_the_fingerprint_of_the_whole() -> None:
    plan = a_plan()
    part = replace(plan, changes=plan.changes[:1], narrowed_from=plan)
    assert plan_file.read(kept(part), "plan.json").fingerprint == plan.fingerprint


TEXT = kept(a_plan())


@settings(max_examples=200)
@given(at=st.integers(0, len(TEXT) - 1), put=st.characters(codec="ascii"))
def test_a_plan_file_with_any_character_changed_is_refused(at: int, put: str) -> None:
    edited = TEXT[:at] + put + TEXT[at + 1 :]
    if edited.rstrip() == TEXT.rstrip():
        return
    with pytest.raises(Refused):
        plan_file.read(edited, "plan.json")


@pytest.mark.parametrize("cut", [0, 1, len(TEXT) // 2, len(TEXT) - 3])
def test_a_plan_file_that_was_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(Refused, match="plan file"):
        plan_file.read(TEXT[:cut], "plan.json")


OWN = ["monitor_sync_project:acme", "monitor_sync_key:payments/router/new"]


def forged(plan: Plan, key: str, **changed: Any) -> str:
    """The file of a plan of which one change was made another, sealed again."""
    changes = (
        replace(change, **changed) if change.key == key else change for change in plan.changes
    )
    return kept(replace(plan, changes=tuple(changes), known_fingerprint=plan.fingerprint))


@pytest.mark.parametrize(
    "tags",
    [
        [],
        ["x:y"],
        OWN[:1],
        OWN[1:],
        ["monitor_sync_project:other", OWN[1]],
        [OWN[0], "monitor_sync_key:payments/router/kept"],
        [*OWN, "monitor_sync_key:payments/router/kept"],
        [*OWN, "Monitor_Sync_Project:other"],
        [*OWN, " monitor_sync_key:b/c/d"],
        [*OWN, OWN[0]],
        "monitor_sync_project:acme",
    ],
)
@pytest.mark.parametrize("key", ["payments/router/new", "payments/router/changed"])
def test_a_body_that_would_give_a_monitor_another_identity_is_refused(key: str, tags: Any) -> None:
    plan = a_plan()
    change = next(change for change in plan.changes if change.key == key)
    if isinstance(tags, list):
        tags = [tag.replace("payments/router/new", key) for tag in tags]

    with pytest.raises(Refused, match="not a whole plan file"):
        plan_file.read(forged(plan, key, body={**(change.body or {}), "tags": tags}), "plan.json")


@pytest.mark.parametrize("name", ["action", "key", "name", "team", "blocked_by"])
@pytest.mark.parametrize("value", [[["a"]], {"a": 1}, 1])
def test_a_change_of_other_types_is_refused(name: str, value: Any) -> None:
    document = json.loads(kept(a_plan()))
    document["changes"][0][name] = value
    document["digest"] = f"sha256:{'0' * 64}"

    with pytest.raises(Refused, match="not a whole plan file"):
        plan_file.read(plan_file.sealed(json.dumps(document)), "plan.json")


def test_two_changes_of_one_key_or_of_one_id_are_refused() -> None:
    plan = a_plan()
    new = next(change for change in plan.changes if change.action == "create")
    gone, changed = (
        next(change for change in plan.changes if change.action == action)
        for action in ("delete", "update")
    )
    for twice in (new, replace(gone, id=changed.id, live=changed.live)):
        with pytest.raises(Refused, match="stands there twice"):
            plan_file.read(kept(replace(plan, changes=(*plan.changes, twice))), "plan.json")


@pytest.mark.parametrize("start", ["", "[1, ", "[" * 100_000, '{"version": 2, ', '"'])
def test_what_is_sealed_and_no_plan_is_refused(start: str) -> None:
    text = plan_file.sealed(start + f'"digest": "sha256:{"0" * 64}"' + "}")

    with pytest.raises(Refused, match="plan"):
        plan_file.read(text, "plan.json")


@pytest.mark.parametrize("field", ["tool", "version"])
def test_a_plan_of_another_version_is_refused(field: str) -> None:
    raw: dict[str, Any] = json.loads(TEXT)
    raw[field] = "0.0.0"
    raw["digest"] = f"sha256:{'0' * 64}"
    with pytest.raises(Refused, match=r"made by monitor-sync"):
        plan_file.read(plan_file.sealed(json.dumps(raw)), "plan.json")


@pytest.mark.parametrize("text", ["[" * 100_000, "null", "{}", '{"rules": 5}', ""])
def test_rules_that_a_file_does_not_tell_are_none(text: str) -> None:
    assert plan_file.rules_in(text) == ReviewRules()
