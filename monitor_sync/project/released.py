"""``released`` in a file of monitors: what leaves the project and stays in Datadog, by key part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import Monitor, Released
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.moved import keys_of_former_files
from monitor_sync.selectors import with_stems

KEY: Final = "released"


def by_key(sources: Iterable[MonitorFile]) -> dict[str, Released]:
    """Return the monitors that leave, by key."""
    return {
        source.key(part): Released(
            key=source.key(part),
            reason=reason,
            business_unit=source.file.unit,
            moved_from=tuple(dict.fromkeys(keys_of_former_files(source, part))),
            path=source.file.shown,
            line=source.document.lines.get((KEY, part), 1),
        )
        for source in sources
        for part, reason in source.released.items()
    }


def check(
    sources: Collection[MonitorFile], named: Collection[str], monitors: Mapping[str, Monitor]
) -> Iterator[Diagnostic]:
    """
    Report monitors that leave and stay at once: declared, or what a declared one moved from.

    ``named`` are all keys that the files name, those of broken monitors included.
    """
    heirs = _heirs(named, monitors) if sources else {}
    for source in sources:
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
