"""Which handles wake somebody: by the policy's globs, by kind, and by what teams call so."""

from __future__ import annotations

import pytest

from monitor_sync.audience.pagers import is_pager, matches_glob, pager_globs


@pytest.mark.parametrize(
    ("handle", "glob", "expected"),
    [
        ("@webhook-zenduty-motor", "@webhook-zenduty-*", True),
        ("@webhook-other", "@webhook-zenduty-*", False),
        ("@me@gmail.com", "@*@gmail.com", True),
        ("@slack-a", "@SLACK-A", True),
        ("@slack-ab", "@slack-a", False),
        ("@slack-[x]", "@slack-[x]", True),
        ("@slack-x", "@slack-[x]", False),
        ("@slack-x", "@slack-?", False),
    ],
)
def test_a_glob_over_handles_knows_only_the_star(handle: str, glob: str, expected: bool) -> None:
    assert matches_glob(handle, (glob,)) is expected


def test_without_policy_webhooks_and_on_call_tools_are_pagers() -> None:
    pagers = ["@webhook-a", "@pagerduty", "@pagerduty-a", "@opsgenie-a", "@oncall-a"]
    others = ["@slack-a", "@teams-a", "@a@b.com", "@team-a", "@all", "@jira-a"]

    assert [handle for handle in (*pagers, *others) if is_pager(handle, ())] == pagers


def test_what_teams_call_a_pager_is_one_besides_the_kinds_or_the_policys() -> None:
    by_kind = pager_globs((), {"@slack-night"})
    by_policy = pager_globs(("@webhook-zenduty-*",), {"@slack-night"})
    handles = ["@webhook-a", "@webhook-zenduty-a", "@slack-night", "@slack-day"]

    assert [handle for handle in handles if is_pager(handle, by_kind)] == handles[:3]
    assert [handle for handle in handles if is_pager(handle, by_policy)] == handles[1:3]


@pytest.mark.parametrize(
    ("handle", "globs", "expected"),
    [
        ("@webhook-zenduty-{{team.name}}", ("@webhook-zenduty-motor",), True),
        ("@webhook-{{team.name}}", ("@webhook-zenduty-*",), True),
        ("@{{handle.name}}", ("@slack-night",), True),
        ("@webhook-{{team.name}}-low", ("@webhook-zenduty-motor",), False),
        ("@slack-{{team.name}}", ("@webhook-*",), False),
        ("@WEBHOOK-{{team.name}}", ("@webhook-*",), True),
        ("@Webhook-Zenduty-Motor", ("@webhook-zenduty-motor",), True),
    ],
)
def test_a_variable_in_a_handle_may_become_a_pager(
    handle: str, globs: tuple[str, ...], expected: bool
) -> None:
    assert is_pager(handle, globs) is expected
