"""Where monitors name a handle, or may, although ``handle`` has rewritten the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from typing import Final

from monitor_sync.adopt.migrate.estate import Estate, Kept
from monitor_sync.audience.audience import of_body
from monitor_sync.audience.pagers import may_be
from monitor_sync.diagnostics import Span
from monitor_sync.language.handles import Handle, handles
from monitor_sync.model import Monitor
from monitor_sync.project.document import Document
from monitor_sync.project.layers import Field
from monitor_sync.project.parsed import ParsedFile
from monitor_sync.project.yaml_reader import DataPath

_MESSAGE: Final = ("message",)
_ESCALATION: Final = ("options", "escalation_message")

_VARIABLE: Final = "a variable of Datadog's may make it this handle"
_SPELLED: Final = "this is the handle in other capitals"
_HOLES: Final = "holes make the handle here"
_OTHERS: Final = "renamed here, others would be notified too"


def left(estate: Estate, old: str) -> Iterator[Kept]:
    """Yield each place at which monitors still name the old handle, once, and why."""
    seen: set[tuple[str, int, str]] = set()
    for monitor in estate.loaded.project.monitors.values():
        for name, (document, span) in _places(estate, monitor, old):
            place = (span.path, span.line, name)
            if place not in seen:
                seen.add(place)
                yield Kept(
                    file=span.path,
                    line=span.line,
                    what=name,
                    reason=_reason(name, old, document, span),
                )


def _places(
    estate: Estate, monitor: Monitor, old: str
) -> Iterator[tuple[str, tuple[Document, Span]]]:
    """Yield the handles of one monitor that are the old one, or may be, and where each stands."""
    key, place = monitor.key, estate.loaded.place
    escalation = monitor.body["options"].get("escalation_message")
    texts: list[tuple[Field, str]] = [(_MESSAGE, monitor.text)]
    if isinstance(escalation, str):
        texts.append((_ESCALATION, escalation))
    for field, text in texts:
        for handle in _meant(text, old):
            yield handle.name, place(key, field, handle.start, handle.end)
    for state, recipients in monitor.recipients.items():
        for name in recipients:
            if may_be(name, old):
                yield name, place(key, ("recipients", state, name))


def _meant(text: str, old: str) -> Iterator[Handle]:
    return (handle for handle in handles(text) if may_be(handle.name, old))


def _reason(name: str, old: str, document: Document, span: Span) -> str:
    if "{{" in name:
        return _VARIABLE
    if name != old:
        return _SPELLED
    return _OTHERS if old in document.excerpt(span.line) else _HOLES


# unit tests


def monitors_with(estate: Estate, old: str) -> list[str]:
    """Return the keys of the monitors that still name the old handle."""
    monitors = estate.loaded.project.monitors.values()
    return [monitor.key for monitor in monitors if old in of_body(monitor.body).named]


def is_test_of(file: ParsedFile, where: DataPath, keys: Collection[str]) -> bool:
    """Return whether a place in a file of tests is in a test of one of these monitors."""
    pattern = str(file.written["tests"][where[1]].get("monitor"))
    whole = f"{file.file.unit}/{file.file.name}/{pattern}"
    return any(fnmatchcase(key, whole) or key.startswith(f"{whole}.") for key in keys)


def kept_test(file: ParsedFile, where: DataPath, old: str) -> Kept:
    """Return the note about a place in a test that keeps the old handle."""
    span = file.document.span(where)
    return Kept(
        file=span.path,
        line=span.line,
        what=old,
        reason="this tests a monitor that still names it",
    )
