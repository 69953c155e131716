"""A monitor that somebody deleted is told from one that was never made."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from monitor_sync.model import Deletion, LiveId
from monitor_sync.sync import plan_file, plan_json
from monitor_sync.sync.deletions import Evidence, candidates, unknown, with_deletions
from monitor_sync.sync.drift import Apart, Base, Origin
from monitor_sync.sync.plan import Plan, make_plan
from tests.sync.builders import answer, live, monitor, project

NAME = "[Payments] Router errors"
GONE = Deletion(id=7, name=NAME, by="ani@acme.example", at=5_000)


OTHER = answer(monitor("payments/z/z", name="Z", query="avg(last_5m):avg:z{*} > 5"), 1)
"""What lives, and is not what was deleted."""


def waiting(origin: Origin = "merged", since: str = "c1", name: str = NAME) -> Plan:
    """A plan with one monitor that is declared and not live, for this reason as it seems."""
    apart = Apart(
        origin=origin,
        action="create",
        key="payments/router/errors",
        id=None,
        name=name,
        team="payments-core",
        business_unit="payments",
        since=since,
    )
    base = Base(revision="HEAD", commit="c2", apart=(apart,))
    return Plan(project="acme", site="", base=base, ours=frozenset({LiveId("monitor", 1)}))


def judged(plan: Plan, evidence: Evidence) -> tuple[str, Deletion | None]:
    base = with_deletions(plan, evidence).base
    assert base is not None
    return base.apart[0].origin, base.apart[0].deleted


def merged_at(commit: str) -> int:
    return {"c1": 4_000, "late": 6_000}.get(commit, 0)


def test_the_audit_trail_names_who_deleted_what_after_it_was_merged() -> None:
    evidence = Evidence(deletions=(GONE,), merged_at=merged_at)

    assert judged(waiting(), evidence) == ("drift", GONE)
    assert judged(waiting(since="late"), evidence) == ("merged", None)
    assert judged(waiting(name="Another"), evidence) == ("merged", None)


def test_what_was_applied_and_is_not_live_was_deleted_whoever_did_it() -> None:
    applied = Evidence(deletions=(), is_applied=lambda commit: commit == "c1")

    assert judged(waiting(), applied) == ("drift", Deletion())
    assert judged(waiting(since="late"), applied) == ("merged", None)


def test_what_every_looked_at_revision_declares_was_deleted_and_a_newer_one_is_not_here() -> None:
    assert judged(waiting("drift", ""), Evidence()) == ("drift", Deletion())
    assert judged(waiting("newer"), Evidence(deletions=(GONE,))) == ("newer", None)


@pytest.mark.parametrize(
    ("evidence", "number"),
    [
        (Evidence(), 1),
        (Evidence(deletions=()), 0),
        (Evidence(is_applied=lambda _: True), 0),
    ],
)
def test_what_nobody_can_tell_is_counted(evidence: Evidence, number: int) -> None:
    assert unknown(waiting(), evidence) == number


@pytest.mark.parametrize("origin", ["merged", "drift"])
def test_what_lives_without_our_tags_is_drift_whatever_the_trail_says_of_its_name(
    origin: Origin,
) -> None:
    plan = waiting(origin)
    assert plan.base is not None
    entries = (replace(plan.base.apart[0], untagged=(9, 12)),)
    plan = replace(plan, base=replace(plan.base, apart=entries))
    evidence = Evidence(deletions=(GONE,), is_applied=lambda _: True)

    completed = with_deletions(plan, evidence)

    assert completed.base is not None
    (entry,) = completed.base.apart
    assert (entry.origin, entry.action, entry.id) == ("drift", "adopt", 9)
    assert (entry.deleted, entry.since) == (None, "")
    again = plan_file.read(plan_json.file(completed, commit=""), "plan.json")
    assert again.base is not None
    assert again.base.apart == (entry,)


def test_only_what_has_the_very_name_and_query_is_taken_for_a_monitor_without_our_tags() -> None:
    bare = answer(monitor(tags=["team:x"]), 2)
    renamed = answer(monitor(tags=["team:x"], name="Another"), 3)

    plan = make_plan(project(monitor()), live(OTHER, renamed, bare), site="")
    (change,) = (change for change in plan.changes if change.action == "create")

    assert (change.lookalikes, change.untagged) == ((2, 3), (2,))
    completed = with_deletions(plan, Evidence(deletions=(replace(GONE, name=change.name),)))
    assert all(change.deleted is None for change in completed.changes)


def test_each_deletion_is_told_of_one_monitor_the_latest_first() -> None:
    earlier = replace(GONE, id=5, at=1_000)
    twice = [monitor("payments/router/a"), monitor("payments/router/b"), monitor("payments/x/c")]
    plan = make_plan(project(*twice), live(OTHER), site="")

    completed = with_deletions(plan, Evidence(deletions=(GONE, earlier)))

    assert [change.deleted for change in completed.changes if change.action == "create"] == [
        GONE,
        earlier,
        None,
    ]


def test_a_plan_file_keeps_what_was_deleted() -> None:
    plan = make_plan(project(monitor()), live(OTHER), site="")
    completed = with_deletions(plan, Evidence(deletions=(GONE,)))

    again = plan_file.read(plan_json.file(completed, commit=""), "plan.json")

    assert [change.deleted for change in again.changes if change.action == "create"] == [GONE]
    assert again.fingerprint == plan.fingerprint


def test_nobody_is_asked_where_nothing_is_missing_or_nothing_ever_lived() -> None:
    there = live(answer(monitor(), 1))

    assert not candidates(make_plan(project(monitor()), there, site=""))
    assert not candidates(make_plan(project(monitor()), [], site=""))
    assert candidates(make_plan(project(monitor(), monitor("payments/x/y")), there, site=""))


def test_a_twin_that_is_as_declared_is_told_from_a_clone_that_somebody_made() -> None:
    there = live(
        answer(monitor(), 1), answer(monitor(), 2), answer(monitor(name="Errors (copy)"), 3)
    )

    plan = make_plan(project(monitor()), there, site="")

    assert [(alone.id, alone.twin) for alone in plan.left_alone] == [(2, True), (3, False)]


def test_what_seems_to_be_renamed_is_no_deletion_that_comes_back() -> None:
    former = answer(monitor("payments/router/old"), 1)
    plan = make_plan(project(monitor()), live(former), site="")

    completed = with_deletions(plan, Evidence(deletions=(GONE,)))

    assert [change.deleted for change in completed.changes] == [None, None]
