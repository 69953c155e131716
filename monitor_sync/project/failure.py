"""What this tool fails at inside one file, told as a diagnostic so that the rest is checked."""

from __future__ import annotations

from pathlib import Path

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.project.document import Document
from monitor_sync.project.yaml_reader import DataPath


def failure(document: Document, error: Exception, where: DataPath, key: str = "") -> Diagnostic:
    """Return what to say of an exception that is a bug of this tool: file, monitor and cause."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    try:
        span = document.key_span(where)
    except Exception:  # noqa: BLE001 - the place is a help, and what failed may be finding it
        span = Span(document.path, document.lines.get(where, 1))
    return document.diagnostic(
        "file/tool-failed",
        f"monitor-sync failed at this: {type(error).__name__}: {error} ({place})",
        span,
        hint="this is a mistake of monitor-sync: please report it with these lines",
        key=key,
    )
