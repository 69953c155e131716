"""Lines that have done their work are told once a file, and only once they have done it."""

from __future__ import annotations

from msgspec.structs import replace

from monitor_sync.model import Project
from monitor_sync.sync.plan import make_plan
from tests.sync.builders import answer, live, monitor, project, released, releasing

KEY = "payments/router/errors"
FILE = "monitors/payments/router.yaml"


def findings(here: Project, *raw: dict[str, object]) -> list[tuple[str, str, int]]:
    made = make_plan(here, live(*raw), site="")
    return [(entry.path, entry.word, len(entry.keys)) for entry in made.spent]


def test_adopt_is_spent_once_the_monitor_carries_our_key_and_not_before() -> None:
    declared = monitor(adopt=7)

    assert findings(project(declared), answer(declared, 7)) == [(FILE, "adopt", 1)]
    assert findings(project(declared), answer(declared, 7, tags=[])) == []
    assert findings(project(declared), answer(declared, 8)) == []


def test_moved_from_is_spent_once_nothing_carries_the_former_key() -> None:
    former = "payments/router/old"
    declared = monitor(moved_from=(former,))

    assert findings(project(declared), answer(declared, 7)) == [(FILE, "moved_from", 1)]
    assert findings(project(declared), answer(monitor(former), 7)) == []
    assert findings(project(declared), answer(declared, 7), answer(monitor(former), 8)) == []
    assert findings(project(declared)) == []


def test_released_is_spent_once_nothing_carries_the_key_or_an_item_of_it() -> None:
    here = releasing(released("payments/router/old", "payments/paths/old"))

    assert findings(here) == [(FILE, "released", 1)]
    assert findings(here, answer(monitor("payments/router/old"), 1)) == []
    assert findings(here, answer(monitor("payments/router/old.rail"), 1)) == []
    assert findings(here, answer(monitor("payments/paths/old"), 1)) == []


def test_each_word_is_told_once_a_file() -> None:
    first, second = monitor(adopt=1), monitor("payments/router/slow", adopt=2)
    other = replace(monitor("payments/paths/a", adopt=3), path="monitors/payments/paths.yaml")

    here = project(first, second, other)

    assert findings(here, answer(first, 1), answer(second, 2), answer(other, 3)) == [
        ("monitors/payments/paths.yaml", "adopt", 1),
        (FILE, "adopt", 2),
    ]
