"""A rename without `moved_from` is recognised, and the plan proposes the line that keeps the id."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import ClassVar

import pytest

from monitor_sync.model import Body, Monitor
from monitor_sync.resources.monitor.kind import MonitorKind
from monitor_sync.sync import plan_file, plan_json
from monitor_sync.sync.change import Change
from monitor_sync.sync.moves import Move, moves
from monitor_sync.sync.plan import make_plan
from tests.sync.builders import answer, live, monitor, project


def of(key: str, number: int, path: str = "") -> Monitor:
    """A monitor whose query nothing else has."""
    unit, file, _ = key.split("/")
    return monitor(
        key,
        name=f"Errors {number}",
        query=f"avg(last_5m):sum:errors{{shard:{number}}} > 5",
        path=path or f"monitors/{unit}/{file}.yaml",
    )


def proposed(old: list[str], new: list[str]) -> list[tuple[str, str, str, int]]:
    """What is proposed where the same monitors live under old keys and are declared under new."""
    there = live(*(answer(of(key, number), number) for number, key in enumerate(old, 1)))
    here = project(*(of(key, number) for number, key in enumerate(new, 1)))
    made = make_plan(here, there, site="")
    again = plan_file.read(plan_json.file(made, commit=""), "plan.json")
    assert again.moves == made.moves
    return [(move.level, move.path, move.moved_from, len(move.renames)) for move in made.moves]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            ["motor/flow/a", "motor/flow/b.rail", "motor/paths/c"],
            ["auto/flow/a", "auto/flow/b.rail", "auto/paths/c"],
            [("unit", "monitors/auto/business-unit.yaml", "motor", 3)],
        ),
        (
            ["motor/flow/a", "motor/flow/b", "motor/other/c"],
            ["motor/purchase/a", "motor/purchase/b", "motor/other/c"],
            [("file", "monitors/motor/purchase.yaml", "flow", 2)],
        ),
        (
            ["motor/flow/a", "motor/flow/b", "auto/x/y"],
            ["auto/flow/a", "auto/flow/b", "auto/x/y"],
            [("file", "monitors/auto/flow.yaml", "motor/flow", 2)],
        ),
        (
            ["motor/flow/a", "motor/flow/b"],
            ["motor/flow/a", "motor/flow/new"],
            [("monitor", "monitors/motor/flow.yaml", "b", 1)],
        ),
        (
            ["motor/flow/a", "motor/flow/b"],
            ["motor/flow/a", "motor/other/new"],
            [("monitor", "monitors/motor/other.yaml", "motor/flow/b", 1)],
        ),
        (
            ["motor/flow/a.rail", "motor/flow/a.ferry"],
            ["motor/flow/a.train", "motor/flow/a.ferry"],
            [("item", "monitors/motor/flow.yaml", "motor/flow/a.rail", 1)],
        ),
        (["motor/flow/a"], ["motor/flow/a"], []),
        (["motor/flow/a"], [], []),
    ],
)
def test_the_one_line_that_keeps_the_ids_is_proposed_where_it_fits(
    old: list[str], new: list[str], expected: list[tuple[str, str, str, int]]
) -> None:
    assert proposed(old, new) == expected


def test_a_monitor_that_was_renamed_and_edited_is_known_by_its_query_or_by_its_name() -> None:
    there = live(answer(of("motor/flow/a", 1), 1), answer(of("motor/flow/b", 2), 2))
    other = of("motor/flow/d", 9)
    edited = monitor(other.key, name="Errors 2", query=other.query, path=other.path)
    titled = monitor("motor/flow/c", name="Better", query=of("x/y/z", 1).query, path=other.path)

    made = make_plan(project(titled, edited), there, site="")

    assert [(move.moved_from, move.renames[0].new) for move in made.moves] == [
        ("a", "motor/flow/c"),
        ("b", "motor/flow/d"),
    ]


def test_of_two_that_are_alike_none_is_guessed_unless_the_rest_of_the_key_tells() -> None:
    there = live(answer(of("motor/flow/a", 1), 1), answer(of("motor/flow/b", 1), 2))
    alike = [of("motor/new/x", 1), of("motor/new/y", 1)]
    declared_here = [of("motor/new/a", 1), of("motor/new/b", 1)]

    assert make_plan(project(*alike), there, site="").moves == ()
    assert [
        move.moved_from for move in make_plan(project(*declared_here), there, site="").moves
    ] == ["flow"]


def test_many_that_are_all_alike_cost_one_look_each() -> None:
    """Pairs are found by what they have in common, not by comparing each with each."""

    class Counting(MonitorKind):
        name: ClassVar[str] = "monitor"
        looked: int = 0

        def looks(self, body: Body) -> tuple[Hashable, ...]:
            self.looked += 1
            return super().looks(body)

    def looked(number: int) -> int:
        kind = Counting()
        wanted = of("motor/flow/a", 1).body
        made = partial(Change, name="", kind=kind, body=wanted)
        new = [made(action="create", key=f"auto/f/{n}") for n in range(number)]
        old = [made(action="delete", key=f"motor/f/x{n}") for n in range(number)]
        assert moves([*new, *old], [change.key for change in new]) == ()
        return kind.looked

    assert looked(200) <= 2.5 * looked(100)


def test_a_move_names_what_it_keeps() -> None:
    there = live(answer(of("motor/flow/a", 1), 7))

    (move,) = make_plan(project(of("motor/flow/b", 1)), there, site="").moves

    assert isinstance(move, Move)
    (rename,) = move.renames
    assert (rename.old, rename.new, rename.id) == ("motor/flow/a", "motor/flow/b", 7)
