"""The audience of one monitor, derived once for all monitors that are routed alike."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from monitor_sync.audience.pagers import is_pager
from monitor_sync.audience.recipients import Recipients, by_transition
from monitor_sync.language import handles
from monitor_sync.language.transitions import Reach, reach
from monitor_sync.model import Body

Routes = tuple[tuple[str, tuple[str, ...]], ...]
"""The handles that routing adds, by state."""


class Audience(Struct, frozen=True, eq=False):
    """
    Who is notified of a monitor.

    ``at`` maps the transitions that the monitor can reach to their recipients, in the order of
    ``language.transitions.TRANSITIONS``. ``named`` are the handles that stand in its texts,
    whether anything ever notifies them or not. ``silent`` are the transitions that notify nobody.
    Two audiences are compared by identity, so that what follows from one can be cached.
    """

    at: Mapping[str, Recipients]
    named: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()

    @property
    def handles(self) -> tuple[str, ...]:
        """Return everybody who can be notified of anything, each once."""
        return tuple(
            dict.fromkeys(handle for recipients in self.at.values() for handle in recipients.when)
        )

    def handles_at(self, transition: str) -> tuple[str, ...]:
        """Return everybody who can be notified at a transition; nobody where it cannot happen."""
        recipients = self.at.get(transition)
        return recipients.handles if recipients is not None else ()


NO_AUDIENCE: Final = Audience({})
"""The audience of no monitor: before a create, after a delete."""


def of_body(body: Body, *, draft_status: Any = None) -> Audience:
    """
    Return who is notified of the monitor that a body describes.

    Besides the texts, what decides which transitions happen is read: type, priority, thresholds,
    options for missing data and for renotification. ``draft_status`` stands for the body's own
    where it has none: a draft notifies nobody. Bodies that are routed alike share one audience,
    whatever else their texts say.
    """
    options = body.get("options")
    if not isinstance(options, Mapping):
        options = {}
    priority = body.get("priority")
    can = reach(str(body.get("type")), options, priority if isinstance(priority, int) else None)
    return _of_texts(
        lines_that_notify(body.get("message")),
        lines_that_notify(options.get("escalation_message")),
        can,
        draft=body.get("draft_status", draft_status) == "draft",
    )


@functools.lru_cache(maxsize=4096)
def _of_texts(message: str, escalation: str, can: Reach, *, draft: bool) -> Audience:
    named = named_handles(message, escalation)
    if draft:
        message = escalation = ""
    return _audience(
        by_transition(message, escalation if can.renotify else "", reach=can), named=named
    )


@functools.lru_cache(maxsize=4096)
def of_message(message: str, escalation: str, can: Reach) -> Audience:
    """Return whom a message notifies; ``escalation`` is what renotifications send besides."""
    return _audience(
        by_transition(message, escalation, reach=can), named=named_handles(message, escalation)
    )


_PLAIN: Final = re.compile(r"@\w[\w.+-]*(?:@[\w.-]+)?(?<=\w)", re.ASCII)
"""A handle that is read as it is written, whatever stands around it."""


@functools.lru_cache(maxsize=4096)
def of_routes(routes: Routes, can: Reach) -> Audience:
    """
    Return whom the lines notify that routing adds: one block a state.

    Most teams have handles of their own, and parsing the lines for each takes a while. Where all
    handles are plain, whoever stands in a block is notified where its flag holds.
    """
    if not all(_PLAIN.fullmatch(handle) for _, recipients in routes for handle in recipients):
        lines = (
            f"{{{{#is_{state}}}}}{' '.join(recipients)}{{{{/is_{state}}}}}"
            for state, recipients in routes
            if recipients
        )
        return of_message("\n".join(lines), "", can)
    at = {}
    for transition in can.transitions():
        always = _within(routes, transition.flags)
        wider = _within(routes, transition.bodiless) if transition.bodiless else ()
        bodiless = tuple(handle for handle in wider if handle not in always)
        at[transition.name] = Recipients(always=always, bodiless=bodiless)
    named = dict.fromkeys(handle for _, recipients in routes for handle in recipients)
    return _audience(at, named=tuple(named))


def _within(routes: Routes, flags: frozenset[str]) -> tuple[str, ...]:
    notified = (
        handle for state, recipients in routes if f"is_{state}" in flags for handle in recipients
    )
    return tuple(dict.fromkeys(notified))


def _audience(at: Mapping[str, Recipients], *, named: tuple[str, ...]) -> Audience:
    silent = frozenset(name for name, recipients in at.items() if not recipients.handles)
    return Audience(at=at, named=named, silent=silent)


def named_handles(*texts: str) -> tuple[str, ...]:
    """Return the handles that stand in texts, each once, in order."""
    return tuple(dict.fromkeys(handle for text in texts for handle in handles.named(text)))


_SILENT_LINE: Final = re.compile(
    r"(?:[^@{}]|\{\{(?![{#/^!]|\s*(?:[#/^!]|else\b|override_priority\b))[^@{}]*\}\})*+"
)
"""A line that shows words and plain variables: whoever is notified, it is not for this line."""


def lines_that_notify(text: Any) -> str:
    """
    Return the lines of a text that decide who is notified; nothing for what is no text.

    What is left of a thousand messages is a few dozen texts, so that few are parsed. Where some
    tag goes over several lines, the text is left as it is.
    """
    if not isinstance(text, str):
        return ""
    kept = []
    for line in text.split("\n"):
        if "{" not in line and "}" not in line:
            if "@" in line:
                kept.append(line)
        elif line.count("{{") != line.count("}}") or "--}}" in line:
            return text
        elif not _SILENT_LINE.fullmatch(line):
            kept.append(line)
    return "\n".join(kept)


# pagers


@functools.lru_cache(maxsize=4096)
def pagers_of_alerts(audience: Audience, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Return who is woken when the monitor alerts; ``globs`` say what a pager is."""
    return tuple(handle for handle in audience.handles_at("alert") if is_pager(handle, globs))


@functools.lru_cache(maxsize=4096)
def pagers_of_trouble(audience: Audience, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Return who is woken by anything but a recovery: who hears of recoveries alone is not."""
    begins = (
        recipients for name, recipients in audience.at.items() if not name.endswith("_recovery")
    )
    every = dict.fromkeys(handle for recipients in begins for handle in recipients.when)
    return tuple(handle for handle in every if is_pager(handle, globs))


_ENDS: Final = (
    ("alert", "alert_recovery"),
    ("no_data", "no_data_recovery"),
    ("warning", "warning_recovery"),
)


@functools.lru_cache(maxsize=4096)
def unresolved_pagers(audience: Audience, globs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pagers that never hear of the end, each with the first transition it hears of."""
    unresolved: dict[str, str] = {}
    for begins, ends in _ENDS:
        resolved = audience.handles_at(ends)
        for handle in audience.handles_at(begins):
            if handle not in resolved and is_pager(handle, globs):
                unresolved.setdefault(handle, begins)
    return tuple(unresolved.items())
