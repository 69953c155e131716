"""SLOs: listed, found by name and id, and asked whether they can be deleted."""

from __future__ import annotations

from tests.emulator.conftest import Caller, monitor


def created(call: Caller, name: str) -> str:
    slo = {"name": name, "type": "monitor", "monitor_ids": [call.created(name=name)["id"]]}
    return str(call("POST", "/v1/slo", slo)[1]["data"][0]["id"])


def names(call: Caller, query: str) -> list[str]:
    return [slo["name"] for slo in call("GET", "/v1/slo", query=query)[1]["data"]]


def test_slos_are_listed_all_or_by_name_or_by_id(call: Caller) -> None:
    first, second = created(call, "Quotes"), created(call, "Claims")
    assert names(call, "") == ["Quotes", "Claims"]
    assert names(call, "limit=1&offset=1") == ["Claims"]
    assert names(call, "query=quo") == ["Quotes"]
    assert names(call, f"ids={second},{first}") == ["Claims", "Quotes"]
    unknown = {"errors": ["SLO not found: abc not found"]}
    assert call("GET", "/v1/slo", query="ids=abc") == (404, unknown)


def test_an_slo_can_be_deleted(call: Caller) -> None:
    slo = created(call, "Quotes")
    path = "/v1/slo/can_delete"
    assert call("GET", path, query=f"ids={slo}") == (200, {"data": {"ok": [slo]}, "errors": None})
    wrong = {"errors": ["The value provided for parameter 'ids are required' is invalid"]}
    assert call("GET", path, query="ids=") == (400, wrong)


def test_a_burn_rate_that_its_slo_cannot_reach_is_refused(call: Caller) -> None:
    slo = {"name": "Quotes", "type": "metric", "thresholds": [{"timeframe": "30d", "target": 90}]}
    number = call("POST", "/v1/slo", slo)[1]["data"][0]["id"]

    def burn_rate(most: float, over: str = "30d") -> tuple[int, dict[str, list[str]]]:
        windows = '.long_window("1h").short_window("5m")'
        query = f'burn_rate("{number}").over("{over}"){windows} > {most}'
        name = f"Burn rate {most} {over}"
        return call(
            "POST", "/v1/monitor", monitor(type="slo alert", name=name, query=query, options={})
        )

    assert burn_rate(14.4) == (
        400,
        {
            "errors": [
                "Alert threshold (14.4) must be in range 0 to 10.0 for burn rate alerts "
                "(max threshold = 1/1-slo target)."
            ]
        },
    )
    assert burn_rate(10)[0] == 200
    assert burn_rate(14.4, "7d")[0] == 200
