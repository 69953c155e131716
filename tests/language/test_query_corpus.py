"""Recorded, published and our own queries: what Datadog took is read, what it refused is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.language.query import Parsed, group_keys, metrics, parse
from monitor_sync.project.load import load
from tests.language.corpus import rows
from tests.language.query_text import print_query

ROOT = Path(__file__).resolve().parents[2]

KNOWN_REFUSED = {
    # Stored before a rule was made: checks have to be grouped since January 2022 …
    '"ntp.in_sync".over("*").last(2).count_by_status()',
    '"custom.check".over("environment:foo").last(2).count_by_status()',
    '"datadog.agent.check_status".over("database").last(2).count_by_status()',
    '"aws.status".over("service:ec2").last(2).count_by_status()',
    # … and events are searched by event-v2 alerts since June 2022
    "events('priority:all').rollup('count').last('5m') > 100",
    # a type that a test of the recordings made up
    "invalid query",
}
"""Queries that live accounts hold and that today's server would refuse."""

BEYOND_THE_QUERY = {"rejected-server-state"}
"""Outcomes that no query shows by itself: whether an id exists."""

ONLY_ADVISED = {"x453"}
"""Cases presumed refused that break a recommendation: five intervals in an alert window."""


def variables_of(case: dict[str, Any]) -> list[dict[str, Any]] | None:
    """``options.variables``; an empty list where a formula has none."""
    options = case.get("options")
    variables = options.get("variables") if isinstance(options, dict) else None
    if variables is None and str(case.get("query", "")).lstrip().startswith("formula"):
        return []
    return variables if isinstance(variables, list) else None


def read(case: dict[str, Any]) -> Parsed:
    return parse(str(case.get("type", "")), str(case["query"]), variables_of(case))


def cases(kind: str, *, valid: bool) -> list[dict[str, Any]]:
    all_cases = rows("grammar_cases.jsonl")
    return [case for case in all_cases if case["kind"] == kind and case["valid"] is valid]


@cache
def accepted() -> tuple[dict[str, Any], ...]:
    """What a server took: recorded requests answered 2xx, and recorded or published monitors."""
    bodies: dict[tuple[str, str, str], dict[str, Any]] = {}

    def add(body: dict[str, Any]) -> None:
        if isinstance(body.get("query"), str) and isinstance(body.get("type"), str):
            bodies.setdefault((body["type"], body["query"], str(variables_of(body))), body)

    for row in rows("monitors.jsonl"):
        if row["kind"] in ("created", "validated", "listed", "recommended"):
            add(row["monitor"])
    for row in rows("interactions.jsonl"):
        body = row.get("request_body")
        if isinstance(body, dict) and row["status"] < 300:
            add(body)
    return tuple(bodies.values())


def test_no_valid_case_is_refused() -> None:
    wrong = {
        case["id"]: [problem.message for problem in read(case).problems if problem.refused]
        for kind in ("query", "options", "message")
        for case in cases(kind, valid=True)
        if case.get("query") and read(case).refused
    }
    assert wrong == {}


def test_every_invalid_query_is_refused_or_warned_of() -> None:
    outcomes: Counter[str] = Counter()
    missed = []
    for case in cases("query", valid=False):
        if case["outcome"] in BEYOND_THE_QUERY:
            continue
        parsed = read(case)
        outcomes[case["outcome"]] += 1
        warned = case["outcome"] == "accepted-wrong" or case["id"] in ONLY_ADVISED
        problems = parsed.problems if warned else parsed.refused
        if not problems:
            missed.append((case["id"], case["query"], case["reason"]))
    print(f"\ninvalid queries found: {dict(outcomes)}")
    assert missed == []
    assert sum(outcomes.values()) > 90


def test_what_a_server_took_is_not_refused() -> None:
    refused = {body["query"] for body in accepted() if read(body).refused}

    assert refused == KNOWN_REFUSED
    assert len(accepted()) > 400


def test_what_a_server_took_prints_as_it_was_but_for_blanks() -> None:
    printed = 0
    for body in accepted():
        tree = read(body).tree
        if tree is None:
            assert body["query"] in KNOWN_REFUSED
            continue
        text = print_query(tree)
        assert "".join(text.split()) == "".join(body["query"].split())
        assert parse(body["type"], text).tree == tree
        printed += 1
    assert printed > 400


@pytest.mark.parametrize(("kind", "count"), [("hcl", 200), ("cloudposse", 30), ("operator", 8)])
def test_published_modules_are_read_but_for_their_defects(kind: str, count: int) -> None:
    """The defects are real: each is listed with the collected ones, or retired with its type."""
    defects = {
        "hcl": {"gcp.pubsub.subscription.push", "root_filesystem_util", "{{*}}", ",env,datadog_"},
        "cloudposse": {"events('sources:kubernetes"},
        "operator": {"sources:nagios status:error,warning"},
    }[kind]
    monitors = [row["monitor"] for row in rows("monitors.jsonl") if row["kind"] == kind]
    refused = [case["query"] for case in monitors if read(case).refused]

    assert len(monitors) >= count
    for query in refused:
        assert any(defect in query for defect in defects), query


def own() -> Iterator[tuple[str, Parsed]]:
    for key, monitor in load(ROOT / "monitors").project.monitors.items():
        options = monitor.body.get("options")
        variables = options.get("variables") if isinstance(options, dict) else None
        if variables is None and monitor.query.lstrip().startswith("formula"):
            variables = []
        yield key, parse(monitor.type, monitor.query, variables)


def test_our_own_monitors_are_read_without_a_problem_that_refuses() -> None:
    everything = dict(own())
    refused = {
        key: [problem.message for problem in parsed.problems if problem.refused]
        for key, parsed in everything.items()
        if parsed.refused or parsed.tree is None
    }
    warned = Counter(problem.code for parsed in everything.values() for problem in parsed.problems)
    print(f"\n{len(everything):,} monitors, warnings: {dict(warned)}")

    assert refused == {}
    assert len(everything) > 1_500
    assert len({name for parsed in everything.values() for name in metrics(parsed)}) > 50
    assert sum(bool(group_keys(parsed)) for parsed in everything.values()) > 300


def test_recorded_refusals_of_queries_are_refused() -> None:
    """Requests that a server answered 400 with words about the query."""
    words = (
        "parameter 'query' is invalid",
        "Error parsing query",
        "Invalid query",
        "grouping must",
    )
    count = 0
    for row in rows("rejected.jsonl"):
        body, answer = row.get("request_body"), str(row.get("response_body"))
        if not isinstance(body, dict) or not any(word in answer for word in words):
            continue
        if not isinstance(body.get("query"), str):
            continue
        count += 1
        assert read(body).refused, (body["query"], answer)
    assert count > 0
