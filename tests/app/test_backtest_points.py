"""How stretches of lines are packed into requests."""

from __future__ import annotations

import json
import os
from pathlib import Path

from monitor_sync.app import Target
from monitor_sync.app.backtest_points import Fetching
from monitor_sync.insight.backtest.wanted import WantedLine
from monitor_sync.store.points_cache import PointsCache
from tests.conftest import Local

DAY = 86_400
START = 20_000 * DAY


def line(space: str) -> WantedLine:
    return WantedLine(
        source="metrics", text=f"{space}:shop.wide{{*}} by {{host}}.rollup(avg, 60)",
        keys=("host",), kind="gauge", interval=60,
    )  # fmt: skip


def test_lines_of_many_groups_are_not_asked_for_together_once_that_is_known(
    local: Local, tmp_path: Path
) -> None:
    series = [
        {
            "metric": "shop.wide", "type": 3, "tags": [f"host:{host}"],
            "points": [{"timestamp": START + day * DAY, "value": 1} for day in range(2)],
        }
        for host in range(150)
    ]  # fmt: skip
    keys = {"DD-API-KEY": "any"}
    sent = json.dumps({"series": series}).encode()
    assert local.emulator.handle("POST", "/api/v2/series", "", keys, sent)[0] == 202
    endpoint = Target(environ=os.environ).connect().timeseries
    fetching = Fetching(endpoint=endpoint, cache=PointsCache(tmp_path), budget=9)
    wanted = [(line(space), START) for space in ("avg", "min", "max")]
    lines = fetching.lines(wanted, START + 2 * DAY)

    assert [len(groups) for groups in lines.values()] == [150, 150, 150]
    assert all(len(times) == 2 for groups in lines.values() for times, _ in groups.values())
    # all three of the first day; of the second two, then the third
    assert fetching.sent == 3
