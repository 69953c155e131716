"""What to do about a failure at Datadog: the one place where hints are written."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.datadog.answers import DUPLICATES
from monitor_sync.datadog.settings import Settings
from monitor_sync.http.failure import Failure

_REJECTED: Final[tuple[tuple[str, str], ...]] = (
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
"""Datadog's own sentences, as they were recorded, and what helps."""


def hint_for(failure: Failure, settings: Settings) -> str:
    """Return what to do about a failure; empty where that would be a guess."""
    if failure.outcome_unknown:
        return "run again: it is looked up by its key before anything is created"
    match failure.kind:
        case "denied":
            return _denied(failure, settings)
        case "absent":
            return ""
        case "throttled":
            return "run again later; other tools of your organisation share this limit"
        case "rejected":
            return next((hint for text, hint in _REJECTED if _says(failure, text)), "")
        case "unreadable" if failure.status < 400 or failure.page:
            return "are DD_SITE and DD_HOST right? A proxy or a login page may stand in between"
        case "unavailable" if failure.status == 503:
            return f"maintenance? https://status.{settings.site} may say until when; run again then"
        case _:
            return _no_answer(failure, settings)


def _says(failure: Failure, text: str) -> bool:
    return re.search(text, failure.service_text, re.IGNORECASE) is not None


def _denied(failure: Failure, settings: Settings) -> str:
    whose = "the bearer token" if settings.bearer_token else "the keys"
    where = f"DD_SITE is {settings.site}, is that where {whose} came from?"
    if failure.status == 401:
        return f"{where} Then make new ones; `monitor-sync doctor` tells what works"
    return (
        f"it needs {failure.scope}; {where}"
        " A monitor can be restricted to some roles, too. `monitor-sync doctor` tells more"
    )


def _no_answer(failure: Failure, settings: Settings) -> str:
    if failure.kind == "proxy refused" and failure.proxy_status == 407:
        return "put its user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT"
    return {
        "no address": "are DD_SITE and DD_HOST right, and is there a network?",
        "connection refused": "is DD_HOST right? The emulator is started with"
        " `monitor-sync emulate`",
        "tls": _tls(failure),
        "proxy": f"is HTTPS_PROXY right? NO_PROXY={settings.host} goes past it",
        "proxy refused": f"is HTTPS_PROXY right? NO_PROXY={settings.host} goes past it",
        "timeout": "run again, or let it take longer with MONITOR_SYNC_TIMEOUT (seconds)",
    }.get(failure.kind, "run again; a second run finishes the work")


def _tls(failure: Failure) -> str:
    if failure.tls_cause == "plain text":
        return "it does not speak TLS: is DD_HOST to begin with http://, or is it another port?"
    if failure.tls_cause == "expired":
        return "is this machine's clock right? If it is, the certificate has to be renewed there"
    return "behind a proxy that reads along, point SSL_CERT_FILE to its certificate"
