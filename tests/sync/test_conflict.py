"""What lives must carry our project and key before it is written, whatever a plan file says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.errors import Refused
from monitor_sync.model import Limits, Monitor
from monitor_sync.sync import plan_file, plan_json
from monitor_sync.sync.apply import carry_out
from monitor_sync.sync.limits import breaches
from monitor_sync.sync.plan import Plan, make_plan
from monitor_sync.sync.preflight import recounted
from tests.sync.builders import body, monitor, project
from tests.sync.conftest import Datadog
from tests.sync.test_apply import ERRORS, QUICK, SLOW, statuses

STRANGERS = {
    "without tags": [],
    "of another project": ["monitor_sync_project:other", "monitor_sync_key:a/b/c"],
    "without a key": ["monitor_sync_project:acme"],
    "without a project": ["monitor_sync_key:payments/router/errors"],
    "of another key": ["monitor_sync_project:acme", "monitor_sync_key:payments/router/other"],
    "of two keys": [
        "monitor_sync_project:acme",
        "monitor_sync_key:payments/router/errors",
        "monitor_sync_key:payments/router/other",
    ],
}


def resealed(plan: Plan, **changed: Any) -> Plan:
    """The plan of a file that somebody wrote anew: each of its changes says this."""
    raw = json.loads(plan_json.file(plan, commit="abc"))
    raw["changes"] = [{**change, **changed} for change in raw["changes"]]
    raw["digest"] = f"sha256:{'0' * 64}"
    return plan_file.read(plan_file.sealed(json.dumps(raw)), "plan.json")


@pytest.mark.parametrize("tags", STRANGERS.values(), ids=STRANGERS)
def test_a_resealed_plan_file_deletes_no_stranger(datadog: Datadog, tags: list[str]) -> None:
    datadog.apply(ERRORS)
    honest = datadog.plan()
    stranger = datadog.client.create({**body(), "name": "Theirs", "tags": tags})
    held = {
        "id": stranger["id"],
        "created": 0,
        "modified": "",
        "body": {**body(), "name": "Theirs", "tags": tags},
    }
    plan = resealed(honest, id=stranger["id"], live=held)

    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert statuses(outcomes) == {ERRORS.key: "conflict"}
    assert datadog.client.get(stranger["id"])["name"] == "Theirs"


@pytest.mark.parametrize(
    "tags", [STRANGERS["without tags"], STRANGERS["of another project"]], ids=["nobody", "other"]
)
def test_a_resealed_plan_file_updates_no_stranger(datadog: Datadog, tags: list[str]) -> None:
    datadog.apply(ERRORS)
    stranger = datadog.client.create({**body(), "name": "Theirs", "tags": tags})
    held = {
        "id": stranger["id"],
        "created": 0,
        "modified": "",
        "body": {**body(), "name": "Theirs", "tags": tags},
    }
    plan = resealed(datadog.plan(monitor(ERRORS.key, priority=1)), id=stranger["id"], live=held)

    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert statuses(outcomes) == {ERRORS.key: "conflict"}
    assert datadog.client.get(stranger["id"])["tags"] == tags


def test_a_plan_file_whose_ids_differ_is_refused(datadog: Datadog) -> None:
    datadog.apply(ERRORS)

    with pytest.raises(Refused, match="one id"):
        resealed(datadog.plan(), id=1)


def test_an_adoption_from_a_plan_file_needs_the_very_body_that_was_planned(
    datadog: Datadog,
) -> None:
    created = datadog.client.create({**body(), "tags": ["team:payments-core"]})
    plan = resealed(datadog.plan(monitor(ERRORS.key, adopt=created["id"])))
    datadog.client.update(created["id"], {"name": "Edited since"})

    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert statuses(outcomes) == {ERRORS.key: "conflict"}
    assert datadog.client.get(created["id"])["tags"] == ["team:payments-core"]


def test_a_resealed_plan_file_adopts_nothing_of_another_project(datadog: Datadog) -> None:
    theirs = {**body(), "name": "Theirs", "tags": STRANGERS["of another project"]}
    stranger = datadog.client.create(theirs)
    nobodys = datadog.client.create({**body(), "tags": ["team:payments-core"]})
    held = {"id": stranger["id"], "created": 0, "modified": "", "body": theirs}
    plan = resealed(
        datadog.plan(monitor(ERRORS.key, adopt=nobodys["id"])), id=stranger["id"], live=held
    )

    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert statuses(outcomes) == {ERRORS.key: "conflict"}
    assert datadog.client.get(stranger["id"])["tags"] == theirs["tags"]


def test_limits_of_a_plan_file_are_judged_from_what_lives(datadog: Datadog) -> None:
    """A file that says there are a thousand monitors, or that its deletes are of other units."""
    many = [monitor(f"payments/router/m{number}", name=f"M {number}") for number in range(12)]
    datadog.apply(*many)
    raw = json.loads(plan_json.file(datadog.plan(*many[:4]), commit="abc"))
    raw["units"] = {"payments": 1000, "elsewhere": 1000}
    raw["ours"] += [{"kind": "monitor", "id": number} for number in range(1000)]
    for change in raw["changes"]:
        change["business_unit"] = "elsewhere"
    raw["digest"] = f"sha256:{'0' * 64}"
    plan = plan_file.read(plan_file.sealed(json.dumps(raw)), "plan.json")

    exceeded = breaches(recounted(plan, {"monitor": datadog.client}), Limits(), reviewed=True)

    assert [breach.message.partition(":")[0] for breach in exceeded] == [
        "8 of 12 monitors of payments would be deleted or replaced"
    ]


def test_a_second_key_tag_makes_a_monitor_nobodys_and_is_named(datadog: Datadog) -> None:
    datadog.apply(ERRORS, SLOW)
    number = datadog.by_key()[ERRORS.key]
    for tags in (
        ["monitor_sync_key:payments/router/new", *ERRORS.body["tags"]],
        [*ERRORS.body["tags"], f"monitor_sync_key:{SLOW.key}"],
        [*ERRORS.body["tags"], "monitor_sync_project:other"],
    ):
        datadog.client.update(number, {"tags": tags})
        for declared in ([ERRORS, SLOW], [SLOW], [ERRORS, SLOW, monitor("payments/router/new")]):
            plan = datadog.plan(*declared)

            assert ERRORS.key not in {change.key for change in plan.changes}
            assert number not in {change.id for change in plan.changes}
            refused = {refusal.key: refusal for refusal in plan.refused}
            assert str(number) in refused[ERRORS.key].message
            assert "payments/router/new" not in {change.key for change in plan.changes} or (
                "monitor_sync_key:payments/router/new" not in tags
            )


def test_a_second_key_tag_on_a_renamed_monitor_makes_none_anew(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    tags = ["monitor_sync_key:payments/router/else", *ERRORS.body["tags"]]
    datadog.client.update(number, {"tags": tags})
    renamed = monitor("payments/router/failures", moved_from=(ERRORS.key,))

    plan = datadog.plan(renamed)

    assert plan.changes == ()
    assert renamed.key in {refusal.key for refusal in plan.refused}


def test_a_second_key_tag_added_after_the_plan_is_a_conflict(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    plan = datadog.plan(monitor(ERRORS.key, priority=1))
    tags = ["monitor_sync_key:payments/router/else", *ERRORS.body["tags"]]
    datadog.client.update(datadog.by_key()[ERRORS.key], {"tags": tags})

    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert statuses(outcomes) == {ERRORS.key: "conflict"}


def renamed(key: str) -> Monitor:
    """The monitor of a key as a project of another name declares it."""
    tags = [tag.replace("project:acme", "project:newer") for tag in monitor(key).tags]
    return monitor(key, tags=tags, name=f"Errors of {key}")


def test_a_key_that_lives_under_another_project_is_not_made_again(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    files = project(renamed(ERRORS.key), renamed("payments/router/new"), name="newer")

    plan = make_plan(files, datadog.listing(), site="datadoghq.eu")

    assert [change.key for change in plan.changes] == ["payments/router/new"]
    (refusal,) = plan.refused
    assert (refusal.key, refusal.ids) == (ERRORS.key, (number,))
    assert "moved_from: acme" in refusal.hint


def test_a_project_and_a_key_that_are_renamed_together_keep_their_monitor(
    datadog: Datadog,
) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    heir = replace(renamed("payments/checkout/errors"), moved_from=(ERRORS.key,))
    files = replace(project(heir, name="newer"), moved_from=("acme",))

    plan = make_plan(files, datadog.listing(), site="datadoghq.eu")
    assert [(change.action, change.key, change.id) for change in plan.changes] == [
        ("adopt", heir.key, number)
    ]
    again = plan_file.read(plan_json.file(plan, commit="abc"), "plan.json")
    (outcome,) = carry_out(again, {"monitor": datadog.client}, terms=QUICK)

    assert outcome.status == "done"
    plan = make_plan(files, datadog.listing(), site="datadoghq.eu")
    assert (plan.changes, plan.refused, plan.left_alone) == ((), (), ())


def test_a_project_that_says_its_former_name_keeps_its_monitors(datadog: Datadog) -> None:
    datadog.apply(ERRORS, SLOW)
    number = datadog.by_key()[ERRORS.key]
    files = replace(project(renamed(ERRORS.key), name="newer"), moved_from=("acme",))

    plan = make_plan(files, datadog.listing(), site="datadoghq.eu")
    assert [(change.action, change.id) for change in plan.changes] == [("adopt", number)]
    again = plan_file.read(plan_json.file(plan, commit="abc"), "plan.json")
    (outcome,) = carry_out(again, {"monitor": datadog.client}, terms=QUICK)

    assert outcome.status == "done"
    plan = make_plan(files, datadog.listing(), site="datadoghq.eu")
    assert (plan.changes, plan.refused) == ((), ())
    assert [alone.reason for alone in plan.left_alone] == ["other-project"]


def test_with_a_former_name_a_key_that_lives_under_both_is_the_new_ones(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    datadog.client.create(dict(renamed(ERRORS.key).body))
    files = replace(project(renamed(ERRORS.key), name="newer"), moved_from=("acme",))

    plan = make_plan(files, datadog.listing(), site="datadoghq.eu")

    assert plan.changes == ()
    assert [alone.reason for alone in plan.left_alone] == ["other-project"]
