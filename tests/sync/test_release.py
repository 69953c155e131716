"""What the files release loses our tags, and nothing else happens to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from monitor_sync.model import LiveId, Project
from monitor_sync.sync import journal, plan_file, plan_json
from monitor_sync.sync.apply import Terms, carry_out
from monitor_sync.sync.drift import Base
from monitor_sync.sync.limits import breaches
from monitor_sync.sync.loosening import judged, withdrawn
from monitor_sync.sync.plan import Plan, make_plan
from monitor_sync.sync.review_rules import as_json, from_json, rules_of
from monitor_sync.sync.three_way import ThreeWay
from tests.sync.builders import (
    actions,
    answer,
    body,
    composite,
    live,
    monitor,
    project,
    released,
    releasing,
)
from tests.sync.conftest import Datadog
from tests.sync.test_apply import QUICK, Watched

OLD = "payments/router/old"
STAYS = monitor("payments/router/errors")
LIVE = answer(monitor(OLD, name="Old"), 7, unknown_field="theirs")
WITHOUT = ["env:production", "team:payments-core", "business_unit:payments"]


def plan(here: Project, *raw: dict[str, Any]) -> Plan:
    return make_plan(here, live(*raw), site="datadoghq.eu")


def split(here: Project, was: Project, *raw: dict[str, Any]) -> Plan:
    there = live(*raw)
    compared = ThreeWay(make_plan(here, there, site=""), here, was, there)
    return compared.result(Base(revision="main", commit="1a2b3c4d"))


def test_a_released_monitor_loses_our_two_tags_and_keeps_all_else() -> None:
    made = plan(releasing(released(OLD)), LIVE)

    (change,) = made.changes
    assert (change.action, change.key, change.id, change.reason) == (
        "release",
        OLD,
        7,
        "another project has it",
    )
    assert [(field.field, field.new) for field in change.fields] == [("tags", sorted(WITHOUT))]
    assert change.kind.to_send(change.body or {}, live(LIVE)[0].body) == {"tags": WITHOUT}
    assert made.summary["release"] == 1
    assert (change.path, change.line) == ("monitors/payments/router.yaml", 2)
    assert not change.audience.lost


def test_once_it_is_nobodys_the_entry_does_nothing_and_may_go() -> None:
    gone = {**LIVE, "tags": WITHOUT}

    assert plan(releasing(released(OLD)), gone).changes == ()
    assert plan(project(), gone).changes == ()
    assert actions(plan(project(), LIVE).changes) == [("delete", OLD)]


def test_items_leave_with_the_monitor_that_they_are_items_of() -> None:
    airline = answer(monitor("payments/router/old.airline"), 8)

    assert actions(plan(releasing(released(OLD)), airline).changes) == [
        ("release", "payments/router/old.airline")
    ]


def test_what_carries_the_key_of_a_renamed_file_leaves_too() -> None:
    entry = released("payments/paths/old", OLD)

    assert actions(plan(releasing(entry), LIVE).changes) == [("release", OLD)]


def test_a_release_waits_while_a_clone_carries_the_key() -> None:
    clone = {**LIVE, "id": 9, "created_at": LIVE["created_at"] + 1}

    made = plan(releasing(released(OLD)), LIVE, clone)

    assert made.changes == ()
    (refusal,) = made.refused
    assert refusal.message == (
        f"not released: #7 and #9 both carry the key {OLD}, and one is a clone"
    )


def test_a_composite_that_is_released_still_refers_to_a_member_that_is_deleted() -> None:
    member = answer(STAYS, 3)
    both = answer(body("payments/router/both", type="composite", query="3", options={}), 4)

    made = plan(releasing(released("payments/router/both")), member, both)

    assert made.changes[0].referred_by == (f"#4 {both['name']}",)


def test_releases_count_as_changes_and_a_review_lifts_that_limit() -> None:
    there = [answer(monitor(f"payments/router/old-{n}"), n) for n in range(10, 22)]
    entries = [released(f"payments/router/old-{n}") for n in range(10, 22)]
    here = releasing(*entries)

    made = plan(here, *there)

    assert [breach.message for breach in breaches(made, here.limits)] == [
        "12 of 12 monitors of payments would be changed: 100 %, the limit is 30 %"
    ]
    assert breaches(made, here.limits, reviewed=True) == ()


def test_a_release_differs_from_a_delete_in_the_fingerprint_and_survives_a_plan_file() -> None:
    made = plan(releasing(released(OLD)), LIVE)

    text = plan_json.file(made, commit="")
    again = plan_file.read(text, "plan.json")

    assert made.fingerprint != plan(project(), LIVE).fingerprint
    assert again.fingerprint == made.fingerprint
    assert again.changes[0].reason == "another project has it"
    assert again.changes[0].body == made.changes[0].body
    assert json.loads(text)["changes"][0]["reason"] == "another project has it"
    assert from_json(as_json(made.rules)).released == (OLD,)


# with a base


def test_a_change_that_lets_go_is_this_change_and_one_that_waits_is_not() -> None:
    declared, entry = project(monitor(OLD)), releasing(released(OLD))

    assert actions(split(entry, declared, LIVE).changes) == [("release", OLD)]
    assert actions(split(entry, project(), LIVE).changes) == [("release", OLD)]
    assert split(entry, entry, LIVE).changes == ()


def test_what_the_base_releases_is_not_deleted_by_the_change_that_takes_that_back() -> None:
    base, here = releasing(released(OLD)), project(STAYS)

    rules = judged(replace(base, limits=here.limits), here)

    assert list(rules.released) == [OLD]
    assert (rules.released[OLD].path, rules.released[OLD].line) == ("", 0)
    assert actions(split(rules, base, LIVE).changes) == [("create", STAYS.key)]
    assert [
        (entry.what, entry.old) for entry in withdrawn(rules_of(base), rules_of(here), [OLD])
    ] == [("released", OLD)]
    assert withdrawn(rules_of(base), rules_of(here), []) == ()


def test_a_monitor_that_is_declared_again_is_not_released_any_more() -> None:
    base = releasing(released(OLD))
    renamed = monitor("payments/router/new", moved_from=(OLD,))

    assert judged(base, project(monitor(OLD))).released == {}
    assert judged(base, project(renamed)).released == {}


# carried out


def release(datadog: Datadog, here: Project, **options: Any) -> Any:
    made = make_plan(here, datadog.listing(), site="datadoghq.eu")
    options.setdefault("terms", QUICK)
    endpoints = {"monitor": options.pop("endpoint", datadog.client)}
    return carry_out(made, endpoints, **options)


def test_one_request_with_tags_alone_is_sent_and_nothing_is_deleted(datadog: Datadog) -> None:
    datadog.apply(monitor(OLD), STAYS)
    number = datadog.by_key()[OLD]
    before = datadog.client.get(number)
    sent: list[Any] = []

    class Sending(Watched):
        def update(self, id: int, body: Any) -> Any:  # noqa: A002 - Datadog's word
            sent.append((id, body))
            return super().update(id, body)

    (outcome,) = release(
        datadog, releasing(released(OLD), monitors=[STAYS]), endpoint=Sending(datadog.client)
    )

    after = datadog.client.get(number)
    assert (outcome.status, outcome.id, outcome.altered) == ("done", number, ())
    assert sent == [(number, {"tags": WITHOUT})]
    assert {name for name in before if before[name] != after[name]} <= {"tags", "modified"}
    again = make_plan(project(STAYS), datadog.listing(), site="datadoghq.eu")
    assert (again.changes, again.summary["unmanaged"]) == ((), 1)


def test_what_somebody_edits_meanwhile_is_left_alone(datadog: Datadog) -> None:
    datadog.apply(monitor(OLD))
    number = datadog.by_key()[OLD]
    made = make_plan(releasing(released(OLD)), datadog.listing(), site="datadoghq.eu")
    datadog.client.update(number, {"message": "Call Ani."})

    (outcome,) = carry_out(made, {"monitor": datadog.client}, terms=QUICK)

    assert outcome.status == "conflict"
    assert datadog.by_key() == {OLD: number}


def test_a_resumed_run_knows_what_it_let_go_and_the_next_one_does_not_miss_it(
    datadog: Datadog, tmp_path: Path
) -> None:
    datadog.apply(monitor(OLD), monitor("payments/router/older", name="Older"))
    number = datadog.by_key()[OLD]
    here = releasing(released(OLD), released("payments/router/older"))
    made = make_plan(here, datadog.listing(), site="datadoghq.eu")
    path = tmp_path / "journal.jsonl"
    with journal.Journal(path) as log:
        log.begin(made, journal.Past(), tool="0", digest="d")
        first = replace(made, changes=made.changes[:1])
        carry_out(first, {"monitor": datadog.client}, terms=QUICK, log=log)
    past = journal.read(path)
    assert past is not None
    assert LiveId("monitor", number) not in past.expected

    datadog.forget_requests()
    outcomes = carry_out(
        made, {"monitor": datadog.client}, terms=Terms(saved=True), past=past, resume=True
    )

    assert [(outcome.status, outcome.already) for outcome in outcomes] == [
        ("done", True),
        ("done", False),
    ]
    assert datadog.requests()["PUT /api/v1/monitor/{id}"] == 1
    assert datadog.by_key() == {"": datadog.listing()[-1].id}


def test_a_composite_cannot_name_by_key_what_is_released() -> None:
    both = composite("payments/router/both", "${id:payments/router/old}", OLD)

    made = plan(releasing(released(OLD), monitors=[both]), LIVE)

    assert [refusal.key for refusal in made.refused] == ["payments/router/both"]
