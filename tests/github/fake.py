"""
A small GitHub on loopback: as much of its REST API as we use, with its tokens and its failures.

Shapes, statuses and words are those of GitHub's reference and of the answers that people quote in
public issues (`Resource not accessible by integration`, `Body is too long (maximum is 65536
characters)`). It shares no code with what it tests.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.github import answers, refs

REPOSITORY = "acme/monitors"
TOKEN = "ghs_of-this-job"  # noqa: S105 - of no use anywhere else
BOT = "github-actions[bot]"
LONGEST = 65_536

Answer = tuple[int, Any]
Handler = Callable[..., Answer]


@dataclass(slots=True)
class Fault:
    """An answer in place of the right one: so many times, before or after the work was done."""

    route: str
    status: int
    times: int
    after: bool = False


@dataclass
class FakeGitHub:
    """
    One repository. ``permissions`` are those of the token, as a job's ``permissions:`` grants them.

    ``writer`` is who the token writes as. ``requests`` has every request as ``METHOD path``.
    """

    url: str = ""
    permissions: dict[str, str] = field(
        default_factory=lambda: {
            "issues": "write", "pull-requests": "write", "contents": "read", "deployments": "write",
        }
    )  # fmt: skip
    writer: str = BOT
    longest: int = LONGEST
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _number: int = 100
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # what tests set up and ask

    @property
    def environment(self) -> dict[str, str]:
        """What a runner tells a job about where GitHub is."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_TOKEN": TOKEN,
        }

    def fail(self, route: str, status: int, *, times: int = 1, after: bool = False) -> None:
        """Answer requests like ``POST */comments`` with a failure."""
        self.faults.append(Fault(route, status, times, after))

    def write_comment(self, number: int, body: str, author: str) -> dict[str, Any]:
        """A comment that somebody else writes."""
        with self._lock:
            made = self._next()
            comment = {
                "id": made,
                "url": f"{self._base}/issues/comments/{made}",
                "html_url": f"https://github.example/{REPOSITORY}/pull/{number}#issuecomment-{made}",
                "issue_url": f"{self._base}/issues/{number}",
                "body": body,
                "user": _user(author),
            }
            self.comments.append(comment)
            return comment

    def on(self, number: int) -> list[dict[str, Any]]:
        """The comments of one issue or pull request."""
        end = f"/issues/{number}"
        return [comment for comment in self.comments if comment["issue_url"].endswith(end)]

    def merge(
        self,
        number: int,
        *commits: str,
        author: str = "ani",
        head: str = "",
        base: str = "main",
        fork: bool = False,
    ) -> None:
        """A pull request that was merged, and the commits on the branch that it brought."""
        source = "somebody/monitors" if fork else REPOSITORY
        pull = {
            "url": f"{self._base}/pulls/{number}",
            "html_url": f"https://github.example/{REPOSITORY}/pull/{number}",
            "number": number,
            "state": "closed",
            "user": _user(author),
            "merged_at": "2026-11-20T10:00:00Z",
            "merge_commit_sha": commits[-1],
            "head": {"sha": head or "e" * 40, "ref": "topic", "repo": _repository(source)},
            "base": {"sha": "f" * 40, "ref": base, "repo": _repository(REPOSITORY)},
        }
        for commit in commits:
            self.pulls.setdefault(commit, []).append(pull)

    # the API

    @property
    def _base(self) -> str:
        return f"{self.url}/repos/{REPOSITORY}"

    def _next(self) -> int:
        self._number += 1
        return self._number

    def handle(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        """One request."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        route = f"{method} {parts.path}"
        with self._lock:
            self.requests.append(route)
            fault = self._fault(route)
            if fault is not None and not fault.after:
                return answers.failure(fault.status)
            if token.removeprefix("token ").removeprefix("Bearer ") != TOKEN:
                return 401, {"message": "Bad credentials", "status": "401"}
            answer = self._routed(method, parts.path, query, body)
            return answers.failure(fault.status) if fault is not None else answer

    def _fault(self, route: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fnmatch(route, fault.route):
                fault.times -= 1
                return fault
        return None

    def _routed(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any]
    ) -> Answer:
        for wanted, pattern, needs, handler in self._routes():
            match = re.fullmatch(f"/repos/{REPOSITORY}{pattern}", path)
            if wanted == method and match:
                if not any(self._allowed(*need) for need in needs):
                    return 403, {
                        "message": "Resource not accessible by integration",
                        "status": "403",
                    }
                return handler(*match.groups(), query=query, body=body)
        return 404, {"message": "Not Found", "status": "404"}

    def _allowed(self, what: str, how: str) -> bool:
        granted = self.permissions.get(what, "none")
        return granted == "write" or granted == how

    def _routes(self) -> list[tuple[str, str, list[tuple[str, str]], Handler]]:
        reads, writes = (
            [(what, how) for what in ("issues", "pull-requests")] for how in ("read", "write")
        )
        deploys = "deployments"
        return [
            ("GET", r"/issues/(\d+)/comments", reads, self._comments),
            ("POST", r"/issues/(\d+)/comments", writes, self._comment),
            ("PATCH", r"/issues/comments/(\d+)", writes, self._edit_comment),
            ("DELETE", r"/issues/comments/(\d+)", writes, self._delete_comment),
            ("GET", r"/commits/HEAD", [("contents", "read")], self._newest),
            ("POST", r"/git/refs", [("contents", "write")], self._make_ref),
            ("GET", r"/git/matching-refs/(.+)", [("contents", "read")], self._matching_refs),
            ("GET", r"/commits/(\w+)/pulls", [("pull-requests", "read")], self._pulls),
            ("GET", r"/pulls/(\d+)/reviews", [("pull-requests", "read")], self._reviews),
            ("GET", r"/issues", [("issues", "read")], self._issues),
            ("POST", r"/issues", [("issues", "write")], self._open),
            ("PATCH", r"/issues/(\d+)", [("issues", "write")], self._edit_issue),
            ("GET", r"/deployments", [(deploys, "read")], self._deployments),
            ("POST", r"/deployments", [(deploys, "write")], self._deploy),
            ("GET", r"/deployments/(\d+)/statuses", [(deploys, "read")], self._statuses),
            ("POST", r"/deployments/(\d+)/statuses", [(deploys, "write")], self._set_status),
        ]

    def _comments(self, number: str, *, query: dict[str, str], **_: Any) -> Answer:
        return 200, answers.page(self.on(int(number)), query)

    def _comment(self, number: str, *, body: dict[str, Any], **_: Any) -> Answer:
        refused = self._too_long("IssueComment", body)
        return refused or (201, self.write_comment(int(number), body["body"], self.writer))

    def _edit_comment(self, made: str, *, body: dict[str, Any], **_: Any) -> Answer:
        comment = answers.find(self.comments, "id", int(made))
        if comment is None:
            return 404, {"message": "Not Found", "status": "404"}
        refused = self._too_long("IssueComment", body)
        if refused is None:
            comment["body"] = body["body"]
        return refused or (200, comment)

    def _delete_comment(self, made: str, **_: Any) -> Answer:
        comment = answers.find(self.comments, "id", int(made))
        if comment is None:
            return 404, {"message": "Not Found", "status": "404"}
        self.comments.remove(comment)
        return 204, None

    def _newest(self, **_: Any) -> Answer:
        return 200, {"sha": refs.NEWEST, "url": ""}

    def _make_ref(self, *, body: dict[str, Any], **_: Any) -> Answer:
        return refs.made(self.refs, body["ref"], body["sha"])

    def _matching_refs(self, start: str, *, query: dict[str, str], **_: Any) -> Answer:
        return 200, answers.page(refs.matching(self.refs, start), query)

    def _pulls(self, commit: str, *, query: dict[str, str], **_: Any) -> Answer:
        return 200, answers.page(self.pulls.get(commit, []), query)

    def review(self, number: int, author: str, state: str, commit: str) -> None:
        """Somebody reviews a pull request."""
        made = {"id": self._next(), "user": _user(author), "state": state, "commit_id": commit}
        self.reviews.setdefault(number, []).append(made)

    def _reviews(self, number: str, *, query: dict[str, str], **_: Any) -> Answer:
        return 200, answers.page(self.reviews.get(int(number), []), query)

    def _issues(self, *, query: dict[str, str], **_: Any) -> Answer:
        wanted = set(query.get("labels", "").split(",")) - {""}
        state = query.get("state", "open")
        issues = [
            issue
            for issue in self.issues
            if issue["state"] == state and wanted <= {label["name"] for label in issue["labels"]}
        ]
        return 200, answers.page(issues, query)

    def _open(self, *, body: dict[str, Any], **_: Any) -> Answer:
        refused = self._too_long("Issue", body)
        if refused:
            return refused
        number = self._next()
        issue = {
            "url": f"{self._base}/issues/{number}",
            "html_url": f"https://github.example/{REPOSITORY}/issues/{number}",
            "number": number,
            "state": "open",
            "title": body["title"],
            "body": body.get("body"),
            "labels": [{"name": label} for label in body.get("labels", ())],
            "user": _user(self.writer),
        }
        self.issues.append(issue)
        return 201, issue

    def _edit_issue(self, number: str, *, body: dict[str, Any], **_: Any) -> Answer:
        issue = answers.find(self.issues, "number", int(number))
        if issue is None:
            return 404, {"message": "Not Found", "status": "404"}
        refused = self._too_long("Issue", body)
        if refused:
            return refused
        issue |= {name: body[name] for name in ("title", "body", "state") if name in body}
        if "labels" in body:
            issue["labels"] = [{"name": label} for label in body["labels"]]
        return 200, issue

    def _deployments(self, *, query: dict[str, str], **_: Any) -> Answer:
        names = ("sha", "ref", "task", "environment")
        deployments = [
            deployment
            for deployment in reversed(self.deployments)  # the newest comes first
            if all(query.get(name) in (None, deployment[name]) for name in names)
        ]
        return 200, answers.page(
            [{k: v for k, v in deployment.items() if k != "states"} for deployment in deployments],
            query,
        )

    def _deploy(self, *, body: dict[str, Any], **_: Any) -> Answer:
        made = self._next()
        deployment = {
            "id": made,
            "url": f"{self._base}/deployments/{made}",
            "sha": body["ref"],
            "ref": body["ref"],
            "task": body.get("task", "deploy"),
            "environment": body.get("environment", "production"),
            "description": body.get("description"),
            "payload": body.get("payload", {}),
            "statuses_url": f"{self._base}/deployments/{made}/statuses",
            "states": [],
        }
        if body.get("auto_merge", True) or body.get("required_contexts") != []:
            return 409, {"message": "Conflict: Commit status checks failed for this ref."}
        self.deployments.append(deployment)
        return 201, deployment

    def _statuses(self, made: str, *, query: dict[str, str], **_: Any) -> Answer:
        deployment = answers.find(self.deployments, "id", int(made))
        states = reversed(deployment["states"]) if deployment else ()
        return 200, answers.page([{"state": state} for state in states], query)

    def _set_status(self, made: str, *, body: dict[str, Any], **_: Any) -> Answer:
        deployment = answers.find(self.deployments, "id", int(made))
        if deployment is None:
            return 404, {"message": "Not Found", "status": "404"}
        deployment["states"].append(body["state"])
        return 201, {"state": body["state"]}

    def _too_long(self, resource: str, body: dict[str, Any]) -> Answer | None:
        if len(body.get("body") or "") <= self.longest:
            return None
        error = {
            "resource": resource,
            "code": "unprocessable",
            "field": "data",
            "message": f"Body is too long (maximum is {self.longest} characters)",
        }
        return 422, {"message": "Validation Failed", "errors": [error], "status": "422"}


def _user(login: str) -> dict[str, Any]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def _repository(name: str) -> dict[str, Any]:
    return {"full_name": name, "name": name.partition("/")[2]}


@contextlib.contextmanager
def running() -> Iterator[FakeGitHub]:
    """A fake GitHub on a free port."""
    fake = FakeGitHub()

    class Request(BaseHTTPRequestHandler):
        # head and body are two writes: else each answer takes 40 ms
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            token = self.headers.get("Authorization", "")
            status, answer = fake.handle(self.command, self.path, token, body)
            page = isinstance(answer, str)
            data = b"" if answer is None else (answer if page else json.dumps(answer)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if page else "application/json")
            if isinstance(answer, list):
                self._link(len(answer))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _link(self, given: int) -> None:
            """Where the next page is, if this one is full."""
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            if given and given == int(query.get("per_page", 30)):
                query["page"] = str(int(query.get("page", 1)) + 1)
                next_page = "&".join(f"{name}={value}" for name, value in query.items())
                self.send_header("Link", f'<{fake.url}{parts.path}?{next_page}>; rel="next"')

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
