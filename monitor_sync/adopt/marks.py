"""Marks that other tools leave on the monitors that they manage."""

from __future__ import annotations

import re
from typing import Any, Final

from monitor_sync.model import Body

_TOOLS: Final = {
    "terraform": "terraform",
    "opentofu": "terraform",
    "terragrunt": "terraform",
    "pulumi": "pulumi",
    "kennel": "kennel",
    "datadog-operator": "datadog-operator",
    "datadog-sync": "datadog-sync",
    "datadog-sync-cli": "datadog-sync",
}
"""Value of a tag such as ``managed_by`` to the tool that it means."""

_KEYS: Final = frozenset({"managedby", "createdby", "provisionedby", "provisioner", "iac"})
"""Keys of such tags, in lower case and without ``_`` and ``-``: ``managed_by``, ``ManagedBy``."""

_OWN: Final = (
    (re.compile(r"generated:kubernetes\Z"), "datadog-operator"),
    (re.compile(r"pulumi:(?:project|stack|organization)\b"), "pulumi"),
    (re.compile(r"pulumi[-_](?:project|stack):"), "pulumi"),
)
"""
Tags that a tool writes by itself. The operator's: ``generated:kubernetes``, from the controller of
its monitors. Pulumi's: those that its guides set on every resource of a stack.
"""

_KENNEL: Final = re.compile(r"-- Managed by kennel (\S+:\S+)")
"""The line that kennel 2.22 appends to a message (lib/kennel/models/record.rb)."""


def mark_of(body: Body) -> tuple[str, str]:
    """Return the tool whose mark a monitor bears, and the mark itself; two empty texts if none."""
    message = body.get("message")
    kennel = _KENNEL.search(message) if isinstance(message, str) else None
    if kennel is not None:
        return "kennel", kennel[0]
    for tag in _texts(body.get("tags")):
        key, _, value = tag.partition(":")
        tool = _TOOLS.get(value.lower(), "")
        if tool and re.sub("[-_]", "", key.lower()) in _KEYS:
            return tool, tag
        for pattern, owner in _OWN:
            if pattern.match(tag.lower()):
                return owner, tag
    return "", ""


def _texts(tags: Any) -> list[str]:
    return [tag for tag in tags or () if isinstance(tag, str)]
