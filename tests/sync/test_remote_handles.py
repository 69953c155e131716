"""Which handles are looked up, how often, and what is said of those that nobody could look up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import pytest

from monitor_sync.errors import AccessDenied, NotFound, Rejected, RemoteError, Unreachable
from monitor_sync.sync import remote_handles as looking
from monitor_sync.sync.remote_handles import LookedUp, look_up
from monitor_sync.sync.remote_questions import AWAY


class Directory:
    """Names that exist, or the error that looking for them raises; counts every request."""

    def __init__(self, **known: Any) -> None:
        self.known = known
        self.asked: Counter[str] = Counter()

    def _names(self, kind: str, name: str = "") -> Any:
        self.asked[f"{kind} {name}".rstrip()] += 1
        given = self.known.get(kind, ())
        if isinstance(given, dict):
            given = given.get(name, NotFound("no such account"))
        if isinstance(given, RemoteError):
            raise given
        return given

    def webhook(self, name: str) -> bool:
        return name in self._names("webhook", name)

    def pagerduty_service(self, name: str) -> bool:
        return name in self._names("pagerduty", name)

    def opsgenie_services(self) -> Collection[str]:
        return list(self._names("opsgenie"))

    def slack_channels(self, account: str) -> Collection[str]:
        return list(self._names("slack", account))

    def teams(self) -> Collection[str]:
        return list(self._names("team"))


def looked_up(directory: Directory, *handles: str, accounts: tuple[str, ...] = ()) -> LookedUp:
    return look_up(handles, directory, slack_accounts=accounts)


def test_handles_of_every_kind_are_found_or_missing() -> None:
    directory = Directory(
        webhook=["zenduty-a"], pagerduty=["Claims"], opsgenie=["claims"],
        slack={"acme": ["motor-alerts"]}, team=["claims"],
    )  # fmt: skip
    there = ["@webhook-zenduty-a", "@pagerduty-Claims", "@opsgenie-claims", "@slack-motor-alerts",
             "@slack-acme-motor-alerts", "@team-claims", "@oncall-claims"]  # fmt: skip
    absent = ["@webhook-zenduty-b", "@pagerduty-Payouts", "@opsgenie-payouts", "@slack-payouts",
              "@slack-acme-payouts", "@team-payouts", "@oncall-payouts"]  # fmt: skip

    result = looked_up(directory, *there, *absent, accounts=("acme",))

    assert result.found == there
    assert list(result.missing) == absent
    assert result.unchecked == {}


def test_each_thing_is_asked_for_once() -> None:
    directory = Directory(webhook=["a"], team=["x", "y"], slack={"one": ["c"], "two": ["d"]})
    handles = ["@webhook-a", "@webhook-a", "@team-x", "@team-y", "@oncall-x", "@slack-c",
               "@slack-d"]  # fmt: skip

    looked_up(directory, *handles, accounts=("one", "two"))

    assert directory.asked == {"webhook a": 1, "team": 1, "slack one": 1, "slack two": 1}


def test_nothing_is_asked_for_what_no_handle_names() -> None:
    directory = Directory()

    looked_up(directory, "@a@example.com", "@slack-general")

    assert directory.asked == {}


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        ("@a@example.com", looking.OTHER),
        ("@somebody", looking.OTHER),
        ("@jira-claims", looking.OTHER),
        ("@workflow-Restart(name={{host.name}})", looking.OTHER),
        ("no handle at all", looking.OTHER),
        ("@pagerduty", looking.DEFAULT),
        ("@opsgenie", looking.DEFAULT),
        ("@slack-{{service.name}}", looking.DYNAMIC),
        ("@slack-general", looking.NO_ACCOUNT),
    ],
)
def test_what_cannot_be_looked_up_is_told_with_the_reason(handle: str, reason: str) -> None:
    result = looked_up(Directory(), handle)

    assert result.unchecked == {reason: [handle]}
    assert (result.found, result.missing) == ([], {})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AccessDenied("403"), "no access without integrations_read"),
        (NotFound("404"), "Datadog does not offer the look-up of webhooks here"),
        (Unreachable("502"), AWAY),
        (Rejected("400"), "Datadog refused the look-up"),
    ],
)
def test_a_look_up_that_failed_makes_no_handle_missing(error: RemoteError, reason: str) -> None:
    result = looked_up(Directory(webhook=error, team=["a"]), "@webhook-a", "@team-a")

    assert result.unchecked == {reason: ["@webhook-a"]}
    assert result.found == ["@team-a"]


def test_teams_need_another_permission() -> None:
    result = looked_up(Directory(team=AccessDenied("403")), "@team-a")

    assert result.unchecked == {"no access without teams_read": ["@team-a"]}


def test_where_access_is_denied_nobody_keeps_knocking() -> None:
    directory = Directory(webhook=AccessDenied("403"))
    handles = [f"@webhook-{number}" for number in range(200)]

    result = looked_up(directory, *handles)

    assert directory.asked.total() <= looking.WORKERS
    assert sum(map(len, result.unchecked.values())) == 200


def test_where_nobody_answers_few_requests_are_made() -> None:
    directory = Directory(pagerduty=Unreachable("502"))
    handles = [f"@pagerduty-{number}" for number in range(200)]

    result = looked_up(directory, *handles)

    assert directory.asked.total() <= looking.WORKERS + 3
    assert result.unchecked == {AWAY: handles}


def test_a_channel_is_missing_only_if_every_account_says_so() -> None:
    directory = Directory(slack={"one": ["general"]})

    result = looked_up(directory, "@slack-general", "@slack-motor", accounts=("one", "two"))

    assert result.found == ["@slack-general"]
    assert result.unchecked == {"Datadog knows no Slack account two": ["@slack-motor"]}


def test_letters_in_another_case_are_let_pass() -> None:
    assert looked_up(Directory(opsgenie=["Claims"]), "@opsgenie-claims").found


def test_a_missing_handle_is_told_with_what_was_probably_meant() -> None:
    directory = Directory(slack={"acme": ["motor-alerts"]})

    result = looked_up(directory, "@slack-motor-alert", "@webhook-x", accounts=("acme",))

    message = "`@slack-motor-alert` reaches nobody: Datadog has no Slack channel `motor-alert`"
    assert result.missing["@slack-motor-alert"].message == f"{message} in acme"
    assert result.missing["@slack-motor-alert"].hint == "did you mean `@slack-motor-alerts`?"
    assert result.missing["@webhook-x"].hint == (
        "make it in Datadog's Webhooks integration, or mend the name"
    )
