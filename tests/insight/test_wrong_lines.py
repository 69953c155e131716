"""Whatever stands in a line, it is answered or refused in words."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from monitor_sync.insight import case
from tests.insight.corpus import OWN, lines

LINES = lines(OWN)
JUNK: tuple[Any, ...] = (
    None, 0, -1, 1e308, "", "x", [], {}, True, 5.5, "2026-13-01", [1], {"a": 1}, -(10**20), "NaN",
    float("nan"), [[1, 2]], "last_5m", "log alert", "slo alert", "composite",
)  # fmt: skip
OPTIONS = (
    "evaluation_delay", "new_group_delay", "timeout_h", "no_data_timeframe", "on_missing_data",
    "group_retention_duration", "notify_no_data", "thresholds", "variables", "scheduling_options",
)  # fmt: skip


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a line, as what holds it and the key or index there."""
    keys: Any = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys)[:6]:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _spoilt(dice: random.Random) -> dict[str, Any]:
    line: dict[str, Any] = copy.deepcopy(dice.choice(LINES))
    for _ in range(dice.choice([1, 2])):
        junk = copy.deepcopy(dice.choice(JUNK))
        if dice.random() < 0.3 and isinstance(line.setdefault("options", {}), dict):
            line["options"][dice.choice(OPTIONS)] = junk
            continue
        holder, key = dice.choice(list(_places(line)))
        holder[key] = junk
    return line


@pytest.mark.parametrize("part", range(5))
def test_a_spoilt_line_is_answered_or_refused(part: int) -> None:
    dice = random.Random(part)
    for _ in range(100):
        line = _spoilt(dice)
        with contextlib.suppress(case.CaseError):
            assert json.dumps(case.answer(case.read(line)))
