"""Each handle is found where it stands, with the blocks that decide when it is notified."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.audience.places import for_one_state, places_in, routed_places
from monitor_sync.audience.recipients import by_transition
from monitor_sync.language.message import parse
from monitor_sync.language.transitions import FLAGS, Reach
from tests.audience.blocks_around import guards, transitions_at
from tests.language import rendering
from tests.language.rendering import Piece, trees


def test_a_place_is_where_the_handle_stands_in_its_text() -> None:
    text = "call @slack-a, then @slack-b."
    places = list(places_in(("message",), text))

    assert [text[place.start : place.end] for place in places] == ["@slack-a", "@slack-b"]


def test_a_recipient_is_placed_at_the_first_state_that_has_it() -> None:
    places = routed_places((("alert", ("@a",)), ("recovery", ("@b", "@a")), ("warning", ("none",))))

    assert {place.field: place.handle.text for place in places} == {
        ("recipients", "alert", "@a"): "@a",
        ("recipients", "recovery", "@b"): "@b",
        ("recipients", "warning", "none"): "",
    }


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("@a", []),
        ("{{#is_alert}}@a{{/is_alert}}", [("is_alert", True)]),
        ("{{^is_alert}}@a{{/is_alert}}", [("is_alert", False)]),
        ("{{#is_alert}}x{{else}}@a{{/is_alert}}", [("is_alert", False)]),
        ("{{^is_alert}}x{{else}}@a{{/is_alert}}", [("is_alert", True)]),
        ('{{#is_match "a" "b"}}{{#is_alert}}x {{^is_warning}}@a'
         "{{/is_warning}}{{/is_alert}}{{/is_match}}",
         [("is_match", True), ("is_alert", True), ("is_warning", False)]),
        ("{{{{is_alert}}}}@a{{{{/is_alert}}}}", [("is_alert", True)]),
        ("{{{{raw}}}}@a{{{{/raw}}}}", []),
        ("{{#is_alert}}x{{/is_alert}} @a", []),
    ],
)  # fmt: skip
def test_the_blocks_around_a_place_are_named_with_the_answer_that_shows_it(
    text: str, around: list[tuple[str, bool]]
) -> None:
    enclosing = guards(parse(text).elements, text.index("@a"))

    assert [(guard.condition.name, guard.holds) for guard in enclosing] == around
    of_states = [guard.condition.name in FLAGS for guard in enclosing]
    assert of_states == [name != "is_match" for name, _ in around]


def test_a_place_is_notified_at_the_transitions_of_its_block() -> None:
    text = "{{#is_alert_recovery}}@a{{/is_alert_recovery}}"
    reach = Reach(no_data=False, unknown=False, renotify=frozenset())

    # of a warning after an alert it is notified without a text
    transitions = transitions_at(parse(text), text.index("@a"), reach)
    assert transitions == ("alert_to_warning", "alert_recovery")


@given(trees(), st.sampled_from([Reach(), Reach(warning=False, priority=1)]))
def test_whoever_is_notified_is_notified_by_a_place(pieces: list[Piece], reach: Reach) -> None:
    # blanks before all tags, so that no handle goes over the edge of a block
    text = re.sub(r"(?<!\{)\{\{", " {{", rendering.written(pieces))
    message = parse(text)
    by_places: dict[str, set[str]] = {name: set() for name in by_transition(text, reach=reach)}
    for place in places_in(("message",), text):
        for transition in transitions_at(message, place.start, reach):
            by_places[transition].add(place.handle.text)

    for name, recipients in by_transition(text, reach=reach).items():
        assert set(recipients.handles) <= by_places[name]


@pytest.mark.parametrize(
    "text",
    [
        "@a {{#is_alert}}@b{{/is_alert}} @c",
        '{{#is_match "x" "y"}}@a{{#is_alert}}@b{{else}}@c{{/is_alert}}@d{{/is_match}}@e',
        "{{^is_recovery}}@a{{/is_recovery}}@b",
        "{{{{is_alert}}}}@a{{{{/is_alert}}}}@b",
        "@a",
    ],
)
def test_a_place_is_for_one_state_where_a_guard_around_it_is(text: str) -> None:
    elements = parse(text).elements
    inside = for_one_state(elements)

    for place in places_in(("message",), text):
        around = guards(elements, place.start)
        assert inside(place.start) == any(guard.condition.name in FLAGS for guard in around)
