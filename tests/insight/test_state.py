"""From results to states: how long groups wait, are kept and are missed."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.insight.state import GroupState, State, advance, rules
from monitor_sync.insight.values import (
    Evaluation,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Status,
)
from monitor_sync.language import query

HOUR, DAY = 3_600.0, 86_400.0
METRIC = ("query alert", "avg(last_5m):avg:a.x{*} by {host} > 5")
CHECK = ("service check", '"ntp.in_sync".over("*").by("host").last(2).count_by_status()')
LOGS = ("log alert", 'logs("status:error").index("*").rollup("count").by("host").last("5m") > 5')
ONE: Group = ("one",)


def _settings(monitor: tuple[str, str], **options: Any) -> EvaluationSettings:
    return EvaluationSettings(query=query.parse(*monitor), options=options)


def _said(result: Result, end: float) -> Evaluation:
    return Evaluation(start=end - 300, end=end, interval=1, keys=("host",), results={ONE: result})


def _number(value: float) -> Result:
    return Result(ResultKind.NUMBER, value)


def _empty(last_point: float) -> Result:
    return Result(ResultKind.EMPTY, None, last_point, "no point in the window")


def _known(status: Status) -> State:
    state = GroupState(status=status, since=0, first_seen=0, evaluated=True)
    return {ONE: state}


@pytest.mark.parametrize(
    ("monitor", "options", "seconds"),
    [
        (METRIC, {}, DAY),
        (CHECK, {}, 2 * DAY),
        (LOGS, {"group_retention_duration": "72h"}, 72 * HOUR),
        (LOGS, {"group_retention_duration": "2d"}, 2 * DAY),
        (LOGS, {"group_retention_duration": "90m"}, 1.5 * HOUR),
        (LOGS, {"group_retention_duration": "soon"}, DAY),
    ],
)
def test_how_long_a_silent_group_is_kept(
    monitor: tuple[str, str], options: dict[str, Any], seconds: float
) -> None:
    known = rules(_settings(monitor, **options))
    for late, kept in ((0, True), (1, False)):
        end = 100.0 + seconds + late
        state, _ = advance(_known(Status.OK), _said(_empty(100.0), end), known, end)
        assert (ONE in state) is kept


@pytest.mark.parametrize(
    ("monitor", "options", "seconds"),
    [(METRIC, {}, 60), (METRIC, {"new_group_delay": 300}, 300), (CHECK, {}, 0)],
)
def test_how_long_a_new_group_waits(
    monitor: tuple[str, str], options: dict[str, Any], seconds: float
) -> None:
    known = rules(_settings(monitor, **options))
    result = Result(ResultKind.NUMBER, 9.0, verdict=Status.ALERT)
    state: State = {}
    for instant in (0.0, max(seconds - 1, 0.0), seconds):
        state, _ = advance(state, _said(result, instant), known, instant)
        assert state[ONE].status is (Status.ALERT if instant >= seconds else None)


def test_data_is_missed_after_more_than_the_timeframe() -> None:
    known = rules(_settings(METRIC, notify_no_data=True, no_data_timeframe=10))
    for end, status in ((600.0, Status.OK), (601.0, Status.NO_DATA)):
        state, _ = advance(_known(Status.OK), _said(_empty(0.0), end), known, end)
        assert state[ONE].status is status


@pytest.mark.parametrize(
    ("monitor", "seconds"), [(METRIC, 600.0), (CHECK, DAY)], ids=["two windows", "a day"]
)
def test_the_timeframe_where_none_is_declared(monitor: tuple[str, str], seconds: float) -> None:
    known = rules(_settings(monitor, notify_no_data=True))
    assert known.policy.after == seconds


def test_a_triggered_group_is_resolved_so_many_hours_after_its_data_stopped() -> None:
    known = rules(_settings(METRIC, timeout_h=2))
    state = _known(Status.ALERT)
    for end, status in ((0.0, Status.ALERT), (2 * HOUR - 1, Status.ALERT), (2 * HOUR, Status.OK)):
        state, _ = advance(state, _said(_empty(-1.0), end), known, end)
        assert state[ONE].status is status


def test_the_rule_that_decided_last_is_known_where_the_state_stays() -> None:
    levels = {"critical": 5, "critical_recovery": 3}
    known = rules(_settings(METRIC, thresholds=levels, new_group_delay=0))
    state: State = {}
    decided = []
    skipped = Result(ResultKind.SKIPPED, None, None, "the window is not full")
    for instant, result in enumerate((_number(9), _number(4), skipped, _number(9))):
        state, _ = advance(state, _said(result, instant), known, instant)
        decided.append(state[ONE].rule)
    assert {state[ONE].status} == {Status.ALERT}
    assert decided == [
        "meets the critical threshold",
        "has not reached the critical recovery threshold",
        "the window is not full",
        "meets the critical threshold",
    ]
