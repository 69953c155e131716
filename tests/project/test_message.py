"""What the tool adds to a message is sound for every type and state: footer, links, recipients."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from monitor_sync.audience.recipients import by_transition
from monitor_sync.language import message as language
from monitor_sync.language.handles import attached, handles
from monitor_sync.language.message_layout import compose, routing_lines, take_apart
from monitor_sync.language.query import TYPES
from monitor_sync.language.template_variables import (
    Existence,
    Surroundings,
    existence,
    variables,
)
from monitor_sync.language.transitions import TRANSITIONS, reach
from monitor_sync.language.unreachable_blocks import never_shown
from monitor_sync.model import STATES
from monitor_sync.project.message import Footer, footer_text, reachable

FOOTER = footer_text(
    Footer(
        owner="Motor quotes",
        on_call="motor-quotes",
        business_unit="Motor",
        service="quote-api",
        env="production",
        runbook="https://runbooks.example/motor/quotes",
        site="datadoghq.eu",
        path="monitors/motor/flow.yaml",
        key="motor/flow/errors",
    )
)
THRESHOLDS = ({"critical": 5}, {"critical": 5, "warning": 3})
MISSING: tuple[dict[str, Any], ...] = (
    {},
    {"notify_no_data": True},
    {"on_missing_data": "show_and_notify_no_data"},
    {"on_missing_data": "resolve"},
)
REMINDERS: tuple[dict[str, Any], ...] = (
    {},
    {"renotify_interval": 60},
    {"renotify_interval": 60, "renotify_statuses": ["alert", "warn", "no data"]},
)
# The line of a state is shown wherever its flag holds: a reminder repeats the alert as well, and
# that a check's state is unknown has no line.
EXPECTED = {
    transition.name: tuple(state for state in STATES if f"is_{state}" in transition.flags)
    for transition in TRANSITIONS
}


def options() -> Iterator[dict[str, Any]]:
    for thresholds, missing, reminders in product(THRESHOLDS, MISSING, REMINDERS):
        yield {"thresholds": thresholds, **missing, **reminders}


def added(type_: str, of: dict[str, Any]) -> str:
    """What stands below the author's text, a handle of its own for each state."""
    states = reachable(type_, of)
    return compose("", FOOTER, routing_lines({state: (f"@slack-{state}",) for state in states}))


def test_the_footer_notifies_nobody() -> None:
    assert handles(FOOTER) == ()
    assert attached(FOOTER) == ()


@pytest.mark.parametrize("type_", TYPES)
def test_it_is_told_apart_again_from_what_the_author_wrote(type_: str) -> None:
    for options_ in options():
        problems = take_apart(f"Quotes fail.\n\n{added(type_, options_)}")

        assert (problems.text, problems.footer) == ("Quotes fail.", FOOTER)


@pytest.mark.parametrize("type_", TYPES)
def test_tags_and_variables_are_sound(type_: str) -> None:
    around = Surroundings(type=type_)
    for options_ in options():
        read = language.parse(added(type_, options_))

        assert read.problems == ()
        assert [str(use) for use in variables(read)] != []
        assert {existence(use, around).existence for use in variables(read)} == {Existence.EXISTS}


@pytest.mark.parametrize("type_", TYPES)
def test_every_line_can_be_shown(type_: str) -> None:
    for options_ in options():
        reached = reach(type_, options_, 1)
        dead = [
            problems.condition.name
            for problems in never_shown(language.parse(added(type_, options_)), reached)
        ]

        assert dead == []


@pytest.mark.parametrize("type_", TYPES)
def test_each_transition_notifies_exactly_its_states(type_: str) -> None:
    for options_ in options():
        problems = by_transition(added(type_, options_), reach=reach(type_, options_, 1))
        for name, recipients in problems.items():
            expected = {f"@slack-{state}" for state in EXPECTED[name]}

            assert set(recipients.handles) == expected, (name, options_)
            assert recipients.sometimes == ()


@pytest.mark.parametrize("type_", TYPES)
def test_whatever_the_author_wrote_does_not_change_it_as_long_as_it_is_whole(type_: str) -> None:
    author = "{{#is_alert}}a{{else}}b{{/is_alert}} {{! c }}{{{{raw}}}}{{d{{{{/raw}}}} (e"
    for options_ in options():
        text = f"{author}\n\n{added(type_, options_)}"
        reached = reach(type_, options_, 1)
        alone = by_transition(added(type_, options_), reach=reached)

        assert by_transition(text, reach=reached) == alone
