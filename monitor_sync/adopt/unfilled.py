"""A text with holes made to give another text, its holes kept where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor_sync.project.source_map import filled
from monitor_sync.project.word_changes import word_changes


def unfilled(written: str, wanted: str, scope: Mapping[str, Any], *, one_line: bool) -> str | None:
    """
    Return ``written`` with the words changed that keep it from giving ``wanted``.

    ``scope`` is what fills its holes. With ``one_line`` all blanks are alike, as in a query. None
    where something that a hole gives would have to change.
    """
    text, origins = filled(written, scope)
    result, at = "", 0
    for begin, end, new in word_changes(text, wanted, one_line=one_line):
        stretch = range(begin, end)
        if any(origins.ends[place] - origins.starts[place] > 1 for place in stretch):
            return None
        start = origins.starts[begin]
        stop = origins.ends[end - 1] if end > begin else start
        if not new.strip() and not written[start:stop].strip() and one_line:
            continue
        result += written[at:start] + new.replace("${", "$${")
        at = stop
    return result + written[at:]
