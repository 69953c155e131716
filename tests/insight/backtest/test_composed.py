"""Composites over the replayed states of their members."""

from __future__ import annotations

import pytest

from monitor_sync.insight.backtest.comparison import Compared
from monitor_sync.insight.backtest.composed import Composite, compared_composites
from monitor_sync.insight.backtest.replay import Points
from monitor_sync.insight.values import Unsupported
from monitor_sync.model import Body
from tests.insight.backtest.test_replay import MESSAGE, SPAN, START, episode, line


def member(metric: str, critical: float = 50, by: str = "") -> Body:
    query = f"avg(last_5m):avg:a.{metric}{{*}}{by} > {critical:g}"
    return {
        "type": "query alert",
        "query": query,
        "options": {"thresholds": {"critical": critical}},
    }


BODIES = {"shop/a": member("a"), "shop/b": member("b"), "7": member("a", 500), "8": member("b")}


def composite(query: str) -> Composite:
    return Composite.of({"type": "composite", "query": query, "message": MESSAGE}, BODIES)


def points(about: Composite) -> Points:
    """Return points by which a is bad in the second hour, b in the half of it that follows."""
    bad = {
        "a.a": line((60, 1.0), (60, 90.0), (120, 1.0)),
        "a.b": line((90, 1.0), (60, 90.0), (90, 1.0)),
    }
    return {wanted: {(): bad[wanted.text[4:7]]} for wanted in about.wanted.lines}


def run(about: Composite, old: Composite | None = None) -> Compared:
    return compared_composites(old, about, points(about), SPAN, monitor_id=3, actual=None)


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ("${id:shop/a} && ${id:shop/b}", [(93, 123)]),
        ("${id:shop/a} || ${id:shop/b}", [(63, 153)]),
        ("${id:shop/a} && !${id:shop/b}", [(63, 93)]),
    ],
)
def test_a_composite_alerts_as_its_members_together_say(
    query: str, minutes: list[tuple[int, int]]
) -> None:
    made = run(composite(query)).new

    assert [((part.start or 0) - START, (part.end or 0) - START) for part in made.stretches] == [
        (60 * start, 60 * end) for start, end in minutes
    ]
    assert made.told == {"@webhook-pager": 1}
    assert made.values == ()


def test_members_of_the_live_composite_are_as_they_live() -> None:
    both = run(composite("${id:shop/a} && ${id:shop/b}"), composite("7 && 8"))

    assert both.old is not None
    assert (len(both.old.fires), len(both.new.fires)) == (0, 1)


def test_a_replay_of_a_composite_is_held_against_what_happened() -> None:
    about = composite("${id:shop/a} && ${id:shop/b}")
    actual = [episode(93 * 60, START + 123 * 60)]
    made = compared_composites(about, about, points(about), SPAN, monitor_id=3, actual=actual)

    assert made.fidelity is not None
    assert (made.fidelity.recall, made.fidelity.time_in_same_state) == (1.0, 1.0)
    assert made.assumptions == ()


def test_a_member_whose_own_alerts_are_uncertain_is_named() -> None:
    options = {"thresholds": {"critical": 50}}
    unclear = {"type": "query alert", "query": "sum(last_5m):avg:a.a{*} > 50", "options": options}
    body = {"type": "composite", "query": "${id:shop/a} && ${id:shop/b}"}
    made = run(Composite.of(body, {**BODIES, "shop/a": unclear}))

    assert [(doubt.kind, doubt.name) for doubt in made.assumptions] == [("member", "shop/a")]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (None, "its member shop/c (which is not known)"),
        (member("c", by=" by {host}"), "its member shop/c (a monitor by group)"),
        ({"type": "composite", "query": "7 && 8"}, "its member shop/c (composite)"),
    ],
)
def test_a_member_that_cannot_be_replayed_is_named(other: Body | None, said: str) -> None:
    bodies = BODIES if other is None else {**BODIES, "shop/c": other}

    with pytest.raises(Unsupported) as error:
        Composite.of({"type": "composite", "query": "${id:shop/a} && ${id:shop/c}"}, bodies)
    assert error.value.name == said
