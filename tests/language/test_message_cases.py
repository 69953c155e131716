"""The specification's own message cases, and the messages of this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from monitor_sync.audience.recipients import by_transition
from monitor_sync.language.message import parse
from monitor_sync.language.template_variables import (
    Existence,
    Surroundings,
    existence,
    variables,
)
from monitor_sync.language.transitions import Reach, reach
from monitor_sync.language.unreachable_blocks import never_shown
from tests.estate.test_estate import monitors
from tests.language.corpus import rows

_GROUPS = re.compile(r"by \{([^}]*)\}|\.by\(([^)]*)\)")
_FILTER = re.compile(r"(?<![@.\w])([\w@.-]+):")


def cases() -> list[dict[str, Any]]:
    return [row for row in rows("grammar_cases.jsonl") if row["kind"] == "message"]


def surroundings(case: dict[str, Any]) -> Surroundings:
    """The keys of a query, taken roughly: reading queries is tested elsewhere."""
    query = case["query"]
    groups_text = ",".join("".join(groups) for groups in _GROUPS.findall(query))
    keys = [key.strip().strip('"').strip() for key in groups_text.split(",")]
    thresholds = (case.get("options") or {}).get("thresholds") or {"critical": 1}
    return Surroundings(
        type=case["type"],
        group_keys=tuple(key for key in keys if key),
        filter_keys=tuple(_FILTER.findall(re.sub(r"^\w+\(\w+\):", "", query))),
        thresholds=frozenset(thresholds),
    )


def findings(case: dict[str, Any]) -> Iterator[str]:
    """What is told of a case, refused and merely dubious things alike."""
    around, options = surroundings(case), case.get("options") or {}
    reached = reach(case["type"], options, case.get("priority"))
    for text in (case.get("name") or "", case["message"]):
        message = parse(text)
        yield from (problem.code for problem in message.problems)
        for use in variables(message):
            if existence(use, around).existence is not Existence.EXISTS:
                yield f"variable {use.name}"
        yield from (f"never shown: {block.reason}" for block in never_shown(message, reached))
    yield from everywhere(case["message"])


def everywhere(message: str) -> Iterator[str]:
    """A service that hears of everything, warnings and recoveries included (MSG-8)."""
    recipients = by_transition(message, reach=Reach()).values()
    always = set.intersection(*({*at_transition.always} for at_transition in recipients))
    pagers = [pager for pager in sorted(always) if pager.startswith(("@pagerduty", "@oncall"))]
    yield from (f"{pager} at every transition" for pager in pagers)


def test_every_wrong_message_of_the_specification_is_found() -> None:
    wrong = [case for case in cases() if not case["valid"]]
    missed = [(case["id"], case["reason"]) for case in wrong if not list(findings(case))]

    assert wrong
    assert missed == []


def test_no_right_message_of_the_specification_has_a_finding() -> None:
    right = [case for case in cases() if case["valid"]]
    findings_by_id = {case["id"]: list(findings(case)) for case in right}

    assert right
    # a priority block in a monitor without a priority is accepted, and shows nothing
    assert {key: value for key, value in findings_by_id.items() if value} == {
        "v625": ["never shown: the monitor has no priority"]
    }


def test_a_finding_of_a_wrong_message_names_what_its_reason_names() -> None:
    by_id = {case["id"]: list(findings(case)) for case in cases()}
    expected = {
        "x636": "variable env.name",
        "x642": "overlapping-blocks",
        "x645": "unquoted-argument",
        "x646": "missing-argument",
        "x647": "variable host",
        "x650": "never shown: no warning threshold is set",
        "x653": "never shown: nothing notifies about missing data",
        "x654": "variable log.message",
        "x656": "variable treshold",
        "x665": "@pagerduty-core at every transition",
    }

    for key, finding in expected.items():
        assert by_id.get(key, [finding])[:1] == [finding]


def test_the_messages_of_this_repository_are_right_and_page_somebody_on_alert() -> None:
    for monitor in monitors():
        body = monitor.body
        message = parse(body["message"])
        assert str(message) == body["message"]
        assert message.problems == (), monitor.key
        reached = reach(monitor.type, body.get("options", {}), monitor.priority)
        recipients = by_transition(message, reach=reached)
        assert recipients["alert"].always, monitor.key
        # what routing added is what is notified
        for state, names in monitor.recipients.items():
            notified = {
                handle
                for transition in reached.transitions()
                if transition.state == state
                for handle in recipients[transition.name].always
            }
            assert set(names) <= notified, (monitor.key, state)


@pytest.mark.parametrize("column", ["name", "message"])
def test_no_variable_of_the_repository_is_blank_for_want_of_a_type(column: str) -> None:
    """Names and messages name no variable that exists in another type of monitor only."""
    for monitor in monitors():
        around = Surroundings(type=monitor.type, group_keys=None)
        for use in variables(monitor.body[column]):
            verdict = existence(use, around)
            assert verdict.existence is not Existence.UNKNOWN, (monitor.key, use.name, verdict)
