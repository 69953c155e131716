"""
What stands in every live monitor besides the author's text: a footer, and who hears of each state.

What is written here is compared with Datadog in every plan, so a change of wording is a change of
every monitor of every user. Written once, well, and kept. ``language.message_layout`` puts it
together.
"""

from __future__ import annotations

import functools
import itertools
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from monitor_sync.language.handles import across_tags, attached, goes_on_behind_a_blank, handles
from monitor_sync.language.message_layout import footer_of
from monitor_sync.language.transitions import may_warn
from monitor_sync.model import STATES, NotifyRule, Team

Recipients = Mapping[str, tuple[str, ...]]
"""Handles by state."""

_BEFORE: Final = "last_triggered_at_epoch-900000"
_AFTER: Final = "last_triggered_at_epoch+900000"
# the regional sites have a subdomain already: ap1.datadoghq.com, us3.datadoghq.com, …
_BARE_SITES: Final = frozenset({"datadoghq.com", "datadoghq.eu", "ddog-gov.com"})


class Footer(NamedTuple):
    """What the footer of one monitor says. Empty texts leave their line out."""

    owner: str
    on_call: str
    business_unit: str
    service: str = ""
    env: str = ""
    runbook: str = ""
    site: str = ""
    path: str = ""
    key: str = ""


def reachable(type_: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return the states in which a monitor can notify somebody.

    No data needs an option that notifies on it (either the old one or ``on_missing_data``),
    renotify an interval.
    """
    wanted = {
        "alert": True,
        "warning": may_warn(type_, options),
        "no_data": bool(options.get("notify_no_data"))
        or options.get("on_missing_data") == "show_and_notify_no_data",
        "renotify": bool(options.get("renotify_interval")),
        "recovery": True,
    }
    return tuple(state for state in STATES if wanted[state])


def rule_for(team: Team, priority: int | None) -> NotifyRule | None:
    """Return the team's first rule that fits the priority."""
    for rule in team.notify:
        if not rule.priorities or priority in rule.priorities:
            return rule
    return None


def route(
    states: tuple[str, ...], standing: Recipients, replacing: Recipients, adding: Recipients
) -> dict[str, tuple[str, ...]]:
    """
    Return who is notified in each state.

    ``standing`` is what the team's rule says, ``replacing`` wins over it for the states it
    names, ``adding`` comes on top.
    """
    routed = {}
    for state in states:
        base = replacing.get(state, standing.get(state, ()))
        routed[state] = tuple(dict.fromkeys((*base, *adding.get(state, ()))))
    return routed


def footer_text(footer: Footer) -> str:
    """Return the footer: owner, runbook, links for the alert's time, and the declaring file."""
    lines = [f"Owner: {footer.owner} ({footer.business_unit}), on call: {footer.on_call}"]
    if footer.runbook:
        lines.append(f"Runbook: {footer.runbook}")
    links = _links(footer.site, footer.service, footer.env)
    if links:
        lines.append(links)
    lines.append(f"Declared in {footer.path} as {footer.key}")
    return footer_of(lines)


@functools.lru_cache(maxsize=512)
def _links(site: str, service: str, env: str) -> str:
    """
    Return links to logs, traces and the service's page, fifteen minutes around the alert.

    The time comes from Datadog's own variable, in milliseconds; its page on template variable
    evaluation shows such links.
    """
    if not site or not service:
        return ""
    base = f"https://app.{site}" if site in _BARE_SITES else f"https://{site}"
    quoted_service, quoted_env = _quoted(service), _quoted(env)
    query = f"service%3A{quoted_service}" + (f"%20env%3A{quoted_env}" if env else "")
    page = f"{quoted_service}?" + (f"env={quoted_env}&" if env else "")
    start, end = f'{{{{eval "{_BEFORE}"}}}}', f'{{{{eval "{_AFTER}"}}}}'
    return " · ".join(
        (
            f"[Logs]({base}/logs?query={query}&from_ts={start}&to_ts={end}&live=false)",
            f"[Traces]({base}/apm/traces?query={query}&start={start}&end={end}&paused=true)",
            f"[Service]({base}/apm/services/{page}start={start}&end={end}&paused=true)",
        )
    )


@functools.lru_cache(maxsize=512)
def _quoted(text: str) -> str:
    return quote(text, safe="")


def quieted(text: str, handle: str) -> str:
    """
    Return the text with every handle replaced by one, for a first week in which nobody is paged.

    Also what is one only as long as nothing is shown before it: a variable may be empty. Of one
    whose pieces stand on both sides of a tag only the tags are left besides. What would
    follow the new one at once where a block is not shown is kept apart by a blank.
    """
    words = tuple(across_tags(text))
    starts = [pieces[0][0] for pieces in words]
    spans = [(place.start, place.end) for place in handles(text)]
    spans += [(place.start, place.end) for place in attached(text)]
    places = {}
    for start, end in spans:
        before = bisect_right(starts, start) - 1
        if before < 0 or start >= words[before][-1][1]:
            places[start, end] = handle
    for start, end in itertools.chain.from_iterable(words):
        places[start, end] = handle if text[start] == "@" else ""
    for (start, end), new in places.items():
        if new and not text.startswith("@", end) and goes_on_behind_a_blank(text, end):
            places[start, end] = f"{new} "
    parts: list[str] = []
    at = 0
    for (start, end), new in sorted(places.items()):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])
