"""Backtests for a pull request: a table, and below it what each answer rests on."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.app.backtesting import Backtested, Backtests
from monitor_sync.counting import count
from monitor_sync.insight.backtest.replay import Replay
from monitor_sync.render.backtest import figures, words
from monitor_sync.render.backtest.figures import days
from monitor_sync.render.markdown import LIMIT, code, codes, html_code, kept_within, table
from monitor_sync.render.quantities import duration, percent

_STRIP: Final = 56


def markdown(backtests: Backtests, limit: int = LIMIT) -> str:
    """Return the text of a comment, of at most ``limit`` characters."""
    zone = ZoneInfo(backtests.time_zone)
    pieces = [_head(backtests, zone)]
    pieces += ["\n".join(_table(backtests, zone))] if backtests.monitors else []
    details = [_details(backtested, backtests) for backtested in figures.worst_first(backtests)]
    details += _skipped(backtests)
    room = limit - sum(len(piece) + 2 for piece in pieces) - 100
    kept = kept_within(details, room)
    if len(kept) < len(details):
        kept.append(f"…and {count(len(details) - len(kept), 'monitor')} more.")
    return "\n\n".join([*pieces, *kept]) + "\n"


def _head(backtests: Backtests, zone: ZoneInfo) -> str:
    number = count(len(backtests.monitors), "monitor")
    lines = [f"### Backtest: {number} replayed over {days(backtests)}"]
    loud = backtests.too_loud()
    if loud and backtests.most_per_week is not None:
        named = ", ".join(code(b.monitor.key) for b in loud[:5])
        lines.append(
            f"**{count(len(loud), 'monitor')} would alert more than {backtests.most_per_week:g}"
            f" times a week:** {named}"
        )
    if not backtests.monitors:
        lines.append("\n".join(words.nothing(backtests)))
    else:
        calls = count(backtests.calls, "request")
        lines.append(f"{figures.stretch(backtests, zone)}; {calls} for history.")
    return "\n\n".join(lines)


def _table(backtests: Backtests, zone: ZoneInfo) -> list[str]:
    columns = ("Monitor", "Alerts: live", "new", "a week", "Longest", "At night", "Agrees")
    rows = []
    for backtested in figures.worst_first(backtests):
        compared = backtested.compared
        new = figures.figures(compared.new, zone)
        old = figures.figures(compared.old, zone).fires if compared.old is not None else "–"
        faithful = compared.fidelity
        agrees = percent(faithful.time_in_same_state) if faithful else "not known"
        agrees += ": do not trust" if words.doubted(compared) else ""
        rows.append(
            (
                code(backtested.monitor.key),
                str(old),
                f"**{new.fires}**",
                f"{new.per_week:.3g}",
                duration(new.longest or None),
                str(new.nights),
                agrees,
            )
        )
    return table(columns, rows, right=range(1, 6))


def _details(backtested: Backtested, backtests: Backtests) -> str:
    compared = backtested.compared
    doubts = words.doubts(compared)
    title = html_code(backtested.monitor.key) + (": doubtful" if doubts else "")
    lines = [f"<details><summary>{title}</summary>", ""]
    lines += [*(f"- **Doubtful:** {code(doubt)}" for doubt in doubts), ""] if doubts else []
    lines.append("```text")
    lines += [_strip(label, made) for label, made in figures.versions(compared)]
    lines.append("```")
    lines += [f"- {_told(entry)}" for entry in list(figures.notified(backtested, backtests))[:8]]
    lines += [f"- quieter: {code(line)}" for line in words.quieter(backtested, backtests)]
    agreement = words.agreement(compared.fidelity)
    lines += [f"- replay of live: {agreement}"] if agreement else []
    lines += [f"- {code(line)}" for line in words.basis(compared)]
    return "\n".join([*lines, "", "</details>"])


def _told(entry: tuple[str, int, int, bool]) -> str:
    handle, before, after, pages = entry
    return (
        f"{code(handle)} told {before} times by live, {after} by new{' (pages)' if pages else ''}"
    )


def _strip(label: str, made: Replay) -> str:
    return f"{label:4} {''.join(figures.CELLS[state] for state in figures.cells(made, _STRIP))}"


def _skipped(backtests: Backtests) -> list[str]:
    lines = [
        f"Not replayed: {count(len(keys), 'monitor')}, {code(reason)}: {codes(keys)}"
        for reason, keys in words.skips(backtests)
    ]
    if backtests.lacking:
        lines.append(f"{words.lacking(backtests.lacking)}.")
    if backtests.unknown:
        lines.append(f"Not checked: {code(words.unknown(backtests.unknown))}")
    return lines
