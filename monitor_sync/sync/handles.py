"""Which handles (``@…``) a monitor's texts name, read as Datadog reads them."""

from __future__ import annotations

import re
from typing import Any, Final

from monitor_sync.model import Body

_HANDLE: Final = re.compile(
    r"""
    (?:^|(?<=\s)|(?<=\}\}))                # after a blank, at a line's start, after a {{block}}
    @
    (?: workflow-[\w.-]+\([^)]*\)          # only a workflow takes arguments
      | (?: [^\s(){}] | \{\{(?![#/^!]|else\b)[^{}]*\}\} )+   # {{service.name}} may be a part of it
    )
    """,
    re.VERBOSE | re.MULTILINE,
)
_TRAILING: Final = ".,;:!?\"'"


def named(text: Any) -> list[str]:
    """The handles of one text, each once, in order. Nothing for what is no text."""
    if not isinstance(text, str) or "@" not in text:
        return []
    found = (match[0].rstrip(_TRAILING) for match in _HANDLE.finditer(text))
    return list(dict.fromkeys(handle for handle in found if len(handle) > 1))


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
