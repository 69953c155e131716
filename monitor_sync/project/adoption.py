"""``adopt`` at the top of a file of monitors: the live monitors that it takes over, by key part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Final

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.project.document import Document
from monitor_sync.project.layers import Layer, place, span_of
from monitor_sync.project.monitor_file import MonitorFile

KEY: Final = "adopt"


def declared(key: str, source: MonitorFile, layers: tuple[Layer, ...]) -> tuple[str, Span]:
    """Return which level says what a monitor takes over, and where its ``adopt`` stands."""
    part = key.removeprefix(source.key(""))
    if part in source.adoptions:
        return "file", source.document.key_span((KEY, part))
    setting = place(layers, (KEY,))
    assert setting is not None  # noqa: S101 - only a level or the file can say it
    layer, where = setting
    return layer.label, layer.document.key_span(where)


def id_span(key: str, source: MonitorFile, layers: tuple[Layer, ...]) -> tuple[Document, Span]:
    """Return where the id stands that a monitor takes over."""
    part = key.removeprefix(source.key(""))
    if part in source.adoptions:
        return source.document, source.document.span((KEY, part))
    return span_of(layers, (KEY,))


def given_twice(key: str, source: MonitorFile, layers: tuple[Layer, ...]) -> Diagnostic:
    """Return what to say of ``adopt`` on a monitor that the top of its file names too."""
    document, span = span_of(layers, (KEY,))
    other = source.document.key_span((KEY, key.removeprefix(source.key(""))))
    return document.diagnostic(
        "references/adopt-given-twice",
        f"`adopt` is given here and at the top of the file, {other.path}:{other.line}",
        span,
        key=key,
        hint="keep one of the two",
    )


def unknown_parts(source: MonitorFile, named: Set[str]) -> Iterator[Diagnostic]:
    """
    Yield a diagnostic for each entry of ``adopt`` that names no monitor of its file.

    ``named`` are all keys that the files name, those of broken monitors included.
    """
    if not source.adoptions:
        return
    start = source.key("")
    unknown = [part for part in source.adoptions if start + part not in named]
    known = sorted(key.removeprefix(start) for key in named if unknown and key.startswith(start))
    for part in unknown:
        yield source.document.diagnostic(
            "references/unknown-key",
            f"`adopt` names `{part}`, and this file has no such monitor",
            source.document.key_span((KEY, part)),
            hint=_hint(part, known),
        )


def _hint(part: str, known: Sequence[str]) -> str:
    items = [name for name in known if name.startswith(part + ".")]
    if items:
        return f"it has items: write one of them, such as `{items[0]}`"
    return did_you_mean(part, known, "write `monitor` or `monitor.item` of this file")
