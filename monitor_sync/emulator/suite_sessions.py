"""The session calls Datadog's own client suite makes to the server it is run against.

The suite that ships with datadog-api-client expects a recording server and opens a session for
each scenario. These calls are no part of Datadog's API; without them `.ci/datadog-suite` could not
run those scenarios against the emulator.
"""

from __future__ import annotations

import secrets

from monitor_sync.emulator.account import timestamp
from monitor_sync.emulator.answers import Answer, Request, answer

_PREFIX = "/__openapi_transformer__/"


def handle(request: Request, now: float) -> Answer | None:
    """Return the answer to a session call, or None where it is none."""
    if not request.path.startswith(_PREFIX):
        return None
    call = request.path.removeprefix(_PREFIX)
    if request.method == "GET" and call == "health":
        return answer({"status": "ok"})
    if request.method == "POST" and call == "sessions":
        return answer({"session": secrets.token_hex(8), "frozen_at": timestamp(now)}, 201)
    if request.method == "POST" and call.startswith("sessions/") and call.endswith("/stop"):
        return answer({})
    return None
