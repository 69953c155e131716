"""The teams of teams.yaml as the emulator's on-call tools want them, and what they went through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor_sync.app import files
from monitor_sync.audience.teams import handles_of
from monitor_sync.errors import UsageError, system_reason
from monitor_sync.model import Address
from monitor_sync.resources.monitor.kind import MONITOR

if TYPE_CHECKING:
    from monitor_sync.emulator.core import Emulator
    from monitor_sync.model import Project, Team

_FIRST_ID = 10_000_001  # as the emulator gives them
_APPLIED_BEFORE = 4  # weeks before the history begins


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedHistory:
    """A history to make up: how many weeks, the seed, its end in UNIX seconds (None: now).

    ``variants`` are the emulator's; ``truth`` is the file that is written beside it.
    """

    weeks: int
    seed: int = 1
    until: float | None = None
    variants: tuple[str, ...] = ()
    truth: Path | None = None


def seed(
    emulator: Emulator, root: Path, broken: Iterable[str], history: WantedHistory | None = None
) -> None:
    """
    Let an emulator serve the on-call tools of a project's teams, with a history where wanted.

    With a history, the monitors of the files are held as applied, unless monitors are held already.
    Raises WrongFiles, UsageError where the truth cannot be written, and the emulator's ``BadWay``
    for a wrong word in ``broken`` or a wrong variant.
    """
    loaded = files.read_whole(root, consequence="so there are no teams to make on-call tools of")
    seed_teams(emulator, loaded.project.teams.values(), broken)
    if history is None:
        return
    if not emulator.monitor_count:
        emulator.seed(_applied(loaded.project, history))
    seed_history(emulator, history)


def seed_history(emulator: Emulator, history: WantedHistory) -> None:
    """Let an emulator serve a history of what it holds, and write down the truth of it."""
    from monitor_sync.emulator.history import truth

    made = emulator.seed_history(
        history.weeks, seed=history.seed, until=history.until, variants=history.variants
    )
    if history.truth is None:
        return
    try:
        with history.truth.open("w", encoding="utf-8") as written:
            written.writelines(truth.lines(made))
    except OSError as error:
        raise UsageError(f"cannot write {history.truth}: {system_reason(error)}") from None


def _applied(project: Project, history: WantedHistory) -> Iterator[dict[str, Any]]:
    """Yield the monitors of a project as if they had been applied before the history began."""
    keys = sorted(project.monitors)
    ids = {Address(MONITOR.name, key): _FIRST_ID + place for place, key in enumerate(keys)}
    end = datetime.now(UTC) if history.until is None else datetime.fromtimestamp(history.until, UTC)
    applied = end - timedelta(weeks=history.weeks + _APPLIED_BEFORE)
    written = applied.isoformat(timespec="microseconds")
    times = {
        "created_at": int(applied.timestamp()) * 1000, "created": written, "modified": written
    }  # fmt: skip
    for key in keys:
        body = MONITOR.resolved(project.monitors[key].body, ids)
        yield {**body, "id": ids[Address(MONITOR.name, key)], **times}


def seed_teams(emulator: Emulator, teams: Iterable[Team], broken: Iterable[str]) -> None:
    """Let an emulator serve the on-call tools of these teams."""
    from monitor_sync.emulator.on_call.owners import OwnerTeam

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
