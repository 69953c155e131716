"""A text with holes made to give another text, its holes kept where they stand."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.project.source_map import filled

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


def unfilled(written: str, wanted: str, scope: Mapping[str, Any], *, one_line: bool) -> str | None:
    """
    Return ``written`` with the words changed that keep it from giving ``wanted``.

    ``scope`` is what fills its holes. With ``one_line`` all blanks are alike, as in a query. None
    where something that a hole gives would have to change.
    """
    text, origins = filled(written, scope)
    before, after = _WORDS.findall(text), _WORDS.findall(wanted)
    starts = [0]
    for word in before:
        starts.append(starts[-1] + len(word))
    matcher = difflib.SequenceMatcher(
        None, _compared(before, one_line), _compared(after, one_line), autojunk=False
    )
    result, at = "", 0
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if kind == "equal":
            continue
        begin, end = starts[first], starts[last]
        stretch = range(begin, end)
        if any(origins.ends[place] - origins.starts[place] > 1 for place in stretch):
            return None
        start = origins.starts[begin]
        stop = origins.ends[end - 1] if end > begin else start
        new = "".join(after[new_first:new_last])
        if not new.strip() and not written[start:stop].strip() and one_line:
            continue
        result += written[at:start] + new.replace("${", "$${")
        at = stop
    return result + written[at:]


def _compared(words: list[str], one_line: bool) -> list[str]:
    """Return words as they are compared: any run of blanks is one blank in one line."""
    return [" " if one_line and word.isspace() else word for word in words]
