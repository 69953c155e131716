"""Base, files and live: each difference is told once, by whose it is, and a merge loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor_sync.model import LiveResource, Monitor, Project
from monitor_sync.resources.kind import differing
from monitor_sync.resources.monitor.live import read
from monitor_sync.resources.monitor.merge import merged, slots
from monitor_sync.resources.monitor.payload import to_create
from monitor_sync.sync.drift import Apart, Base
from monitor_sync.sync.plan import Change, Plan, make_plan
from monitor_sync.sync.three_way import Cause, ThreeWay
from tests.sync.builders import answer, body, composite, live, monitor, project
from tests.sync.generated import bodies, goes_together
from tests.sync.test_properties import KEY, Account

BASE = Base(revision="main", commit="0" * 40)
MERGED = Cause(origin="merged", since="1" * 40)
HIGH = {
    "query": body()["query"].replace("> 5", "> 50"),
    "options": {"thresholds": {"critical": 50}},
}


def split(was: Project, here: Project, there: list[LiveResource], *earlier: Project) -> Plan:
    """The plan of one change, with earlier revisions to explain what is live."""
    plan = make_plan(here, there, site="datadoghq.eu")
    compared = ThreeWay(plan, here, was, there)
    for revision in earlier:
        compared.explain(revision, MERGED)
    return compared.result(BASE)


def apart(plan: Plan, origin: str = "") -> tuple[Apart, ...]:
    assert plan.base is not None
    return tuple(entry for entry in plan.base.apart if origin in ("", entry.origin))


def names(entry: Change | Apart) -> set[str]:
    return {field.field for field in entry.fields}


def declared(wanted: dict[str, Any]) -> Project:
    return project(Monitor(key=KEY, body=wanted, business_unit="payments", team="payments-core"))


# generated monitors of every type


KINDS = ("ci-tests alert", "log alert", "query alert", "service check")
MEASURE = ("thresholds", "variables", "new_group_delay", "new_host_delay")
IDLE = {"options.no_data_timeframe"}
"""Without effect where somebody has turned the alert off that it belongs to: then no difference."""
OWN = ("name", "message", "priority", "tags")


@st.composite
def edited(draw: st.DrawFn, kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The same monitor with some parts as in another one: what one person changes."""
    other = draw(bodies(kind))
    made: dict[str, Any] = {**before, "options": dict(before["options"])}
    for name in OWN:
        if draw(st.integers(0, 2)) == 0:
            made[name] = other[name]
    if draw(st.integers(0, 2)) == 0:
        made["query"] = other["query"]
        _take(made["options"], other["options"], MEASURE)
    if draw(st.integers(0, 1)) == 0:
        both = before["options"].keys() | other["options"].keys()
        _take(made["options"], other["options"], both - set(MEASURE))
    return made


def _take(options: dict[str, Any], source: Mapping[str, Any], names: Any) -> None:
    for name in names:
        options.pop(name, None)
        if name in source:
            options[name] = source[name]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_every_difference_is_told_once_and_the_update_leaves_the_rest_as_it_is(
    kind: str, data: st.DataObject
) -> None:
    was = data.draw(bodies(kind))
    here, hand = data.draw(edited(kind, was)), data.draw(edited(kind, was))
    account = Account()
    number = account.create(to_create(hand))["id"]
    there = read(account.ask("GET", "/api/v1/monitor"))
    whole = make_plan(declared(here), there, site="datadoghq.eu")

    plan = split(declared(was), declared(here), there)

    entries: list[Change | Apart] = [*plan.changes, *apart(plan)]
    seen = {name for entry in entries for name in names(entry)}
    missed = {name for change in whole.changes for name in names(change)} ^ seen
    assert missed <= IDLE
    ours, theirs = slots(here, declared=here), slots(was, declared=here)
    before = slots(there[0].body, declared=here)
    for change in plan.changes:
        assert change.body is not None
        assume(goes_together(change.body))
        account.update(number, change.body)
    now = read(account.ask("GET", "/api/v1/monitor"))
    after = slots(now[0].body, declared=here)
    changed = differing(ours, theirs)
    assert {slot for slot in changed if after.get(slot) != ours.get(slot)} <= IDLE
    for slot in (before.keys() | after.keys()) - changed - IDLE:
        if after.get(slot) != before.get(slot):
            assert plan.changes[0].overwrites, slot
            assert after.get(slot) == ours.get(slot)
    assert split(declared(was), declared(here), now).changes == ()


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_without_drift_this_change_is_the_whole_plan_and_without_a_change_all_is_drift(
    kind: str, data: st.DataObject
) -> None:
    was = data.draw(bodies(kind))
    here = data.draw(edited(kind, was))
    account = Account()
    account.create(to_create(was))
    there = read(account.ask("GET", "/api/v1/monitor"))
    whole = make_plan(declared(here), there, site="datadoghq.eu")

    ours = split(declared(was), declared(here), there)
    drifted = split(declared(here), declared(here), there)
    waiting = split(declared(here), declared(here), there, declared(was))

    assert (ours.changes, apart(ours)) == (whole.changes, ())
    assert ours.fingerprint == whole.fingerprint
    assert drifted.changes == waiting.changes == ()
    assert [entry.fields for entry in apart(drifted, "drift")] == [
        change.fields for change in whole.changes
    ]
    assert [entry.fields for entry in apart(waiting, "merged")] == [
        change.fields for change in whole.changes
    ]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_merging_all_slots_or_none_gives_one_side_or_the_other(
    kind: str, data: st.DataObject
) -> None:
    here = data.draw(bodies(kind))
    there = data.draw(edited(kind, here))
    ours, theirs = (slots(side, declared=here) for side in (here, there))
    different = differing(ours, theirs)

    assert slots(merged(there, here, frozenset()), declared=here) == ours
    assert slots(merged(there, here, different), declared=here) == theirs


# single cases


def test_a_threshold_raised_by_hand_is_kept_by_a_change_of_the_query() -> None:
    moved = body()["query"].replace("payments.errors", "payments.failures")
    there = live(answer(body(**HIGH)))

    plan = split(project(monitor()), project(monitor(query=moved)), there)

    (change,) = plan.changes
    assert change.body is not None
    assert change.body["query"] == moved.replace("> 5", "> 50")
    assert change.body["options"]["thresholds"] == {"critical": 50}
    assert names(change) == {"query"}
    assert names(apart(plan, "drift")[0]) == {"query", "options.thresholds.critical"}


def test_where_both_made_another_query_of_it_the_thresholds_go_with_the_declared_one() -> None:
    query = "avg(last_5m):sum:payments.errors{env:staging} > 50"
    there = live(answer(body(query=query, options={"thresholds": {"critical": 50}})))
    ours = "avg(last_5m):sum:payments.errors{env:production,tier:1} > 5"

    plan = split(project(monitor()), project(monitor(query=ours)), there)

    (change,) = plan.changes
    assert change.body is not None
    assert change.body["query"] == ours
    assert change.body["options"]["thresholds"] == {"critical": 5}
    assert {overwrite.field for overwrite in change.overwrites} == {
        "query",
        "options.thresholds.critical",
    }
    assert apart(plan) == ()


def test_thresholds_that_datadog_would_refuse_together_are_as_declared() -> None:
    there = live(answer(body(**HIGH)))
    wanted = {"thresholds": {"critical": 5, "warning": 4}}
    raised = {"thresholds": {"critical": 50, "warning": 4}}
    low = live(
        answer(
            body(
                query=body()["query"].replace("> 5", "> 3"), options={"thresholds": {"critical": 3}}
            )
        )
    )

    fits = split(project(monitor()), project(monitor(options=wanted)), there)
    crossed = split(project(monitor()), project(monitor(options=wanted)), low)

    assert fits.changes[0].body is not None
    assert fits.changes[0].body["options"]["thresholds"] == raised["thresholds"]
    assert crossed.changes[0].body is not None
    assert crossed.changes[0].body["options"]["thresholds"] == wanted["thresholds"]
    assert {overwrite.field for overwrite in crossed.changes[0].overwrites} == {
        "query",
        "options.thresholds.critical",
    }


def test_an_option_that_nobody_here_knows_survives_the_update_of_another() -> None:
    there = live(answer(body(options={"thresholds": {"critical": 5}, "brand_new": {"a": 1}})))

    plan = split(project(monitor()), project(monitor(priority=1)), there)

    (change,) = plan.changes
    assert change.body is not None
    assert change.body["options"]["brand_new"] == {"a": 1}
    assert names(change) == {"priority"}


def test_tags_are_merged_by_key() -> None:
    tags = body()["tags"]
    hand = [*(tag.replace("team:payments-core", "team:sre") for tag in tags), "incident:1"]
    ours = [*(tag.replace("env:production", "env:live") for tag in tags), "tier:1"]

    plan = split(project(monitor()), project(monitor(tags=ours)), live(answer(body(tags=hand))))

    (change,) = plan.changes
    assert change.body is not None
    assert {"team:sre", "incident:1", "env:live", "tier:1"} <= set(change.body["tags"])
    assert not {"team:payments-core", "env:production"} & set(change.body["tags"])


def test_a_delete_says_what_somebody_had_made_of_the_monitor() -> None:
    there = live(answer(body(**HIGH)))

    plan = split(project(monitor()), project(), there)

    (change,) = plan.changes
    assert change.action == "delete"
    assert {overwrite.field for overwrite in change.overwrites} == {
        "query",
        "options.thresholds.critical",
    }


def test_a_live_monitor_that_no_revision_declared_is_drift_and_never_deleted() -> None:
    there = live(answer(monitor("payments/router/other"), 2))
    here = replace(project(monitor()), reverting=frozenset({"payments"}))

    plan = split(here, here, [*there, *live(answer(monitor()))], here)

    assert plan.changes == ()
    assert [(entry.action, entry.key) for entry in apart(plan, "drift")] == [
        ("delete", "payments/router/other")
    ]


def test_a_replace_by_this_change_leads_the_composite_to_the_new_monitor() -> None:
    both = composite("payments/router/both", "${id:payments/router/errors} && 9", KEY)
    logs = monitor(type="log alert", query='logs("a").index("*").rollup("count").last("5m") > 5')
    there = live(
        answer(monitor()), answer(both, 2, query="1 && 9"), answer(monitor("payments/a/b"), 9)
    )

    plan = split(project(monitor(), both), project(logs, both), there)

    assert [change.action for change in plan.changes] == ["replace", "update"]
    assert plan.changes[1].body is not None
    assert plan.changes[1].body["query"] == "${id:payments/router/errors} && 9"


def test_a_composite_keeps_the_id_of_a_member_that_another_change_is_to_replace() -> None:
    both = composite("payments/router/both", "${id:payments/router/errors} && 9", KEY)
    named = replace(both, body={**both.body, "name": "Both"})
    logs = monitor(type="log alert", query='logs("a").index("*").rollup("count").last("5m") > 5')
    there = live(answer(monitor()), answer(both, 2, query="1 && 9"))

    plan = split(project(logs, both), project(logs, named), there, project(monitor(), both))

    (change,) = plan.changes
    assert change.body is not None
    assert (change.body["name"], change.body["query"]) == ("Both", "1 && 9")
    assert [(entry.action, entry.origin) for entry in apart(plan)] == [("replace", "merged")]


def test_what_earlier_changes_asked_for_and_cannot_have_refuses_this_one_nothing() -> None:
    lost = monitor("payments/router/lost", adopt=77)
    ours = monitor(priority=1)

    before = split(project(monitor(), lost), project(ours, lost), live(answer(monitor())))
    by_us = split(project(monitor()), project(ours, lost), live(answer(monitor())))

    assert before.base is not None
    assert ([refusal.key for refusal in before.base.refused], before.refused) == ([lost.key], ())
    assert [refusal.key for refusal in by_us.refused] == [lost.key]
    assert len(before.changes) == len(by_us.changes) == 1
