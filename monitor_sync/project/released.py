"""``released`` in a file of monitors: what leaves the project and stays in Datadog, by key part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import Monitor, Released, with_stems
from monitor_sync.project.monitor_file import MonitorFile

KEY: Final = "released"


def by_key(sources: Iterable[MonitorFile]) -> dict[str, Released]:
    """Return the monitors that leave, by key."""
    return {
        source.key(part): Released(
            key=source.key(part),
            reason=reason,
            business_unit=source.file.unit,
            moved_from=_former_keys(source, part),
            path=source.file.shown,
            line=source.document.lines.get((KEY, part), 1),
        )
        for source in sources
        for part, reason in source.released.items()
    }


def _former_keys(source: MonitorFile, part: str) -> tuple[str, ...]:
    """Return the keys that a monitor may still carry where its file or its unit was renamed."""
    file = source.file
    files = (name if "/" in name else f"{file.unit}/{name}" for name in source.former_files)
    units = (f"{unit}/{file.name}" for unit in source.former_units)
    return tuple(dict.fromkeys(f"{former}/{part}" for former in (*files, *units)))


def check(
    sources: Iterable[MonitorFile], named: Collection[str], monitors: Mapping[str, Monitor]
) -> Iterator[Diagnostic]:
    """
    Report monitors that leave and stay at once: declared, or what a declared one moved from.

    ``named`` are all keys that the files name, those of broken monitors included.
    """
    heirs: dict[str, str] = {}
    for index, source in enumerate(sources):
        if not index:
            heirs = _heirs(named, monitors)
        for part in source.released:
            heir = heirs.get(source.key(part))
            if heir is not None:
                yield _both(source, part, heir, monitors.get(heir))


def _heirs(named: Collection[str], monitors: Mapping[str, Monitor]) -> dict[str, str]:
    """Map what would go on living as ours to its key: keys, what they moved from, their stems."""
    heirs = {former: key for key, monitor in monitors.items() for former in monitor.moved_from}
    for key in named:
        heirs.update(dict.fromkeys(with_stems(key), key))
    return heirs


def _both(source: MonitorFile, part: str, heir: str, declared: Monitor | None) -> Diagnostic:
    key = source.key(part)
    if heir == key:
        what = "is declared too"
    elif declared is not None and key in declared.moved_from:
        what = f"is what `{heir}` moved from"
    else:
        what = f"means its items too, and `{heir}` is declared"
    place = f", at {declared.path}:{declared.line}" if declared else ""
    return source.document.diagnostic(
        "references/released-and-declared",
        f"`{key}` is released here, and {what}{place}",
        source.document.key_span((KEY, part)),
        key=heir,
        hint="keep one of the two: what is released leaves the files",
    )
