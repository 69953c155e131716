"""What lets go of exactly the adopted monitors, on the side of the tool that managed them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor_sync.adopt.other_side import UnknownDocument, steps


def resource(address: str, number: object, **more: Any) -> dict[str, Any]:
    values = {"id": number, "name": "n", "message": "a secret"}
    return {
        "address": address, "mode": "managed", "type": "datadog_monitor", "values": values, **more,
    }  # fmt: skip


def state(*resources: dict[str, Any], modules: list[Any] | None = None) -> dict[str, Any]:
    root = {"resources": [*resources], "child_modules": modules or []}
    return {"format_version": "1.0", "values": {"root_module": root}}


def block(address: str) -> str:
    return f"removed {{\n  from = {address}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"


def test_a_removed_block_stands_for_each_adopted_resource_and_for_no_other() -> None:
    document = state(
        resource("datadog_monitor.errors", "7"),
        resource("datadog_monitor.stays", "8"),
        resource("datadog_monitor_json.raw", "9", type="datadog_monitor_json"),
        resource("datadog_dashboard.d", "7", type="datadog_dashboard"),
        resource("data.datadog_monitor.read", "7", mode="data"),
        modules=[{"resources": [resource("module.motor.datadog_monitor.slow", "10")]}],
    )

    side = steps(document, {7, 9, 10, 11})

    assert (side.tool, side.unnamed) == ("terraform", (11,))
    assert side.text == "\n".join(
        map(block, ["datadog_monitor.errors", "datadog_monitor_json.raw",
                    "module.motor.datadog_monitor.slow"])
    )  # fmt: skip
    assert "secret" not in side.text


def test_a_block_names_no_instance_so_it_is_written_only_where_all_of_them_are_adopted() -> None:
    rail, ferry = 'datadog_monitor.p["rail"]', 'datadog_monitor.p["a]b[0]"]'
    inner = [
        {"resources": [resource(f"module.m[{n}].datadog_monitor.x", str(20 + n))]} for n in (0, 1)
    ]
    document = state(resource(rail, "7"), resource(ferry, "8"), modules=inner)

    assert steps(document, {7, 8}).text == block("datadog_monitor.p")
    assert steps(document, {20, 21}).text == block("module.m.datadog_monitor.x")
    assert steps(document, {7, 20}).text == (
        "# instances of resources of which others stay in Terraform:\n"
        "terraform state rm 'datadog_monitor.p[\"rail\"]'\n"
        "terraform state rm 'module.m[0].datadog_monitor.x'\n"
    )


def test_the_state_within_a_plan_is_read_too() -> None:
    document = {"prior_state": state(resource("datadog_monitor.errors", 7))}

    assert steps(document, {7}).text == block("datadog_monitor.errors")


def test_pulumi_forgets_by_urn_and_by_force_what_is_protected() -> None:
    def pulumi_monitor(name: str, number: str, **more: Any) -> dict[str, Any]:
        kind = "datadog:index/monitor:Monitor"
        urn = f"urn:pulumi:prod::acme::{kind}::{name}"
        return {"urn": urn, "type": kind, "id": number, **more}

    resources = [
        pulumi_monitor("errors", "7", protect=True),
        pulumi_monitor("slow", "8"),
        pulumi_monitor("stays", "9"),
        {},
        None,
    ]

    side = steps({"version": 3, "deployment": {"resources": resources}}, {7, 8})

    assert (side.tool, side.unnamed) == ("pulumi", ())
    assert side.text.splitlines() == [
        "pulumi state delete --force --yes urn:pulumi:prod::acme::datadog:index/monitor:Monitor"
        "::errors",
        "pulumi state delete --yes urn:pulumi:prod::acme::datadog:index/monitor:Monitor::slow",
    ]


def test_an_object_of_the_operator_goes_without_its_finalizer() -> None:
    items = [
        {"metadata": {"name": "errors", "namespace": "motor"}, "status": {"id": 7}},
        {"metadata": {"name": "stays", "namespace": "motor"}, "status": {"id": 8}},
        {"metadata": {"name": "new"}},
    ]

    side = steps({"kind": "List", "items": items}, {7})

    assert side.tool == "datadog-operator"
    assert side.text == (
        "# with the operator stopped, 1 object:\n"
        "kubectl -n motor patch datadogmonitor errors --type merge -p"
        ' \'{"metadata":{"finalizers":null}}\' && kubectl -n motor delete datadogmonitor errors\n'
    )


@pytest.mark.parametrize(
    "text", ["[]", "3", "{}", '{"values": 1}', '{"values": {"root_module": 1}}']
)
def test_what_no_tool_prints_is_refused(text: str) -> None:
    with pytest.raises(UnknownDocument, match="terraform show -json"):
        steps(json.loads(text), {7})


@pytest.mark.parametrize(
    "broken", [{"values": None}, {"values": {"id": "x"}}, {"values": {"id": True}}, {"address": 5}]
)
def test_what_is_not_as_terraform_prints_it_is_passed_over(broken: dict[str, Any]) -> None:
    document = state({**resource("datadog_monitor.a", "7"), **broken}, {}, modules=[None, 5])

    side = steps(document, {7})

    assert (side.text, side.unnamed) == ("", (7,))
