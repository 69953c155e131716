"""The teams of teams.yaml as the emulator's on-call tools want them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.app import files
from monitor_sync.audience.teams import handles_of

if TYPE_CHECKING:
    from monitor_sync.emulator.core import Emulator
    from monitor_sync.model import Team


def seed(emulator: Emulator, root: Path, broken: Iterable[str]) -> None:
    """
    Let an emulator serve the on-call tools of a project's teams.

    Raises WrongFiles, and the emulator's ``BadWay`` for a wrong word in ``broken``.
    """
    loaded = files.read_whole(root, consequence="so there are no teams to make on-call tools of")
    seed_teams(emulator, loaded.project.teams.values(), broken)


def seed_teams(emulator: Emulator, teams: Iterable[Team], broken: Iterable[str] = ()) -> None:
    """Let an emulator serve the on-call tools of these teams."""
    from monitor_sync.emulator.on_call.estate import OwnerTeam

    owners = [
        OwnerTeam(
            name=team.name,
            title=team.title,
            tool=team.tool,
            service=team.service,
            handles=tuple(dict.fromkeys(handles_of(team))),
        )
        for team in teams
    ]
    emulator.seed_on_call(owners, broken)
