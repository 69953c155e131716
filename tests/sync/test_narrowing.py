"""Selectors narrow what is shown of a plan."""

from __future__ import annotations

import pytest

from monitor_sync.errors import UsageError
from monitor_sync.selectors import parse
from monitor_sync.sync.narrowing import select
from monitor_sync.sync.plan import make_plan
from tests.sync.builders import actions, answer, live, monitor, project

ERRORS = monitor("payments/router/errors")
SLOW = monitor("payments/router/slow")


def test_selectors_narrow_what_is_shown_and_not_the_fingerprint() -> None:
    other = monitor("motor/flow/errors", tags=["team:motor", "monitor_sync_project:acme"])
    declared = project(ERRORS, SLOW, other)
    gone = answer(monitor("payments/router/gone"), 9)
    whole = make_plan(declared, live(gone, answer(SLOW, 2)), site="datadoghq.eu")

    shown = select(whole, [parse("payments")], project=declared)

    assert actions(shown.changes) == [("delete", "payments/router/gone"), ("create", ERRORS.key)]
    assert shown.summary["unchanged"] == 1
    assert shown.fingerprint == whole.fingerprint
    assert shown.narrowed_from is whole
    by_team = select(whole, [parse("team:motor")], project=declared)
    assert actions(by_team.changes) == [("create", other.key)]
    assert select(whole, [], project=declared) is whole


def test_a_selector_that_means_nothing_is_a_wrong_command_line() -> None:
    declared = project(ERRORS)
    whole = make_plan(declared, [], site="datadoghq.eu")

    with pytest.raises(UsageError, match="'motor' selects no monitor"):
        select(whole, [parse("payments"), parse("motor")], project=declared)
