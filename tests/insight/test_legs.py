"""The modifiers of a series, read."""

from __future__ import annotations

import pytest

from monitor_sync.insight import legs
from monitor_sync.insight.lines import Filling
from monitor_sync.insight.values import Unsupported
from monitor_sync.language import query

_DAY = 86_400


def _leg(modifiers: str) -> legs.Leg:
    parsed = query.parse("query alert", f"avg(last_5m):avg:a.x{{*}}{modifiers} > 1")
    (series,) = query.series(parsed)
    return legs.read(series)


@pytest.mark.parametrize(
    ("modifiers", "filling"),
    [
        ("", None),
        (".fill(last)", Filling("last", 300)),
        (".fill(zero, 60)", Filling("zero", 60)),
        (".fill(null)", Filling("null", 300)),
    ],
)
def test_what_fills_a_gap_and_for_how_long(modifiers: str, filling: Filling | None) -> None:
    assert _leg(modifiers).filling == filling


@pytest.mark.parametrize(
    ("modifiers", "rollups"),
    [
        (".rollup(max)", (("max", 0),)),
        (".rollup(60)", (("", 60),)),
        (".rollup(sum, 60).rollup(avg, 300)", (("sum", 60), ("avg", 300))),
        (f".rollup(avg, {366 * _DAY})", (("avg", 366 * _DAY),)),
    ],
)
def test_which_buckets_a_rollup_asks_for(
    modifiers: str, rollups: tuple[tuple[str, int], ...]
) -> None:
    assert _leg(modifiers).rollups == rollups


@pytest.mark.parametrize(
    "modifiers",
    [
        f".rollup(avg, {366 * _DAY + 1})",
        ".rollup(p95, 60)",
        ".rollup(sum, monthly, 17, 'UTC')",
        ".weighted()",
    ],
)
def test_what_cannot_be_reproduced_is_said(modifiers: str) -> None:
    with pytest.raises(Unsupported):
        _leg(modifiers)
