"""Handles are read as Datadog reads them; who is notified differently is told from two bodies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.audience.audience import lines_that_notify, named_handles, of_body
from monitor_sync.audience.change import NO_CHANGE, compare, same_but_for
from monitor_sync.audience.recipients import by_transition
from monitor_sync.language.transitions import Reach
from tests.language import rendering

PAGED = "{{#is_alert}}@webhook-night{{/is_alert}}{{#is_recovery}}@webhook-night{{/is_recovery}}"


def body(message: str = "@slack-a", **changed: Any) -> dict[str, Any]:
    plain = {"type": "query alert", "query": "q", "message": message, "options": {}}
    return {**plain, **changed}


def handles_by_transition(old: Any, new: Any) -> dict[str, tuple[list[str], list[str]]]:
    """Transition to the handles before and after."""
    audience_change = compare(old, new)
    return {
        at.transition: ([name for name, _ in at.old], [name for name, _ in at.new])
        for at in audience_change.at
    }


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("call @slack-ops now", ["@slack-ops"]),
        ("{{#is_alert}}@a @b{{/is_alert}}", ["@a", "@b"]),
        ("{{#is_alert}}@a{{else}}@b{{/is_alert}}", ["@a", "@b"]),
        ("@team\n@other", ["@team", "@other"]),
        ("mail jane@example.com or @jane@example.com.", ["@jane@example.com"]),
        ("(@not-one) and (see @yes)", ["@yes"]),
        ("@slack-{{service.name}}-ops x", ["@slack-{{service.name}}-ops"]),
        ('@workflow-x(a="{{host.name}}", n=2) x', ['@workflow-x(a="{{host.name}}", n=2)']),
        ("@a, @b; @a.", ["@a", "@b"]),
        ("@ alone", []),
        (None, []),
        (5, []),
    ],
)  # fmt: skip
def test_the_handles_of_a_text(text: object, handles: list[str]) -> None:
    assert list(named_handles(lines_that_notify(text))) == handles


def test_names_that_come_and_go_are_sought_in_the_escalation_message_too() -> None:
    old = {"message": "@a @b"}
    new = {"message": "@b", "options": {"escalation_message": "@c"}}

    change = compare(old, new)

    assert (change.newly_named, change.no_longer_named) == (("@c",), ("@a",))


def test_other_words_notify_nobody_else() -> None:
    assert compare(body("one @slack-a"), body("two\n\n@slack-a")) is NO_CHANGE


def test_the_same_handles_in_another_order_are_no_difference() -> None:
    assert not compare(body("@slack-a @slack-b"), body("@slack-b @slack-a"))


def test_a_handle_that_loses_one_state_is_neither_gained_nor_lost() -> None:
    audience_change = compare(body("@webhook-night"), body(PAGED[: PAGED.index("{{#is_rec")]))
    assert (audience_change.gained, audience_change.lost) == ((), ())
    assert [at.transition for at in audience_change.at] == ["alert_recovery"]


def test_a_handle_in_a_block_that_never_happens_is_not_notified() -> None:
    # no warning threshold, so the monitor never warns
    audience_change = compare(body("@slack-a"), body("@slack-a {{#is_warning}}@b.c{{/is_warning}}"))
    assert not audience_change


@pytest.mark.parametrize(
    ("options", "gained"),
    [
        ({"notify_no_data": True}, {"no_data", "no_data_recovery"}),
        ({"on_missing_data": "show_and_notify_no_data"}, {"no_data", "no_data_recovery"}),
        ({"renotify_interval": 60}, {"renotify_alert"}),
        (
            {"thresholds": {"critical": 2, "warning": 1}},
            {"warning", "alert_to_warning", "warning_recovery"},
        ),
    ],
)
def test_an_option_changes_who_is_notified_though_no_handle_does(
    options: dict[str, Any], gained: set[str]
) -> None:
    assert handles_by_transition(body(), body(options=options)) == {
        name: ([], ["@slack-a"]) for name in gained
    }
    assert handles_by_transition(body(options=options), body()) == {
        name: (["@slack-a"], []) for name in gained
    }


def test_renotify_statuses_change_who_is_notified_again() -> None:
    every = {"renotify_interval": 60, "notify_no_data": True}
    only = {**every, "renotify_statuses": ["no data"]}
    assert handles_by_transition(body(options=every), body(options=only)) == {
        "renotify_alert": (["@slack-a"], [])
    }


def test_another_type_changes_what_can_happen() -> None:
    assert "unknown" in handles_by_transition(body(), body(type="service check"))


def test_a_priority_changes_who_is_notified_under_it() -> None:
    message = "{{#is_priority 'P1'}}@webhook-night{{/is_priority}} @slack-a"
    audience_change = compare(body(message, priority=1), body(message, priority=3))
    assert audience_change.lost == audience_change.last_pagers == ("@webhook-night",)


def test_an_escalation_counts_only_where_the_monitor_renotifies() -> None:
    silent = body(options={"escalation_message": "@oncall-x"})
    again = body(options={"escalation_message": "@oncall-x", "renotify_interval": 10})
    assert not compare(body(), silent)
    assert handles_by_transition(silent, again) == {
        "renotify_alert": ([], ["@slack-a", "@oncall-x"])
    }


def test_a_draft_notifies_nobody() -> None:
    audience_change = compare(body(draft_status="published"), body(draft_status="draft"))
    assert audience_change.lost == ("@slack-a",)
    assert audience_change.unheard == ("alert", "alert_recovery")


def test_a_draft_stays_one_where_the_files_do_not_say() -> None:
    assert not compare(body(draft_status="draft"), body("@slack-b"))


def test_a_handle_for_some_groups_is_told_with_its_cases() -> None:
    some = '{{#is_match "env.name" "prod"}}@slack-a{{/is_match}}'
    (alert, _) = compare(body(), body(some)).at
    assert alert.old == (("@slack-a", ()),)
    ((handle, when),) = alert.new
    assert handle == "@slack-a"
    assert str(when[0][0]) == 'env.name contains "prod"'


def test_the_last_pager_is_missed_and_one_of_two_is_not() -> None:
    lost = compare(body("@webhook-night @slack-a"), body("@slack-a"))
    assert lost.last_pagers == ("@webhook-night",)
    assert not compare(body("@webhook-night @opsgenie-x"), body("@opsgenie-x")).last_pagers


def test_who_hears_of_the_recovery_alone_is_woken_by_nothing() -> None:
    only_end = body(PAGED[PAGED.index("{{#is_rec") :])
    assert compare(body(PAGED), only_end).last_pagers == ("@webhook-night",)


def test_the_policy_says_what_a_pager_is() -> None:
    globs = ("@slack-night-*",)
    audience_change = compare(
        body("@webhook-log @slack-night-1"), body("@webhook-log"), pagers=globs
    )
    assert audience_change.last_pagers == ("@slack-night-1",)


def test_a_state_that_now_reaches_nobody_is_named() -> None:
    alert_only = body("{{#is_alert}}@slack-a{{/is_alert}}")
    assert compare(body(), alert_only).unheard == ("alert_recovery",)
    warns = body("{{#is_alert}}@slack-a{{/is_alert}}", options={"thresholds": {"warning": 1}})
    assert "warning" in compare(alert_only, warns).unheard
    assert not compare(warns, alert_only).unheard  # what cannot happen needs nobody


def test_a_new_monitor_and_one_that_goes_away() -> None:
    assert compare(None, body()).gained == ("@slack-a",)
    gone = compare(body("@webhook-night"), None)
    assert gone.lost == ("@webhook-night",)
    assert not gone.last_pagers
    assert not gone.unheard


LINES = st.sampled_from(
    [
        "Words without anything.",
        "now {{value}} of {{host.name}}",
        "now {{value}}@slack-no",
        '{{eval "last_triggered_at_epoch-60"}} {{#is_alert}}',
        "{{else}}",
        "{{ else }}",
        "{{/is_alert}}",
        '{{#is_match "a"',
        '"b"}}',
        '"c"',
        "{{/is_match}}",
        "{{!-- a comment",
        "its end --}}",
        "{{value --}}",
        "{{{{raw}}}}",
        "{{{{/raw}}}}",
        "{{{value}}}",
        "@slack-b",
        "mail@x.example @c.d@x.example",
        "{{override_priority 'P2'}}",
        "{ } }} {{",
        "",
    ]
)


@given(st.lists(LINES, max_size=12).map("\n".join), st.sampled_from([Reach(), Reach(priority=2)]))
def test_the_lines_that_are_left_out_decide_nothing(text: str, reach: Reach) -> None:
    assert by_transition(lines_that_notify(text), reach=reach) == by_transition(text, reach=reach)


@given(rendering.trees(), rendering.trees())
def test_what_is_left_of_any_message_notifies_the_same(before: Any, other: Any) -> None:
    text = rendering.written(before) + "\nwords\n{{value}} words\n" + rendering.written(other)
    left = lines_that_notify(text)
    assert by_transition(left, reach=Reach()) == by_transition(text, reach=Reach())


_MATCH = '{{#is_match "env.name" "prod"}}'


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("@old @a", "@new @a", True),
        ("@old @new", "@new", True),
        ("@old", "@old", True),
        ("{{#is_alert}}@old{{/is_alert}} @a", "{{#is_alert}}@new{{/is_alert}} @a", True),
        ("{{#is_alert}}@old{{/is_alert}} @a", "{{#is_recovery}}@new{{/is_recovery}} @a", False),
        (f"{_MATCH}@old{{{{/is_match}}}}", f"{_MATCH}@new{{{{/is_match}}}}", True),
        (f"{_MATCH}@old{{{{/is_match}}}}", "@new", False),
        (f"{_MATCH}@old{{{{/is_match}}}} @new", "@new", True),
        ("@old @a", "@new", False),
        ("@old", "@new @b", False),
        ("@old", "nobody", False),
        ("@old{{#is_alert}}-eu{{/is_alert}}", "@new{{#is_alert}}-eu{{/is_alert}}", False),
    ],
)
def test_two_handles_that_count_as_one_make_audiences_the_same(
    before: str, after: str, same: bool
) -> None:
    assert same_but_for(of_body(body(before)), of_body(body(after)), "@old", "@new") is same
