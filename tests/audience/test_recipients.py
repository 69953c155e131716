"""Who is notified is what comes out of showing the message for every transition."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from monitor_sync.audience.recipients import Recipients, by_transition
from monitor_sync.language.cases import (
    ALWAYS,
    NEVER,
    CaseCondition,
    Cases,
    Effort,
    either,
    together,
)
from monitor_sync.language.message import parse
from monitor_sync.language.transitions import FLAGS, TRANSITIONS, Reach, reach
from monitor_sync.language.unreachable_blocks import never_shown
from monitor_sync.model import STATES
from tests.language import rendering
from tests.language.rendering import HOLDS, Branching, Piece, names_in, rendered, trees

REACHES = st.builds(
    Reach,
    warning=st.booleans(),
    no_data=st.booleans(),
    unknown=st.booleans(),
    renotify=st.frozensets(st.sampled_from(["alert", "warning", "no_data"])),
    priority=st.sampled_from([None, 1, 2, 5]),
)


def notified_by(recipients: Recipients, answers: rendering.Answers) -> set[str]:
    """Who is notified where the comparisons turn out so."""
    notified = set(recipients.always)
    for recipient in recipients.sometimes:
        if any(all(holds(condition, answers) for condition in case) for case in recipient.when):
            notified.add(recipient.handle)
    return notified


def holds(comparison: CaseCondition, answers: rendering.Answers) -> bool:
    if comparison.kind == "is_priority":
        comparison_text = f"is_priority '{comparison.values[0]}'"
    else:
        quoted = " ".join(f'"{operand}"' for operand in (comparison.variable, *comparison.values))
        comparison_text = f"{comparison.kind} {quoted}"
    return answers[comparison_text] == comparison.holds


def test_the_table_has_every_transition_and_flag_of_the_naive_one() -> None:
    table = {
        transition.name: (set(transition.flags), set(transition.bodiless))
        for transition in TRANSITIONS
    }

    assert table == dict(HOLDS)
    assert sorted(FLAGS) == rendering.FLAGS
    assert {transition.state for transition in TRANSITIONS} == set(STATES)
    assert all(transition.source for transition in TRANSITIONS)


@given(trees(), REACHES)
def test_recipients_are_those_of_every_rendering(pieces: list[Piece], reached: Reach) -> None:
    text = rendering.written(pieces)
    # A word that comparisons split into more forms than are followed ends at a block's edge.
    assume(len(re.findall(r"\{\{[#^]is_(?:exact_)?match|\{\{[#^]is_priority", text)) <= 6)
    by_name = by_transition(text, reach=reached)
    overridden = "override_priority" in text

    for name, recipients in by_name.items():
        flags, silent = HOLDS[name]
        every: list[set[str]] = []
        for answers in rendering.answers_for(flags, reached.priority, overridden=overridden):
            shown = names_in(rendered(pieces, answers))
            every.append(shown)
            assert notified_by(recipients, answers) == shown
        # what holds whatever the comparisons answer is told as such
        assert set(recipients.always) == set.intersection(*every)
        wider = rendering.answers_for(flags | silent, reached.priority, overridden=overridden)
        besides = [names_in(rendered(pieces, answers)) for answers in wider]
        extra = {
            handle
            for first, second in zip(every, besides, strict=True)
            for handle in second - first
        }
        assert extra <= set(recipients.bodiless) | set(recipients.always)
        assert not silent or set(recipients.bodiless) <= set().union(*besides)
        assert silent or recipients.bodiless == ()


@given(trees(), trees(1), REACHES)
def test_the_escalation_message_is_sent_on_renotification_only(
    pieces: list[Piece], escalation: list[Piece], reached: Reach
) -> None:
    text, later = rendering.written(pieces), rendering.written(escalation)
    whole: list[Piece] = [*pieces, "\n", *escalation]
    overridden = "override_priority" in text + later

    for name, recipients in by_transition(text, later, reach=reached).items():
        flags, _ = HOLDS[name]
        shown = whole if name.startswith("renotify") else pieces
        for answers in rendering.answers_for(flags, reached.priority, overridden=overridden):
            assert notified_by(recipients, answers) == names_in(rendered(shown, answers))


@given(trees(), REACHES)
def test_branches_are_never_shown_exactly_where_no_rendering_shows_them(
    pieces: list[Piece], reached: Reach
) -> None:
    text = rendering.written(pieces)
    overridden = "override_priority" in text
    for transition in reached.transitions():
        flags, silent = HOLDS[transition.name]
        for holding in (flags, flags | silent):
            for answers in rendering.answers_for(holding, reached.priority, overridden=overridden):
                rendered(pieces, answers)

    unreachable = [(block.start, block.otherwise) for block in never_shown(parse(text), reached)]
    assert unreachable == list(dead(pieces, 0))


def dead(pieces: list[Piece], at: int) -> list[tuple[int, bool]]:
    """The outermost branches with something in them that were not seen."""
    branches = []
    for piece in pieces:
        if isinstance(piece, Branching):
            opening = len(f"{{{{#{piece.condition}}}}}")
            middle = at + opening + len(rendering.written(piece.body)) + len("{{else}}")
            for branch, first, start in (
                (piece.body, True, at + opening),
                (piece.otherwise or [], False, middle),
            ):
                if first in piece.seen:
                    branches += dead(branch, start)
                elif rendering.written(branch) and piece.condition != "is_critical":
                    branches.append((at, not first))
        at += len(rendering.written([piece]))
    return branches


def test_a_handle_in_the_middle_of_a_word_is_one_where_nothing_stands_before_it() -> None:
    text = (
        '{{#is_match "a" "b"}}x{{/is_match}}@one {{value}}@two @three{{#is_alert}}-a{{/is_alert}}'
    )
    recipients = by_transition(text, reach=reach("query alert", {}))

    assert recipients["alert"].always == ("@three-a",)
    assert recipients["alert_recovery"].always == ("@three",)
    (recipient,) = recipients["alert"].sometimes
    assert recipient.handle == "@one"
    assert [[str(condition) for condition in case] for case in recipient.when] == [
        ['a does not contain "b"']
    ]


def test_a_message_without_a_handle_notifies_nobody_anywhere() -> None:
    recipients = by_transition("{{#is_alert}}bad{{/is_alert}}", reach=Reach())

    assert set(recipients) == set(HOLDS)
    assert not any(at_transition.handles for at_transition in recipients.values())


def test_who_is_notified_without_a_text_is_told_apart() -> None:
    text = "{{#is_alert_recovery}}@pager{{/is_alert_recovery}} {{#is_warning}}@chat{{/is_warning}}"
    recipients = by_transition(text, reach=Reach())

    assert recipients["alert_to_warning"].always == ("@chat",)
    assert recipients["alert_to_warning"].bodiless == ("@pager",)
    assert recipients["alert_to_warning"].when == {"@chat": (), "@pager": ()}


@pytest.mark.parametrize(
    ("type_", "options", "names"),
    [
        ("query alert", {}, {"alert", "alert_recovery"}),
        ("query alert", {"thresholds": {"critical": 2, "warning": 0}},
         {"alert", "alert_recovery", "warning", "alert_to_warning", "warning_recovery"}),
        ("log alert", {"on_missing_data": "show_and_notify_no_data"},
         {"alert", "alert_recovery", "no_data", "no_data_recovery"}),
        ("log alert", {"on_missing_data": "show_no_data", "notify_no_data": False},
         {"alert", "alert_recovery"}),
        ("query alert", {"notify_no_data": True, "renotify_interval": 60},
         {"alert", "alert_recovery", "no_data", "no_data_recovery", "renotify_alert",
          "renotify_no_data"}),
        ("query alert", {"renotify_interval": "0"}, {"alert", "alert_recovery"}),
        ("query alert", {"renotify_interval": 10, "renotify_statuses": ["warn"]},
         {"alert", "alert_recovery"}),
        ("query alert", {"renotify_interval": 10, "renotify_statuses": ["warn", "alert"],
                         "thresholds": {"warning": 1}},
         {"alert", "alert_recovery", "warning", "alert_to_warning", "warning_recovery",
          "renotify_alert", "renotify_warning"}),
        ("service check", {"thresholds": None},
         {"alert", "alert_recovery", "warning", "alert_to_warning", "warning_recovery", "unknown",
          "unknown_recovery"}),
    ],
)  # fmt: skip
def test_what_a_monitor_reaches_follows_from_its_type_and_options(
    type_: str, options: dict[str, object], names: set[str]
) -> None:
    assert {transition.name for transition in reach(type_, options).transitions()} == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{#is_warning}}x{{/is_warning}}", "no warning threshold"),
        ("{{#is_warning_recovery}}x{{/is_warning_recovery}}", "no warning threshold"),
        ("{{#is_alert_to_warning}}x{{/is_alert_to_warning}}", "no warning threshold"),
        ("{{#is_no_data}}x{{/is_no_data}}", "missing data"),
        ("{{#is_no_data_recovery}}x{{/is_no_data_recovery}}", "missing data"),
        ("{{#is_unknown}}x{{/is_unknown}}", "service check"),
        ("{{#is_renotify}}x{{/is_renotify}}", "does not renotify"),
        ("{{#is_priority 'P1'}}x{{/is_priority}}", "priority 3"),
        ("{{#is_alert}}{{#is_recovery}}x{{/is_recovery}}{{/is_alert}}", "around it"),
        ("{{#is_alert}}{{else}}{{^is_recovery}}x{{/is_recovery}}{{/is_alert}}", "around it"),
        ('{{#is_match "a" "b"}}{{^is_match "a" "b"}}x{{/is_match}}{{/is_match}}', "around it"),
        ('{{#is_warning}}{{{{is_match "a" "b"}}}}x{{{{/is_match}}}}{{/is_warning}}', "no warning"),
    ],
)
def test_a_block_that_is_never_shown_says_why(text: str, reason: str) -> None:
    (block,) = never_shown(parse(text), reach("query alert", {}, priority=3))

    assert reason in block.reason
    assert text[block.start : block.end].startswith("{{")


def test_a_priority_that_the_message_overrides_is_left_open() -> None:
    text = "{{override_priority 'P1'}} {{#is_priority 'P1'}}@pager{{/is_priority}}"
    reached = reach("query alert", {}, priority=3)

    assert never_shown(parse(text), reached) == ()
    (recipient,) = by_transition(text, reach=reached)["alert"].sometimes
    assert [[str(condition) for condition in case] for case in recipient.when] == [
        ['priority is "P1"']
    ]


ATOMS = [CaseCondition("is_match", name, ("v",)) for name in "abcd"]
A, B, C, D = ATOMS

MUCH_FOLLOWS = [
    {A: False, B: False},
    {A: False, B: True, C: True},
    {A: False, D: False},
    {A: True, B: True},
    {B: False, C: False},
    {C: False, A: False},
]
"""Cases from which the same follows again and again."""


@example(MUCH_FOLLOWS)
@given(st.lists(st.dictionaries(st.sampled_from(ATOMS), st.booleans(), max_size=3), max_size=7))
def test_cases_keep_their_meaning_and_equal_meanings_are_equal(
    described: list[dict[CaseCondition, bool]],
) -> None:
    effort = Effort()
    built = [_case(world_case) for world_case in described]
    forward, backward = NEVER, NEVER
    for case in built:
        forward = either(forward, case, effort)
    for case in reversed(built):
        backward = either(case, backward, effort)

    assert forward == backward
    for values in itertools.product((True, False), repeat=len(ATOMS)):
        world = dict(zip(ATOMS, values, strict=True))
        expected = any(
            all(world[a] == v for a, v in world_case.items()) for world_case in described
        )
        met = any(
            all(world[_asked(condition)] == condition.holds for condition in case)
            for case in forward
        )
        assert met == expected
    every = all(
        any(all(dict(zip(ATOMS, values, strict=True))[a] == v for a, v in world_case.items())
            for world_case in described)
        for values in itertools.product((True, False), repeat=len(ATOMS))
    )  # fmt: skip
    assert (forward == ALWAYS) == every


def _case(described: dict[CaseCondition, bool]) -> Cases:
    cases = ALWAYS
    for atom, value in described.items():
        cases = together(cases, atom if value else atom.denied())
    return cases


def _asked(comparison: CaseCondition) -> CaseCondition:
    return comparison if comparison.holds else comparison.denied()
