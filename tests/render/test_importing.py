"""The report of an import: what a person reads before anything is written."""

from __future__ import annotations

from pathlib import Path

from monitor_sync.adopt.placing import Placing, TagRole
from monitor_sync.app import Imported
from monitor_sync.render import importing


def report(*units: str, written: bool = False) -> str:
    """The report of an import that found a monitor in each of these units."""
    team = TagRole(tags=("team",))
    return importing.text(
        Imported(
            root=Path("monitors"),
            monitors=(),
            already=0,
            left=(),
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
