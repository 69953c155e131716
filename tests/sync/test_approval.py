"""Whose approval is lacking."""

from __future__ import annotations

import pytest

from monitor_sync.sync.approval import Lacking, approvals_lacking


def test_one_approver_of_each_team_is_enough_whatever_the_case_of_the_login() -> None:
    approvers = {"motor": ("ani", "budi"), "travel": ("Citra",)}

    assert approvals_lacking(["motor", "travel"], approvers, {"Ani", "citra"}) == ()


def test_a_team_that_none_of_its_approvers_spoke_for_is_lacking_with_those_who_may() -> None:
    approvers = {"motor": ("ani", "budi"), "travel": ("citra",)}

    assert approvals_lacking(["motor", "travel"], approvers, {"citra", "dewi"}) == (
        Lacking(team="motor", approvers=("ani", "budi")),
    )


def test_an_approver_of_another_team_does_not_count() -> None:
    approvers = {"motor": ("ani",), "travel": ("citra",)}

    assert approvals_lacking(["motor"], approvers, {"citra"}) == (
        Lacking(team="motor", approvers=("ani",)),
    )


@pytest.mark.parametrize("approvers", [{}, {"motor": ()}], ids=["unknown to the base", "no one"])
def test_what_nobody_can_approve_is_not_approved(approvers: dict[str, tuple[str, ...]]) -> None:
    assert approvals_lacking(["motor"], approvers, {"ani"}) == (Lacking(team="motor"),)


def test_where_nobody_is_paged_differently_nothing_is_lacking() -> None:
    assert approvals_lacking([], {"motor": ("ani",)}, ()) == ()
