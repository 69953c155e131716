"""Lines of JSON with a query and points become answers, or explanations for a person."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.insight import case, explained
from monitor_sync.insight.values import Unsupported

if TYPE_CHECKING:
    from monitor_sync.insight.explained import Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """
    Why a line is answered as it is.

    ``blocks`` are the instants that were asked for, none of a composite: ``state`` is its state.
    ``uncertain`` are open points; ``unsupported`` is what cannot be reproduced; ``error`` says
    what is wrong with the line. The last two are empty where there is no such thing.
    """

    query: str = ""
    blocks: tuple[Explanation, ...] = ()
    state: str = ""
    uncertain: tuple[str, ...] = ()
    unsupported: str = ""
    error: str = ""


def answer(line: str) -> dict[str, Any]:
    """Return the answer to a line; it has an ``error`` where the line cannot be evaluated."""
    identifier: Any = None
    try:
        written = _object(line)
        identifier = written.get("id")
        return case.answer(case.read(written))
    except case.CaseError as error:
        return {"id": identifier, "error": str(error)}


def explain(line: str) -> Explained:
    """Return how the answer to a line comes about."""
    try:
        read = case.read(_object(line))
    except case.CaseError as error:
        return Explained(error=str(error))
    query = read.settings.query.text
    try:
        blocks = explained.explain(read)
        state = case.answer(read)["state"] or ""
        return Explained(
            query=query, blocks=blocks, state=state, uncertain=tuple(case.uncertain(read))
        )
    except Unsupported as error:
        return Explained(query=query, unsupported=error.name)


def _object(line: str) -> dict[str, Any]:
    try:
        written = json.loads(line, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except case.CaseError:
        raise
    except (ValueError, RecursionError) as error:
        raise case.CaseError(f"the line is no JSON: {error}") from None
    if not isinstance(written, dict):
        raise case.CaseError("the line is no JSON object")
    return written


_MOST_DIGITS: Final = 300
"""Of a whole number: one with more is no floating-point number."""


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise case.CaseError(f"the line has a number of {len(digits):,} digits")
    return int(digits)


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise case.CaseError(f"the line has {written[:20]}, which is no finite number")
    return number
