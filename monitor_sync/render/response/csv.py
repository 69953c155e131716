"""How we responded, for a spreadsheet: a line for each row."""

from __future__ import annotations

import csv as csv_format
import io
from typing import Final

from monitor_sync.app.responding import Responded
from monitor_sync.insight.response.sla import TimesSummary
from monitor_sync.render.ownership import harmless_cell
from monitor_sync.render.response.json import rounded
from monitor_sync.render.response.json import row as as_json

_COUNTS: Final = (
    "incidents", "acknowledged", "never_acknowledged", "waiting", "resolved", "open",
)  # fmt: skip
_LATER: Final = (
    "late", "self_resolved_known", "self_resolved", "self_resolved_unacknowledged",
    "acknowledged_at_resolution", "reopened",
)  # fmt: skip
"""Columns that came later, so they stand last."""

_TIMES: Final = ("mean", "median", "p90", "p95", "within_target")


def csv(responded: Responded) -> str:
    """Return the rows, times in seconds, empty where there is none."""
    written = io.StringIO()
    writer = csv_format.writer(written, lineterminator="\n")
    by = responded.report.question.by
    times = (f"{mean}_{name}" for mean in ("mtta", "mttr") for name in _TIMES)
    writer.writerow([*by, *_COUNTS, *times, *_LATER])
    for row in responded.report.rows:
        entry = as_json(row)
        writer.writerow([
            *(harmless_cell(row.by[dimension]) for dimension in by),
            *(getattr(row, name) for name in _COUNTS),
            *_cells(row.mtta),
            *_cells(row.mttr),
            *(entry[name] for name in _LATER),
        ])  # fmt: skip
    return written.getvalue()


def _cells(times: TimesSummary) -> list[str]:
    within = times.within_target
    seconds = (times.mean, times.median, times.p90, times.p95)
    cells = [rounded(value) for value in seconds] + [None if within is None else round(within, 4)]
    return ["" if cell is None else str(cell) for cell in cells]
