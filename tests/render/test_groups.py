"""Changes that are the same change: what a file or a unit moves is read once."""

from __future__ import annotations

from monitor_sync.model import LiveResource
from monitor_sync.render.groups import grouped
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.plan import Change, Plan


def moved(was: str, now: str, *more: FieldChange) -> Change:
    live = LiveResource(id=7, body={"name": "M"}, project="acme", key=was)
    tags = FieldChange(
        field="tags", old=[f"monitor_sync_key:{was}", "a"], new=[f"monitor_sync_key:{now}", "a"]
    )
    return Change(action="update", key=now, name="M", live=live, fields=(tags, *more))


def sizes(*changes: Change) -> list[int]:
    plan = Plan(project="acme", site="datadoghq.com", changes=changes)
    return [len(group.changes) for group in grouped(plan)]


def test_monitors_that_move_with_their_file_or_unit_are_one_change() -> None:
    names = ("errors", "latency", "quotes.slow")
    of_file = [moved(f"motor/old/{name}", f"motor/new/{name}") for name in names]
    of_unit = [moved(f"motor/old/{name}", f"car/old/{name}") for name in names]

    assert sizes(*of_file) == [3]
    assert sizes(*of_file, *of_unit) == [3, 3]


def test_what_changes_besides_and_what_gets_a_name_of_its_own_is_shown_apart() -> None:
    other = FieldChange(field="priority", old=1, new=2)
    move = moved("motor/old/errors", "motor/new/errors")

    assert sizes(move, moved("motor/old/slow", "motor/new/slow", other)) == [1, 1]
    renamed = [moved(f"motor/old/{name}", f"motor/new/{name}-2") for name in ("a", "b")]
    assert sizes(move, *renamed) == [1, 1, 1]
