"""Applying plans, with the real client against the emulator over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from monitor_sync.errors import Rejected
from monitor_sync.sync.apply import Endpoint, Outcome, Patience, Terms, carry_out
from tests.sync.builders import actions, body, composite, monitor
from tests.sync.conftest import Datadog

ERRORS = monitor("payments/router/errors")
SLOW = monitor("payments/router/slow", name="Slow", query="avg(last_5m):avg:payments.time{*} > 5")
BOTH = composite(
    "payments/router/both",
    "${id:payments/router/errors} && ${id:payments/router/slow}",
    ERRORS.key,
    SLOW.key,
    name="Both",
)
QUICK = Terms(patience=Patience(pauses=(0.0, 0.0), sleep=lambda _: None))
ALONE = replace(QUICK, workers=1)


def statuses(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {outcome.change.key: outcome.status for outcome in outcomes}


class Watched:
    """The real client, with a hand on its writes: what it does is decided by a test."""

    def __init__(self, inner: Endpoint) -> None:
        self.inner = inner
        self.written: list[tuple[str, Any]] = []

    def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Any]]:
        return self.inner.pages(tags=tags)

    def find(self, project: str, key: str) -> Sequence[Any]:
        return self.inner.find(project, key)

    def get(self, id: int, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        return self.inner.get(id, with_assets=with_assets)

    def last_editor(self, id: int) -> str:  # noqa: A002 - Datadog's word
        return self.inner.last_editor(id)

    def create(self, body: Any) -> Any:
        self.written.append(("create", body["name"]))
        return self.inner.create(body)

    def update(self, id: int, body: Any) -> Any:  # noqa: A002 - Datadog's word
        self.written.append(("update", id))
        return self.inner.update(id, body)

    def delete(self, id: int, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        self.written.append(("delete", id))
        self.inner.delete(id, force=force)


def test_the_first_run_creates_everything_and_the_second_plan_is_empty(datadog: Datadog) -> None:
    outcomes = datadog.apply(ERRORS, SLOW, BOTH)

    assert statuses(outcomes) == {ERRORS.key: "done", SLOW.key: "done", BOTH.key: "done"}
    assert all(outcome.altered == () and outcome.id for outcome in outcomes)
    second = datadog.plan(ERRORS, SLOW, BOTH)
    assert second.changes == ()
    assert second.unchanged == 3


def test_a_composite_is_made_after_its_members_and_names_their_ids(datadog: Datadog) -> None:
    datadog.apply(BOTH, SLOW, ERRORS)

    ids = datadog.by_key()
    query = datadog.client.get(ids[BOTH.key])["query"]
    assert query == f"{ids[ERRORS.key]} && {ids[SLOW.key]}"


def test_a_plan_costs_one_listing_and_an_apply_one_more_and_one_write_a_change(
    datadog: Datadog,
) -> None:
    datadog.apply(ERRORS)
    changed = monitor(ERRORS.key, priority=1)
    datadog.forget_requests()
    datadog.plan(changed)
    assert datadog.requests() == {"GET /api/v1/monitor": 1}

    datadog.forget_requests()
    datadog.apply(changed)
    assert datadog.requests() == {
        "GET /api/v1/monitor": 2,
        "GET /api/v1/monitor/{id}": 1,
        "PUT /api/v1/monitor/{id}": 1,
    }


def test_creating_costs_one_listing_before_and_one_after(datadog: Datadog) -> None:
    datadog.apply(ERRORS, SLOW)

    assert datadog.requests() == {"GET /api/v1/monitor": 3, "POST /api/v1/monitor": 2}


def test_a_threshold_raised_in_the_ui_is_put_back(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    datadog.client.update(
        number,
        {"query": ERRORS.query.replace("> 5", "> 50"), "options": {"thresholds": {"critical": 50}}},
    )

    (change,) = datadog.plan(ERRORS).changes
    assert [field.field for field in change.fields] == ["query", "options.thresholds.critical"]
    datadog.apply(ERRORS)
    assert datadog.plan(ERRORS).changes == ()


def test_an_update_clears_what_is_no_longer_declared(datadog: Datadog) -> None:
    full = monitor(
        ERRORS.key,
        options={
            "thresholds": {"critical": 5, "warning": 3},
            "renotify_interval": 30,
            "escalation_message": "still",
            "include_tags": False,
            "notify_audit": True,
            "new_host_delay": 60,
            "evaluation_delay": 900,
            "notify_no_data": True,
            "no_data_timeframe": 20,
            "require_full_window": True,
        },
    )
    datadog.apply(full)
    bare = monitor(ERRORS.key, options={}, priority=None, message="", query="avg(last_5m):a{*} > 5")

    (outcome,) = datadog.apply(bare)

    assert outcome.altered == ()
    assert datadog.plan(bare).changes == ()
    left = datadog.client.get(datadog.by_key()[ERRORS.key])
    assert left["priority"] is None
    assert left["message"] == ""
    assert "thresholds" not in left["options"]
    assert left["options"]["include_tags"] is True


def test_a_mute_is_neither_a_diff_nor_undone(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    datadog.post(f"/api/v1/monitor/{number}/mute")
    assert datadog.plan(ERRORS).changes == ()

    datadog.apply(monitor(ERRORS.key, priority=1))

    assert datadog.client.get(number)["options"]["silenced"] == {"*": None}


def test_a_downtime_is_no_diff(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    datadog.post("/api/v1/downtime", {"scope": ["*"], "monitor_id": number})

    assert datadog.plan(ERRORS).changes == ()


def test_moved_from_keeps_the_id(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    before = datadog.by_key()[ERRORS.key]
    renamed = monitor("payments/router/failures", moved_from=(ERRORS.key,))

    assert actions(datadog.plan(renamed).changes) == [("update", renamed.key)]
    datadog.apply(renamed)

    assert datadog.by_key() == {renamed.key: before}
    assert datadog.plan(renamed).changes == ()


def test_adopt_takes_a_monitor_over_in_place(datadog: Datadog) -> None:
    made = datadog.client.create(body(tags=["made:by-hand"], name="By hand"))
    adopting = monitor(ERRORS.key, adopt=made["id"])

    assert actions(datadog.plan(adopting).changes) == [("adopt", ERRORS.key)]
    datadog.apply(adopting)

    assert datadog.by_key() == {ERRORS.key: made["id"]}
    assert datadog.plan(adopting).changes == ()


def test_deletes_come_after_everything_else(datadog: Datadog) -> None:
    datadog.apply(ERRORS, SLOW)
    watched = Watched(datadog.client)
    new = monitor("payments/router/new", name="New")
    plan = datadog.plan(monitor(SLOW.key, **{**SLOW.body, "priority": 1}), new)
    assert actions(plan.changes)[0] == ("delete", ERRORS.key)

    carry_out(plan, {"monitor": watched}, terms=QUICK)

    assert [what for what, _ in watched.written] == ["create", "update", "delete"]
    assert datadog.by_key().keys() == {SLOW.key, new.key}


def test_a_composite_is_deleted_before_its_members(datadog: Datadog) -> None:
    key = "payments/router/z"
    last_by_key = replace(BOTH, key=key, body={**BOTH.body, "tags": body(key)["tags"]})
    datadog.apply(ERRORS, SLOW, last_by_key)
    watched = Watched(datadog.client)

    outcomes = carry_out(datadog.plan(), {"monitor": watched}, terms=ALONE)

    assert [outcome.status for outcome in outcomes] == ["done"] * 3
    ids = {outcome.change.key: outcome.change.id for outcome in outcomes}
    assert watched.written[0] == ("delete", ids[last_by_key.key])
    assert datadog.listing() == []


def test_deletes_are_held_back_when_something_failed(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    broken = monitor("payments/router/broken", query="not a query")

    outcomes = datadog.apply(broken)

    assert statuses(outcomes) == {ERRORS.key: "held back", broken.key: "failed"}
    assert isinstance(outcomes[1].error, Rejected)
    assert ERRORS.key in datadog.by_key()


def test_a_failure_stops_what_depends_on_it_and_nothing_else(datadog: Datadog) -> None:
    broken = monitor(SLOW.key, query="not a query")
    other = monitor("payments/router/other", name="Other")

    outcomes = datadog.apply(ERRORS, broken, BOTH, other)

    assert statuses(outcomes) == {
        ERRORS.key: "done",
        SLOW.key: "failed",
        BOTH.key: "held back",
        other.key: "done",
    }
    datadog.apply(ERRORS, SLOW, BOTH, other)
    assert datadog.plan(ERRORS, SLOW, BOTH, other).changes == ()


def test_another_type_is_a_replace_and_composites_follow_it(datadog: Datadog) -> None:
    datadog.apply(ERRORS, SLOW, BOTH)
    before = datadog.by_key()
    other_type = monitor(
        SLOW.key,
        name="Slow",
        type="log alert",
        query='logs("service:router").index("*").rollup("count").last("5m") > 5',
    )

    plan = datadog.plan(ERRORS, other_type, BOTH)
    assert actions(plan.changes) == [("replace", SLOW.key), ("update", BOTH.key)]
    assert plan.changes[0].referred_by == ()
    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert [outcome.status for outcome in outcomes] == ["done", "done"]
    after = datadog.by_key()
    assert len(datadog.listing()) == 3
    assert after[SLOW.key] not in before.values()
    assert str(after[SLOW.key]) in datadog.client.get(after[BOTH.key])["query"]
    assert datadog.plan(ERRORS, other_type, BOTH).changes == ()


def test_a_replace_that_was_cut_off_is_finished_and_not_begun_again(datadog: Datadog) -> None:
    datadog.apply(SLOW)
    other_type = monitor(
        SLOW.key,
        name="Slow",
        type="log alert",
        query='logs("service:router").index("*").rollup("count").last("5m") > 5',
    )
    old = datadog.by_key()[SLOW.key]
    new = datadog.client.create(dict(other_type.body))["id"]

    plan = datadog.plan(other_type)
    assert plan.left_alone == ()
    (outcome,) = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert (outcome.status, outcome.id) == ("done", new)
    assert [resource.id for resource in datadog.listing()] == [new]
    assert old != new


def test_a_clone_is_left_alone_and_its_key_is_not_deleted(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    clone = datadog.client.create(body(ERRORS.key, name="Clone"))["id"]

    plan = datadog.plan(ERRORS)
    assert plan.changes == ()
    assert [(entry.id, entry.reason) for entry in plan.left_alone] == [(clone, "clone")]

    gone = datadog.plan()
    assert gone.changes == ()
    assert str(clone) in gone.refused[0].message
