"""No key is left twice, although listings lag; and a clone is never taken for what it copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from monitor_sync.errors import Interrupted, Refused
from monitor_sync.model import LiveId, LiveResource, Monitor
from monitor_sync.sync.apply import Outcome, Patience, Terms, carry_out
from monitor_sync.sync.journal import Past
from monitor_sync.sync.plan import Plan, make_plan
from tests.sync.builders import monitor, project
from tests.sync.conftest import Datadog
from tests.sync.test_apply import ERRORS, QUICK, SLOW, Watched, statuses

LAG = {"kind": "lagging", "route": "GET /api/v1/monitor", "seconds": 1.0, "times": None}
PATIENT = Terms(patience=Patience(pauses=(0.0,), for_listings=(0.2,) * 20))


def keys(datadog: Datadog) -> list[str]:
    return sorted(live.key for live in datadog.listing())


def test_two_runs_from_fresh_state_whose_listings_lag_leave_one_monitor_of_each_key(
    datadog: Datadog,
) -> None:
    datadog.inject(LAG)
    first = datadog.apply(ERRORS, SLOW, terms=PATIENT)
    changed = [
        monitor(error.key, name=f"{error.name}!", query=error.query) for error in (ERRORS, SLOW)
    ]

    second = datadog.apply(*changed, terms=PATIENT)

    datadog.inject()
    assert not any(outcome.in_doubt for outcome in (*first, *second))
    assert keys(datadog) == sorted([ERRORS.key, SLOW.key])


def test_a_second_run_deletes_what_it_made_once_the_listing_shows_the_older_one(
    datadog: Datadog,
) -> None:
    older = datadog.plan(ERRORS)
    carry_out(older, {"monitor": datadog.client}, terms=QUICK)
    datadog.inject(LAG)
    renamed = monitor(ERRORS.key, name="Another name")
    stale = datadog.plan(renamed)
    assert [change.action for change in stale.changes] == ["create"]

    (outcome,) = carry_out(stale, {"monitor": datadog.client}, terms=PATIENT)

    datadog.inject()
    assert "somebody else made" in outcome.note
    assert not outcome.in_doubt
    assert keys(datadog) == [ERRORS.key]


def test_what_no_listing_shows_in_time_is_in_doubt_and_named(datadog: Datadog) -> None:
    datadog.inject({**LAG, "seconds": 3600})
    quick = Terms(patience=Patience(for_listings=(0.0, 0.0), sleep=lambda _: None))

    (outcome,) = datadog.apply(ERRORS, terms=quick)

    assert (outcome.status, outcome.in_doubt) == ("done", True)
    assert "another run may have made it too" in outcome.note


def test_waiting_for_a_listing_ends_with_the_deadline(datadog: Datadog) -> None:
    datadog.inject({**LAG, "seconds": 3600})

    waits: list[float] = []

    def over(seconds: float) -> None:
        waits.append(seconds)
        raise Interrupted("time is up")

    (outcome,) = datadog.apply(ERRORS, terms=Terms(patience=Patience(sleep=over)))

    assert outcome.in_doubt
    assert len(waits) == 1


class Deleting(Watched):
    """A connection on which somebody deletes each monitor as soon as it is made."""

    def create(self, body: Any) -> Any:
        made = super().create(body)
        self.inner.delete(made["id"])
        return made


def test_what_somebody_deleted_meanwhile_is_not_waited_for(datadog: Datadog) -> None:
    plan = datadog.plan(ERRORS)

    (outcome,) = carry_out(plan, {"monitor": Deleting(datadog.client)}, terms=PATIENT)

    assert not outcome.in_doubt


def test_a_listing_that_fails_leaves_what_was_made_in_doubt(datadog: Datadog) -> None:
    plan = datadog.plan(ERRORS)

    class Failing(Watched):
        def create(self, body: Any) -> Any:
            made = super().create(body)
            datadog.inject({"kind": "forbidden", "route": "GET /api/v1/monitor", "times": None})
            return made

    (outcome,) = carry_out(plan, {"monitor": Failing(datadog.client)}, terms=QUICK)

    assert outcome.in_doubt
    assert "not checked for a twin" in outcome.note


def cloned(datadog: Datadog) -> tuple[Any, Any]:
    """Make a monitor and a clone of it; return the older id and a listing without the older."""
    datadog.apply(ERRORS)
    older = datadog.by_key()[ERRORS.key]
    datadog.client.create({**ERRORS.body, "name": "Clone", "tags": list(ERRORS.body["tags"])})
    (clone,) = (live for live in datadog.listing() if live.id != older)
    return older, clone


def planned(live: Sequence[LiveResource], *declared: Monitor) -> Plan:
    return make_plan(project(*declared), live, site="datadoghq.eu")


def untouched(datadog: Datadog, outcomes: Sequence[Outcome], clone: Any) -> None:
    assert statuses(outcomes) == {ERRORS.key: "conflict"}
    assert datadog.client.get(clone.id)["name"] == "Clone"
    assert keys(datadog) == [ERRORS.key, ERRORS.key]


def test_a_clone_is_not_overwritten_where_the_listing_hides_what_it_copies(
    datadog: Datadog,
) -> None:
    older, clone = cloned(datadog)
    plan = planned([clone], ERRORS)
    assert [(change.action, change.id) for change in plan.changes] == [("update", clone.id)]

    outcomes = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    untouched(datadog, outcomes, clone)
    assert f"#{older}" in str(outcomes[0].error)


def test_a_clone_is_not_deleted_where_the_listing_hides_what_it_copies(datadog: Datadog) -> None:
    _, clone = cloned(datadog)
    plan = planned([clone])
    assert [(change.action, change.id) for change in plan.changes] == [("delete", clone.id)]

    untouched(datadog, carry_out(plan, {"monitor": datadog.client}, terms=QUICK), clone)


def test_a_clone_is_not_replaced_where_the_listing_hides_what_it_copies(datadog: Datadog) -> None:
    _, clone = cloned(datadog)
    query = 'logs("a").index("*").rollup("count").last("5m") > 5'
    log = monitor(ERRORS.key, type="log alert", query=query)
    plan = planned([clone], log)
    assert [change.action for change in plan.changes] == ["replace"]

    with pytest.raises(Refused, match="a second listing came with"):
        carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert keys(datadog) == [ERRORS.key, ERRORS.key]


class Hiding(Watched):
    """A connection on which no listing shows one monitor."""

    def __init__(self, inner: Any, hidden: int) -> None:
        super().__init__(inner)
        self.hidden = hidden

    def pages(self, *, tags: Sequence[str] = ()) -> Any:
        for page in super().pages(tags=tags):
            yield [raw for raw in page if raw["id"] != self.hidden]


def test_what_the_journal_knows_and_two_listings_hide_stops_an_update_too(
    datadog: Datadog,
) -> None:
    older, clone = cloned(datadog)
    plan = planned([clone], ERRORS)
    past = Past(ours=frozenset({LiveId("monitor", older)}))

    with pytest.raises(Refused, match=f"Datadog still has #{older}"):
        carry_out(plan, {"monitor": Hiding(datadog.client, older)}, terms=QUICK, past=past)

    assert datadog.client.get(clone.id)["name"] == "Clone"
