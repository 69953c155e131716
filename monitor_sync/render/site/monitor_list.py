"""The list of all monitors: a line of each, and what it unfolds to, a hundred in a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import yaml

from monitor_sync.app.site import SiteFacts
from monitor_sync.audience import audience
from monitor_sync.counting import count
from monitor_sync.insight.response.noise import NoisyMonitor
from monitor_sync.model import Monitor
from monitor_sync.render.noise import proposed
from monitor_sync.render.notified import LABELS
from monitor_sync.render.plan_view import link
from monitor_sync.render.site import places
from monitor_sync.render.site.environment import script_json
from monitor_sync.render.site.privacy import hiding

CHUNK: Final = 100
"""Monitors whose details lie in one file."""

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def data(facts: SiteFacts) -> dict[str, Any]:
    """Return what the page of all monitors needs, as small as it can be."""
    owners = {monitor.team for monitor in facts.project.monitors.values()}
    return {
        "chunk": CHUNK,
        "teams": {name: places.team_file(name) for name in sorted(owners)},
        "monitors": _rows(facts),
    }


def _rows(facts: SiteFacts) -> list[list[Any]]:
    """Return what is searched and shown of each monitor, a list each."""
    pages = {row.key: row.pages for row in facts.noise.noise.monitors}
    hide = hiding(names=facts.names)
    return [
        [
            monitor.key,
            hide(monitor.name),
            monitor.team,
            facts.project.business_units.get(monitor.business_unit, monitor.business_unit),
            " ".join(monitor.tags),
            monitor.priority,
            pages.get(monitor.key),
        ]
        for monitor in _ordered(facts)
    ]


def detail_files(facts: SiteFacts) -> Iterator[tuple[str, str]]:
    """Yield the files with details, as name and text: each calls the page that asked for it."""
    noisy = {row.key: row for row in facts.noise.noise.monitors}
    monitors = _ordered(facts)
    for number, start in enumerate(range(0, len(monitors), CHUNK)):
        part = monitors[start : start + CHUNK]
        details = [_details(monitor, noisy[monitor.key], facts) for monitor in part]
        yield f"data/monitors-{number}.js", f"monitorDetails({number},{script_json(details)});\n"


def _ordered(facts: SiteFacts) -> list[Monitor]:
    return sorted(facts.project.monitors.values(), key=lambda monitor: monitor.key)


def _details(monitor: Monitor, row: NoisyMonitor, facts: SiteFacts) -> dict[str, Any]:
    site, hide = facts.project.site, hiding(names=facts.names)
    return {
        "means": [hide(line) for line in monitor.text.splitlines() if line.strip()],
        "tells": [hide(line) for line in _tells(monitor)],
        "fired": _fired(row, facts),
        "runbook": hide(monitor.runbook),
        "tests": list(facts.tests.get(monitor.key, ())),
        "proposal": proposed(facts.noise, row),
        "file": f"{monitor.path}:{monitor.line}",
        "live": link(site, row.live.id) if row.live and site else "",
        "yaml": hide(_yaml(monitor)),
    }


def _tells(monitor: Monitor) -> Iterator[str]:
    """Yield who is told of what: transitions that tell the same people stand in one line."""
    notified = audience.of_body(monitor.body)
    alike: dict[tuple[str, ...], list[str]] = {}
    for transition in notified.at:
        alike.setdefault(notified.handles_at(transition), []).append(
            LABELS.get(transition, transition)
        )
    for handles, transitions in alike.items():
        yield f"{', '.join(transitions)}: {', '.join(handles) or 'nobody'}"


def _fired(row: NoisyMonitor, facts: SiteFacts) -> list[str]:
    if row.fires is None:
        last = [f"last on {_minute(row.last_fired)}"] if row.last_fired is not None else []
        return ["not checked", *last]
    days = round((facts.noise.span.end - facts.noise.span.start) / 86_400)
    lines = [f"{count(row.fires, 'time')} in {count(days, 'day')}, {count(row.pages or 0, 'page')}"]
    if row.last_fired is not None:
        lines.append(f"last on {_minute(row.last_fired)}")
    if row.fires:
        night = count(row.night or 0, "page")
        lines.append(f"{row.hours_in_alert or 0:.1f} hours in alert, {night} at night")
    return lines


def _minute(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _yaml(monitor: Monitor) -> str:
    """Return the monitor as it is sent, templates filled in, but for its message."""
    body = {name: value for name, value in monitor.body.items() if name != "message"}
    body["tags"] = list(monitor.tags)
    text: str = yaml.dump(
        _plain(body), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def _plain(value: Any) -> Any:
    """Return a value in the types that YAML has."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | None) else str(value)
