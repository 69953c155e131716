"""Live monitors that no file declares: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from monitor_sync import jsontext
from monitor_sync.adopt.selecting import UNSUPPORTED
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, fitting, hanging, plain, shorten, table

if TYPE_CHECKING:
    from monitor_sync.app.unmanaged_monitors import UnmanagedMonitor

_HEAD: Final = ("id", "name", "team", "created", "managed by", "quality", "type")
"""What says most first: on a narrow screen the last ones go."""

_NAME: Final = 1
"""The column that makes room for the others."""


def text(monitors: Sequence[UnmanagedMonitor], style: Style = PLAIN) -> str:
    """Return a table of the monitors, one of the drafts, and a line that counts all."""
    drafts = [monitor for monitor in monitors if monitor.draft]
    others = [monitor for monitor in monitors if not monitor.draft]
    lines = [*_table("", others, style), *_table("Drafts, which notify nobody", drafts, style)]
    marked = sum(bool(monitor.mark) for monitor in monitors)
    by_tools = f", {marked} of them with the mark of another tool" if marked else ""
    lines.append(f"{count(len(monitors), 'live monitor')} that no file declares{by_tools}.")
    if any(monitor.quality_issues is None for monitor in monitors):
        lines.append("Not checked: Datadog's own quality issues, which its search did not answer.")
    lines += _importable(monitors)
    return "\n".join(part for line in lines for part in hanging(line, style.width, 0)) + "\n"


def _importable(monitors: Sequence[UnmanagedMonitor]) -> list[str]:
    """Return how many of the monitors an import can write, without and with those of a tool."""
    possible = [monitor for monitor in monitors if monitor.type not in UNSUPPORTED]
    marked = sum(bool(monitor.mark) for monitor in possible)
    without = f"for {len(possible) - marked} of them"
    if not possible:
        return []
    if marked == len(possible):
        return ["`monitor-sync import --all --take-over` writes files for them."]
    if marked:
        return [
            f"`monitor-sync import --all` writes files {without};"
            f" with `--take-over` for {len(possible)}."
        ]
    whom = "for them" if len(possible) == len(monitors) else without
    return [f"`monitor-sync import --all` writes files {whom}."]


def _table(title: str, monitors: Sequence[UnmanagedMonitor], style: Style) -> list[str]:
    if not monitors:
        return []
    rows = fitting(_said([_HEAD, *map(_row, monitors)]), style.width, gives=_NAME)
    lines = table(rows)
    head = [style(title, bold=True)] if title else []
    return [*head, style(lines[0], dim=True), *lines[1:], ""]


def _said(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Return the rows without the columns that say nothing of any monitor."""
    kept = [
        place
        for place, (_, *cells) in enumerate(zip(*rows, strict=True))
        if any(cell != "-" for cell in cells)
    ]
    return [[row[place] for place in kept] for row in rows]


def _row(monitor: UnmanagedMonitor) -> tuple[str, ...]:
    return (
        str(monitor.id),
        shorten(plain(monitor.name), 60),
        plain(monitor.team) or "-",
        monitor.created[:10] or "-",
        monitor.mark or "-",
        ", ".join(map(plain, monitor.quality_issues or ())) or "-",
        plain(monitor.type),
    )


def json(monitors: Sequence[UnmanagedMonitor]) -> str:
    """Return an array with an object for every monitor."""
    return jsontext.array(_entry(monitor) for monitor in monitors) + "\n"


def _entry(monitor: UnmanagedMonitor) -> dict[str, object]:
    issues = monitor.quality_issues
    return {**asdict(monitor), "quality_issues": None if issues is None else list(issues)}
