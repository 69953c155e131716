"""Which monitors Datadog is asked about, and what is made of its answers and its silence."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from monitor_sync.errors import AccessDenied, NotFound, RemoteError, Unreachable
from monitor_sync.model import Body
from monitor_sync.sync import remote_validation
from monitor_sync.sync.remote_questions import AWAY
from monitor_sync.sync.remote_validation import Question, ask, questions
from monitor_sync.sync.remote_validation_cases import meaning
from tests.sync.builders import answer, body, composite, live, monitor, project
from tests.sync.conftest import Datadog

A, B, C = "payments/router/a", "payments/router/b", "payments/router/c"


class Script:
    """A Datadog that answers by the monitor's name; what is no text is raised."""

    def __init__(self, **answers: Sequence[str] | RemoteError) -> None:
        self.answers = answers
        self.asked: list[tuple[str, int | None]] = []
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def validate(
        self,
        sent: Body,
        id: int | None = None,  # noqa: A002 - Datadog's word
    ) -> Sequence[str]:
        with self._lock:
            self.asked.append((sent["name"], id))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        given = self.answers.get(sent["name"], ())
        with self._lock:
            self.at_once -= 1
        if isinstance(given, RemoteError):
            raise given
        return given


def questions_named(*names: str) -> list[Question]:
    return [Question(key=name, body=body(name=name)) for name in names]


def test_new_and_changed_monitors_are_asked_about_and_no_others() -> None:
    declared = project(monitor(A), monitor(B, name="new name"), monitor(C))
    listed = live(answer(monitor(A), 1), answer(monitor(B), 2))

    to_ask, unchecked = questions(declared, listed, everything=False)

    assert {(question.key, question.id) for question in to_ask} == {(B, 2), (C, None)}
    assert unchecked == []


def test_all_are_asked_about_on_request_each_once() -> None:
    declared = project(monitor(A), monitor(B, name="new name"), monitor(C))
    listed = live(answer(monitor(A), 1), answer(monitor(B), 2))

    to_ask, _ = questions(declared, listed, everything=True)

    assert sorted((question.key, question.id or 0) for question in to_ask) == [
        (A, 1),
        (B, 2),
        (C, 0),
    ]


def test_a_monitor_of_another_type_is_asked_about_as_the_new_one_it_will_be() -> None:
    declared = project(monitor(A, type="log alert"))

    to_ask, _ = questions(declared, live(answer(monitor(A), 1)), everything=True)

    assert [(question.key, question.id) for question in to_ask] == [(A, None)]


def test_an_adopted_monitor_is_asked_about_with_its_id() -> None:
    listed = live(answer(body(tags=["team:x"]), 7))

    to_ask, _ = questions(project(monitor(A, adopt=7)), listed, everything=False)

    assert [(question.key, question.id) for question in to_ask] == [(A, 7)]


def test_what_a_delete_would_do_is_not_asked() -> None:
    assert questions(project(), live(answer(monitor(A), 1)), everything=True) == ([], [])


def test_a_composite_is_asked_about_only_when_all_its_members_have_ids() -> None:
    first = composite("p/c/live", f"${{id:{A}}} && ${{id:{A}}}", A)
    second = composite("p/c/new", f"${{id:{A}}} && ${{id:{B}}}", A, B)
    declared = project(monitor(A), monitor(B), first, second)

    to_ask, unchecked = questions(declared, live(answer(monitor(A), 1)), everything=False)

    assert {question.key: question.body["query"] for question in to_ask if question.key != B} == {
        "p/c/live": "1 && 1"
    }
    assert [(remark.key, remark.reason) for remark in unchecked] == [
        ("p/c/new", remote_validation.MEMBERS)
    ]


def test_a_composite_of_a_member_that_gets_a_new_id_is_not_asked_about() -> None:
    pair = composite("p/c/pair", f"${{id:{A}}} && ${{id:{B}}}", A, B)
    declared = project(monitor(A, type="log alert"), monitor(B), pair)
    listed = live(answer(monitor(A), 1), answer(monitor(B), 2))

    _, unchecked = questions(declared, listed, everything=False)

    assert [remark.key for remark in unchecked] == ["p/c/pair"]


def test_what_a_plan_refuses_is_said_to_be_not_checked() -> None:
    to_ask, unchecked = questions(project(monitor(A, adopt=404)), [], everything=False)

    assert to_ask == []
    assert [(remark.key, remark.reason) for remark in unchecked] == [(A, remote_validation.REFUSED)]


def test_a_selection_narrows_both_what_is_asked_and_what_is_said_to_be_open() -> None:
    pair = composite("p/c/pair", f"${{id:{A}}} && ${{id:{B}}}", A, B)
    declared = project(monitor(A), monitor(B), pair)

    to_ask, unchecked = questions(declared, [], everything=False, among={A})

    assert ([question.key for question in to_ask], unchecked) == ([A], [])


def test_each_text_becomes_a_refusal_of_its_field() -> None:
    texts = ["The value provided for parameter 'query' is invalid", "Alert status is required."]
    verdicts = ask(Script(one=texts), questions_named("one", "two"))

    assert [(refusal.key, refusal.family, refusal.field) for refusal in verdicts.refusals] == [
        ("one", "query", ("query",)),
        ("one", "thresholds", ("options", "thresholds", "critical")),
    ]
    assert (verdicts.checked, verdicts.unchecked) == (2, ())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AccessDenied("no"), remote_validation.DENIED),
        (NotFound("no"), remote_validation.GONE),
        (Unreachable("no"), AWAY),
    ],
)
def test_a_monitor_without_a_verdict_is_neither_right_nor_wrong(
    error: RemoteError, reason: str
) -> None:
    verdicts = ask(Script(one=error), questions_named("one", "two"))

    assert verdicts.checked == 1
    assert verdicts.refusals == ()
    assert [(remark.key, remark.reason) for remark in verdicts.unchecked] == [("one", reason)]


def test_a_datadog_that_does_not_answer_is_not_asked_about_hundreds() -> None:
    names = [str(number) for number in range(200)]
    away = Script(**dict.fromkeys(names, Unreachable("502")))

    verdicts = ask(away, questions_named(*names), workers=2)

    assert len(away.asked) <= 5
    assert len(verdicts.unchecked) == 200


def test_no_more_than_the_workers_ask_at_once() -> None:
    script = Script()

    ask(script, questions_named(*map(str, range(100))), workers=3)

    assert len(script.asked) == 100
    assert script.most <= 3


def test_each_question_is_told_as_it_is_answered() -> None:
    answered: list[bool] = []

    ask(Script(one=NotFound("no")), questions_named("one", "two"), on_answer=answered.append)

    assert answered == [False, True]


TEXTS: list[tuple[str, str, tuple[str, ...]]] = [
    ("The value provided for parameter 'query' is invalid", "query", ("query",)),
    (
        "The value provided for parameter 'query' is invalid: invalid operator specified: ",
        "query",
        ("query",),
    ),
    ("Invalid query: Check for invalid tags or facets in your query.", "query", ("query",)),
    ("Error parsing query: 'AND' and 'OR' cannot be mixed with ','", "query", ("query",)),
    ("unable to parse log monitor query", "query", ("query",)),
    ("A grouping must be specified for custom checks", "query", ("query",)),
    (
        "Last field should be larger than or equal to max threshold defined in monitor options",
        "query",
        ("query",),
    ),
    (
        "Alert threshold (90.0) does not match that used in the query (200.0).",
        "thresholds",
        ("options", "thresholds", "critical"),
    ),
    ("Alert status is required.", "thresholds", ("options", "thresholds", "critical")),
    (
        "Warning threshold (50.0) must be less than the alert threshold (20.0) with > comparison.",
        "thresholds",
        ("options", "thresholds", "warning"),
    ),
    (
        "Warning recovery threshold (50.0) must be less than the warning threshold (20.0).",
        "thresholds",
        ("options", "thresholds", "warning_recovery"),
    ),
    (
        "Alert recovery threshold (9.0) must be less than the alert threshold (5.0).",
        "thresholds",
        ("options", "thresholds", "critical_recovery"),
    ),
    (
        "Invalid threshold statuses found: critical_recovery.",
        "thresholds",
        ("options", "thresholds", "critical_recovery"),
    ),
    (
        "alert and alert recovery criteria are such that the monitor can be simultaneously in"
        " alert and alert recovery states",
        "thresholds",
        ("options", "thresholds", "critical_recovery"),
    ),
    (
        "Alert threshold (9.0) must be in range 0 to 5 for burn rate alerts with this SLO",
        "thresholds",
        ("options", "thresholds", "critical"),
    ),
    (
        "threshold_windows is only used with anomalies monitors",
        "options",
        ("options", "threshold_windows"),
    ),
    (
        "alert window query arg must match trigger window monitor option",
        "options",
        ("options", "threshold_windows"),
    ),
    ("Some monitor IDs are invalid", "references", ("query",)),
    (
        "Monitors with an evaluation_window scheduling_option must have a current query period and"
        " vice versa.",
        "options",
        ("options", "scheduling_options"),
    ),
    (
        "Invalid scheduling options: Required parameter 'evaluation_window' is missing",
        "options",
        ("options", "scheduling_options"),
    ),
    (
        "The notify_by list may not include all of the query's group keys.",
        "options",
        ("options", "notify_by"),
    ),
    (
        "The new_group_delay option can only be used for multi-alert monitors",
        "options",
        ("options", "new_group_delay"),
    ),
    ("Invalid monitor option: on_missing_data", "options", ("options", "on_missing_data")),
    (
        "The no_data_timeframe option is not allowed for log alert monitors",
        "options",
        ("options", "no_data_timeframe"),
    ),
    (
        "no_data_timeframe must not exceed group retention",
        "options",
        ("options", "no_data_timeframe"),
    ),
    ("All items in parameter 'tags' must be unique", "tags", ("tags",)),
    ("Missing required tag key(s): team", "tags", ("tags",)),
    (
        "The monitor's restricted roles is expected to be an array of UUID strings.",
        "schema",
        ("restricted_roles",),
    ),
    ("'event alert' type is not supported for this account", "schema", ("type",)),
    ("The parameter 'type' is required", "schema", ("type",)),
    ("Monitor type change not allowed", "schema", ("type",)),
    ("Duplicate of an existing monitor_id:21053382 org_id:1300336245", "schema", ("name",)),
    ("You have reached the limit of 1000 rum alert monitors. Contact us.", "schema", ("type",)),
    ("The value provided for parameter 'priority' is invalid", "schema", ("priority",)),
    ("The value provided for parameter 'timeout_h' is invalid", "options",
     ("options", "timeout_h")),
    ("Something about renotify_interval nobody has seen", "options",
     ("options", "renotify_interval")),
    ("Something that nobody has seen", "schema", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "family", "field"), TEXTS, ids=[text for text, _, _ in TEXTS])
def test_a_text_is_about_a_field(text: str, family: str, field: tuple[str, ...]) -> None:
    options: dict[str, Any] = {
        "no_data_timeframe": 10,
        "timeout_h": 30,
        "renotify_interval": 5,
        "thresholds": {"critical": 5},
    }
    assert meaning(text, body(options=options))[:2] == (family, field)


def test_of_two_options_in_a_text_the_one_that_is_set_is_meant() -> None:
    text = (
        "The notify_no_data (or no_data_timeframe) option is deprecated and cannot be used in"
        " combination with the on_missing_data option."
    )
    assert meaning(text, body(options={"no_data_timeframe": 5}))[1] == (
        "options",
        "no_data_timeframe",
    )
    assert meaning(text, body(options={"notify_no_data": True}))[1] == ("options", "notify_no_data")


def test_a_copy_can_be_taken_over_with_the_id_that_datadog_names() -> None:
    _, _, hint = meaning("Duplicate of an existing monitor_id:21053382 org_id:13", body())

    assert hint == "take it over with `adopt: 21053382`, or make the two differ"


def test_the_local_datadog_refuses_in_words_that_are_understood(datadog: Datadog) -> None:
    datadog.apply(monitor(A))
    bad = monitor(A, options={"thresholds": {"critical": 6}})
    worse = monitor(B, query="avg(last_5m:")

    to_ask, _ = questions(project(bad, worse), datadog.listing(), everything=False)
    datadog.forget_requests()
    verdicts = ask(datadog.client, to_ask)

    assert {(refusal.key, refusal.family, refusal.field) for refusal in verdicts.refusals} == {
        (A, "thresholds", ("options", "thresholds", "critical")),
        (B, "query", ("query",)),
    }
    assert datadog.requests() == {
        "POST /api/v1/monitor/validate": 1,
        "POST /api/v1/monitor/{id}/validate": 1,
    }
