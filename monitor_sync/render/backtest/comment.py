"""A backtest as a part of the pull request's comment: what pages more first."""

from __future__ import annotations

from typing import Final

from monitor_sync.app.backtest_told import BacktestRow, BacktestTold
from monitor_sync.counting import count
from monitor_sync.render.backtest.figures import duration, percent
from monitor_sync.render.markdown import code

_ROWS: Final = 10
_DOUBTS: Final = 5


def section(backtest: BacktestTold) -> str:
    """Return the part; its length is bounded by the rows that it shows."""
    rows = sorted(backtest.rows, key=lambda row: (-row.new, row.key))
    lines = [f"**On the last {backtest.days:g} days:** {_sentence(backtest)}", ""]
    if rows:
        lines += ["| Monitor | Alerts: live | new | In alert | Agrees |", "|---|--:|--:|--:|---|"]
        lines += [_row(row) for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines.append(f"| and {count(len(rows) - _ROWS, 'monitor')} more | | | | |")
    doubts = [f"- {code(row.key)}: {code(a, 200)}" for row in rows for a in row.assumptions]
    doubts += [f"- {code(key)} was not replayed: {code(why, 200)}" for key, why in backtest.skipped]
    lines += ["", *doubts[:_DOUBTS]] if doubts else []
    if len(doubts) > _DOUBTS:
        lines.append(f"- and {len(doubts) - _DOUBTS} more such lines")
    return "\n".join(lines)


def _sentence(backtest: BacktestTold) -> str:
    new = sum(row.new for row in backtest.rows)
    changed = [row for row in backtest.rows if row.live is not None]
    words = f"{count(len(backtest.rows), 'monitor')} would have alerted {count(new, 'time')}"
    if changed:
        live = sum(row.live or 0 for row in changed)
        words += f"; the live versions of {len(changed)} alerted {count(live, 'time')}"
    return words + "."


def _row(row: BacktestRow) -> str:
    live = "–" if row.live is None else str(row.live)
    agrees = "not known" if row.agrees is None else percent(row.agrees)
    return f"| {code(row.key, 120)} | {live} | **{row.new}** | {duration(row.minutes)} | {agrees} |"
