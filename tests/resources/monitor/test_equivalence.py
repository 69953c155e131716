"""Each canonical rule: what it makes the same, and what it keeps apart."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.equivalence import EQUIVALENCES
from tests.sync.builders import body

ABSENT = object()

OPTION_CASES: dict[str, tuple[list[tuple[Any, Any]], list[tuple[Any, Any]]]] = {
    # option: (pairs that are the same, pairs that differ)
    "thresholds": (
        [
            ({"critical": 2}, {"critical": 2.0}),
            ({}, ABSENT),
            ({"critical": 2, "warning": None}, {"critical": 2}),
            ({"critical": None}, ABSENT),
            ({"critical": 2, "period": "last_5m", "ok": 1}, {"critical": 2}),
        ],
        [({"critical": 2}, {"critical": 2.5}), ({"critical": 0}, ABSENT)],
    ),
    "threshold_windows": (
        [(None, ABSENT), ({"recovery_window": None}, ABSENT)],
        [({"trigger_window": "last_5m"}, {"trigger_window": "last_15m"})],
    ),
    "notify_audit": ([(False, ABSENT)], [(True, ABSENT)]),
    "include_tags": ([(True, ABSENT)], [(False, ABSENT)]),
    "new_host_delay": ([(300, ABSENT), (None, ABSENT)], [(0, ABSENT), (60, 300)]),
    "new_group_delay": ([(None, ABSENT)], [(0, ABSENT), (60, 61)]),
    "notify_no_data": ([(False, ABSENT)], [(True, ABSENT)]),
    "no_data_timeframe": ([(20, ABSENT), (0, 10)], []),  # while notify_no_data is off
    "on_missing_data": ([(None, ABSENT)], [("default", ABSENT), ("resolve", "default")]),
    "enable_logs_sample": ([(False, ABSENT)], [(True, ABSENT)]),
    "enable_samples": ([(False, ABSENT)], [(True, ABSENT)]),
    "require_full_window": ([(False, ABSENT)], [(True, ABSENT)]),
    "renotify_interval": ([(0, ABSENT), (None, 0), ("0", ABSENT)], [(60, ABSENT)]),
    "renotify_occurrences": ([(0, ABSENT), (None, 0)], [(3, ABSENT)]),
    "renotify_statuses": (
        [([], ABSENT), (["warn", "alert"], ["alert", "warn"])],
        [(["alert"], ["alert", "warn"])],
    ),
    "escalation_message": (
        [("", ABSENT), ("still\n", "still"), ("  \n", ABSENT)],
        [("still", "still  there"), ("a\nb", "a b")],
    ),
    "timeout_h": ([(0, ABSENT), (None, 0)], [(24, ABSENT)]),
    "evaluation_delay": ([(None, ABSENT)], [(900, ABSENT), (0, 900)]),
    "group_retention_duration": ([(None, ABSENT)], [("2d", ABSENT)]),
    "notify_by": ([([], ABSENT), (["b", "a"], ["a", "b"])], [(["*"], ABSENT)]),
    "notification_preset_name": ([("show_all", ABSENT)], [("hide_all", ABSENT)]),
    "scheduling_options": (
        [({}, ABSENT), ({"evaluation_window": {"hour_starts": 0, "timezone": None}},
                        {"evaluation_window": {"hour_starts": 0}})],
        [({"evaluation_window": {"hour_starts": 0}}, {"evaluation_window": {"hour_starts": 1}})],
    ),
    "variables": (
        [
            ([{"name": "q", "group_by": []}], [{"name": "q"}]),
            ([{"filters": [{"tag": "a", "exclude": False}]}], [{"filters": [{"tag": "a"}]}]),
        ],
        [
            ([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]),
            ([{"filters": [{"tag": "a", "exclude": True}]}], [{"filters": [{"tag": "a"}]}]),
        ],
    ),
    "min_failure_duration": ([(0, ABSENT)], [(60, ABSENT)]),
    "min_location_failed": ([(1, ABSENT)], [(2, ABSENT)]),
    "groupby_simple_monitor": ([(False, ABSENT)], [(True, ABSENT)]),
}  # fmt: skip


def form(
    option: str, value: Any, kind: str = "query alert", others: dict[str, Any] | None = None
) -> dict[str, Any]:
    options = dict(others or {})
    if value is not ABSENT:
        options[option] = value
    given = body(type=kind, options=options)
    return canonical(given, declared=body())


def kind_for(option: str) -> str:
    return "log alert" if option == "groupby_simple_monitor" else "query alert"


@pytest.mark.parametrize("option", sorted({rule.option for rule in EQUIVALENCES}))
def test_every_rule_makes_the_same_what_means_the_same(option: str) -> None:
    same, _ = OPTION_CASES[option]
    assert same
    for left, other in same:
        assert form(option, left, kind_for(option)) == form(option, other, kind_for(option)), left


@pytest.mark.parametrize("option", sorted({rule.option for rule in EQUIVALENCES}))
def test_every_rule_keeps_apart_what_differs(option: str) -> None:
    for left, other in OPTION_CASES[option][1]:
        assert form(option, left, kind_for(option)) != form(option, other, kind_for(option)), left


def test_a_timeframe_counts_while_it_is_notified_of() -> None:
    on = {"notify_no_data": True}
    ten, twenty = (form("no_data_timeframe", timeframe, others=on) for timeframe in (10, 20))
    assert ten != twenty


def test_default_beside_a_custom_schedule_is_as_if_absent() -> None:
    schedule = {"custom_schedule": {"recurrences": [{"rrule": "FREQ=DAILY"}]}}
    absent, default, resolve = (
        form("on_missing_data", policy, others={"scheduling_options": schedule})
        for policy in (ABSENT, "default", "resolve")
    )
    assert default == absent
    assert resolve != absent


def test_a_service_check_keeps_ok_and_unknown() -> None:
    def check(thresholds: dict[str, Any]) -> dict[str, Any]:
        return form("thresholds", thresholds, "service check")

    assert check({"critical": 1, "ok": 1}) == check({"critical": 1.0, "ok": 1.0})
    assert check({"critical": 1, "ok": 1}) != check({"critical": 1})


@pytest.mark.parametrize("option", ["silenced", "locked"])
def test_what_people_own_is_never_compared(option: str) -> None:
    declared = body(options={option: {"*": None}})
    assert option not in canonical(declared, declared=declared)["options"]


def test_an_option_nobody_knows_is_compared_only_where_it_is_declared() -> None:
    declared = body(options={"brand_new": 1})
    held = body(options={"brand_new": 2, "newer": 3})

    assert canonical(held, declared=body(options={})) == canonical(
        body(options={}), declared=body(options={})
    )
    assert canonical(held, declared=declared)["options"] == {"brand_new": 2}


@pytest.mark.parametrize(
    ("field", "left", "other"),
    [
        ("type", "metric alert", "query alert"),
        ("tags", ["b", "a", "a"], ["a", "b"]),
        ("tags", None, []),
        ("priority", 0, None),
        ("priority", "5", 5),
        ("message", None, ""),
        ("message", " text\n", "text"),
        ("name", "name ", "name"),
        ("query", "avg(last_5m):a{*}\n  > 5 ", "avg(last_5m):a{*} > 5"),
    ],
)
def test_fields_that_mean_the_same(field: str, left: Any, other: Any) -> None:
    declared = body()
    assert canonical(body(**{field: left}), declared=declared) == canonical(
        body(**{field: other}), declared=declared
    )


@pytest.mark.parametrize(
    ("field", "left", "other"),
    [
        ("tags", ["Team:a"], ["team:a"]),
        ("message", "a\n\nb", "a\nb"),
        ("message", "a  b", "a b"),
        ("query", 'logs("a  b").last("5m") > 5', 'logs("a b").last("5m") > 5'),
        ("type", "query alert", "log alert"),
    ],
)
def test_fields_that_differ(field: str, left: Any, other: Any) -> None:
    declared = body()
    assert canonical(body(**{field: left}), declared=declared) != canonical(
        body(**{field: other}), declared=declared
    )


@pytest.mark.parametrize(
    ("field", "held", "declared"),
    [
        ("restricted_roles", ["b", "a"], ["a", "b"]),
        ("restricted_roles", None, []),
        ("draft_status", None, "published"),
        (
            "assets",
            [{"name": "R", "url": "u", "category": "runbook", "monitor_id": 7, "options": {}}],
            [{"name": "R", "url": "u", "category": "runbook", "resource_key": None}],
        ),
    ],
)
def test_what_is_managed_only_where_declared(field: str, held: Any, declared: Any) -> None:
    with_it, without = body(**{field: declared}), body()
    live = body(**{field: held})

    assert canonical(live, declared=with_it) == canonical(with_it, declared=with_it)
    assert canonical(live, declared=without) == canonical(without, declared=without)
    assert field not in canonical(live, declared=without)


@pytest.mark.parametrize(
    ("field", "held", "declared"),
    [
        ("restricted_roles", ["a"], None),
        ("draft_status", "draft", "published"),
        ("assets", [], [{"name": "R", "url": "u", "category": "runbook"}]),
    ],
)
def test_what_is_declared_and_differs(field: str, held: Any, declared: Any) -> None:
    with_it = body(**{field: declared})

    assert canonical(body(**{field: held}), declared=with_it) != canonical(
        with_it, declared=with_it
    )


def test_every_rule_says_why() -> None:
    assert all(rule.why for rule in EQUIVALENCES)
