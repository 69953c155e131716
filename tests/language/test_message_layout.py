"""A message taken apart gives the parts it was put together of; in doubt it is the author's."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor_sync.language.handles import handles
from monitor_sync.language.message_layout import (
    MessageParts,
    compose,
    footer_of,
    routing_lines,
    take_apart,
)
from monitor_sync.model import STATES
from tests.language.pieces import messages

FOOTER = (
    "Owner: Motor quotes (Motor), on call: motor  \nDeclared in motor/flow.yaml as motor/flow/x"
)
LINES = (
    "{{#is_alert}}@pagerduty-motor @slack-motor{{/is_alert}}\n{{#is_recovery}}@a{{/is_recovery}}"
)

ALPHABET = 'ab:/.-–·()[]"= '
LINE = st.one_of(
    st.text(ALPHABET, min_size=1, max_size=20),
    st.just('[Logs](https://app.example/logs?from_ts={{eval "last_triggered_at_epoch-900000"}})'),
)
FOOTERS = st.lists(LINE, min_size=2, max_size=5).map(footer_of)
NAMES = st.sampled_from(["@slack-a", "@b@example.com", "@webhook-{{service.name}}", "@pagerduty"])
ROUTES = st.dictionaries(st.sampled_from(STATES), st.lists(NAMES, max_size=3)).map(
    lambda routes: routing_lines({state: routes[state] for state in STATES if state in routes})
)
PIECES = st.sampled_from(
    [
        "---",
        "---\n",
        "\n\n---\n",
        "\n\n",
        "  \n",
        "\n",
        "a",
        "Owner: b",
        FOOTER,
        LINES,
        "@x",
        "{{b}}",
    ]
)
TEXTS = st.one_of(messages(), st.lists(PIECES, max_size=10).map("".join))


@given(text=TEXTS.map(str.strip), footer=FOOTERS, routing=ROUTES)
@example(text=f"a\n\n---\n{FOOTER}", footer=FOOTER, routing="")
@example(text=f"a\n\n{LINES}", footer=FOOTER, routing=LINES)
def test_taking_apart_what_was_put_together_gives_the_parts(
    text: str, footer: str, routing: str
) -> None:
    assert take_apart(compose(text, footer, routing)) == MessageParts(text, footer, routing)


@given(text=st.text("a-\n", max_size=20).map(str.strip), routing=ROUTES)
def test_without_a_footer_the_lines_that_route_are_still_told_apart(
    text: str, routing: str
) -> None:
    assert take_apart(compose(text, "", routing)) == MessageParts(text, "", routing)


@given(TEXTS)
@example("")
@example("\n\n---\na  \nb")
@example(f"\n\n{LINES}")
@example(f"---\na  \nb\n\n{LINES}")
def test_the_parts_of_any_text_are_that_text(text: str) -> None:
    assert compose(*take_apart(text)) == text


@given(TEXTS)
def test_a_footer_names_nobody(text: str) -> None:
    assert not handles(take_apart(text).footer)


@pytest.mark.parametrize(
    "below",
    [
        "our own remark",
        "two lines\nwithout the two blanks",
        "call @pagerduty-motor  \nat night",
        "{{#is_alert}}a  \nb{{/is_alert}}",
        "a  \n{{!-- b",
        "a  \nb {{else}} c",
        "a  \nb {{override_priority 'P1'}}",
        "a  \n\nb  \nc",
    ],
)
def test_what_an_author_wrote_below_three_dashes_is_no_footer(below: str) -> None:
    message = f"It fails.\n\n---\n{below}"

    assert take_apart(f"{message}\n\n{LINES}") == MessageParts(message, "", LINES)


@pytest.mark.parametrize(
    "last",
    [
        "{{#is_alert}}@a{{/is_warning}}",
        "{{#is_warning}}@a{{/is_warning}}\n{{#is_alert}}@a{{/is_alert}}",
        "{{#is_alert}}@a{{/is_alert}}\n{{#is_alert}}@b{{/is_alert}}",
        "{{#is_alert}}@a{{/is_alert}} and more",
        '{{#is_match "a" "b"}}@a{{/is_match}}',
    ],
)
def test_a_paragraph_that_says_more_than_who_hears_of_which_state_is_the_authors(
    last: str,
) -> None:
    assert take_apart(f"It fails.\n\n{last}") == MessageParts(f"It fails.\n\n{last}")
