"""Live values that were taken into the files: the patch, what was taken, what was left and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor_sync import jsontext
from monitor_sync.render import patch
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import plain, wrapped

if TYPE_CHECKING:
    from monitor_sync.app.adopting_drift import AdoptedDrift, AdoptedMonitor


def text(adopted: AdoptedDrift, style: Style = PLAIN) -> str:
    """Return the patch, each monitor with its fields, and a sentence that counts."""
    parts = [patch.text(adopted.files, style)] if adopted.files else []
    if adopted.monitors:
        lines = (line for monitor in adopted.monitors for line in _monitor(monitor, style))
        parts.append("\n".join(lines) + "\n")
    ending = patch.told(
        adopted.files,
        dry_run=adopted.dry_run,
        nothing="Nothing was taken into the files.",
        then="Commit them: Datadog has these values already.",
    )
    return "\n".join([*parts, ending])


def as_json(adopted: AdoptedDrift) -> str:
    """Return each monitor with what was taken and left, and the patch of each file."""
    value = {
        "monitors": [
            {"key": monitor.key, "taken": list(monitor.fields), "left": dict(monitor.left)}
            for monitor in adopted.monitors
        ],
        "files": patch.as_json(adopted.files),
        "written": not adopted.dry_run,
    }
    return jsontext.document(value)


def _monitor(monitor: AdoptedMonitor, style: Style) -> Iterator[str]:
    yield style(plain(monitor.key), bold=True)
    if monitor.fields:
        yield from wrapped(f"  taken: {', '.join(monitor.fields)}", style.screen, 4)
    for field, reason in monitor.left.items():
        yield from wrapped(f"  left: {plain(field)}: {plain(reason)}", style.screen, 4)
