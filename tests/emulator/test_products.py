"""What other tools ask on their way to monitors."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/dashboard", {"dashboards": []}),
        ("/v1/synthetics/tests", {"tests": []}),
        (
            "/v1/slo",
            {
                "data": [],
                "error": None,
                "metadata": {"page": {"total_count": 0, "total_filtered_count": 0}},
            },
        ),
    ],
)
def test_what_kennel_lists_is_empty(call: Caller, path: str, answer: object) -> None:
    assert call("GET", path) == (200, answer)


def test_no_disaster_recovery_is_on_its_way(call: Caller) -> None:
    status, answer = call("GET", "/v2/hamr")
    user = call("GET", "/v2/current_user")[1]["data"]
    assert status == 200
    assert answer["data"]["attributes"]["HamrStatus"] == 1
    assert answer["data"]["id"] == user["relationships"]["org"]["data"]["id"]
