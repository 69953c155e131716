"""Incidents and transitions as rows of ``history.sqlite``, and back; no address goes in."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from monitor_sync.incidents import AlertTransition, Incident

_T = TypeVar("_T")

INCIDENT: Final = Incident.__struct_fields__
TRANSITION: Final = AlertTransition.__struct_fields__
"""The columns, in their order."""

_ADDRESS: Final = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
"""An e-mail address; 64 characters stand before its ``@`` at most (RFC 5321, 4.5.3.1.1)."""


def _plain(text: str) -> str:
    """Return a text without e-mail addresses; equal ones stay equal."""
    return _ADDRESS.sub(
        lambda match: f"hidden-{hashlib.sha256(match[0].lower().encode()).hexdigest()[:8]}", text
    )


def values_of(row: Incident | AlertTransition, names: Sequence[str]) -> tuple[Any, ...]:
    """Return the columns of an incident or a transition, without e-mail addresses."""
    return tuple(_column(getattr(row, name)) for name in names)


def _column(value: Any) -> Any:
    if isinstance(value, tuple):
        return json.dumps([_plain(item) for item in value])
    return _plain(value) if isinstance(value, str) else value


_FLAGS: Final = frozenset({"merged", "suppressed", "maintenance", "self_resolved", "has_review"})


def incident_of(row: Sequence[Any]) -> Incident:
    """Return the incident of a row. Raises DatabaseError for what was not written by us."""
    values = dict(zip(INCIDENT, row, strict=True))
    for name in _FLAGS:
        values[name] = None if values[name] is None else bool(values[name])
    try:
        values["tags"] = json.loads(values["tags"])
    except (TypeError, ValueError, RecursionError):
        values["tags"] = None
    return typed(values, Incident)


def transition_of(row: Sequence[Any]) -> AlertTransition:
    """Return the transition of a row. Raises DatabaseError for what was not written by us."""
    values = dict(zip(TRANSITION, row, strict=True))
    values["notified"] = None if values["notified"] is None else bool(values["notified"])
    return typed(values, AlertTransition)


def typed(value: Any, kind: type[_T]) -> _T:
    """Return a stored value in the type of its field. Raises DatabaseError for another type."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise sqlite3.DatabaseError(f"what it holds was not written by us: {error}") from None
