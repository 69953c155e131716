"""Whom the lines of routing notify, found without taking them apart, and by taking them apart."""

from __future__ import annotations

from itertools import permutations

import pytest

from monitor_sync.audience.audience import Routes, of_routes
from monitor_sync.audience.recipients import by_transition
from monitor_sync.language.transitions import Reach

BLOCKS = ("alert", "warning", "no_data", "renotify", "recovery", "alert_recovery", "unknown")
HANDLES = [
    (("@a",), ("@b-c", "@a"), ("@x@y.com",), ("@a", "@d")),
    ((), ("@a",), ("@a", "@b"), ("@b",)),
    (("@workflow-restart(a: 1)",), ("@a.",), ("nobody",), ("@b",)),
]
REACHES = [
    Reach(),
    Reach(warning=False, unknown=False),
    Reach(renotify=frozenset({"alert"}), priority=2),
]


@pytest.mark.parametrize("reach", REACHES)
@pytest.mark.parametrize("handles", HANDLES)
def test_the_short_way_notifies_whom_the_lines_of_routing_notify(
    handles: tuple[tuple[str, ...], ...], reach: Reach
) -> None:
    for states in permutations(BLOCKS, len(handles)):
        routes: Routes = tuple(zip(states, handles, strict=True))
        lines = "\n".join(f"{{{{#is_{s}}}}}{' '.join(e)}{{{{/is_{s}}}}}" for s, e in routes if e)

        assert dict(of_routes(routes, reach).at) == by_transition(lines, reach=reach), routes
