"""What went wrong with one request, told in our words: which error, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.datadog.settings import Settings
from monitor_sync.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    Rejected,
    RemoteError,
    Unreachable,
)

DUPLICATES: Final = "can not create duplicate monitors"
"""What a 429 says that is not about haste: it would be refused again, however long one waits."""

_HINTS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"duplicate of an existing monitor",
        "take it over with `adopt:` and that id, or make the two differ",
    ),
    (r"is referenced in", "take it out of what refers to it first, or `apply --force-delete KEY`"),
    (r"monitor ids are invalid", "a composite names a monitor that is gone: refer to it by key"),
    (r"type change not allowed", "a type never changes: give the monitor a new key"),
    (r"does not match that used in the query", "`thresholds` and the query's number must agree"),
    (r"missing required tag key", "your organisation's tag policy asks for this tag"),
    (
        DUPLICATES,
        "the same monitor was made again and again: wait as long as it says, then run again",
    ),
    (r"you have reached the limit of", "Datadog limits how many of this type one account holds"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """
    One request that did not work.

    ``status`` is 0 where no answer came; ``kind`` then says why: ``name`` (no address), ``refused``
    (nothing listens), ``tls``, ``proxy``, ``timeout``, ``dropped``; ``detail`` may say more.
    ``sent`` is False where the request surely never reached Datadog. ``body`` is the decoded JSON,
    or text where it was none.
    """

    operation: str
    status: int = 0
    kind: str = ""
    sent: bool = True
    body: Any = None
    headers: Mapping[str, str] | None = None
    detail: str = ""

    @property
    def writes(self) -> bool:
        """Whether repeating it could make something twice: only a create can."""
        return self.operation == "create a monitor"

    @property
    def said(self) -> str:
        """What Datadog says about it, on one line; empty where it says nothing readable."""
        return said(self.body)

    @property
    def throttled(self) -> bool:
        """Whether it came too soon, so that waiting helps."""
        return self.status == 429 and DUPLICATES not in self.said.lower()

    @property
    def passing(self) -> bool:
        """Whether it may work when tried again: no answer, or one from something in between."""
        if self.status == 0:
            refused = self.kind == "proxy" and re.match("4[0-9][0-9] ", self.detail)
            return self.kind != "tls" and not refused
        return self.status >= 500 or self.status == 408

    @property
    def outcome_unknown(self) -> bool:
        """Whether a create may have happened although it failed."""
        answered_without_json = 200 <= self.status < 300
        return self.writes and self.sent and (self.passing or answered_without_json)


def said(body: Any) -> str:
    """Datadog's own words in an error body: ``{"errors": ["…"]}`` in its several shapes."""
    return _one_line("; ".join(_texts(body)))


def refusals(failure: Failure) -> tuple[str, ...]:
    """
    Datadog's words, one text a problem, where it read what we sent and refused it.

    Empty where it did not get that far: no answer, no access, nothing there, too many requests.
    """
    if failure.status not in range(400, 500) or failure.status in (401, 403, 404, 408):
        return ()
    return () if failure.throttled else tuple(map(_one_line, _texts(failure.body)))


def says_absent(failure: Failure) -> bool:
    """
    Whether a 404 says that there is no such object.

    The same status from what stands before the API says that there is no such address, and its
    body then names a status page (recorded).
    """
    at_the_edge = isinstance(failure.body, Mapping) and "statuspage" in failure.body
    return failure.status == 404 and bool(failure.said) and not at_the_edge


def _texts(body: Any) -> list[str]:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if isinstance(errors, Mapping):
        errors = list(errors.values())
    if isinstance(errors, str):
        errors = [errors]
    return [_text(each) for each in errors if each] if isinstance(errors, list) else []


def _text(error: Any) -> str:
    if isinstance(error, Mapping):
        return str(error.get("detail") or error.get("title") or error)
    if isinstance(error, list):
        return "; ".join(map(_text, error))
    return str(error)


def _one_line(text: str, limit: int = 600) -> str:
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def error_for(failure: Failure, settings: Settings) -> RemoteError:
    """The error to raise for a failure that is final."""
    host, what = settings.host, failure.operation
    if failure.outcome_unknown:
        return OutcomeUnknown(
            f"nobody knows whether Datadog did {what}: {reason(failure, host)}",
            hint="run again: it is looked up by its key before anything is created",
        )
    if failure.status in (401, 403):
        return _denied(failure, settings)
    if failure.status == 404:
        found = "no such monitor" if "monitor" in what else "nothing of that name"
        return NotFound(f"could not {what}: Datadog has {found} (404 from {host})")
    if failure.status == 429 and failure.throttled:
        return Unreachable(
            f"could not {what}: {_limit(failure, host)}",
            hint="run again later; other tools of your organisation share this limit",
        )
    if 400 <= failure.status < 500 and failure.said:
        return Rejected(
            f"could not {what}: {failure.said} ({failure.status} from {host})",
            hint=_hint(failure.said),
        )
    return Unreachable(
        f"could not {what}: {reason(failure, host)}", hint=_unreachable_hint(failure, settings)
    )


def _denied(failure: Failure, settings: Settings) -> AccessDenied:
    """401: unknown or expired. 403: unknown at the edge (recorded), else not allowed to."""
    scope = _scope(failure.operation)
    whose = "the bearer token" if settings.bearer_token else "the keys"
    said_more = failure.said if failure.said.lower() not in ("forbidden", "unauthorized") else ""
    where = f"{failure.status} from {settings.host}"
    if failure.status == 401:
        return AccessDenied(
            f"could not {failure.operation}: {whose} {'is' if settings.bearer_token else 'are'}"
            f" unknown, revoked or expired{said_more and f': {said_more}'} ({where})",
            hint=f"DD_SITE is {settings.site}, is that where {whose} came from? Then make new"
            " ones; `monitor-sync doctor` tells what works",
        )
    return AccessDenied(
        f"could not {failure.operation}: Datadog refused {whose}{said_more and f': {said_more}'}"
        f" ({where})",
        hint=f"it needs {scope}; DD_SITE is {settings.site}, is that where {whose} came from?"
        " A monitor can be restricted to some roles, too. `monitor-sync doctor` tells more",
    )


def _scope(operation: str) -> str:
    """The permission that a request needs."""
    if operation.startswith("look up"):
        return "teams_read" if operation == "look up the teams" else "integrations_read"
    if operation == "list the application keys":
        return "user_app_keys"
    if operation.split(maxsplit=1)[0] in ("list", "read", "check", "validate"):
        return "monitors_read"
    return "monitors_read and monitors_write"


def reason(failure: Failure, host: str) -> str:
    """Why there was no usable answer, as the end of a sentence."""
    if failure.status == 0:
        return {
            "name": f"{host} has no address",
            "refused": f"nothing answers at {host}",
            "tls": f"no safe connection to {host}: {failure.detail or 'the TLS handshake failed'}",
            "proxy": f"the proxy does not lead to {host}: {failure.detail}",
            "timeout": f"no answer from {host} in time",
        }.get(failure.kind, f"{host} dropped the connection")
    if failure.said:
        return f"{failure.said} ({failure.status} from {host})"
    if _is_page(failure.body):
        title = _TITLE.search(str(failure.body))
        called = f', "{_one_line(title[1], 80)}",' if title else ""
        return f"{host} answered with a web page{called} in place of JSON ({failure.status})"
    return f"{host} answered {failure.status}"


_TITLE: Final = re.compile(r"<title>\s*([^<]+?)\s*</title>", re.IGNORECASE)


def _is_page(body: Any) -> bool:
    return isinstance(body, str) and body.lstrip()[:1] == "<"


def _unreachable_hint(failure: Failure, settings: Settings) -> str:
    if failure.status:
        if failure.status < 500 and (failure.status < 400 or _is_page(failure.body)):
            return "are DD_SITE and DD_HOST right? A proxy or a login page may stand in between"
        if failure.status == 503:
            return f"maintenance? https://status.{settings.site} may say until when; run again then"
        return "run again; a second run finishes the work"
    if failure.kind == "tls":
        return _tls_hint(failure.detail)
    if failure.kind == "proxy" and "407" in failure.detail:
        return "put its user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT"
    return {
        "name": "are DD_SITE and DD_HOST right, and is there a network?",
        "refused": "is DD_HOST right? The emulator is started with `monitor-sync emulate`",
        "proxy": f"is HTTPS_PROXY right? NO_PROXY={settings.host} goes past it",
        "timeout": "run again, or let it take longer with MONITOR_SYNC_TIMEOUT (seconds)",
    }.get(failure.kind, "run again; a second run finishes the work")


def _tls_hint(detail: str) -> str:
    if "WRONG VERSION" in detail:
        return "it does not speak TLS: is DD_HOST to begin with http://, or is it another port?"
    if "expired" in detail or "not yet valid" in detail:
        return "is this machine's clock right? If it is, the certificate has to be renewed there"
    return "behind a proxy that reads along, point SSL_CERT_FILE to its certificate"


def _limit(failure: Failure, host: str) -> str:
    headers = {name.lower(): value for name, value in (failure.headers or {}).items()}
    name = headers.get("x-ratelimit-name", "this request")
    limit, period = headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-period")
    if limit and period:
        return _one_line(f"Datadog's limit for {name} is used up: {limit} in {period} s ({host})")
    return f"Datadog's limit is used up (429 from {host})"


def _hint(text: str) -> str:
    for pattern, hint in _HINTS:
        if re.search(pattern, text, re.IGNORECASE):
            return hint
    return ""
