"""A backtest as a part of the pull request's comment: what pages more first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from monitor_sync.app.backtest_told import BacktestRow, BacktestTold
from monitor_sync.counting import count
from monitor_sync.render.backtest import words
from monitor_sync.render.markdown import code, codes, table
from monitor_sync.render.quantities import duration, percent
from monitor_sync.render.text import shorten

_ROWS: Final = 10
_LINES: Final = 5
_KEY: Final = 120
"""Columns of a monitor's key."""


def section(backtest: BacktestTold, artifact: str = "") -> str:
    """
    Return the part; its length is bounded by the rows that it shows. Empty without monitors.

    ``artifact`` is the name of that which holds the picture, empty where none does.
    """
    if not backtest.rows and not backtest.skipped:
        return ""
    rows = sorted(backtest.rows, key=lambda row: (-row.new, row.key))
    doubts = _alike((row, doubt) for row in rows for doubt in row.doubts)
    others = _alike((row, a) for row in rows for a in row.assumptions if a not in row.doubts)
    notes = [f"- {line}" for line in others]
    notes += [
        f"- {count(len(keys), 'monitor')} not replayed, {code(why, 200)}: {_named(keys)}"
        for why, keys in words.alike(backtest.skipped)
    ]
    parts = [
        [f"**On the last {_days(backtest.days)}:** {_sentence(backtest)}"],
        _loud(backtest),
        _few([f"- **Doubtful:** {line}" for line in doubts]),
        _table(rows),
        _few(notes),
        _picture(backtest, artifact),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _days(days: float) -> str:
    return "day" if days == 1 else f"{days:g} days"


def _loud(backtest: BacktestTold) -> list[str]:
    if not backtest.too_loud:
        return []
    loud = count(len(backtest.too_loud), "monitor")
    most = f"the {backtest.most_per_week:g} times a week that the policy allows"
    return [f"**{loud} would alert more than {most}:** {_named(backtest.too_loud, _LINES)}"]


def _picture(backtest: BacktestTold, artifact: str) -> list[str]:
    if not backtest.picture or not artifact or not backtest.rows:
        return []
    where = f"{code(backtest.picture)} of the artifact {code(artifact)}"
    return [f"Values, thresholds and alerts are drawn in {where}."]


def _alike(said: Iterable[tuple[BacktestRow, str]]) -> list[str]:
    """Return each sentence once, with the monitors that it is about."""
    keys: dict[str, list[str]] = {}
    for row, sentence in said:
        keys.setdefault(sentence, []).append(row.key)
    return [f"{_named(named)}: {code(sentence, 300)}" for sentence, named in keys.items()]


def _named(keys: Sequence[str], shown: int = 3) -> str:
    return codes([shorten(key, _KEY) for key in keys], shown)


def _few(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _LINES
    return [*lines[:_LINES], *([f"- and {count(more, 'more such line')}"] if more > 0 else [])]


def _table(rows: Sequence[BacktestRow]) -> list[str]:
    if not rows:
        return []
    cells = [_row(row) for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        cells.append((f"and {count(len(rows) - _ROWS, 'monitor')} more", "", "", "", ""))
    return table(("Monitor", "Alerts: live", "new", "In alert", "Agrees"), cells, right=(1, 2, 3))


def _sentence(backtest: BacktestTold) -> str:
    if not backtest.rows:
        return "no changed monitor was replayed."
    new = sum(row.new for row in backtest.rows)
    changed = [row for row in backtest.rows if row.live is not None]
    said = f"{count(len(backtest.rows), 'monitor')} would have alerted {count(new, 'time')}"
    if changed:
        live = sum(row.live or 0 for row in changed)
        whose = "live version" if len(changed) == 1 else f"live versions of {len(changed)}"
        said += f"; the {whose} alerted {count(live, 'time')}"
    return said + "."


def _row(row: BacktestRow) -> tuple[str, ...]:
    live = "–" if row.live is None else str(row.live)
    agrees = "not known" if row.agrees is None else percent(row.agrees)
    minutes = duration(row.minutes * 60 or None)
    return code(row.key, _KEY), live, f"**{row.new}**", minutes, agrees
