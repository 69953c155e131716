"""What an earlier job's backtest said, read back from its JSON for the pull request's comment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor_sync.errors import UsageError, system_reason


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


def read(path: Path) -> BacktestTold:
    """Return what a file holds that ``backtest --format json`` wrote. Raises UsageError."""
    try:
        backtest = _told(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {system_reason(error)}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError(
            f"{path} holds no backtest", hint="`monitor-sync backtest --format json` writes one"
        ) from None
    picture = path.with_suffix(".svg")
    return replace(backtest, picture=picture.name) if picture.is_file() else backtest


def _told(written: Any) -> BacktestTold:
    start, end = (datetime.fromisoformat(written[name]) for name in ("from", "to"))
    return BacktestTold(
        days=(end - start).total_seconds() / 86_400,
        rows=tuple(map(_row, written["monitors"])),
        skipped=tuple(
            (str(m["key"]), str(m.get("kind", "")), str(m["reason"])) for m in written["skipped"]
        ),
        too_loud=tuple(map(str, written.get("too_loud", ()))),
        most_per_week=float(written.get("max_fires_per_week") or 0),
    )


def _row(written: Mapping[str, Any]) -> BacktestRow:
    old, new, fidelity = written["old"], written["new"], written["fidelity"]
    assumptions: Sequence[Any] = written["assumptions"]
    doubts: Sequence[Any] = written.get("doubts", ())
    return BacktestRow(
        key=str(written["key"]),
        live=None if old is None else int(old["fires"]),
        new=int(new["fires"]),
        minutes=int(new["minutes"]),
        agrees=None if fidelity is None else float(fidelity["time_in_same_state"]),
        assumptions=tuple(map(str, assumptions)),
        doubts=tuple(map(str, doubts)),
    )
