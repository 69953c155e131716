"""Types of metrics over HTTP: what was submitted, what is made up, and what nobody knows."""

from __future__ import annotations

from monitor_sync.datadog.client import Client
from tests.conftest import Local
from tests.emulator.calls import submit


def test_the_type_is_that_of_what_was_submitted_and_empty_for_what_nobody_sent(
    local: Local,
) -> None:
    series = {"metric": "shop.b", "type": 2, "points": [{"timestamp": 1.7e9, "value": 1}]}
    submit(local.emulator, series)
    types = Client.from_environment(local.environment).metric_types

    assert (types.of("shop.b"), types.of("shop.a")) == ("rate", "")
    local.emulator.generate_metrics(1)
    assert (types.of("shop.order.count"), types.of("shop.db.cpu")) == ("count", "gauge")
