"""What an earlier job's backtest said, read back from its JSON for the pull request's comment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from monitor_sync.app import job_files
from monitor_sync.app.job_files import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRow:
    """
    One monitor: alerts of the live definition (None where none lives) and of the new one.

    ``minutes`` are those of alert by the new one, ``agrees`` the part of the time in which the
    replay of the live one was in the state that there was, None where that is not known.
    ``doubts`` are those ``assumptions`` that may make the numbers wrong.
    """

    key: str
    live: int | None
    new: int
    minutes: int
    agrees: float | None
    assumptions: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestTold:
    """
    A backtest as its file has it; ``skipped`` are keys, each with a kind and the reason.

    ``too_loud`` are the keys of those that would alert more often than the policy allows, which is
    ``most_per_week``. ``picture`` is the name of the picture beside the file, empty without one.
    """

    days: float
    rows: tuple[BacktestRow, ...]
    skipped: tuple[tuple[str, str, str], ...]
    too_loud: tuple[str, ...] = ()
    most_per_week: float = 0.0
    picture: str = ""


class _Replay(Struct, kw_only=True):
    """One version of a monitor, as the file has it."""

    fires: Count
    minutes: Count


class _Fidelity(Struct, kw_only=True):
    """How far the replay agrees, as the file has it."""

    time_in_same_state: Annotated[float, Meta(ge=0, le=1)]


class _Monitor(Struct, kw_only=True):
    """One monitor that was replayed, as the file has it."""

    key: str
    old: _Replay | None
    new: _Replay
    fidelity: _Fidelity | None
    assumptions: tuple[str, ...]
    doubts: tuple[str, ...] = ()


class _Skipped(Struct, kw_only=True):
    """One monitor that was not, as the file has it."""

    key: str
    reason: str
    kind: str = ""


_Moment = Annotated[datetime, Meta(tz=True)]


class _Backtest(Struct, kw_only=True):
    """The whole file."""

    start: _Moment = field(name="from")
    end: _Moment = field(name="to")
    monitors: tuple[_Monitor, ...]
    skipped: tuple[_Skipped, ...]
    too_loud: tuple[str, ...] = ()
    max_fires_per_week: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


def read(path: Path) -> BacktestTold:
    """Return what a file holds that ``backtest --format json`` wrote. Raises UsageError."""
    written = job_files.parsed(path, _Backtest, what="backtest", command="backtest --format json")
    picture = path.with_suffix(".svg")
    return BacktestTold(
        days=(written.end - written.start).total_seconds() / 86_400,
        rows=tuple(map(_row, written.monitors)),
        skipped=tuple((skipped.key, skipped.kind, skipped.reason) for skipped in written.skipped),
        too_loud=written.too_loud,
        most_per_week=written.max_fires_per_week or 0.0,
        picture=picture.name if picture.is_file() else "",
    )


def _row(monitor: _Monitor) -> BacktestRow:
    old, new, fidelity = monitor.old, monitor.new, monitor.fidelity
    return BacktestRow(
        key=monitor.key,
        live=None if old is None else old.fires,
        new=new.fires,
        minutes=new.minutes,
        agrees=None if fidelity is None else fidelity.time_in_same_state,
        assumptions=monitor.assumptions,
        doubts=monitor.doubts,
    )
