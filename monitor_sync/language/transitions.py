"""
Which transitions notify, which flags hold at each, and which of them a monitor can reach.

One table. Facts that Datadog's page on variables does not state are marked as our inference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

_PAGE: Final = "Datadog, monitors/notify/variables: conditional variables"
_RENOTIFY: Final = "Datadog, monitors/notify: a renotification repeats the original message"


class Transition(Struct, frozen=True, kw_only=True):
    """
    One way in which a monitor notifies.

    ``state`` is the word of ``model.STATES`` it belongs to. ``flags`` are the conditions that hold.
    ``bodiless`` are conditions whose text is not shown and whose recipients are notified all the
    same. ``needs`` is the field of :class:`Reach` without which it never happens, empty for the
    ones that every monitor has.
    """

    name: str
    state: str
    flags: frozenset[str]
    bodiless: frozenset[str] = frozenset()
    needs: str = ""
    source: str = _PAGE


def _transition(
    name: str, state: str, flags: str, *, needs: str = "", bodiless: str = "", source: str = _PAGE
) -> Transition:
    return Transition(
        name=name,
        state=state,
        flags=frozenset(flags.split()),
        bodiless=frozenset(bodiless.split()),
        needs=needs,
        source=source,
    )


TRANSITIONS: Final = (
    _transition("alert", "alert", "is_alert"),
    _transition("warning", "warning", "is_warning", needs="warning"),
    # That is_warning holds here too is inferred: the monitor is then in the warning state. The
    # page says of is_alert_recovery that its recipients are notified here without a body.
    _transition(
        "alert_to_warning",
        "warning",
        "is_warning is_alert_to_warning",
        needs="warning",
        bodiless="is_alert_recovery",
        source="the note on is_alert_recovery, documentation pull request 39212 (August 2026)",
    ),
    _transition("no_data", "no_data", "is_no_data", needs="no_data"),
    _transition("unknown", "no_data", "is_unknown", needs="unknown"),
    _transition(
        "renotify_alert", "renotify", "is_alert is_renotify", needs="renotify", source=_RENOTIFY
    ),
    _transition(
        "renotify_warning", "renotify", "is_warning is_renotify", needs="renotify", source=_RENOTIFY
    ),
    _transition(
        "renotify_no_data", "renotify", "is_no_data is_renotify", needs="renotify", source=_RENOTIFY
    ),
    _transition("alert_recovery", "recovery", "is_recovery is_alert_recovery"),
    _transition("warning_recovery", "recovery", "is_recovery is_warning_recovery", needs="warning"),
    _transition("no_data_recovery", "recovery", "is_recovery is_no_data_recovery", needs="no_data"),
    _transition("unknown_recovery", "recovery", "is_recovery", needs="unknown"),
)

FLAGS: Final[Mapping[str, str]] = {
    "is_alert": "the monitor alerts",
    "is_warning": "the monitor warns",
    "is_no_data": "data is missing",
    "is_unknown": "a check's state is unknown",
    "is_recovery": "the monitor is well again, after whatever it was",
    "is_alert_recovery": "it is well again after an alert",
    "is_warning_recovery": "it is well again after a warning",
    "is_no_data_recovery": "data is back",
    "is_alert_to_warning": "an alert has become a warning",
    "is_renotify": "an earlier notification is repeated",
}
"""The conditions without arguments, and when they hold."""

MATCHES: Final = ("is_match", "is_exact_match")
"""The conditions that compare a variable with texts: a part of it, or the whole."""

PRIORITY: Final = "is_priority"

CONDITIONS: Final = (*FLAGS, *MATCHES, PRIORITY)


class Reach(Struct, frozen=True, kw_only=True):
    """
    What a monitor can get into, besides alert and recovery from it.

    ``renotify`` names the states that are repeated: ``alert``, ``warning``, ``no_data``.
    ``priority`` is 1 to 5, None where the monitor has none.
    """

    warning: bool = True
    no_data: bool = True
    unknown: bool = True
    renotify: frozenset[str] = frozenset({"alert", "warning", "no_data"})
    priority: int | None = None

    def transitions(self) -> tuple[Transition, ...]:
        """Return the rows of the table that can happen."""
        return tuple(transition for transition in TRANSITIONS if self._has(transition))

    def _has(self, transition: Transition) -> bool:
        if transition.needs == "renotify":
            return transition.name.removeprefix("renotify_") in self.renotify
        can = {"warning": self.warning, "no_data": self.no_data, "unknown": self.unknown}
        return can.get(transition.needs, True)


_STATUSES: Final = {"alert": "alert", "warn": "warning", "no data": "no_data"}


def reach(type_: str, options: Mapping[str, Any], priority: int | None = None) -> Reach:
    """
    Return what a monitor of this type can get into with these options (Datadog's names).

    No data notifies by ``notify_no_data`` or ``on_missing_data``. Renotification repeats alert and
    no data unless ``renotify_statuses`` says otherwise.
    """
    warning = may_warn(type_, options)
    no_data = (
        options.get("notify_no_data") is True
        or options.get("on_missing_data") == "show_and_notify_no_data"
    )
    renotify: frozenset[str] = frozenset()
    if options.get("renotify_interval") not in (None, 0, "", "0"):
        statuses = options.get("renotify_statuses")
        if not isinstance(statuses, list | tuple) or not statuses:
            statuses = ("alert", "no data")
        named = {_STATUSES.get(str(status), "") for status in statuses}
        possible = {"alert": True, "warning": warning, "no_data": no_data}
        renotify = frozenset(state for state, can in possible.items() if can and state in named)
    return Reach(
        warning=warning,
        no_data=no_data,
        unknown=type_ == "service check",
        renotify=renotify,
        priority=priority,
    )


def may_warn(type_: str, options: Mapping[str, Any]) -> bool:
    """
    Return whether a monitor can get into a warning.

    That needs a warning threshold, but a service check warns whenever the check does, and a
    composite whenever its members make it (Datadog's page on composites).
    """
    thresholds = options.get("thresholds")
    return type_ in ("service check", "composite") or (
        isinstance(thresholds, Mapping) and thresholds.get("warning") is not None
    )
