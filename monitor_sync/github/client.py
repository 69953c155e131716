"""
GitHub's REST API, as far as we use it, in our words and with our errors.

The only module that imports PyGithub. Requests that change nothing twice (GET, PATCH, PUT, DELETE)
are repeated after 5xx and after rate limits; a POST is not, since what it made may be there: those
who call look first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import requests
from github import Auth, BadAttributeException, Github, GithubException, GithubRetry

from monitor_sync.errors import (
    AccessDenied,
    NotFound,
    Rejected,
    RemoteError,
    Unreachable,
    UsageError,
)
from monitor_sync.http.failure import one_line

if TYPE_CHECKING:
    from github.Issue import Issue as RawIssue
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest

    from monitor_sync.github.runner import ActionsRunner

TASK: Final = "monitor-sync"
"""The task of the deployments by which we record what is applied."""

_TRIES: Final = 4
"""Repetitions of one request, each after a longer wait."""

_WAIT: Final = 120.0
"""Seconds that a rate limit is waited for."""

_RECORDS: Final = 30
"""Deployments looked through for the newest that succeeded."""

_STATUS: Final = re.compile(r"too many (\d{3}) error responses")
"""What urllib3 says once it has given up."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of an issue or a pull request; ``author`` is a login (``github-actions[bot]``)."""

    id: int
    author: str
    body: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """
    A pull request that was merged.

    ``branch`` is the one it was merged into, ``head`` its last commit, ``merge_commit`` the commit
    that the merge made (the last of several, where it was rebased). ``fork``: it came from another
    repository.
    """

    number: int
    author: str
    branch: str
    head: str
    merge_commit: str
    fork: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An open issue."""

    number: int
    author: str
    title: str
    body: str
    labels: tuple[str, ...]
    url: str


class GitHub:
    """One repository. Every method raises RemoteError, or one of its kinds."""

    def __init__(self, runner: ActionsRunner) -> None:
        if not runner.token:
            raise UsageError(
                "no GITHUB_TOKEN", hint="in the step's `env:`, GITHUB_TOKEN: ${{ github.token }}"
            )
        # what a rate limit asks for is waited for, but not for an hour
        retry = GithubRetry(
            total=_TRIES,
            backoff_factor=runner.backoff,
            allowed_methods=frozenset({"GET", "PATCH", "PUT", "DELETE"}),
            secondary_rate_wait=min(60.0, 120 * runner.backoff),
            max_rate_limit_wait=_WAIT,
        )
        github = Github(
            auth=Auth.Token(runner.token),
            base_url=runner.api_url.rstrip("/"),
            timeout=30,
            per_page=100,
            retry=retry,
            seconds_between_requests=None,
            seconds_between_writes=2 * runner.backoff,
            lazy=True,
        )
        self._host = runner.api_url
        self._repository = github.get_repo(runner.repository)

    def comments(self, number: int) -> list[Comment]:
        """Return all comments of an issue or pull request, oldest first."""
        with self._told(f"read the comments of #{number}"):
            comments = self._repository.get_issue(number).get_comments()
            return [_comment(comment) for comment in comments]

    def add_comment(self, number: int, body: str) -> Comment:
        """Write a new comment. Rejected where it is too long."""
        with self._told(f"comment on #{number}"):
            return _comment(self._repository.get_issue(number).create_comment(body))

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """Replace a comment's text. Rejected where it is too long."""
        with self._told(f"edit a comment on #{number}"):
            self._repository.get_issue(number).get_comment(comment).edit(body)

    def delete_comment(self, number: int, comment: int) -> None:
        """Delete a comment; one that is gone already is as good."""
        with self._told(f"delete a comment on #{number}"):
            try:
                self._repository.get_issue(number).get_comment(comment).delete()
            except GithubException as error:
                if error.status != 404:
                    raise

    def pulls_of(self, commit: str) -> list[Pull]:
        """Return the pull requests that brought a commit and are merged."""
        with self._told(f"look up the pull request of {commit[:12]}"):
            pulls = self._repository.get_commit(commit).get_pulls()
            return [_pull(pull) for pull in pulls if pull.merged_at is not None]

    def approved_by(self, number: int, head: str) -> list[str]:
        """
        Return the logins whose last review of ``head`` approves the pull request.

        A remark without a verdict takes nothing back.
        """
        with self._told(f"read the reviews of #{number}"):
            verdicts: dict[str, bool] = {}
            for review in self._repository.get_pull(number).get_reviews():  # oldest first
                if review.state != "COMMENTED":
                    approved = review.state == "APPROVED" and review.commit_id == head
                    verdicts[_login(review.user)] = approved
        return [login for login, yes in verdicts.items() if yes]

    def issues(self, label: str) -> list[Issue]:
        """Return the open issues with a label, oldest first; pull requests are none."""
        with self._told(f"list the issues labelled {label}"):
            issues = self._repository.get_issues(
                state="open", labels=[label], sort="created", direction="asc"
            )
            return [_issue(issue) for issue in issues if "/pull/" not in issue.html_url]

    def open_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        """Open an issue. GitHub makes labels that do not exist."""
        with self._told("open an issue"):
            return _issue(self._repository.create_issue(title, body, labels=[*labels]))

    def edit_issue(self, number: int, title: str, body: str, labels: Sequence[str]) -> None:
        """Replace the title, text and labels of an issue."""
        with self._told(f"edit #{number}"):
            self._repository.get_issue(number).edit(title=title, body=body, labels=[*labels])

    def close_issue(self, number: int) -> None:
        """Close an issue as done."""
        with self._told(f"close #{number}"):
            self._repository.get_issue(number).edit(state="closed", state_reason="completed")

    def applied(self, environment: str) -> str:
        """
        Return the last commit up to which everything is recorded as applied; empty if there is
        none.
        """
        with self._told(f"list the deployments of {environment}"):
            deployments = self._repository.get_deployments(task=TASK, environment=environment)
            for deployment in islice(deployments, _RECORDS):
                if any(status.state == "success" for status in deployment.get_statuses()):
                    return deployment.sha
        return ""

    def record(self, commit: str, environment: str, run: str) -> None:
        """Record that everything up to a commit is applied."""
        with self._told(f"record {commit[:12]} as applied"):
            made = self._repository.create_deployment(
                commit,
                task=TASK,
                auto_merge=False,  # the commit as it is: it need not be the tip
                required_contexts=[],  # the checks were the merge's business
                environment=environment,
                description="Applied to Datadog",
            )
            more: dict[str, Any] = {"target_url": run} if run else {}
            made.create_status("success", auto_inactive=False, **more)

    def make_ref(self, ref: str) -> bool:
        """
        Make a git ref at the newest commit of the default branch; False if there is one already.

        GitHub makes each ref once: of two runs that try, one is told no.
        """
        with self._told(f"make {ref}"):
            newest = self._repository.get_commit("HEAD").sha
            try:
                self._repository.create_git_ref(ref, newest)
            except GithubException as error:
                # of the reasons for a 422 one is that the ref is there: looked up, not read
                if error.status == 422 and self._has_ref(ref):
                    return False
                raise
        return True

    def _has_ref(self, ref: str) -> bool:
        refs = self._repository.get_git_matching_refs(ref.removeprefix("refs/"))
        return any(known.ref == ref for known in refs)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Raise what goes wrong inside the block, with what was to be done and why not."""
        try:
            yield
        except GithubException as error:
            raise _kind(error.status)(f"cannot {what}: {_said(error)}", hint=_hint(error)) from None
        except requests.RequestException as error:
            raise Unreachable(
                f"cannot {what}: {_why(error)}", hint=f"is {self._host} the right address?"
            ) from None
        except _UNUSABLE:
            raise Unreachable(
                f"cannot {what}: GitHub's answer is not of the shape that its API has",
                hint=f"is {self._host} the right address? A proxy may stand in between",
            ) from None


_UNUSABLE: Final = (
    BadAttributeException, AssertionError, AttributeError, LookupError, TypeError, ValueError,
    RecursionError,
)  # fmt: skip
"""What PyGithub raises where an answer is no JSON, or a field is not of the type it expects."""


def persistently(tries: int, attempt: Callable[[], _T]) -> _T:
    """
    Repeat an attempt that looks before it writes, where GitHub gave no usable answer.

    Use it for attempts with a POST, whose answer may be lost although GitHub did what it asked.
    """
    for _ in range(tries - 1):
        try:
            return attempt()
        except Unreachable:
            continue
    return attempt()


def _comment(raw: IssueComment) -> Comment:
    return Comment(id=raw.id, author=_login(raw.user), body=raw.body or "", url=raw.html_url)


def _pull(raw: PullRequest) -> Pull:
    return Pull(
        number=raw.number,
        author=_login(raw.user),
        branch=raw.base.ref,
        head=raw.head.sha,
        merge_commit=raw.merge_commit_sha or "",
        fork=_name(raw.head.repo) != _name(raw.base.repo),
    )


def _issue(raw: RawIssue) -> Issue:
    return Issue(
        number=raw.number,
        author=_login(raw.user),
        title=raw.title,
        body=raw.body or "",
        labels=tuple(label.name for label in raw.labels),
        url=raw.html_url,
    )


def _login(user: Any) -> str:
    """Return the login of an author; empty for an account that was deleted."""
    return str(user.login or "") if user is not None else ""


def _name(repository: Any) -> str:
    """Return a repository's whole name; empty for a fork that was deleted."""
    return str(repository.full_name or "") if repository is not None else ""


def _kind(status: int) -> type[RemoteError]:
    if status in {401, 403}:
        return AccessDenied
    if status in {404, 410}:
        return NotFound
    return Rejected if 400 <= status < 500 and status != 429 else Unreachable


def _said(error: GithubException) -> str:
    """Return GitHub's own words, with those about each field that it refused."""
    data = error.data if isinstance(error.data, dict) else {}
    parts = [str(data.get("message") or error.message or "no reason given")]
    refusals = data.get("errors")
    for refusal in refusals if isinstance(refusals, list) else ():
        named = isinstance(refusal, dict)
        reason = refusal.get("message") or refusal.get("code") if named else refusal
        parts.append(str(reason))
    return f"GitHub answered {error.status}, {one_line('; '.join(parts))}"


def _hint(error: GithubException) -> str:
    if error.status == 401:
        return "the token is wrong or has expired"
    if error.status == 403:
        return (
            "the job's `permissions:` lack it; a pull request from a fork or from Dependabot"
            " never has them"
        )
    return ""


def _why(error: requests.RequestException) -> str:
    """Return why there is no answer, without the address and objects that the libraries name."""
    if isinstance(error, requests.exceptions.RetryError):
        status = _STATUS.search(str(error))
        answered = f"answered {status[1]}" if status else "failed"
        return f"GitHub {answered}, {_TRIES + 1} times in a row"
    if isinstance(error, requests.Timeout):
        return "GitHub did not answer in time"
    return "GitHub could not be reached"
