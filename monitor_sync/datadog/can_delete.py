"""Which monitors Datadog would not delete, and what it says refers to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from monitor_sync.errors import NotFound, Unreachable

BATCH: Final = 100
"""Ids in one question: they stand in the address, which must not grow without bound."""

_NUMBER: Final = re.compile("[0-9]{1,19}")

Ask = Callable[[Sequence[int]], Any]
"""Asks about some ids; the decoded answer, whether all can be deleted (200) or not (409)."""


def blocked(ids: Sequence[int], ask: Ask) -> dict[int, tuple[str, ...]]:
    """
    Return those monitors that something refers to, with Datadog's sentences about what.

    A monitor that is gone stands in nobody's way. Recorded answers are all about one monitor;
    where one leaves out some of a batch, those are asked about again, each alone.
    """
    referred: dict[int, tuple[str, ...]] = {}
    unique = sorted(set(ids))
    for start in range(0, len(unique), BATCH):
        _ask_about(unique[start : start + BATCH], ask, referred)
    return referred


def _ask_about(batch: Sequence[int], ask: Ask, referred: dict[int, tuple[str, ...]]) -> None:
    """Ask about a batch, and add the monitors of it that something refers to."""
    try:
        answer = ask(batch)
    except NotFound:
        if len(batch) > 1:
            for number in batch:
                _ask_about((number,), ask, referred)
        return
    free, held = _free(answer), _held(answer)
    referred.update((number, held[number]) for number in batch if number in held)
    left_out = [number for number in batch if number not in free and number not in held]
    if left_out and len(batch) == 1:
        raise Unreachable(f"Datadog does not say whether monitor {left_out[0]} can be deleted")
    for number in left_out:
        _ask_about((number,), ask, referred)


def _free(answer: Any) -> frozenset[int]:
    """Return the ids of ``{"data": {"ok": [1, 2]}}``."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    ok = data.get("ok") if isinstance(data, Mapping) else None
    numbers = ok if isinstance(ok, list) else []
    return frozenset(number for number in numbers if type(number) is int)


def _held(answer: Any) -> dict[int, tuple[str, ...]]:
    """Return ``{"errors": {"1": ["monitor [1,…] is referenced in slos: […]"]}}`` (409) by id."""
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    if not isinstance(errors, Mapping):
        return {}
    return {
        int(number): tuple(" ".join(str(text).split()) for text in texts)
        for number, texts in errors.items()
        if _NUMBER.fullmatch(number) and isinstance(texts, list) and texts
    }
