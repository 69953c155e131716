"""Monitors that left the files, and the patch that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor_sync import jsontext
from monitor_sync.render import patch
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, plain

if TYPE_CHECKING:
    from monitor_sync.app.releasing import Release


def text(release: Release, style: Style = PLAIN) -> str:
    """Return the patch and a sentence; where nothing was written, that it would be."""
    lines = [patch.text(release.files, style)]
    lines += [f"note: {plain(note)}" for note in release.notes]
    where = count(len(release.files), "file")
    whom = plain(release.keys[0]) if len(release.keys) == 1 else count(len(release.keys), "monitor")
    whom += f" and {count(release.tests, 'unit test')}" if release.tests else ""
    if release.dry_run:
        lines.append(f"Would take {whom} out of {where}; nothing was written.")
    else:
        lines.append(f"Took {whom} out of {where}.")
        lines.append("`monitor-sync apply` takes our tags off in Datadog and deletes nothing.")
    return "\n".join(lines) + "\n"


def as_json(release: Release) -> str:
    """Return the keys, the patch of each file, the notes, and whether it was written."""
    value = {
        "released": list(release.keys),
        "files": patch.as_json(release.files),
        "tests": release.tests,
        "notes": list(release.notes),
        "written": not release.dry_run,
    }
    return jsontext.document(value)
