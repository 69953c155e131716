"""Which tool manages a monitor is told by the marks that tools leave."""

from __future__ import annotations

import pytest

from monitor_sync.adopt.marks import mark_of


@pytest.mark.parametrize(
    ("body", "tool"),
    [
        ({"tags": ["managed_by:terraform"]}, "terraform"),
        ({"tags": ["ManagedBy:Terraform"]}, "terraform"),
        ({"tags": ["managed-by:opentofu"]}, "terraform"),
        ({"tags": ["managed_by:datadog-sync"]}, "datadog-sync"),
        ({"tags": ["managed_by:pulumi"]}, "pulumi"),
        ({"tags": ["pulumi:stack:prod"]}, "pulumi"),
        ({"tags": ["generated:kubernetes"]}, "datadog-operator"),
        ({"message": "Look.\n-- Managed by kennel shop:errors in teams/shop.rb"}, "kennel"),
        ({"tags": ["managed_by:hand", "terraform", "team:terraform"]}, ""),
        ({"message": "managed by terraform", "tags": None}, ""),
    ],
)
def test_a_mark_names_its_tool(body: dict[str, object], tool: str) -> None:
    assert mark_of(body)[0] == tool
