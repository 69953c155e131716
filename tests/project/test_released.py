"""`released` names monitors that leave the project and stay in Datadog."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.model import Released
from tests.project.builders import MONITOR, indented, read, underlined


def leaving(released: str, *, top: str = "", monitors: str = MONITOR) -> dict[str, str]:
    return {
        "motor/flow.yaml": (
            f"{top}released:\n{indented(released, 2)}monitors:\n  errors:\n{indented(monitors, 4)}"
        )
    }


def test_a_key_and_a_reason_name_a_monitor_that_leaves(tmp_path: Path) -> None:
    loaded = read(tmp_path, leaving("old-one: it has a project of its own\nold-two.rail: too"))

    assert loaded.diagnostics == ()
    assert list(loaded.project.monitors) == ["motor/flow/errors"]
    assert loaded.project.released["motor/flow/old-one"] == Released(
        key="motor/flow/old-one",
        reason="it has a project of its own",
        business_unit="motor",
        path=f"{tmp_path}/monitors/motor/flow.yaml",
        line=2,
    )
    assert loaded.project.released["motor/flow/old-two.rail"].line == 3


def test_in_a_renamed_file_and_unit_it_may_still_carry_the_former_key(tmp_path: Path) -> None:
    files = leaving("old-one: why", top="moved_from: [purchase, travel/flow]\n")
    files["motor/business-unit.yaml"] = "name: Motor\nteam: motor-quotes\nmoved_from: cars\n"

    assert read(tmp_path, files).project.released["motor/flow/old-one"].moved_from == (
        "motor/purchase/old-one",
        "travel/flow/old-one",
        "cars/flow/old-one",
    )


def test_a_file_may_hold_nothing_but_what_leaves(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"motor/flow.yaml": "released: {old-one: why}\n"})

    assert loaded.diagnostics == ()
    assert list(loaded.project.released) == ["motor/flow/old-one"]


ITEMS = MONITOR.replace("motor.errors", "${partner}.errors") + "for_each: {partner: [rail]}\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            leaving("errors: why"),
            "flow.yaml:2:3 [references/released-and-declared] <errors> `motor/flow/errors` is"
            " released here, and is declared too, at {root}/monitors/motor/flow.yaml:4",
        ),
        (
            leaving("errors: why", monitors=ITEMS),
            "flow.yaml:2:3 [references/released-and-declared] <errors> `motor/flow/errors` is"
            " released here, and means its items too, and `motor/flow/errors.rail` is declared, at"
            " {root}/monitors/motor/flow.yaml:4",
        ),
        (
            leaving("old: why", monitors=MONITOR + "moved_from: old\n"),
            "flow.yaml:2:3 [references/released-and-declared] <old> `motor/flow/old` is released"
            " here, and is what `motor/flow/errors` moved from, at"
            " {root}/monitors/motor/flow.yaml:4",
        ),
        (
            leaving('old: ""'),
            'flow.yaml:2:8 [schema/wrong-type] <""> an empty text is not the reason why the monitor'
            " leaves",
        ),
        (
            leaving("old: 5"),
            "flow.yaml:2:8 [schema/wrong-type] <5> `5` is not the reason why the monitor leaves",
        ),
        (
            leaving("Old: why"),
            "flow.yaml:2:3 [schema/bad-name] <Old> `Old` is no name: lower-case letters, digits,"
            " `.`, `_` and `-` are allowed",
        ),
    ],
)
def test_what_cannot_be_released_is_an_error_where_it_stands(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    assert [underlined(diagnostic) for diagnostic in read(tmp_path, files).diagnostics] == [
        expected.format(root=tmp_path)
    ]


def test_an_item_may_leave_while_the_others_stay(tmp_path: Path) -> None:
    assert read(tmp_path, leaving("errors.ferry: why", monitors=ITEMS)).diagnostics == ()
