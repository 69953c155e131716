"""
The hidden first line of what we write on GitHub: by it a later run finds, and reads, its own.

Only ever trusted in a comment whose author is the one we write as: anybody can type such a line.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal, get_args

from msgspec import Struct

Kind = Literal["plan", "applied", "drift", "on-call"]
"""What is marked: a pull request's plan, what became of it, the issues about drift and pages."""

_LINE: Final = re.compile(r"<!-- monitor-sync (\{[^\n]*\}) -->")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{32}")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Marker(Struct, frozen=True, kw_only=True):
    """
    What the hidden line says.

    ``fingerprint`` is the plan's. ``base`` and ``head`` are the commits that it lies between;
    either is empty where nobody knows. ``truncated``: the text below lacks a part of the plan.
    """

    kind: Kind = "plan"
    fingerprint: str = ""
    base: str = ""
    head: str = ""
    truncated: bool = False

    def __str__(self) -> str:
        """Return the line; it holds digits and our own words, so nothing can end the comment."""
        facts: dict[str, Any] = {"v": 1} if self.kind == "plan" else {"v": 1, "kind": self.kind}
        facts |= {
            "fingerprint": _like(_FINGERPRINT, self.fingerprint),
            "base": _like(_COMMIT, self.base),
            "head": _like(_COMMIT, self.head),
            "truncated": self.truncated,
        }
        return f"<!-- monitor-sync {json.dumps(facts, separators=(',', ':'))} -->"


def read(text: str) -> Marker | None:
    """Return the marker that a text begins with; None where it has none that we write."""
    line = _LINE.match(text)
    if line is None:
        return None
    try:
        facts = json.loads(line[1])
    except ValueError:
        return None
    kind = facts.get("kind", "plan")
    if facts.get("v") != 1 or kind not in get_args(Kind):
        return None
    return Marker(
        kind=kind,
        fingerprint=_like(_FINGERPRINT, facts.get("fingerprint")),
        base=_like(_COMMIT, facts.get("base")),
        head=_like(_COMMIT, facts.get("head")),
        truncated=facts.get("truncated") is True,
    )


def _like(pattern: re.Pattern[str], value: object) -> str:
    """Return the value where it has the form it should have, else an empty text."""
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
