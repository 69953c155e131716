"""Every monitor that was asked for is imported, declared already, or left out with the reason."""

from __future__ import annotations

from msgspec.structs import replace

from monitor_sync.adopt.selecting import select, unmanaged
from monitor_sync.model import LiveResource, Monitor, Project, Released

BODY = {"name": "A", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 1", "message": ""}


def live(number: int, *, key: str = "", project: str = "", **more: object) -> LiveResource:
    return LiveResource(
        id=number, body={**BODY, "tags": (), **more}, key=key, project=project, created=number
    )


def monitor(key: str, adopt: int | None = None) -> Monitor:
    body = {**BODY, "tags": (), "options": {}}
    return Monitor(key=key, body=body, business_unit="motor", team="t", adopt=adopt)


PROJECT = Project(
    name="acme",
    monitors={declared.key: declared for declared in (monitor("m/f/a"), monitor("m/f/b", 2))},
)
LIVE = [
    live(1, key="m/f/a", project="acme"),
    live(2),
    live(3, key="m/f/a", project="acme"),
    live(4, key="x/y/z", project="other"),
    live(5, tags=("managed_by:terraform",)),
    live(6, type="synthetics alert"),
    live(7, key="m/f/gone", project="acme"),
    live(8),
]


def test_each_monitor_is_in_one_part_of_the_answer() -> None:
    selection = select(LIVE, LIVE, PROJECT)

    assert [monitor.id for monitor in selection.chosen] == [8]
    assert [monitor.id for monitor in selection.already] == [1, 2]
    assert {monitor.id: monitor.reason for monitor in selection.left} == {
        3: "clone",
        4: "other-project",
        5: "mark",
        6: "unsupported",
        7: "unprovable",
    }


def test_what_another_tool_manages_is_taken_over_on_request() -> None:
    selection = select(LIVE[4:5], LIVE, PROJECT, take_over=True)

    assert [monitor.id for monitor in selection.chosen] == [5]


def test_unmanaged_is_what_nobody_declares_and_no_project_tags() -> None:
    assert [monitor.id for monitor in unmanaged(LIVE, PROJECT)] == [5, 6, 8]


def test_what_has_lost_our_tags_and_is_declared_is_adopted_by_its_key_and_not_declared_again() -> (
    None
):
    alike = [live(21, tags=("env:live",)), live(22, message="Another"), live(23, name="B")]

    selection = select(alike, alike, PROJECT)

    assert [monitor.id for monitor in selection.chosen] == [22, 23]
    assert [(monitor.id, monitor.reason, monitor.detail) for monitor in selection.left] == [
        (21, "unprovable", "write `adopt: 21` on m/f/a, which declares the same")
    ]


def test_what_is_about_to_be_released_is_not_declared_again() -> None:
    leaving = {"m/f/gone": Released(key="m/f/gone", reason="moved", business_unit="m")}

    selection = select(LIVE[6:7], LIVE, replace(PROJECT, released=leaving))

    assert selection.chosen == ()
    assert [(monitor.id, monitor.reason, monitor.detail) for monitor in selection.left] == [
        (
            7,
            "unprovable",
            "the files release m/f/gone, whose tags it has until `apply`",
        )
    ]
