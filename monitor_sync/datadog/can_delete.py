"""Which monitors Datadog would not delete, and what it says refers to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from monitor_sync.errors import NotFound, Unreachable

BATCH: Final = 100
"""Ids in one question: they stand in the address, which must not grow without bound."""

Ask = Callable[[Sequence[int]], Any]
"""Asks about some ids; the decoded answer, whether all can be deleted (200) or not (409)."""


def blocked(ids: Sequence[int], ask: Ask) -> dict[int, tuple[str, ...]]:
    """
    Of these monitors, those that something refers to, with Datadog's sentences about what.

    One that is gone stands in nobody's way. Recorded answers are all about one monitor; where one
    says nothing about some of a batch, those are asked about again, alone at last.
    """
    found: dict[int, tuple[str, ...]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        _ask_about(wanted[start : start + BATCH], ask, found)
    return found


def _ask_about(batch: Sequence[int], ask: Ask, found: dict[int, tuple[str, ...]]) -> None:
    try:
        answer = ask(batch)
    except NotFound:
        if len(batch) > 1:
            for each in batch:
                _ask_about((each,), ask, found)
        return
    free, held = _free(answer), _held(answer)
    found.update((each, held[each]) for each in batch if each in held)
    unsaid = [each for each in batch if each not in free and each not in held]
    if unsaid and len(batch) == 1:
        raise Unreachable(f"Datadog does not say whether monitor {unsaid[0]} can be deleted")
    for each in unsaid:
        _ask_about((each,), ask, found)


def _free(answer: Any) -> frozenset[int]:
    """``{"data": {"ok": [1, 2]}}``"""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    ok = data.get("ok") if isinstance(data, Mapping) else None
    return frozenset(ok if isinstance(ok, list) else ())


def _held(answer: Any) -> dict[int, tuple[str, ...]]:
    """``{"errors": {"1": ["monitor [1,…] is referenced in slos: […]"]}}``, recorded as 409."""
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    if not isinstance(errors, Mapping):
        return {}
    return {
        int(number): tuple(" ".join(str(each).split()) for each in texts)
        for number, texts in errors.items()
        if str(number).isdecimal() and isinstance(texts, list) and texts
    }
