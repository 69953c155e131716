"""What a change weakens of the rules of its review is named, and does not count for itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.model import Limit, Limits, Policy, Project, Suppression, Team
from monitor_sync.sync import plan_file, plan_json
from monitor_sync.sync.loosening import judged, loosenings, stricter_limits, with_heirs
from monitor_sync.sync.plan import Plan
from monitor_sync.sync.review_rules import as_json, from_json, rules_of
from tests.sync.builders import monitor, project

KEY = "payments/router/errors"
PAGER = "@webhook-zenduty-payments"
TEAM = Team(
    name="payments-core",
    title="Payments",
    on_call="payments-core",
    handles={"pager": PAGER},
    approvers=("ani",),
)
POLICY = Policy(
    required_tags={"tier": ("1", "2"), "cost": ()},
    name_pattern=r"\[.*",
    paging_priorities=frozenset({1, 2}),
    pagers=("@webhook-*",),
    forbidden_handles=("@all",),
    severity={"routing/nobody": "error", "tags/odd": "warning"},
    paging_approval=True,
    backtest={"max_fires_per_week": 5, "days": 7},
)
LIMITS = Limits(units={"motor": {"deletes": Limit(count=2)}}, pagers=POLICY.pagers)
BASE = replace(
    project(monitor()), site="datadoghq.eu", policy=POLICY, limits=LIMITS,
    teams={"payments-core": TEAM},
)  # fmt: skip


OF_POLICY = ("tags/required", "tags/value-not-allowed", "hygiene/name-unlike-pattern")


def named(rule: str) -> Suppression:
    return Suppression(rule=rule)


def usual() -> Mapping[str, str]:
    return {"tags/odd": "note", "routing/nobody": "warning", "routing/other": "error"}


def loosened(here: Project, base: Project = BASE) -> list[str]:
    return [entry.what for entry in loosenings(rules_of(base), rules_of(here), usual)]


def policy(**changed: Any) -> Project:
    return replace(BASE, policy=replace(POLICY, **changed))


def limits(**changed: Any) -> Project:
    return replace(BASE, limits=replace(LIMITS, **changed))


def team(**changed: Any) -> Project:
    return replace(BASE, teams={"payments-core": replace(TEAM, **changed)})


@pytest.mark.parametrize(
    ("here", "what"),
    [
        (policy(paging_approval=False), "policy.paging_approval"),
        (policy(backtest={}), "policy.backtest.max_fires_per_week"),
        (policy(backtest={"max_fires_per_week": 5, "days": 1}), "policy.backtest.days"),
        (policy(backtest={"max_fires_per_week": 6}), "policy.backtest.max_fires_per_week"),
        (policy(severity={"routing/nobody": "off", "tags/odd": "warning"}),
         "policy.severity.routing/nobody"),
        (policy(severity={"routing/nobody": "error"}), "policy.severity.tags/odd"),
        (policy(severity={**POLICY.severity, "routing/other": "note"}),
         "policy.severity.routing/other"),
        (policy(paging_priorities=frozenset({1})), "policy.paging_priorities"),
        (policy(forbidden_handles=()), "policy.forbidden_handles"),
        (policy(name_pattern=""), "policy.name_pattern"),
        (policy(required_tags={"tier": ("1", "2")}), "policy.required_tags.cost"),
        (policy(required_tags={"tier": (), "cost": ()}), "policy.required_tags.tier"),
        (policy(required_tags={"tier": ("1", "3"), "cost": ()}), "policy.required_tags.tier"),
        (limits(pagers=("@oncall-*",)), "what is a pager"),
        (limits(pagers=("@webhook-*", "@slack-*")), "what is a pager"),
        (limits(units={}), "limits.units.motor.deletes"),
        (limits(units={"auto": {"deletes": Limit(count=2)}}), "limits.units.motor.deletes"),
        (limits(units={**LIMITS.units, "*": {"unpaged": Limit()}}),
         "limits.each_unit.unpaged"),
        (limits(standing={**LIMITS.standing, "deletes": Limit(count=5)}), "limits.deletes"),
        (team(approvers=("ani", "eve")), "teams.payments-core.approvers"),
        (team(approvers=()), "teams.payments-core.approvers"),
        (replace(BASE, teams={}), "teams.payments-core.approvers"),
        (team(handles={}), "pagers of the team payments-core"),
        (replace(BASE, site="datadoghq.com"), "site"),
        (replace(BASE, name="acme-2"), "project"),
        (replace(BASE, reverting=frozenset({"payments"})), "drift: revert"),
        (replace(BASE, monitors={KEY: monitor(ignored=(Suppression(rule="routing/nobody"),))}),
         "ignore routing/nobody"),
    ],
)  # fmt: skip
def test_each_rule_that_is_weaker_is_named(here: Project, what: str) -> None:
    assert what in loosened(here)


@pytest.mark.parametrize(
    "here",
    [
        BASE,
        policy(severity={**POLICY.severity, "tags/odd": "error"}),
        policy(paging_priorities=frozenset({1, 2, 3}), forbidden_handles=("@all", "@here")),
        policy(required_tags={"tier": ("1",), "cost": ("9",), "more": ()}),
        limits(standing={**LIMITS.standing, "labels": Limit(count=1)}),
        limits(pagers=("@webhook-*", "@webhook-zenduty-*")),
        team(handles={"phone": PAGER.upper()}, approvers=("ani",)),
    ],
)
def test_what_is_stricter_or_the_same_is_not_named(here: Project) -> None:
    assert loosened(here) == []


def test_a_suppression_that_lasts_longer_is_named_and_one_that_ends_sooner_is_not() -> None:
    def until(day: str) -> Project:
        own = Suppression(rule="routing/nobody", reason="r", until=day)
        return replace(BASE, monitors={KEY: monitor(ignored=(own,))})

    assert loosened(until("2027-01-01"), until("2026-01-01")) == ["ignore routing/nobody"]
    assert loosened(until(""), until("2026-01-01")) == ["ignore routing/nobody"]
    assert loosened(until("2026-01-01"), until("2027-01-01")) == []
    assert loosened(until("2026-01-01"), until("")) == []


def test_a_limit_of_two_units_that_is_lifted_for_both_is_named_for_both() -> None:
    def units(motor: int, travel: int) -> Project:
        own = {"motor": motor, "travel": travel}
        return limits(units={unit: {"deletes": Limit(count=n)} for unit, n in own.items()})

    strict = units(1, 1)
    both = ["limits.units.motor.deletes", "limits.units.travel.deletes"]

    assert loosened(units(9, 9), strict) == both
    assert loosened(units(9, 1), strict) == both[:1]
    assert loosened(limits(units={}), strict) == both


def test_priorities_that_page_in_place_of_the_usual_ones_are_weaker_where_one_is_left_out() -> None:
    base = policy(paging_priorities=frozenset())

    for named in (frozenset({3}), frozenset({1}), frozenset({2, 3, 4, 5})):
        here = policy(paging_priorities=named)
        assert loosened(here, base) == ["policy.paging_priorities"]
        assert judged(base, here).policy.paging_priorities == frozenset()
    here = policy(paging_priorities=frozenset({1, 2, 3}))
    assert loosened(here, base) == []
    assert judged(base, here).policy.paging_priorities == {1, 2, 3}


def test_a_unit_that_takes_over_the_monitors_of_another_has_its_limits_too() -> None:
    moved = monitor("auto/router/errors", moved_from=("motor/router/errors",))
    here = replace(BASE, monitors={moved.key: moved})

    base = with_heirs(BASE, here)

    assert base.limits.of_unit("auto", "deletes") == Limit(count=2, share=Decimal(30))
    assert loosened(here, base) == ["limits.units.auto.deletes"]
    assert judged(base, here).limits.of_unit("auto", "deletes") == Limit(count=2, share=Decimal(30))
    assert with_heirs(BASE, BASE) == BASE


def test_suppressions_that_are_only_counted_are_told_apart_and_come_last() -> None:
    def ignoring(*keys: str) -> Project:
        own = (Suppression(rule="aa/any"),)
        return replace(policy(paging_approval=False), monitors={key: monitor(key, ignored=own)
                                                                for key in keys})  # fmt: skip

    keys = [f"u/f/{name}" for name in "abcde"]
    some, others = (
        loosenings(rules_of(BASE), rules_of(ignoring(*names)), usual)
        for names in (keys, [*keys[:4], "u/f/z"])
    )

    assert [entry.what for entry in some] == ["policy.paging_approval", "ignore aa/any"]
    assert (some[1].new, others[1].new) == ("u/f/a, u/f/b, u/f/c, and 2 more",) * 2
    assert (some[1].more, others[1].more) == (("u/f/d", "u/f/e"), ("u/f/d", "u/f/z"))
    plans = [Plan(project="p", site="s", loosened=own) for own in (some, others)]
    assert len({plan.fingerprint for plan in plans}) == 2
    assert plan_file.read(plan_json.file(plans[0], commit=""), "plan.json").loosened == some


def test_where_there_was_no_project_nothing_is_weaker() -> None:
    assert loosened(BASE, Project(name="")) == []
    assert judged(Project(name=""), BASE) == BASE


def test_the_rules_of_the_base_count_and_what_the_change_adds_to_them() -> None:
    here = replace(
        policy(
            paging_approval=False, forbidden_handles=("@here",), pagers=("@slack-*",),
            severity={"routing/nobody": "off", "routing/other": "off", "tags/new": "error"},
            required_tags={"tier": ("2", "3"), "more": ()}, paging_priorities=frozenset({3}),
        ),
        limits=Limits(
            standing={**LIMITS.standing, "deletes": Limit(), "changes": Limit(count=1)},
            pagers=("@slack-*",),
        ),
        reverting=frozenset({"payments"}),
    )  # fmt: skip

    project = judged(BASE, here)

    assert project.policy.paging_approval
    assert project.policy.forbidden_handles == ("@all", "@here")
    assert project.policy.pagers == ("@webhook-*",)
    assert project.policy.severity == {
        "routing/nobody": "error", "tags/odd": "warning", "tags/new": "error",
    }  # fmt: skip
    assert project.policy.required_tags == {"tier": ("2",), "cost": (), "more": ()}
    assert project.policy.paging_priorities == {1, 2, 3}
    assert project.limits.standing["deletes"] == Limit(share=Decimal(30))
    assert project.limits.standing["changes"] == Limit(count=1, share=Decimal(30))
    assert project.limits.of_unit("motor", "deletes") == Limit(count=2)
    assert project.limits.notions == (("@webhook-*",), ("@slack-*",))
    assert project.reverting == frozenset()


def test_what_a_change_newly_ignores_of_rules_that_protect_people_is_not_ignored_by_itself() -> (
    None
):
    rules = tuple(map(named, ("routing/nobody", *OF_POLICY, "hygiene/old")))
    moved = monitor("payments/other/errors", ignored=rules, moved_from=(KEY,))
    new = monitor("payments/new/errors", ignored=rules)

    here = judged(BASE, replace(BASE, monitors={moved.key: moved, new.key: new}))

    assert here.monitors[moved.key].ignored == rules[-1:]
    assert here.monitors[new.key].ignored == rules


def test_a_pager_that_is_none_any_more_is_named_with_what_it_was() -> None:
    narrower = replace(BASE, limits=replace(LIMITS, pagers=("@webhook-zenduty-*",)))

    (entry,) = loosenings(rules_of(BASE), rules_of(narrower), dict)

    assert (entry.what, entry.old, entry.new) == ("what is a pager", "@webhook-*", "none")


def test_the_rules_survive_a_plan_file() -> None:
    rules = rules_of(replace(BASE, monitors={KEY: monitor(ignored=(Suppression(rule="a/b"),))}))

    assert from_json(as_json(rules)) == rules
    assert stricter_limits(BASE.limits, rules.as_limits()).standing == BASE.limits.standing


def test_a_backtest_is_held_against_the_fewer_alerts_over_the_more_days() -> None:
    here = policy(backtest={"max_fires_per_week": 9, "days": 3})

    assert judged(BASE, here).policy.backtest == {"max_fires_per_week": 5, "days": 7}
    assert loosened(policy(backtest={"max_fires_per_week": 1})) == []
