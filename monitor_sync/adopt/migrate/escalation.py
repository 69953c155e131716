"""``escalation``: ``escalation_message`` becomes a block of the message for reminders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Level, Rewrites, without_options
from monitor_sync.project.edits import Set
from monitor_sync.project.layers import Field, place

_FIELD: Final = ("options", "escalation_message")


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    for level in estate.levels:
        written = level.options.get("escalation_message")
        if not isinstance(written, str) or not written.strip():
            continue
        reason = _reason(estate, level)
        if reason:
            rewrites.keep(level, _FIELD, reason)
            continue
        message = str(level.values["message"]).rstrip("\n")
        block = f"{{{{#is_renotify}}}}{written.strip()}{{{{/is_renotify}}}}"
        rewrites.edits[level.file] += [
            Set((*level.where, "message"), f"{message}\n\n{block}"),
            *without_options(level, ["escalation_message"]),
        ]
    return rewrites


def _reason(estate: Estate, level: Level) -> str:
    """Return why one text stays where it is; empty where it does not."""
    if not isinstance(level.values.get("message"), str):
        return "the message stands elsewhere"
    monitors = estate.monitors(level)
    if not monitors:
        return "no monitor is made of it"
    if not all(monitor.body["options"].get("renotify_interval") for monitor in monitors):
        return "it is never sent: `renotify_interval` is not set"
    if not all(
        _stands_in(estate, key, field, level)
        for key in level.keys
        for field in (("message",), _FIELD)
    ):
        return "one of its monitors has another message"
    return ""


def _stands_in(estate: Estate, key: str, field: Field, level: Level) -> bool:
    """Return whether a monitor takes a field from this very level."""
    setting = place(estate.loaded.provenance[key].layers, field)
    return setting is not None and level.is_layer(setting[0])


CODEMOD = Codemod(
    name="escalation",
    summary="`escalation_message` becomes an `{{#is_renotify}}` block of the message",
    behaviour=(
        "reminders show the text as a part of the message; the same people are notified at"
        " every state"
    ),
    rewrite=_rewrite,
    fields=frozenset({"message", "options.escalation_message"}),
)
"""Source: Datadog's page on message variables, and its description of the option."""
