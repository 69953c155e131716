"""A create beside a live monitor that looks the same is a limit of its own, unless reviewed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from monitor_sync.model import Limit, Limits, Monitor
from monitor_sync.sync.limits import Breach, breaches
from monitor_sync.sync.plan import Plan, make_plan
from tests.sync.builders import answer, live, monitor, project

NEW = "payments/router/errors"
STRANGER = answer(monitor(), 7, tags=["team:payments-core"])


def plan(*declared: Monitor) -> Plan:
    return make_plan(project(*declared), live(STRANGER), site="")


def limits(lookalikes: Limit) -> Limits:
    usual = Limits()
    return replace(usual, standing={**usual.standing, "lookalikes": lookalikes})


def test_one_is_too_many_and_the_refusal_says_what_to_type() -> None:
    made = plan(monitor())

    assert breaches(made, Limits()) == (
        Breach(
            message="1 new monitor of payments would stand beside a live one that looks the same:"
            " the limit is 0",
            hint="`adopt: ID` takes it over, as the plan says; if a second one is meant:"
            f" `--max-lookalikes 1`, or `--expect {made.fingerprint}` after a review",
        ),
    )


def test_units_are_told_apart_and_then_all() -> None:
    made = plan(monitor(), monitor("motor/flow/errors"), monitor("motor/flow/slow"))

    assert [breach.message.partition(" would")[0] for breach in breaches(made, Limits())] == [
        "2 new monitors of motor",
        "1 new monitor of payments",
        "3 new monitors in all",
    ]


@pytest.mark.parametrize(
    ("allowed", "reviewed"), [(Limit(), False), (Limit(count=1), False), (Limit(count=0), True)]
)
def test_a_review_a_project_or_an_option_lets_it_through(allowed: Limit, reviewed: bool) -> None:
    made = plan(monitor())

    assert breaches(made, limits(allowed), reviewed=reviewed) == ()
    assert breaches(made, Limits(), overrides={"lookalikes": Limit(count=1)}) == ()


def test_what_looks_like_nothing_and_what_is_adopted_never_count() -> None:
    other = monitor(name="Other", query="avg(last_5m):avg:payments.other{*} > 5")

    assert breaches(plan(other), Limits()) == ()
    assert breaches(plan(monitor(adopt=7)), Limits()) == ()


def test_a_composite_looks_like_one_of_the_same_members() -> None:
    both = monitor("payments/router/both", type="composite", query="3 && 4", options={}, name="B")
    stranger = answer(both, 9, tags=[], name="Both, by hand")

    made = make_plan(project(both), live(stranger), site="")

    assert made.changes[0].lookalikes == (9,)


def test_a_new_monitor_that_is_another_projects_by_all_its_looks_counts_too() -> None:
    theirs = answer(monitor(), 7, tags=["monitor_sync_project:old", "monitor_sync_key:a/b/errors"])

    made = make_plan(project(monitor()), live(theirs), site="")

    (change,) = made.changes
    assert (change.lookalikes, change.foreign) == ((), (7,))
    (breach,) = breaches(made, Limits())
    assert breach.hint.startswith("`moved_from` keeps it, as the plan says")
    assert breaches(made, Limits(), reviewed=True) == ()


def test_another_projects_monitor_of_the_same_query_alone_does_not_count() -> None:
    tags = ["monitor_sync_project:old", "monitor_sync_key:a/b/errors"]
    theirs = answer(monitor(), 7, name="theirs", tags=tags)

    made = make_plan(project(monitor()), live(theirs), site="")

    assert [change.foreign for change in made.changes] == [()]
    assert breaches(made, Limits()) == ()
