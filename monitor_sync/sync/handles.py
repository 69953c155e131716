"""Which handles (``@…``) two versions of a monitor name, and which of them come and go."""

from __future__ import annotations

from typing import Any

from monitor_sync.language import handles
from monitor_sync.model import Body


def named(text: Any) -> list[str]:
    """The handles of one text, each once, in order. Nothing for what is no text."""
    return list(dict.fromkeys(handles.named(text))) if isinstance(text, str) else []


def of_body(body: Body) -> list[str]:
    """The handles of a monitor: those of its message, then those of its escalation message."""
    options = body.get("options")
    escalation = options.get("escalation_message") if isinstance(options, dict) else None
    return list(dict.fromkeys([*named(body.get("message")), *named(escalation)]))


def gained_and_lost(old: Body, new: Body) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Handles that only the new body names, and handles that only the old one named."""
    before, after = of_body(old), of_body(new)
    return (
        tuple(handle for handle in after if handle not in before),
        tuple(handle for handle in before if handle not in after),
    )
