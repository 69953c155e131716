"""Lines of cases: our own, and the recorded ones where they lie beside the clone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
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


def _changed(line: Line) -> Iterator[Line]:
    """Yield the case with another number, window, policy or option, or without one series."""
    query, options = str(line["query"]), line.get("options", {})
    for value in ("1e9", "-1e9"):
        moved = re.sub(r"-?[\d.]+$", value, query)
        yield {**line, "query": moved, "options": _at(options, value)}
    for match in re.finditer(r'(?<=last_)\d+|(?<=")\d+(?=[mhd]")', query):
        for length in (int(match[0]) * 2, max(1, int(match[0]) // 2)):
            yield {**line, "query": f"{query[: match.start()]}{length}{query[match.end() :]}"}
    for policy in ("default", "show_no_data", "resolve"):
        kept = {name: value for name, value in options.items() if "no_data" not in name}
        yield {**line, "options": {**kept, "on_missing_data": policy}}
    for name in options:
        yield {**line, "options": {other: options[other] for other in options if other != name}}
    for index in range(len(line.get("series", ()))):
        yield {**line, "series": line["series"][:index] + line["series"][index + 1 :]}
    for member in line.get("members", ()):
        for status in ("ALERT", "OK"):
            yield {**line, "members": {**line["members"], member: status}}


def _at(options: Line, value: str) -> Line:
    if "thresholds" not in options:
        return options
    return {**options, "thresholds": {**options["thresholds"], "critical": float(value)}}


HANGS_ON_NOTHING = {
    "MD-6": "a group that never had a point has no state, whatever is asked of it",
    "INT-1": "its buckets are asked for below",
    "CO-24": "it is about which groups members have in common, and has no points",
}


@needs_corpus
@pytest.mark.parametrize("name", sorted(WITH_QUERY.keys() - HANGS_ON_NOTHING) or ["-"])
def test_a_recorded_case_fails_when_what_it_is_given_is_changed(name: str) -> None:
    assert any(wrong(changed) for changed in _changed(WITH_QUERY[name]))


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


@pytest.mark.parametrize(
    "options",
    [{"thresholds": {"ok": "soon"}}, {"thresholds": {"ok": [1]}}, {"thresholds": {"ok": 10**400}}],
)
def test_a_threshold_that_is_no_number_is_said(options: dict[str, Any]) -> None:
    line = {"query": '"a.check".over("*").last(2).count_by_status()', "options": options, "at": "9"}
    with pytest.raises(case.CaseError, match="thresholds` holds something that is no number"):
        case.read(line)


def test_a_point_of_400_digits_is_said() -> None:
    series = [{"metric": "a", "points": [[10**400, 1]]}]
    line = {"query": "avg(last_5m):avg:a{*} > 5", "at": "2026-11-03T09:05:00Z", "series": series}
    with pytest.raises(case.CaseError, match="a point of a is no pair"):
        case.read(line)
