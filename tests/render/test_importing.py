"""The report of an import: what a person reads before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor_sync.adopt.placing import Placing, TagRole
from monitor_sync.adopt.selecting import Left
from monitor_sync.app import Imported
from monitor_sync.render import importing


def report(*units: str, written: bool = False, left: Sequence[Left] = ()) -> str:
    """The report of an import that found a monitor in each of these units."""
    team = TagRole(tags=("team",))
    return importing.text(
        Imported(
            root=Path("monitors"),
            monitors=(),
            already=0,
            left=tuple(left),
            files=(),
            written=written,
            placing=Placing(unit=team, team=team),
            suggested=True,
            total=len(units),
            owned=dict.fromkeys(units, (1, 1)),
        )
    )


def test_before_an_import_it_says_how_to_join_units_that_are_one_under_two_names() -> None:
    assert report("motor", "motor-team").endswith(
        """
Perhaps motor-team is motor. To join them, paste into project.yaml:
import:
  unit: {tag: team, names: {motor-team: motor}}
  team: team
"""
    )


def test_units_that_differ_or_are_written_already_are_not_to_be_joined() -> None:
    assert "Perhaps" not in report("motor", "travel-team")
    assert "Perhaps" not in report("motor", "motor-team", written=True)


def test_monitors_whose_keys_no_file_declares_are_one_reason_with_their_keys() -> None:
    left = [
        Left(
            id=number,
            name="M",
            reason="unprovable",
            detail=f"it carries our key a/b/m-{number}, which no file declares",
            key=f"a/b/m-{number}",
        )
        for number in range(1, 5)
    ]

    assert """\
4 monitors left out:
      4  it carries our key, which no file declares: #1 a/b/m-1 and 3 more
""" in report("a", left=left)
