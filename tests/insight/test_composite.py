"""Composites beyond the cases: nesting and common groups."""

from __future__ import annotations

from monitor_sync.insight import composite
from tests.insight.corpus import CASES, needs_corpus


@needs_corpus
def test_only_groups_that_all_members_have_count() -> None:
    line = CASES["CO-24"]
    groups = composite.common_groups(line["members_groups"].values())
    assert list(groups) == line["expect"]["groups"]


def test_groups_in_common_keep_the_order_of_the_first_member() -> None:
    assert composite.common_groups([["b", "a", "c"], ["a", "b"]]) == ("b", "a")
