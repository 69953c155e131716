"""Weekly pages to Slack: once for a team and a week, and never with the address in sight."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from monitor_sync.app.posting import WEBHOOK, PostedPage, post_weekly
from monitor_sync.app.weekly import Weekly
from monitor_sync.errors import AppliedInPart, UsageError
from monitor_sync.github import runner
from monitor_sync.github.client import GitHub
from monitor_sync.insight.response.weekly import team_weeks
from monitor_sync.render.weekly import messages
from tests.datadog.conftest import Answer, Script, script
from tests.github import fake as faking
from tests.github.fake import FakeGitHub
from tests.insight.response.incidents import incident, project, team

__all__ = ["script"]

WEEK = "2026-W40"
NOW = 1_790_900_000.0  # 2026-10-01
ACME = project(team("motor-quotes"), team("claims.intake"))
SECRET = "/services/T0/B0/very-secret"  # noqa: S105 - of no use anywhere


def week(*, complete: bool = True, title: str = "Quotes fail") -> Weekly:
    made = [incident("1", NOW - 3600, resolved=NOW - 3000, title=title)]
    teams = team_weeks(ACME, ACME.teams.values(), made, (), WEEK, NOW)
    return Weekly(project=ACME, week=WEEK, teams=teams, review=None, as_of=NOW,
                  complete=complete, notes=() if complete else ("not read",))  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[FakeGitHub]:
    with faking.running() as running:
        yield running


@pytest.fixture
def fake(server: FakeGitHub) -> FakeGitHub:
    server.refs.clear()
    server.faults.clear()
    server.permissions = {"contents": "write"}
    return server


@pytest.fixture
def slack(script: Script) -> Script:
    script.say(Answer(body="ok"))
    return script


def post(fake: FakeGitHub, slack: Script, weekly: Weekly | None = None, **given: Any) -> Any:
    weekly = weekly or week()
    environ = {**fake.environment, "MONITOR_SYNC_BACKOFF": "0.001"}
    environ |= given.pop("environ", {WEBHOOK: f"{slack.url}{SECRET}"})
    github = GitHub(runner.from_environment(environ))
    return post_weekly(weekly, messages(weekly), github, environ, **given)


def outcomes(posted: tuple[PostedPage, ...]) -> list[tuple[str, str]]:
    return [(page.name, page.done) for page in posted]


def test_each_page_is_claimed_by_a_ref_and_posted_once(fake: FakeGitHub, slack: Script) -> None:
    first, again = post(fake, slack), post(fake, slack)

    assert outcomes(first) == [("motor-quotes", "posted"), ("claims.intake", "posted")]
    assert outcomes(again) == [("motor-quotes", "taken"), ("claims.intake", "taken")]
    assert [request.path for request in slack.requests] == [SECRET, SECRET]
    assert sorted(fake.refs) == [
        "refs/monitor-sync/weekly/acme/2026-W40/claims%2Eintake",
        "refs/monitor-sync/weekly/acme/2026-W40/motor-quotes",
    ]


def test_of_two_runners_at_once_one_posts(fake: FakeGitHub, slack: Script) -> None:
    seen: list[tuple[PostedPage, ...]] = []
    runs = [threading.Thread(target=lambda: seen.append(post(fake, slack))) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    done = sorted(page.done for posted in seen for page in posted)
    assert done == ["posted", "posted", "taken", "taken"]
    assert len(slack.requests) == 2


def test_resend_posts_whoever_has_it(fake: FakeGitHub, slack: Script) -> None:
    post(fake, slack)

    assert {done for _, done in outcomes(post(fake, slack, resend=True))} == {"posted"}
    assert len(slack.requests) == 4


def test_the_week_is_not_posted_twice_after_slack_failed_and_the_address_is_not_told(
    fake: FakeGitHub, slack: Script
) -> None:
    slack.say(Answer(status=403, body="no_service"))
    failed = post(fake, slack)
    slack.say(Answer(drop=True))
    dropped = post(fake, slack, resend=True)
    slack.say(Answer(body="ok"))

    assert (
        {done for _, done in outcomes(failed)}
        == {done for _, done in outcomes(dropped)}
        == {"failed"}
    )
    assert "answered 403" in failed[0].problem
    assert "did not say" in dropped[0].problem
    assert not [page for page in (*failed, *dropped) if "secret" in page.problem]
    assert {done for _, done in outcomes(post(fake, slack))} == {"taken"}


def test_an_interruption_between_two_pages_is_told_with_what_was_posted(
    fake: FakeGitHub, slack: Script
) -> None:
    def until_ctrl_c() -> Iterator[Any]:
        yield messages(week())[0]
        raise KeyboardInterrupt

    environ = {**fake.environment, WEBHOOK: f"{slack.url}{SECRET}"}
    github = GitHub(runner.from_environment(environ))
    with pytest.raises(AppliedInPart, match="1 of 2 pages posted so far"):
        post_weekly(week(), until_ctrl_c(), github, environ)


@pytest.mark.parametrize(("status", "after"), [(403, False), (502, False), (502, True)])
def test_where_github_does_not_say_that_it_is_ours_nothing_is_posted(
    fake: FakeGitHub, slack: Script, status: int, after: bool
) -> None:
    fake.fail("POST */git/refs", status, times=2, after=after)

    assert {done for _, done in outcomes(post(fake, slack))} == {"failed"}
    assert slack.requests == []


def test_without_the_permission_to_write_contents_it_says_so(
    fake: FakeGitHub, slack: Script
) -> None:
    fake.permissions = {"contents": "read"}

    assert "not accessible by integration" in post(fake, slack)[0].problem


def test_a_webhook_of_the_teams_own_comes_before_the_one_of_all(
    fake: FakeGitHub, slack: Script
) -> None:
    environ = {WEBHOOK: f"{slack.url}/all", f"{WEBHOOK}_CLAIMS_INTAKE": f"{slack.url}/claims"}
    post(fake, slack, environ=environ)

    assert [request.path for request in slack.requests] == ["/all", "/claims"]


@pytest.mark.parametrize(
    ("environ", "weekly", "said"),
    [
        (
            {f"{WEBHOOK}_MOTOR_QUOTES": "https://hooks.example/x"},
            None,
            "WEBHOOK_CLAIMS_INTAKE is set",
        ),
        ({WEBHOOK: "http://hooks.example/secret"}, None, "is no address of a webhook"),
        ({WEBHOOK: "secret"}, None, "is no address of a webhook"),
        (
            {WEBHOOK: "https://hooks.example/x"},
            week(complete=False),
            "a part of the history is missing: not read",
        ),
    ],
)
def test_nothing_is_claimed_where_something_is_missing(
    fake: FakeGitHub, slack: Script, environ: dict[str, str], weekly: Weekly | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        post(fake, slack, weekly, environ=environ)

    assert "secret" not in str(refused.value)
    assert fake.refs == {}
