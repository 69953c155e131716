"""Composites beyond the cases: nesting, common groups, what triggers."""

from __future__ import annotations

import pytest

from monitor_sync.insight import composite
from monitor_sync.insight.values import Status
from tests.insight.corpus import CASES, Line, family, needs_corpus


@needs_corpus
def test_only_groups_that_all_members_have_count() -> None:
    line = CASES["CO-24"]
    groups = composite.common_groups(line["members_groups"].values())
    assert list(groups) == line["expect"]["groups"]


@needs_corpus
@pytest.mark.parametrize(
    "line",
    # of CO-10 the page leaves open whether it triggers
    [line for line in family("CO") if "triggers" in line["expect"] and line["id"] != "CO-10"],
    ids=lambda line: line["id"],
)
def test_what_triggers(line: Line) -> None:
    state = line["expect"]["state"]
    outcome = None if state == "last_known" else Status(state)
    assert composite.triggers(outcome) == line["expect"]["triggers"]


def test_groups_in_common_keep_the_order_of_the_first_member() -> None:
    assert composite.common_groups([["b", "a", "c"], ["a", "b"]]) == ("b", "a")
