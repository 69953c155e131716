"""Recorded exchanges with Datadog: where they are, how they are grouped, when they were made.

The recordings are not part of the repository; they lie beside it, in `../shared/corpus`.

When an exchange was made: `recorded_at` (the answer's own Date header) where any exchange of the
same recording has it, else `file_date` (the day the file was committed). The second is near enough:
of the recordings without a Date header, all 957 exchanges whose file also shows a write agree with
that write's `modified` on which side of 2024 they fall.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "corpus" / "interactions.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and Datadog's answer to it."""

    id: str
    method: str
    path: str
    query: str
    request: Any
    status: int
    answer: Any

    @property
    def endpoint(self) -> str:
        """Method and path, ids as `{id}`."""
        parts = ["{id}" if part.isdigit() else part for part in self.path.split("/")]
        return f"{self.method} {'/'.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recorded session: one version of one file, its exchanges in order."""

    day: str
    exchanges: tuple[Exchange, ...]


def recordings(since: str) -> list[Recording]:
    """Return the recordings made on `since` (a day, `2024-01-01`) or later."""
    files: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    with RECORDINGS.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            files[row["source"], row["file"], row["rev"], row["blob"]].append(row)
    recorded = []
    for rows in files.values():
        day = _day(rows)
        if day >= since:
            rows.sort(key=lambda row: int(row["n"]))
            recorded.append(Recording(day=day, exchanges=tuple(map(_exchange, rows))))
    return recorded


def _day(rows: list[dict[str, Any]]) -> str:
    dated = [parsedate_to_datetime(row["recorded_at"]) for row in rows if row["recorded_at"]]
    if dated:
        return max(dated).date().isoformat()
    return max(str(row["file_date"]) for row in rows)


def _exchange(row: dict[str, Any]) -> Exchange:
    path, _, query = str(row["path"]).partition("?")
    return Exchange(
        id=row["id"],
        method=row["method"],
        path=path,
        query=query,
        request=row["request_body"],
        status=row["status"],
        answer=row["response_body"],
    )
