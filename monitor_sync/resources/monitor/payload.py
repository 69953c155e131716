"""What Datadog is sent for a monitor, so that what it stores is what the files declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from monitor_sync.model import Body, read_priority
from monitor_sync.resources.monitor import values
from monitor_sync.resources.monitor.canonical import filled
from monitor_sync.resources.monitor.equivalence import (
    EQUIVALENCES,
    NEVER_OPTIONS,
    OWNED,
    SERVER_OWNED,
)

_SPELLED_OUT: Final = ("include_tags", "notify_audit", "new_host_delay", "notify_no_data")
_KNOWN: Final = {equivalence.option for equivalence in EQUIVALENCES}
READ_ONLY: Final = NEVER_OPTIONS | {"avalanche_window", "aggregation", "queryConfig"}


def to_create(body: Body) -> dict[str, Any]:
    """Return the body of a create: what is declared, without nulls and without what people own."""
    sent = _owned(body)
    if sent["priority"] is None:
        del sent["priority"]
    return sent


def to_update(body: Body) -> dict[str, Any]:
    """
    Return the body of an update: every field we own, empty ones included.

    An update keeps a field that it does not name, so ``priority: null`` and ``tags: []`` are
    spelled out. It replaces ``options`` as a whole, all but the mutes: an option that is left out
    is removed, or back at its default. Options with a default that recorded updates never showed
    coming back are spelled out too.
    """
    sent = _owned(body)
    options = sent["options"]
    for option in _SPELLED_OUT:
        if option not in options:
            default = filled(option, str(body.get("type")), options)
            if default is not None:
                options[option] = default
    return sent


def with_live_options(sent: Body, live: Body) -> dict[str, Any]:
    """
    Return what an update sends, with the live options that are not ours to decide.

    An update replaces ``options`` as a whole (all but the mutes), so an option that this tool does
    not know and no file declares would be removed. ``locked`` is not sent back: Datadog's backend
    has no such lock any more and refuses an update that names it (terraform-provider-datadog#1996,
    community.general#8192), after which nobody could change the monitor from its file.
    """
    options, held = sent.get("options"), live.get("options")
    if not isinstance(options, Mapping) or not isinstance(held, Mapping):
        return dict(sent)
    theirs = {
        name: value
        for name, value in held.items()
        if name not in options and value is not None and not _is_ours(name)
    }
    return {**sent, "options": {**options, **theirs}}


def _is_ours(option: str) -> bool:
    """Return whether an update decides about an option, or Datadog alone does."""
    return option in _KNOWN or option in READ_ONLY


def _owned(body: Body) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "name": values.text(body.get("name")) or "",
        "type": body.get("type"),
        "query": values.query(body.get("query")) or "",
        "message": values.text(body.get("message")) or "",
        "tags": list(dict.fromkeys(body.get("tags") or ())),  # Datadog refuses one given twice
        "priority": read_priority(body.get("priority")),
        "options": _options(body.get("options")),
    }
    sent |= {
        name: value
        for name, value in body.items()
        if name not in OWNED and name not in SERVER_OWNED
    }
    if sent.get("restricted_roles") == []:
        sent["restricted_roles"] = None  # Datadog refuses an empty list where it means nobody
    return sent


def _options(options: Any) -> dict[str, Any]:
    if not isinstance(options, Mapping):
        return {}
    sent = {}
    for name, value in options.items():
        if value is None or name in READ_ONLY:
            continue
        value = _SENT.get(name, _as_it_is)(value)
        if value is not None:
            sent[name] = value
    return sent


def _as_it_is(value: Any) -> Any:
    return value


def _without_nulls(value: Any) -> Any:
    """Return thresholds without unset ones; a map of none would be dropped by the server anyway."""
    if not isinstance(value, Mapping):
        return value
    return {name: level for name, level in value.items() if level is not None} or None


_SENT: Final[dict[str, Callable[[Any], Any]]] = {
    "thresholds": _without_nulls,
    "threshold_windows": _without_nulls,
    "escalation_message": values.text,
}
