"""The monitors of a project: a table by business unit for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from monitor_sync import jsontext
from monitor_sync.model import Monitor
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import beside, count, plain

_HEAD = ("key", "prio", "team", "type", "service")
# In the order in which a narrow terminal can best do without them, the last one first.


def text(
    monitors: Iterable[Monitor], units: Mapping[str, str] | None = None, style: Style = PLAIN
) -> str:
    """Return one table for each unit, under its name and count; the last line counts all."""
    ordered = sorted(monitors, key=lambda monitor: monitor.key)
    lines = []
    for unit, group in groupby(ordered, key=lambda monitor: monitor.business_unit):
        lines += [*_unit(unit, (units or {}).get(unit, ""), list(group), style), ""]
    number = len({monitor.business_unit for monitor in ordered})
    teams = len({monitor.team for monitor in ordered})
    lines.append(
        f"{count(len(ordered), 'monitor')} in {count(number, 'business unit')},"
        f" owned by {count(teams, 'team')}."
    )
    return "\n".join(lines) + "\n"


def _unit(unit: str, title: str, monitors: list[Monitor], style: Style) -> list[str]:
    named = f"  {plain(title)}" if title and title != unit else ""
    head = (
        style(plain(unit), bold=True)
        + named
        + style(f"  {count(len(monitors), 'monitor')}", dim=True)
    )
    first, *lines = beside([_HEAD, *map(_row, monitors)], style.width and style.width - 2)
    return [head, f"  {style(first, dim=True)}", *(f"  {line}" for line in lines)]


def _row(monitor: Monitor) -> tuple[str, ...]:
    priority = f"P{monitor.priority}" if monitor.priority else "-"
    service = plain(monitor.service or "-")
    return (monitor.key, priority, monitor.team, monitor.type, service)


def json(monitors: Iterable[Monitor]) -> str:
    """Return an array with an object for every monitor, by key."""
    ordered = sorted(monitors, key=lambda monitor: monitor.key)
    return jsontext.array(_entry(monitor) for monitor in ordered) + "\n"


def _entry(monitor: Monitor) -> dict[str, object]:
    return {
        "key": monitor.key,
        "name": monitor.name,
        "type": monitor.type,
        "business_unit": monitor.business_unit,
        "service": monitor.service,
        "team": monitor.team,
        "priority": monitor.priority,
        "runbook": monitor.runbook,
        "tags": list(monitor.tags),
        "file": monitor.path,
        "line": monitor.line,
    }
