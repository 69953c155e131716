"""Lines of cases: our own, and the recorded ones where they lie beside the clone."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor_sync.insight import (
    case,
    explained,
    functions,
    legs,
    missing,
    slo,
    state,
    thresholds,
    values,
    windows,
)
from monitor_sync.insight.lines import Filling
from monitor_sync.insight.values import Status
from tests.insight.corpus import CASES, OWN, Line, lines, needs_corpus

OWN_CASES = {line["id"]: line for line in lines(OWN)}
WITH_QUERY = {name: line for name, line in CASES.items() if "query" in line}


def wrong(line: Line) -> list[str]:
    """What an answer has that is not expected, as sentences."""
    try:
        answer = case.answer(case.read(line))
    except case.CaseError as error:
        return [f"error: {error}"]
    differences = []
    if answer["uncertain"] != line.get("uncertain", []):
        differences.append(f"uncertain: {answer['uncertain']}")
    differences += [f"unsupported: {reason}" for reason in answer.get("unsupported", [])]
    expect = line.get("expect", {})
    if "value" in expect and not _equal(answer["value"], expect["value"]):
        differences.append(f"value {answer['value']}, not {expect['value']}")
    for name in ("state", "skipped", "from", "to", "interval"):
        if name in expect and answer[name] != expect[name]:
            differences.append(f"{name} {answer[name]}, not {expect[name]}")
    if "groups" in expect:
        differences += _groups(answer["groups"], expect["groups"])
    return differences + _timeline(answer["timeline"], line.get("timeline", []))


def _equal(mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    return math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-12)


def _groups(mine: list[Line], theirs: Mapping[str, str] | list[str]) -> list[str]:
    if isinstance(theirs, list):
        names = [entry["group"] for entry in mine]
        return [] if names == theirs else [f"groups {names}, not {theirs}"]
    states = {entry["group"]: entry["state"] for entry in mine}
    return [] if states == theirs else [f"groups {states}, not {theirs}"]


def _timeline(mine: list[Line], theirs: list[Line]) -> list[str]:
    nothing = {"(none)": None, "(dropped)": None}
    if len(mine) != len(theirs):
        return [f"{len(mine)} instants, not {len(theirs)}"]
    return [
        f"at {got['at']} {got['state']}, not {wanted['state']}"
        for got, wanted in zip(mine, theirs, strict=True)
        if got["at"] != wanted["at"]
        or got["state"] != nothing.get(wanted["state"], wanted["state"])
    ]


@pytest.mark.parametrize("name", OWN_CASES)
def test_our_own_cases(name: str) -> None:
    assert wrong(OWN_CASES[name]) == []


@needs_corpus
@pytest.mark.parametrize("name", WITH_QUERY or ["-"])
def test_the_recorded_cases_that_have_a_query(name: str) -> None:
    assert wrong(WITH_QUERY[name]) == []


def _failing(cases: Iterable[Line]) -> list[str]:
    return [line["id"] for line in cases if wrong(line)]


_SWAPPED = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}
_SEVERE = {None: 0, Status.OK: 2, Status.NO_DATA: 1, Status.WARN: 4, Status.ALERT: 3}

MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "a table of 1,500 points": (windows, "_MOST_POINTS", 1_500),
    "rollups of at most 4,000": (windows, "_MOST_ROLLED_UP", 4_000),
    "two may be empty": (windows, "MOST_EMPTY", 2),
    "four may be empty": (windows, "MOST_EMPTY", 4),
    "minutes by ten": (windows, "_FULL", {**windows._FULL, "m": 600}),
    "hours by one": (windows, "_FULL", {**windows._FULL, "h": 60}),
    "interpolated for one minute": (legs, "LINEAR", Filling("linear", 60)),
    "interpolated for ten minutes": (legs, "LINEAR", Filling("linear", 600)),
    "a month of 30 days": (functions, "BEFORE", {**functions.BEFORE, "month_before": 30 * 86_400}),
    "a week of 6 days": (functions, "BEFORE", {**functions.BEFORE, "week_before": 6 * 86_400}),
    "groups age out after an hour": (state, "_DAY", 3_600),
    "new groups wait for nothing": (state, "_NEW_GROUP_DELAY", 0.0),
    "new groups wait longer": (state, "_NEW_GROUP_DELAY", 120.0),
    "equal is above": (
        thresholds, "MET",
        {name: thresholds.MET[_SWAPPED.get(name, name)] for name in thresholds.MET},
    ),
    "nobody is without data": (
        missing, "_BY_NAME",
        {**missing._BY_NAME, "show_no_data": missing._BY_NAME["resolve"]},
    ),
    "missing data does not resolve": (
        missing, "_BY_NAME",
        {**missing._BY_NAME, "resolve": missing._BY_NAME["show_no_data"]},
    ),
    "a budget of percent": (slo, "burn_rate", lambda rate, target: rate / (100 - target)),
    "counts need not be greater": (
        functions, "POINTWISE",
        {**functions.POINTWISE, "is_greater": lambda value, bound: float(value >= bound)},
    ),
    "zero counts": (functions, "COUNTS", {"count_nonzero": lambda _: True}),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_changed_constant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, attribute, value = MUTATIONS[name]
    monkeypatch.setattr(module, attribute, value)
    assert _failing(OWN_CASES.values())


def test_other_severities_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    for status, severity in _SEVERE.items():
        monkeypatch.setitem(dict(values.SEVERITY), status, severity)
    monkeypatch.setattr("monitor_sync.insight.composite.SEVERITY", _SEVERE)
    assert "composite-least-severe" in _failing(OWN_CASES.values())


@pytest.mark.parametrize("name", OWN_CASES)
def test_a_case_fails_with_another_expectation(name: str) -> None:
    """None of them passes by luck: what it expects is looked at."""
    line = json.loads(json.dumps(OWN_CASES[name]))
    expect = line.get("expect", {})
    if expect.get("state", "") != "":
        expect["state"] = "WARN" if expect["state"] == "ALERT" else "ALERT"
    elif expect:
        expect["skipped"] = not expect["skipped"]
    else:
        line["timeline"][-1]["state"] = "nothing like it"
    assert wrong(line)


@needs_corpus
def test_the_documented_bucket_of_an_interpolated_sum() -> None:
    line = CASES["INT-1"]
    (explanation,) = explained.explain(case.read(line))
    (leg,) = explanation.legs
    buckets = {
        datetime.fromtimestamp(time, UTC).strftime("%H:%M:%S"): value
        for time, value in zip(*leg.line, strict=True)
    }
    for time, value in line["expect"]["buckets"].items():
        assert math.isclose(buckets[time], value, abs_tol=5e-5)
